import HITL

/// A program that puts a person between its agent and its tools.
///
/// The agent here is a list of calls; the person is a rule of thumb that stands in for a dialog. Everything
/// else is as in a real program: nothing below runs before the decision about it is in the ledger. With the path of a ledger
/// to keep, the decisions in it are signed with the shift lead's key beside it.
@main
struct RefundDesk {
    static func main() async throws {
        let path = CommandLine.arguments.dropFirst().first
        let keys = try path.map { ReviewerKeys(["shift lead": try .file($0 + ".shift-lead")]) }
        let gate = try await ToolGate(
            agent: "refund-assistant", ledger: path.map(ToolGate.LedgerLocation.file) ?? .memory,
            rules: ToolRules(allowed: ["readOrder"], dangerousActions: ["delete"], requireReason: [.reasonToReject]),
            signer: keys, reviewCallback: review)

        let events = await gate.events()
        let watching = Task {
            for await change in events {
                if case .closed(let request) = change {
                    print("  [\(request.number)] \(request.call.tool): \(request.status.word)")
                }
            }
        }

        await attempt("readOrder", ["order": 1032], with: gate) { _ in "order 1032: one lamp, 25.00" }
        await attempt("refund", ["order": 1032, "amount": 25], with: gate) { arguments in
            "refunded \(arguments["amount"]?.integer ?? 0)"
        }
        await attempt("refund", ["order": 1033, "amount": 400], with: gate) { arguments in
            "refunded \(arguments["amount"]?.integer ?? 0)"
        }
        await attempt("deleteCustomer", ["customer": 7], with: gate) { _ in "deleted" }

        let statistics = try gate.statistics()
        print(
            "approved \(statistics.all.decisions["approved", default: 0]), rejected \(statistics.all.decisions["rejected", default: 0])"
        )
        if let keys {
            let findings = try await gate.verifySignatures(by: keys.known, requirement: .always)
            print("signed \(findings.signed), not as signed \(findings.failed)")
        }
        await gate.close()
        await watching.value
    }

    /// Stands where a program would open a dialog and wait for somebody's answer.
    @Sendable static func review(_ request: ApprovalRequest) async -> ReviewAnswer {
        guard request.call.tool == "refund" else {
            return .reject(reviewer: "shift lead", reason: "customers are not deleted from here")
        }
        let amount = request.call.arguments["amount"]?.integer ?? .max
        guard amount > 100 else { return .approve(reviewer: "shift lead", reason: nil, arguments: nil) }
        var less = request.call.arguments
        less["amount"] = 100
        return .approve(reviewer: "shift lead", reason: "100 is the limit", arguments: less)
    }

    static func attempt(
        _ tool: String, _ arguments: JSONObject, with gate: ToolGate,
        execute: @escaping @Sendable (JSONObject) async throws -> String
    ) async {
        do {
            print("\(tool): \(try await gate.call(tool, arguments, execute: execute))")
        } catch {
            print("\(tool): \(error.code)")
        }
    }
}
