package import HITLCore
import HITLGate

package struct RejectCommand: Command {
    package static let definition = CommandDefinition(
        "reject", .desk, summary: "reject requests by number; the reason goes back to the agent",
        discussion: "Rejecting never leaves a permission behind: the same call asks again.",
        positionals: [.init("N", .requests, .oneOrMore, doc: "numbers, ranges or ids: 1 3-5 7,9")],
        options: [
            .init("reason", "R", doc: "why, and what would be accepted; the agent is told"),
            .json,
        ],
        examples: [
            .init("/hitl reject 2 --reason \"Email template needs review\"", "reject request 2 and say why")
        ])

    private let names: [RequestName]
    private let reason: String?
    private let json: Bool

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        names = try arguments.requests()
        reason = arguments.text("reason")
        json = arguments.has("json")
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        let deciding = Deciding(answer: .reject, reason: reason, conditions: [], desk: desk, operator: `operator`)
        return await deciding.decide(names, json: json)
    }
}
