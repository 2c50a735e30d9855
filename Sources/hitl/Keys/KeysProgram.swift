import Glibc
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTerminal

/// `hitl keys new`, `list`, `export`, `trust`, `revoke`: whose signatures count.
enum KeysProgram {
    static let program = Program(
        definition: CommandDefinition(
            "keys", .program, summary: "the keys that decisions are signed with, yours and those of others",
            discussion: """
                Whoever approves or rejects signs the decision with an Ed25519 key; hitl audit verify checks that the \
                records still say what was signed. Yours is made when the first desk opens, and security.signingKey \
                names another: an OpenSSH key file, or a key in ssh-agent.

                new makes one now, or another with --replace; what was signed with the former one stays valid. A desk \
                that runs goes on with the key it has. list shows all keys that count. export prints yours for others, \
                who keep it in a file: hitl keys trust FILE makes the keys in it count, after a person at a terminal \
                has read them. revoke ends one: decisions signed before count, later ones do not. A key is named by \
                the first letters of its name, SHA256:nThb for example.
                """,
            positionals: [
                .init(
                    "WHAT", .word(Work.allCases.map(\.rawValue)), doc: "new, list, export, trust or revoke"),
                .init(
                    "KEY", .file, .optional, doc: "of export and revoke: a key's name; of trust: a file of public keys"),
            ],
            options: [
                .init("replace", doc: "of new: in the place of the key that is there"),
                .init("reviewer", "NAME", .text, doc: "of trust: the login name of whoever signs with it"),
                .init("at", "WHEN", .moment, doc: "of revoke: from when on it does not count; now where it is missing"),
                .init("config", "FILE", .file, doc: "the configuration that names where things are"),
                .init("json", doc: "print one JSON document"),
            ],
            examples: [
                .init("hitl keys list", "whose signatures count?"),
                .init("hitl keys export > alice.pub", "for whoever checks your decisions"),
                .init("hitl keys trust bob.pub --reviewer bob", "Bob's decisions can be checked from now on"),
                .init("hitl keys revoke SHA256:nThbg6kX --at 2026-03-01", "it was stolen on the first of March"),
            ]),
        run: run)

    private enum Work: String, CaseIterable { case new, list, export, trust, revoke }

    private static func run(_ arguments: Arguments) throws(UsageError) -> ExitCode {
        let now = Clocks.system.wall()
        let words = arguments.positionals
        guard let work = Work(rawValue: words[0]) else {
            throw .badValue(words[0], of: "hitl keys", expected: "new, list, export, trust or revoke")
        }
        let name = words.count > 1 ? words[1] : nil
        switch (work, name) {
        case (.new, let name?), (.list, let name?):
            throw .superfluous(argument: name, command: "hitl keys \(work.rawValue)")
        case (.trust, nil): throw .missing(argument: "FILE", command: "hitl keys trust")
        case (.revoke, nil): throw .missing(argument: "KEY", command: "hitl keys revoke")
        default: break
        }
        let end = try arguments.moment("at", now: now) ?? now
        let reviewer = arguments.text("reviewer")
        if let reviewer, reviewer.isEmpty || reviewer.contains(where: \.isWhitespace) {
            throw .badValue(reviewer, of: "--reviewer", expected: "a login name")
        }
        let place: Place
        switch Place.find(file: arguments.text("config")) {
        case .failure(let failure): return failure.report()
        case .success(let found): place = found
        }
        let keys = Keys(place: place, now: now, json: arguments.has("json"))
        do {
            switch work {
            case .new: return try keys.new(replacing: arguments.has("replace"))
            case .list: return try keys.list()
            case .export: return try keys.export(name)
            case .trust: return try keys.trust(name ?? "", reviewer)
            case .revoke: return try keys.revoke(name ?? "", at: end)
            }
        } catch {
            return Failure(.failed, "\(error)").report()
        }
    }
}

/// What the program does, each with what it says.
private struct Keys {
    let place: Place
    let now: WallTime
    let json: Bool

    private var state: String { place.configuration.paths.state }

    func new(replacing: Bool) throws -> ExitCode {
        let path = ReviewerKey.ownPath(state)
        guard replacing || access(path, F_OK) != 0 else {
            return Failure(.failed, "You have a key, `\(path)`, and nothing changed. Another: hitl keys new --replace")
                .report()
        }
        let key = try ReviewerKey.make(state, place.account.name)
        try DeskSigner.remember(key.verifying, state: state, reviewer: place.account.name, now: now)
        let ring = try KeyRing(state: state)
        if json {
            Output.standard((ring.entry(key.verifying)?.json ?? .null).printable + "\n")
        } else {
            say("Your key is \(DisplayText(untrusted: key.verifying.name)), in `\(DisplayText(untrusted: path))`.")
        }
        switch place.configuration.signingKey.value {
        case .own: break
        case .agent, .file, .off:
            Output.complaint(
                StyledText("`security.signingKey` names another key, so no desk signs with this one."))
        }
        return .done
    }

