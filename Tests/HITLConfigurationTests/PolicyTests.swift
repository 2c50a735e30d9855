import HITLCore
import Testing

@testable import HITLConfiguration

@Suite struct `The policy of a configuration` {
    private let home = TemporaryHome()

    /// Not a digest but the bytes themselves, so that the tests show what is digested.
    private func bare(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func call(_ tool: String, kind: ToolKind = .other, confidence: String? = nil, by performer: Performer)
        -> ToolCall
    {
        ToolCall(
            tool: tool, kind: kind, arguments: JSONObject(), origin: Origin(agent: "simulated", session: "s"),
            claims: Claims(confidence: confidence.flatMap { JSONNumber($0) }), performer: performer)
    }

    private func answer(_ policy: Policy, _ call: ToolCall) -> String {
        let verdict = policy.evaluate(call, risk: RiskAssessor().assess(call))
        return "\(verdict.effect) " + verdict.rules.map { "\($0.name) (\($0.source))" }.joined(separator: ", ")
    }

    @Test func `by default lets proven reads pass and asks for the rest`() throws {
        let policy = try home.load().policy(sha256: bare)
        #expect(policy.timeout == .minutes(5))
        #expect(policy.obligations == [])
        #expect(answer(policy, call("readFile", kind: .read, by: .desk)) == "allow autoApproveThreshold (default)")
        #expect(answer(policy, call("readFile", kind: .read, by: .requester)) == "ask default (built-in)")
        #expect(answer(policy, call("writeFile", kind: .edit, by: .desk)) == "ask default (built-in)")
        #expect(answer(policy, call("listDeleted", kind: .search, by: .desk)) == "allow autoApproveThreshold (default)")
        #expect(
            policy.version
                == #"sha256:{"allowArgumentModification":true,"obligations":[],"rules":[{"action":"allow","name":"autoApproveThreshold","when":["provenReadOnly"]},{"action":"allow","name":"confinedReads","obligations":["confinedToReading"],"when":[{"readsWithin":"read-only"}]}],"timeout":300000}"#
        )
    }

    @Test func `asks where the file says so, and names the line`() throws {
        home.write(
            """
            hitl:
              timeout: never
              requireReason: [reject]
              requireApproval: [readFile]
              dangerousActions: [delete, drop table]
              confidenceThreshold: 0.85
            """)
        let policy = try home.load(environment: ["HITL_DANGEROUS_ACTIONS": "delete"]).policy(sha256: bare)
        let file = "~/.config/hitl/hitl.yaml"
        #expect(policy.timeout == nil)
        #expect(policy.obligations == [.reasonToReject])
        #expect(
            answer(policy, call("readFile", kind: .read, confidence: "0.9", by: .desk))
                == "ask requireApproval (\(file):4:3), autoApproveThreshold (default)")
        #expect(
            answer(policy, call("listFiles", kind: .search, confidence: "0.84", by: .desk))
                == "ask confidenceThreshold (\(file):6:3), autoApproveThreshold (default)")
        #expect(
            answer(policy, call("delete_list", kind: .read, confidence: "0.85", by: .desk))
                == "ask dangerousActions (HITL_DANGEROUS_ACTIONS), autoApproveThreshold (default)")
        #expect(
            answer(policy, call("undeleted", kind: .read, confidence: "1", by: .desk))
                == "allow autoApproveThreshold (default)")
    }

    @Test func `asks for reads too where the threshold is never`() throws {
        home.write("policy: { autoApproveThreshold: never }")
        let policy = try home.load().policy(sha256: bare)
        #expect(answer(policy, call("readFile", kind: .read, by: .desk)) == "ask default (built-in)")
    }

    @Test func `keeps the workspace's rules apart from the operator's`() throws {
        home.write("hitl: { requireApproval: [a] }")
        home.write("hitl: { requireApproval: [a, b] }", to: "shop/hitl.yaml")
        let policy = try home.load(workspace: true).policy(sha256: bare)
        #expect(
            policy.rules.map { "\($0.name) \($0.source) \($0.when.form.canonicalText)" } == [
                #"requireApproval ~/.config/hitl/hitl.yaml:1:9 [{"tool":[{"named":"a"}]}]"#,
                #"requireApproval ~/shop/hitl.yaml:1:9 [{"tool":[{"named":"b"}]}]"#,
                #"autoApproveThreshold default ["provenReadOnly"]"#,
                #"confinedReads default [{"readsWithin":"read-only"}]"#,
            ])
    }

    @Test func `has the same version wherever it is written, and another when it differs`() throws {
        func version(_ text: String) throws -> String {
            home.write(text)
            return try home.load().policy(sha256: bare).version
        }
        let one = try version("hitl: { requireApproval: [a], timeout: 60000 }")
        #expect(try version("# moved\n\nhitl:\n  timeout: 1m\n  requireApproval:\n    - a\n") == one)
        #expect(try version("hitl: { requireApproval: [a], timeout: 1m, enabled: true }") == one)
        #expect(try version("hitl: { requireApproval: [b], timeout: 1m }") != one)
        #expect(try version("hitl: { dangerousActions: [a], timeout: 1m }") != one)
        #expect(try version("hitl: { requireApproval: [a], timeout: 2m }") != one)
        #expect(try version("hitl: { requireApproval: [a], timeout: 1m, requireReason: [reject] }") != one)
        #expect(try version("hitl: { requireApproval: [a], timeout: 1m, allowArgumentModification: false }") != one)
        #expect(try version("hitl: { requireApproval: [a], timeout: 1m, confidenceThreshold: 0.5 }") != one)
    }
}
