import HITLTestSupport
import Testing

@Suite(.oneAtATime) struct `What the gate does` {
    @Test func `is told on standard error where HITL_DEBUG says so, without secrets, and not otherwise`() async throws {
        let home = try Home(configuration: "hitl: { confidenceThreshold: 0.85 }\n")
        try home.write(
            """
            name: one
            description: One call.
            agents:
              main:
                - call: writeFile
                  arguments: { path: a.txt, content: "password=hunter2hunter2" }
                  confidence: 0.72
            """, to: "scenario.yaml")
        let loop = ["--enable-hitl", "--scenario", home.path("scenario.yaml"), "--workspace", home.workspace]
        let said = try await home.script(["/hitl approve 1"], loop, environment: ["HITL_DEBUG": "true"])
        let told = said.err.split(separator: "\n").map(String.init)
        #expect(told.allSatisfy { $0.hasPrefix("[HITL] ") })
        for line in [
            "[HITL] Review required for tool: writeFile", "[HITL] Confidence: 0.72 (threshold: 0.85)",
            "[HITL] Executing tool with confirmation: 1", "[HITL] Execution of 1 ended: succeeded",
        ] {
            #expect(told.contains(line), "\(said.err)")
        }
        #expect(told.contains { $0.hasPrefix("[HITL] Review of request 1 approved by ") })
        #expect(!said.err.contains("hunter2"))
        #expect(home.read("w/a.txt") == "password=hunter2hunter2")

        let option = try await home.script(["/hitl status"], loop + ["--debug"])
        #expect(option.err.contains("[HITL] Review required for tool: writeFile"))
        let quiet = try await home.script(["/hitl status"], loop)
        #expect(quiet.err == "")
    }
}
