import Glibc
import HITLCore
import HITLPlatform
import HITLTestSupport
import Testing

/// Who decided, asked of the built program.
@Suite(.oneAtATime) struct `Keys` {
    private static let keys = "h/.local/state/hitl/keys"
    private static let hasOpenSSH: Bool = {
        let missing = ["ssh-keygen", "ssh-agent", "ssh-add"].filter { access("/usr/bin/" + $0, X_OK) != 0 }
        if !missing.isEmpty { print("NOT TESTED against OpenSSH: \(missing.joined(separator: ", ")) not installed") }
        return missing.isEmpty
    }()

    /// What verify says in its line about signatures, or all of it where there is none.
    private func signatures(_ home: Home, _ options: String...) async throws -> (Int32, String) {
        let said = try await home.run(["audit", "verify"] + options)
        let line = said.out.split(separator: "\n").first { $0.contains("Signatures: ") }
        return (said.code, line.map { $0.trimmingPrefix(while: { $0 == " " }) }.map(String.init) ?? said.out)
    }

    private func name(_ home: Home) async throws -> String {
        let list = try await home.hitl("keys", "list")
        return String(list.out.prefix { $0 != " " })
    }

    @Test func `are made by the first desk, and sign what its operator decides`() async throws {
        let home = try Home()
        #expect(
            try await home.hitl("keys", "list").out
                == "No keys yet. The first desk that opens makes yours, or: hitl keys new\n")
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint", "--arg", "wall=east") == 1)
        #expect(try await home.ask("paint", "--arg", "wall=west") == 2)
        try await desk.hasBeenShown(2)
        try await desk.enter("/hitl approve 1 --reason fine")
        #expect(try await home.hitl("reject", "2").code == 0)
        let shown = try await home.hitl("show", "1").out
        #expect(try await desk.quit() == .exited(0))

        #expect(home.mode(of: Self.keys) == 0o700)
        #expect(home.mode(of: Self.keys + "/signing") == 0o600 && home.mode(of: Self.keys + "/known") == 0o600)
        let name = try await name(home)
        #expect(name.hasPrefix("SHA256:") && name.count == 50)
        #expect(try await home.hitl("keys", "list").out == "\(name)  \(operatorName)  yours\n")
        #expect(shown.contains("   Signed: \(name.prefix(19))\n") && shown.contains("   Key: \(name)\n"))
        #expect(try await signatures(home) == (0, "Signatures: 2 decisions signed"))
        #expect(try await signatures(home, "--require-signatures") == (0, "Signatures: 2 decisions signed"))
        let json = try await home.hitl("audit", "verify", "--json").out
        #expect(
            json.contains(#""signatures":{"failed":0,"signed":2,"unsigned":0}"#) && json.contains(#""intact":true"#))

        let records = try await home.hitl("audit", "export").out.split(separator: "\n")
        #expect(records.count == 2)
        for (record, decider) in zip(records, ["terminal", "remote"]) {
            #expect(record.contains(#""decidedBy":"\#(decider)""#))
            #expect(record.contains(#""hiddenLines":0"#) && record.contains(#""key":"\#(name)""#))
        }
    }

    @Test func `that are revoked keep what was signed before and sign nothing more`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint") == 1)
        #expect(try await home.ask("paint") == 2)
        #expect(try await home.hitl("approve", "1").code == 0)
        let name = try await name(home)
        let revoked = try await home.run(["keys", "revoke", String(name.prefix(15))])
        #expect(revoked.code == 0)
        #expect(revoked.out.contains("\(name) does not count from "))
        #expect(revoked.out.contains("It is the key that you sign with. Make another: hitl keys new --replace\n"))

