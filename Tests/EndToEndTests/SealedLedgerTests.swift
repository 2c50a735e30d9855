import Glibc
import HITLTestSupport
import Testing

/// Records that are encrypted, asked of the built program.
@Suite(.oneAtATime) struct `A ledger that is sealed` {
    private static let own = "h/.local/state/hitl/keys/audit"

    private func decide(_ home: Home, _ environment: [String: String] = [:]) async throws {
        let desk = try await Desk.open(home, environment: environment)
        let number = try await home.ask("paint", "--arg", "wall=swordfish")
        #expect(try await home.hitl("approve", "\(number)", "--reason", "swordfish it is").code == 0)
        #expect(try await desk.quit() == .exited(0))
    }

    private func stored(_ home: Home) -> String {
        ["", "-wal"].compactMap { Home.contents(of: home.ledger + $0) }.joined()
    }

    @Test func `keeps from whoever has the file what was asked and decided`() async throws {
        let home = try Home(configuration: "security: { encryptAuditLogs: true }\n")
        try await decide(home)
        #expect(home.mode(of: Self.own) == 0o600)
        #expect(!stored(home).contains("swordfish") && stored(home).contains(#"","sealed":""#))
        #expect(try await home.hitl("history").out.contains("   Reason: swordfish it is\n"))
        #expect(try await home.hitl("audit", "export").out.contains(#""reason":"swordfish it is""#))
        let verified = try await home.hitl("audit", "verify")
        #expect(verified.code == 0 && verified.out.contains("   Signatures: 1 decision signed\n"))

        // Without the key: one sentence, and the chain all the same.
        #expect(rename(home.path(Self.own), home.path("key")) == 0)
        let lost = try await home.run(["history"])
        #expect(lost.code == 7)
        #expect(lost.err.contains(#/is sealed with the key `aes:[0-9a-f]{16}`, which is not here\./#))
        try home.write("security: { encryptAuditLogs: false }\n", to: "h/.config/hitl/hitl.yaml")
        let chain = try await home.hitl("audit", "verify")
        #expect(chain.code == 0 && chain.out.hasPrefix("The ledger is intact: "))
        #expect(chain.out.contains("which is not here: indexes and signatures were not checked.\n"))
        for encrypts in [false, true] {
            try home.write("security: { encryptAuditLogs: \(encrypts) }\n", to: "h/.config/hitl/hitl.yaml")
            let refused = try await home.script([], "--agent", "none", "--enable-hitl")
            #expect(refused.code == 7 && refused.err.contains("is sealed with the key `aes:"))
        }
        // No other key was made in its place.
        #expect(!home.exists(Self.own))
        #expect(rename(home.path("key"), home.path(Self.own)) == 0)
        #expect(try await home.hitl("history").code == 0)
    }

    @Test func `takes another key from a file, the environment or a command, and reads what was before`() async throws {
        let home = try Home(configuration: "security: { encryptAuditLogs: true }\n")
        try await decide(home)
        let hexadecimal = String(repeating: "0f", count: 32)
        try home.write(hexadecimal + "\n", to: "hex")
        // Each in its turn seals from then on; the former ones stay in the list, to read with.
        let environment = ["LEDGER_KEY": String(repeating: "1e", count: 32)]
        var sources: [String] = []
        for source in [home.path("hex"), "env:LEDGER_KEY", "command:/bin/cat \(home.path("hex"))"] {
            sources.insert(source, at: 0)
            let list = sources.map { "'\($0)'" }.joined(separator: ", ")
            try home.write(
                "security: { encryptAuditLogs: true, auditKeys: [\(list)] }\n", to: "h/.config/hitl/hitl.yaml")
            let desk = try await Desk.open(home, environment: environment)
            #expect(try await desk.quit() == .exited(0))
            let history = try await home.run(["history"], environment: environment)
            #expect(history.code == 0 && history.out.contains("swordfish it is"), "\(source) \(history)")
            #expect(try await home.run(["audit", "verify"], environment: environment).code == 0)
        }
        for (source, reason) in [
            ("env:NOT_THERE", "the variable is not set"), (home.path("none"), "there is nothing at that path"),
            ("command:/bin/false", "the command failed"),
            ("command:/bin/echo short", "it is not 32 bytes, 64 hexadecimal digits or 44 letters of Base64"),
        ] {
            try home.write(
                "security: { encryptAuditLogs: true, auditKeys: ['\(source)'] }\n", to: "h/.config/hitl/hitl.yaml")
            let refused = try await home.script([], "--agent", "none", "--enable-hitl")
            #expect(refused.code == 7 && refused.err.contains("is not to be had: "), "\(refused)")
            if source != home.path("none") { #expect(refused.err.contains(reason), "\(refused)") }
        }
    }
}
