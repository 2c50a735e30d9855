import Glibc
import HITLPlatform
import HITLTestSupport
import Testing

@Suite(.oneAtATime) struct `An agent that floods the desk` {
    /// Asks for as much as it is told to, and counts what becomes of it.
    private static let flood = """
        import json, os, sys
        count = int(sys.argv[1])
        def send(number, method, params):
            sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\\n")
        import threading
        def pour():
            for number in range(1, count + 1):
                send(number, "ask", {"id": "c%d" % number, "tool": "bash", "args": {"command": "true", "n": number}})
            sys.stdout.flush()
        pouring = threading.Thread(target=pour)
        pouring.start()
        kinds = {}
        for line in sys.stdin:
            message = json.loads(line)
            if "error" in message:
                kind = message["error"]["data"]["kind"]
                kinds[kind] = kinds.get(kind, 0) + 1
                if sum(kinds.values()) == count - 50:
                    pouring.join()
                    # Whole or not at all: somebody waits for it to be there.
                    with open("refused.part", "w") as told:
                        told.write(" ".join(sorted(kinds)))
                    os.rename("refused.part", "refused")
                    send(count + 1, "done", {"number": 0})
                    sys.stdout.flush()
        """

    @Test func `is bounded and told so, and nobody else waits for it`() async throws {
        let home = try Home()
        try home.write(Self.flood, to: "w/flood.py")
        let desk = try await Desk.open(
            home,
            [
                "--enable-hitl", "--agent", "exec", "--workspace", home.workspace, "--", "/usr/bin/python3", "flood.py",
                "10000",
            ], firstPrompt: "hitl (50) >")
        // Another one is served while it pours.
        let asking = try await home.start(["ask", "deploy", "--", "touch", "deployed"])
        try await home.waitFor { try await $0.pending().contains(51) }
        #expect(try await home.hitl("approve", "51").code == 0)
        #expect(Said(await asking.wait()).code == 0)
        #expect(home.exists("w/deployed"))
        try await home.waitFor { $0.exists("w/refused") }
        // By the queue, which takes 50; and where it is busy by the connection, which has 1,024 questions at once.
        let refused = Set((home.read("w/refused") ?? "").split(separator: " "))
        #expect(refused.contains("tooManyPending") && refused.isSubset(of: ["tooManyPending", "tooManyAtOnce"]))
        #expect(try await home.pending().count == 50)
        try await desk.sees("exec asks for more than 50 things at once; what is over that is refused.")
        desk.terminal.signal(SIGTERM)
        #expect(try await desk.terminal.waitForExit() == .exited(0))
        // Neither does it fill the ledger.
        #expect(try await home.auditRecords().count == 51)
    }
}
