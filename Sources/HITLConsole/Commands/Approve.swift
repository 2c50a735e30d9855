package import HITLCore
import HITLGate
import HITLTerminal

package struct ApproveCommand: Command {
    package static let definition = CommandDefinition(
        "approve", .desk, summary: "approve requests by number",
        discussion: """
            Each request is decided on its own and reported on its own. What was shown is what runs: where anything \
            has changed since, the call is refused. On a terminal a request can be approved 0.4 seconds after it was \
            shown in full, and not before; one that has not been shown in full is shown instead.

            With --set the arguments are changed instead: the request is closed, a new one with the new arguments is \
            opened and shown, and needs an approval of its own.

            With --for, --uses or --session the approval comes with a grant, which answers for you when such a call \
            asks again: of the same tool, agent and session, no riskier, and within the scope: exact (the same \
            arguments), argv (the same program and words), path (the same paths) or tool (every call of it). The \
            rule is shown in words first and takes effect when the line is entered again. A grant never lifts a \
            denial, ends with the desk, and is not offered for what deletes, is risky or cannot be analysed. \
            The command grants lists them.
            """,
        positionals: [.init("N", .requests, .oneOrMore, doc: "numbers, ranges or ids: 1 3-5 7,9")],
        options: [
            .init("reason", "R", doc: "why; it is recorded"),
            .init("condition", "C", repeats: true, doc: "a condition to record with the approval"),
            .init("set", "PATH=VALUE", .assignment, repeats: true, doc: "change an argument first; see edit"),
            .init("for", "D", .duration, doc: "grant it for so long"),
            .init("uses", "N", .text, doc: "grant it for so many more calls"),
            .init("session", doc: "grant it until the desk closes"),
            .init(
                "scope", "SCOPE", .word(GrantScope.allCases.map(\.rawValue)),
                doc: "of the grant: exact, argv, path or tool"),
            .json,
        ],
        examples: [
            .init("/hitl approve 1", "approve request 1"),
            .init("/hitl approve 3 --for 10m --scope path", "and for ten minutes the same tool on the same paths"),
            .init("/hitl approve 2 4-6 --reason \"checked the paths\"", "approve four requests, each on its own"),
        ])

    private let names: [RequestName]
    private let reason: String?
    private let conditions: [String]
    private let edit: EditCommand?
    private let terms: GrantTerms?
    private let json: Bool

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        names = try arguments.requests()
        reason = arguments.text("reason")
        conditions = arguments.texts("condition")
        json = arguments.has("json")
        terms = try GrantTerms(arguments)
        guard terms == nil || names.count == 1 else { throw .contradiction("a grant", "several requests") }
        guard terms == nil || !arguments.has("set") else { throw .contradiction("a grant", "--set") }
        if arguments.has("set") {
            guard names.count == 1 else { throw .contradiction("--set", "several requests") }
            edit = try EditCommand(name: names[0], assignments: arguments.texts("set"), json: json)
        } else {
            edit = nil
        }
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        if let edit { return await edit.run(in: desk, for: `operator`) }
        let deciding = Deciding(
            answer: .approve, reason: reason, conditions: conditions, desk: desk, operator: `operator`)
        if let terms { return await Granting(terms: terms, deciding: deciding, json: json).decide(names[0]) }
        return await deciding.decide(names, json: json)
    }
}
