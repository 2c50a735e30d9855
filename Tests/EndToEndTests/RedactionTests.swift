import HITLCore
import HITLPlatform
import HITLTestSupport
import Testing

/// Every secret of the corpus, through the real program: what is left of it where.
@Suite(.oneAtATime) struct `A secret` {
    @Test func `of the corpus is on no screen, in no file, in no answer and in no export`() async throws {
        guard let cases = Corpus.lines("policy-cases.jsonl"), let secrets = Corpus.object("secrets.json") else {
            return
        }
        let home = try Home(
            configuration: "policy: { autoRejectThreshold: never }\nqueue: { maxPendingPerUser: 100 }\n")
        let desk = try await Desk.open(home, ["--enable-hitl", "--agent", "none"])
        var values: [String] = []
        var asked = 0
        for list in secrets.members {
            guard let one = cases.first(where: { $0["id"]?.string == list.name }), let arguments = one["args"],
                let tool = one["tool"]?.string
            else { continue }
            values += (list.value.array ?? []).compactMap(\.string)
            // Denied or waiting: recorded either way.
            _ = try await home.run(["ask", tool, "--async", "--args", arguments.canonicalText])
            asked += 1
        }
        #expect(asked > 20)
        _ = try await desk.enter("/hitl status")
        let status = try await home.run(["status", "--json"])
        let text = try await home.run(["status"])
        _ = try await home.run(["reject", "1-100", "--reason", "because of \(values[0])"])
        let history = try await home.run(["history", "--json"])
        let exported = try await home.run(["audit", "export", "--format", "jsonl"])
        _ = try await desk.enter("/hitl history --last 100")
        #expect(history.out.utf8.count > 1000 && exported.out.utf8.count > 1000)

        var places = [
            ("the screen", desk.screen.text), ("status --json", status.out), ("status", text.out),
            ("history --json", history.out), ("the export", exported.out),
        ]
        for name in Home.names(in: home.path("h/.local/state/hitl")) {
            places.append((name, Home.contents(of: home.path("h/.local/state/hitl/\(name)")) ?? ""))
        }
        #expect(places.contains { $0.0 == "ledger.db" })
        for (place, content) in places {
            for value in values { #expect(!content.contains(value), "\(value) is in \(place)") }
        }
    }

    @Test func `is shown to the person at the desk who asks for it, and that is on the record`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home, ["--enable-hitl", "--agent", "none"])
        let asking = try await home.start(["ask", "login", "--arg", "password=hunter2hunter2"])
        try await desk.sees("New request 1:")
        let masked = try await desk.enter("/hitl show 1").joined(separator: "\n")
        #expect(masked.contains("<secret: password, 14 bytes, ") && !masked.contains("hunter2"), "\(masked)")
        let revealed = try await desk.enter("/hitl show 1 --reveal").joined(separator: "\n")
        #expect(revealed.contains("hunter2hunter2"), "\(revealed)")
        let elsewhere = try await home.run(["show", "1", "--reveal"])
        #expect(!elsewhere.out.contains("hunter2"), "\(elsewhere.out)")
        let exported = try await home.run(["audit", "export", "--format", "jsonl"])
        #expect(!exported.out.contains("hunter2"))
        asking.stop(grace: .zero)
    }
}
