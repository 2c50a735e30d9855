package import HITLCore
import HITLGate
import HITLTerminal

package struct GrantsCommand: Command {
    package static let definition = CommandDefinition(
        "grants", .desk, summary: "list standing permissions, or end one",
        discussion: """
            A grant has the number of the request that it was given with; see approve. What it answered is in the \
            history as allowed, by `grant N`.
            """,
        positionals: [
            .init("WHAT", .word(["revoke"]), .optional, doc: "revoke"),
            .init("N", .text, .optional, doc: "the grant's number"),
        ],
        options: [.json],
        examples: [
            .init("/hitl grants", "what is granted"), .init("/hitl grants revoke 3", "no more of that"),
        ])

    private let revoked: Int64?
    private let json: Bool

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        json = arguments.has("json")
        let words = arguments.positionals
        guard let what = words.first else {
            revoked = nil
            return
        }
        guard what == "revoke" else { throw .badValue(what, of: "grants", expected: "revoke N") }
        guard words.count > 1 else { throw .missing(argument: "N", command: "/hitl grants revoke") }
        guard let number = Int64(words[1]), number > 0 else {
            throw .badValue(words[1], of: "/hitl grants revoke", expected: "the number of a grant")
        }
        revoked = number
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        guard let gate = desk.gate else {
            guard revoked == nil else { return .failure(Desk.noDeskText, .noDesk) }
            return CommandResult(
                "Nothing is granted: a grant ends with its desk, and no desk is running.",
                json: json ? .members(["grants": .array([])]) : nil)
        }
        guard let revoked else { return list(gate.grants.standing, now: desk.clocks.wall()) }
        if let barred = `operator`.barred {
            await gate.ledger.note(.attempted(by: `operator`.principal, what: "revoke grant \(revoked)"))
            return .failure(StyledText("You may not end grants: \(DisplayText(untrusted: barred))."))
        }
        do throws(GrantRefusal) {
            guard try await gate.revoke(grant: revoked, by: `operator`.principal) else {
                let list = `operator`.typed("grants")
                return .failure(StyledText("There is no grant \(revoked) in force. \(list) lists them."))
            }
            return CommandResult(
                StyledText("Grant \(revoked) is over. What it would have answered asks again."),
                json: json ? .members(["revoked": .integer(revoked)]) : nil)
        } catch {
            return .failure(StyledText("Grant \(revoked) is over, but that could not be recorded."), .ledger)
        }
    }

    private func list(_ standing: [GrantBook.Standing], now: WallTime) -> CommandResult {
        if json {
            let grants = standing.map { entry in
                JSONValue.members(["grant": entry.grant.json, "used": .integer(entry.used)])
            }
            return CommandResult(StyledText(), json: .members(["grants": .array(grants)]))
        }
        guard !standing.isEmpty else {
            return CommandResult(StyledText("Nothing is granted: every call that asks is asked."))
        }
        var text = StyledText()
        for entry in standing {
            let grant = entry.grant
            text.line(
                "\(grant.request). \(DisplayText(untrusted: grant.tool)), \(DisplayText(untrusted: grant.scope.rawValue))"
            )
            text.append(" for agent \(DisplayText(untrusted: grant.agent)), used \(entry.used)")
            if let uses = grant.uses { text.append(" of \(uses)") }
            if let until = grant.until {
                text.append(", for another \(DisplayText(untrusted: (until - now).remaining))")
            }
            text.append(", given by \(DisplayText(untrusted: grant.grantedBy.name))")
        }
        return CommandResult(text)
    }
}
