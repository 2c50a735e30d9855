package import HITLCore
import HITLGate
import HITLTerminal

package struct SessionCommand: Command {
    package static let definition = CommandDefinition(
        "session", .loop, summary: "say what this desk is: session, workspace, ledger, socket",
        options: [.json])

    private let json: Bool

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        json = arguments.has("json")
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        let session = desk.session
        let pending = await desk.gate?.queue.pendingCount ?? 0
        let running = await desk.gate?.queue.runningCalls ?? []
        if json {
            return CommandResult(
                StyledText(),
                json: .members([
                    "session": .string(session.id), "startedAt": .string(session.startedAt.timestamp),
                    "gated": .bool(session.gated == .gated), "workspace": session.workspace.map(JSONValue.string),
                    "ledger": .string(session.ledgerPath), "socket": desk.socketPath.map(JSONValue.string),
                    "agents": .array((desk.agents?.names() ?? []).map(JSONValue.string)),
                    "pending": .integer(pending), "running": .integer(running.count),
                ]))
        }
        var text = StyledText("Session \(DisplayText(untrusted: session.id))", .strong)
        func line(_ label: StaticString, _ value: String) {
            text.line(DisplayText(trusted: label) + ": \(DisplayText(untrusted: value))", indent: 3)
        }
        line("Started", session.startedAt.timestamp)
        line("Gate", session.gated == .gated ? "on" : "off: the agent's own calls are recorded and not asked for")
        if let workspace = session.workspace { line("Workspace", workspace) }
        line("Ledger", session.ledgerPath)
        if let socket = desk.socketPath { line("Socket", socket) }
        line("Pending", String(pending))
        for call in running {
            line("Running", "\(call.subject): \(call.tool), since \(call.startedAt.timestamp)")
        }
        return CommandResult(text)
    }
}

/// What these three do is done by the console; here they are only known by name.
package struct WaitCommand: Command {
    package static let definition = CommandDefinition(
        "wait", .loop, summary: "wait for the next change: a new request, a decision, an outcome",
        positionals: [.init("D", .duration, .optional, doc: "at most so long: 500ms, 10s")],
        examples: [.init("/wait 10s", "in a script: until something happens")])

    package let limit: Milliseconds?

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        limit = try arguments.positionals.first.map { text throws(UsageError) in
            try Arguments.duration(text, of: "/wait")
        }
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult { CommandResult(StyledText()) }
}

package struct ClearCommand: Command {
    package static let definition = CommandDefinition("clear", .loop, summary: "clear the screen")

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {}

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult { CommandResult(StyledText()) }
}

package struct QuitCommand: Command {
    package static let definition = CommandDefinition(
        "quit", .loop, summary: "end the loop; the agent's pending requests are withdrawn",
        discussion: "Requests of other programs stay pending for the next desk.")

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {}

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult { CommandResult(StyledText()) }
}
