import Glibc
import HITLCore
import HITLPlatform
import HITLTestSupport
import Testing

/// Real processes against one real desk, all at once.
@Suite(.oneAtATime) struct `At the same instant` {
    /// I5: one request, one decision.
    @Test func `an approval and a rejection from two processes become one decision, and the loser hears which`()
        async throws
    {
        let home = try Home()
        let desk = try await BareDesk.open(home)
        var approved: [Int] = []
        for round in 0..<5 {
            let numbers = (round * 20 + 1)...(round * 20 + 20)
            var askers: [ChildProcess] = []
            for number in numbers {
                askers.append(try await home.start(["ask", "paint", "--", "sh", "-c", "echo \(number) >> ran"]))
                // So that the number is its own.
                try await home.waitFor { home in try await home.pending().contains(number) }
            }
            for (number, asker) in zip(numbers, askers) {
                // Who comes first is left to the machine; who is let go first alternates.
                let words = number % 2 == 0 ? ["approve", "reject"] : ["reject", "approve"]
                let first = try await home.poise([words[0], "\(number)", "--reason", words[0]])
                let second = try await home.poise([words[1], "\(number)", "--reason", words[1]])
                try await first.write([UInt8(ascii: "\n")])
                try await second.write([UInt8(ascii: "\n")])
                let said = [words[0]: Said(await first.wait()), words[1]: Said(await second.wait())]
                let winners = said.keys.filter { said[$0]?.code == 0 }
                #expect(winners.count == 1, "\(number): \(said)")
                guard let winner = winners.first, let loser = said[winner == "approve" ? "reject" : "approve"] else {
                    continue
                }
                let decision = winner == "approve" ? "approved" : "rejected"
                #expect(loser.code == 1)
                #expect(
                    masked(loser.err, in: home)
                        == "hitl: Request \(number) was already \(decision) by OPERATOR (human@socket), N seconds ago.\n"
                )
                let end = Said(await asker.wait())
                if winner == "approve" {
                    approved.append(number)
                    #expect(end == Said(code: 0))
                } else {
                    #expect(end == Said(code: 125, err: "hitl: Rejected by \(operatorName): reject.\n"))
                }
            }
        }
        #expect(await desk.end(by: SIGTERM) == .exited(0))
        // Once each, and nothing else.
        let ran = (home.read("w/ran") ?? "").split(separator: "\n").compactMap { Int($0) }
        #expect(ran.sorted() == approved)
        let records = try await home.auditRecords()
        #expect(records.map(\.number).sorted() == Array(1...100))
        #expect(records.filter { $0.decision == "approved" }.map(\.number) == approved)
        #expect(records.filter { $0.decision == "rejected" }.count == 100 - approved.count)
        #expect(try await home.hitl("audit", "verify").code == 0)
        print("100 races: \(approved.count) approvals and \(100 - approved.count) rejections came first")
    }

    /// Nine hundred connections of one program, and a hundred programs with one each.
    @Test func `a thousand clients ask, and each gets its own number and its own answer`() async throws {
        let home = try Home(configuration: "queue: { maxPendingPerUser: 1000 }\n")
        let desk = try await BareDesk.open(home)
        let crowd = try await home.start(
            program: "/usr/bin/python3", ["-c", Self.crowd], timeLimit: .seconds(120))
        var programs: [ChildProcess] = []
        for number in 1...100 {
            programs.append(
                try await home.start(
                    ["ask", "paint", "--arg", "wall=\(number)", "--json"], timeLimit: .seconds(120)))
        }
        try await home.waitFor { home in try await home.pending().count == 1000 }
        #expect(try await home.pending() == Array(1...1000))
        // Every other one; each is decided and reported on its own.
        let even = stride(from: 2, through: 1000, by: 2).map(String.init).joined(separator: ",")
        let odd = stride(from: 1, through: 1000, by: 2).map(String.init).joined(separator: ",")
        let approving = try await home.start(["approve", even], timeLimit: .seconds(120))
        let rejecting = try await home.start(["reject", odd], timeLimit: .seconds(120))
        #expect(Said(await approving.wait()).code == 0)
        #expect(Said(await rejecting.wait()).code == 0)
        var numbers: [Int64] = []
        for program in programs {
            let said = Said(await program.wait())
            let answer = try #require(try JSONValue(parsing: said.out).object)
            let number = try #require(answer["number"]?.integer)
            numbers.append(number)
            #expect(said.code == (number % 2 == 0 ? 0 : 3))
        }
        let crowded = Said(await crowd.wait())
        #expect(crowded.code == 0, "\(crowded.err)")
        numbers += crowded.out.split(separator: "\n").compactMap { Int64($0) }
        #expect(numbers.sorted() == Array(1...1000))
        #expect(await desk.end(by: SIGTERM) == .exited(0))
        let records = try await home.auditRecords()
        #expect(records.map(\.number).sorted() == Array(1...1000))
        #expect(records.allSatisfy { $0.decision == ($0.number % 2 == 0 ? "approved" : "rejected") })
        #expect(try await home.hitl("audit", "verify").code == 0)
    }

    /// Prints the number of each of its requests whose answer was the one for that number.
    private static let crowd = #"""
        import json, os, socket
        path = os.environ["XDG_RUNTIME_DIR"] + "/hitl/desk.sock"
        desks = [socket.socket(socket.AF_UNIX) for _ in range(900)]
        for desk in desks: desk.connect(path)
        ask = {"jsonrpc": "2.0", "id": 1, "method": "ask", "params": {"id": "a", "tool": "paint", "args": {}}}
        line = (json.dumps(ask) + "\n").encode()
        for desk in desks: desk.sendall(line)
        for desk in desks:
            lines = desk.makefile("r")
            opened = json.loads(lines.readline())["params"]["number"]
            answer = json.loads(lines.readline())["result"]
            expected = "approved" if opened % 2 == 0 else "rejected"
            if answer["number"] == opened and answer["decision"] == expected: print(opened)
        """#
}
