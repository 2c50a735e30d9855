package import HITLCore
import HITLGate
import HITLTerminal

package struct RollbackCommand: Command {
    package static let definition = CommandDefinition(
        "rollback", .desk, summary: "undo a call that hitl ran, through the same gate",
        discussion: """
            Opens a request for the call that undoes it: it is judged, shown and waits for a decision like any other, \
            and it can be undone itself. Files that were written, edited, deleted or moved can be put back; commands, \
            messages and deleted directories cannot.
            """,
        positionals: [.init("ID", .request, doc: "number or id of the call to undo")],
        options: [
            .init("preview", doc: "show what would be done, and ask for nothing"),
            .json,
        ],
        examples: [.init("/hitl rollback 3 --preview", "what undoing request 3 would do")])

    private let name: RequestName
    private let isPreview: Bool
    private let json: Bool

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        name = try arguments.request()
        isPreview = arguments.has("preview")
        json = arguments.has("json")
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        guard let gate = desk.gate else { return .failure(Desk.noDeskText, .noDesk) }
        let subject: Subject
        do {
            guard let found = try desk.history(of: name) else { return await desk.unknownRequest(name) }
            subject = found.subject
        } catch {
            return desk.ledgerFailure(error)
        }
        do throws(RollbackError) {
            let history = try gate.undoable(subject)
            guard let call = await desk.prepareRollback?(history) else { throw RollbackError.nothingKept }
            if isPreview { return preview(desk.shown(call), of: subject) }
            let request = try await gate.rollBack(subject, with: call, from: `operator`.requester("rollback"))
            return opened(request, for: subject)
        } catch {
            return .failure(StyledText(Self.words(error, subject)))
        }
    }

    private func preview(_ call: ToolCall, of subject: Subject) -> CommandResult {
        if json { return CommandResult(StyledText(), json: call.json) }
        var text = StyledText("Undoing \(DisplayText(untrusted: subject.description)) would ask for:")
        text.line("Tool: \(DisplayText(untrusted: call.tool))", indent: 3)
        text.line("Args: ", indent: 3)
        ArgumentsView(call.arguments).append(to: &text, indent: 3)
        for line in DisplayText.block(untrusted: call.facts.preview ?? "").closedLines {
            text.barredLine(line, indent: 5)
        }
        for warning in call.facts.warnings { text.line(DisplayText(untrusted: warning), .warning, indent: 3) }
        return CommandResult(text)
    }

    private func opened(_ request: ApprovalRequest, for subject: Subject) -> CommandResult {
        if json {
            return CommandResult(
                StyledText(),
                json: ["number": .integer(request.number), "undoes": .string(subject.description)])
        }
        return CommandResult(
            "Request \(request.number) asks to undo \(DisplayText(untrusted: subject.description)). It needs an approval like any other."
        )
    }

    private static func words(_ error: RollbackError, _ subject: Subject) -> DisplayText {
        let shown = DisplayText(untrusted: subject.description)
        let name: DisplayText = if case .request = subject { "Request \(shown)" } else { "Call \(shown)" }
        return switch error {
        case .unknownCall: "There is no call \(shown)."
        case .notSucceeded: "\(name) did not run successfully, so there is nothing certain to undo."
        case .alreadyRolledBack(let successor):
            "\(name) was undone already, by \(DisplayText(untrusted: successor.description))."
        case .nothingKept: "\(name) cannot be undone: nothing was kept that would undo it."
        case .refused(.denied(let rules)):
            "Undoing \(shown) is denied: \(DisplayText(untrusted: rules.map(\.fact).joined(separator: "; ")))."
        case .refused(.ledgerUnavailable(let because)):
            "Nothing was asked, because it could not be recorded: \(DisplayText(untrusted: because))"
        case .refused: "Undoing \(shown) could not be asked for now."
        }
    }
}