    func list() throws -> ExitCode {
        let ring = try KeyRing(state: state)
        if json {
            Output.standard(JSONValue.members(["keys": .array(ring.entries.map(\.json))]).printable + "\n")
            return .done
        }
        guard !ring.entries.isEmpty else {
            say("No keys yet. The first desk that opens makes yours, or: hitl keys new")
            return .done
        }
        for entry in ring.entries {
            let standing: DisplayText =
                if let end = entry.revokedAt {
                    "revoked, from \(DisplayText(untrusted: end.timestamp)) on"
                } else {
                    entry.isOwn ? "yours" : "trusted"
                }
            say("\(DisplayText(untrusted: entry.key.name))  \(DisplayText(untrusted: entry.reviewer))  \(standing)")
        }
        return .done
    }

    func export(_ name: String?) throws -> ExitCode {
        let ring = try KeyRing(state: state)
        let chosen: [KeyRing.Entry]
        if let name {
            guard let entry = ring.named(name) else { return unknown(name) }
            chosen = [entry]
        } else {
            chosen = ring.entries.filter(\.isOwn)
        }
        guard !chosen.isEmpty else { return Failure(.failed, "You have no key yet. Make one: hitl keys new").report() }
        if json {
            Output.standard(JSONValue.members(["keys": .array(chosen.map(\.json))]).printable + "\n")
        } else {
            for entry in chosen { Output.standard(entry.exported + "\n") }
        }
        return .done
    }

    func trust(_ path: String, _ reviewer: String?) throws -> ExitCode {
        var found = try KeyRing.read(try SmallFile.read(path, limit: 1 << 20), path)
        if let reviewer { for place in found.indices { found[place].reviewer = reviewer } }
        for place in found.indices { found[place].isOwn = false }
        let ring = try KeyRing(state: state)
        // What is known stays as it is: a file of somebody's must not undo that a key was revoked.
        found.removeAll { ring.entry($0.key) != nil }
        guard !found.isEmpty else {
            say("All keys in `\(DisplayText(untrusted: path))` are known, so nothing changed.")
            return .done
        }
        // An agent has no terminal of ours, and whoever has one reads first.
        guard isatty(0) == 1, isatty(1) == 1 else {
            return Failure(.failed, "Trusting a key needs a person at a terminal. Nothing changed.").report()
        }
        for entry in found {
            say("\(DisplayText(untrusted: entry.key.name))  \(DisplayText(untrusted: entry.reviewer))")
        }
        say("Trusted, what these keys sign counts as decided by whom they name. Compare with what its owner reads out.")
        Output.standard("Type `trust` to trust exactly these: ")
        guard let answer = readLine(), answer.utf8.elementsEqual("trust".utf8) else {
            return Failure(.failed, "Nothing changed.").report()
        }
        for entry in found {
            try KeyRing.change(state: state) { ring in ring.entry(entry.key) == nil ? entry : nil }
        }
        say("Trusted.")
        return .done
    }

    func revoke(_ name: String, at end: WallTime) throws -> ExitCode {
        guard let chosen = try KeyRing(state: state).named(name) else { return unknown(name) }
        var result = chosen
        try KeyRing.change(state: state) { ring in
            guard var entry = ring.entry(chosen.key) else { return nil }
            // The earlier time stays: revoking again must not make valid what was not.
            if let former = entry.revokedAt, former <= end { return nil }
            entry.revokedAt = end
            result = entry
            return entry
        }
        if json {
            Output.standard(result.json.printable + "\n")
            return .done
        }
        let key = DisplayText(untrusted: chosen.key.name)
        if result == chosen, let former = chosen.revokedAt {
            say("\(key) was revoked before, from \(DisplayText(untrusted: former.timestamp)) on. Nothing changed.")
        } else {
            say("\(key) does not count from \(DisplayText(untrusted: end.timestamp)) on.")
        }
        if chosen.isOwn, chosen.key == ReviewerKey.ownKey(state) {
            say("It is the key that you sign with. Make another: hitl keys new --replace")
        }
        return .done
    }

    private func unknown(_ name: String) -> ExitCode {
        Failure(.failed, "`\(name)` names no key here, or several. See: hitl keys list").report()
    }

    private func say(_ text: DisplayText) {
        Output.standard(StyledText(text).rendered(for: Output.presentation(of: 1)))
    }
}

extension KeyRing.Entry {
    var json: JSONValue {
        .members([
            "from": from.map { .string($0.timestamp) }, "name": .string(key.name), "own": .bool(isOwn),
            "public": .string(key.openSSH), "reviewer": .string(reviewer),
            "revokedAt": revokedAt.map { .string($0.timestamp) } ?? .null,
        ])
    }
}