        let refused = try await home.hitl("approve", "2")
        #expect(refused.code == 7)
        #expect(
            refused.err.hasPrefix(
                "hitl: Nothing was decided, because it could not be signed: your key \(name.prefix(19)) was revoked."))
        #expect(try await home.hitl("status").out.contains("2. Tool: paint"))
        // Earlier than the decision: then that does not count either, and later does not help any more.
        #expect(try await signatures(home) == (0, "Signatures: 1 decision signed"))
        #expect(try await home.run(["keys", "revoke", name, "--at", "2026-01-01"]).code == 0)
        #expect(try await home.run(["keys", "revoke", name]).out.contains("Nothing changed."))
        let verified = try await home.hitl("audit", "verify")
        #expect(verified.code == 7)
        #expect(verified.out.hasPrefix("The chain of "))
        #expect(
            verified.out.contains(
                "   The decision on request 1 is signed with `\(name)`, which was revoked at 2026-01-01T00:00:00.000Z.\n"
            ))
        #expect(try await desk.quit() == .exited(0))

        #expect(try await home.run(["keys", "new"]).code == 1)
        #expect(try await home.run(["keys", "new", "--replace"]).code == 0)
        let next = try await Desk.open(home, firstPrompt: "hitl (1) >")
        #expect(try await home.hitl("approve", "2").code == 0)
        #expect(try await next.quit() == .exited(0))
        #expect(try await home.hitl("keys", "list").out.split(separator: "\n").count == 2)
        #expect(try await signatures(home).1 == "Signatures: 1 decision signed")
    }

    @Test func `of others count once a person has trusted them, or for once from a file`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint") == 1)
        #expect(try await home.hitl("reject", "1").code == 0)
        #expect(try await desk.quit() == .exited(0))
        let exported = try await home.hitl("keys", "export").out
        #expect(exported.hasPrefix("ssh-ed25519 ") && exported.contains(" \(operatorName) from="))
        try home.write(exported, to: "their.pub")
        // Somebody else, with the ledger alone.
        let auditor = try Home()
        #expect(
            try await auditor.run(program: "/bin/mkdir", ["-p", "-m", "700", auditor.path("h/.local/state/hitl")]).code
                == 0)
        #expect(try await auditor.run(program: "/bin/cp", [home.ledger, auditor.ledger]).code == 0)
        let unknown = try await auditor.hitl("audit", "verify")
        #expect(unknown.code == 7)
        #expect(unknown.out.contains("   The decision on request 1 is signed with `SHA256:"))
        #expect(
            unknown.out.contains(
                "   Keys become known by `hitl keys trust FILE`, or for this once by --reviewers FILE.\n"))
        #expect(
            try await signatures(auditor, "--reviewers", home.path("their.pub")) == (0, "Signatures: 1 decision signed")
        )
        // Of the wrong person.
        try home.write(exported.replacing(" \(operatorName) ", with: " mallory "), to: "wrong.pub")
        let wrong = try await auditor.run(["audit", "verify", "--reviewers", home.path("wrong.pub")])
        #expect(wrong.code == 7 && wrong.out.contains("names `\(operatorName)`, and is signed with `SHA256:"))

        let scripted = try await auditor.run(["keys", "trust", home.path("their.pub")])
        #expect(scripted == Said(code: 1, err: "hitl: Trusting a key needs a person at a terminal. Nothing changed.\n"))
        for (answer, code) in [("no", Int32(1)), ("trust", 0)] {
            let terminal = try PseudoTerminal.spawn(
                [Home.hitl, "keys", "trust", home.path("their.pub")], environment: auditor.environment, columns: 100,
                rows: 30, directory: auditor.workspace)
            try await terminal.until(.seconds(15)) { $0.contains("Type `trust` to trust exactly these:") }
            terminal.send(answer + "\r")
            #expect(try await terminal.waitForExit() == .exited(code))
        }
        #expect(try await auditor.hitl("keys", "list").out.hasSuffix("  \(operatorName)  trusted\n"))
        #expect(try await signatures(auditor) == (0, "Signatures: 1 decision signed"))
    }

    @Test func `that cannot be used let nothing be decided`() async throws {
        let home = try Home(configuration: "security: { signingKey: ~/mine }\n")
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint") == 1)
        var refused = try await home.hitl("approve", "1")
        #expect(refused.code == 7)
        #expect(
            refused.err.hasPrefix(
                "hitl: Nothing was decided, because it could not be signed: the key `\(home.path("h/mine"))`"))
        try home.write("-----BEGIN NONSENSE-----\n", to: "h/mine")
        refused = try await home.hitl("reject", "1")
        #expect(refused.err.contains("`\(home.path("h/mine"))` is no OpenSSH private key."))
        if Self.hasOpenSSH {
            for (word, phrase) in [("secret", "secret"), ("", "")] {
                unlink(home.path("h/mine"))
                #expect(
                    try await home.run(
                        program: "/usr/bin/ssh-keygen",
                        ["-q", "-t", "ed25519", "-N", phrase, "-f", home.path("h/mine")]
                    ).code == 0)
                refused = try await home.hitl("approve", "1")
                #expect(refused.code == (word.isEmpty ? 0 : 7), "\(refused)")
                guard !word.isEmpty else { continue }
                #expect(
                    refused.err.contains(
                        "has a passphrase: add it to ssh-agent and set `security.signingKey: agent`."))
                #expect(try await home.hitl("status").out.contains("1. Tool: paint"))
            }
            #expect(try await desk.quit() == .exited(0))
            #expect(try await signatures(home) == (0, "Signatures: 1 decision signed"))
        } else {
            #expect(try await desk.quit() == .exited(0))
        }
        #expect(!home.exists(Self.keys + "/signing"))
    }

    @Test(.enabled(if: hasOpenSSH)) func `in an agent of SSH sign, and do not once it is locked`() async throws {
        let home = try Home(configuration: "security: { signingKey: agent }\n")
        let socket = home.path("r/agent")
        let agent = try await home.start(program: "/usr/bin/ssh-agent", ["-D", "-a", socket], timeLimit: .seconds(120))
        let here = ["SSH_AUTH_SOCK": socket, "SSH_ASKPASS": home.path("ask"), "SSH_ASKPASS_REQUIRE": "force"]
        try home.write("#!/bin/sh\necho secret\n", to: "ask", mode: 0o700)
        // Its socket is there before it listens; then it says that it has no keys.
        try await home.waitFor { try await $0.run(program: "/usr/bin/ssh-add", ["-l"], environment: here).code == 1 }
        #expect(
            try await home.run(
                program: "/bin/sh", ["-c", "ssh-keygen -q -t ed25519 -N '' -f $0/k && ssh-add -q $0/k", home.root],
                environment: here
            ).code == 0)
        let desk = try await Desk.open(home, environment: here)
        for number in 1...3 { #expect(try await home.ask("paint") == number) }
        #expect(try await home.hitl("approve", "1").code == 0)
        #expect(try await home.run(program: "/usr/bin/ssh-add", ["-q", "-x"], environment: here).code == 0)
        let refused = try await home.hitl("approve", "2")
        #expect(refused.code == 7)
        #expect(
            refused.err.hasPrefix(
                "hitl: Nothing was decided, because it could not be signed: ssh-agent did not sign: it is locked"))
        #expect(try await home.run(program: "/usr/bin/ssh-add", ["-q", "-X"], environment: here).code == 0)
        #expect(try await home.hitl("approve", "2").code == 0)
        agent.stop(grace: .zero)
        _ = await agent.wait()
        let gone = try await home.hitl("approve", "3")
        #expect(gone.code == 7 && gone.err.contains("ssh-agent"))
        #expect(try await desk.quit() == .exited(0))
        #expect(try await signatures(home) == (0, "Signatures: 2 decisions signed"))
        #expect(!home.exists(Self.keys + "/signing"))
    }

    @Test func `can be switched off, which is told`() async throws {
        let home = try Home(configuration: "security: { signingKey: 'off' }\n")
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint") == 1)
        #expect(try await home.hitl("approve", "1").code == 0)
        #expect(try await desk.quit() == .exited(0))
        #expect(!home.exists(Self.keys))
        #expect(try await signatures(home) == (0, "Signatures: 1 decision without one"))
        let demanded = try await home.hitl("audit", "verify", "--require-signatures")
        #expect(demanded.code == 7 && demanded.out.contains("   The decision on request 1 is not signed.\n"))
    }

    @Test func `sign how much of a request was on the screen`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home, columns: 60, rows: 20)
        let long = (1...200).map { "line \($0)" }.joined(separator: "\n")
        #expect(try await home.ask("paint", "--arg", "text=\(long)") == 1)
        try await desk.sees("lines hidden: /hitl show 1 shows all of it")
        #expect(try await home.hitl("approve", "1").code == 0)
        let record = try await home.hitl("audit", "export").out
        #expect(record.firstMatch(of: /"hiddenLines":[1-9][0-9]*,/) != nil && record.contains(#""shownAt":null"#))
        #expect(try await home.hitl("show", "1").out.firstMatch(of: /Shown: in part, all but [0-9]+ lines/) != nil)
        #expect(try await desk.quit() == .exited(0))
    }
}
