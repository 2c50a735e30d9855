import Glibc
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLPlatform
import HITLTerminal

/// What the gate does with each call, on standard error: `[HITL] Review required for tool: deleteFile`.
///
/// It hears what was recorded, which has no secrets in it, and after it was recorded.
final class DebugTrace: Sendable {
    private let threshold: DisplayText
    private let notices = Locked<Notices?>(nil)

    /// Nil where nobody wants it.
    init?(_ configuration: Configuration) {
        guard configuration.debug.value else { return nil }
        threshold =
            switch configuration.confidenceThreshold.value {
            case .unset: "none"
            case .below(let value): DisplayText(untrusted: "\(value)")
            }
    }

    /// On a terminal that somebody types on, lines go above the line being typed.
    func begin(on reader: any LineReader, through notices: Notices) {
        guard isatty(2) == 1, reader.presentation.kind == .terminal else { return }
        self.notices.withLock { $0 = notices }
    }

    func hear(_ event: Event) {
        let lines = lines(for: event)
        guard !lines.isEmpty else { return }
        var text = StyledText()
        for line in lines { text.line("[HITL] \(line)", .dim) }
        guard let notices = notices.withLock({ $0 }) else {
            return Output.error(text.rendered(for: Output.presentation(of: 2)))
        }
        notices.post(text)
    }

    private func lines(for event: Event) -> [DisplayText] {
        switch event {
        case .opened(let opened):
            return [
                "Review required for tool: \(tool(opened.call))", confidence(opened.call),
                "Calling for a review with arguments: \(arguments(opened.call))",
                "Asked because: \(RequestView.rules(opened.verdict))",
                "Review pending: request \(opened.number), \(DisplayText(untrusted: opened.id.description))",
            ]
        case .extended(let request, let deadline):
            return ["Review of request \(request) may take until \(DisplayText(untrusted: deadline.timestamp))"]
        case .closed(let closed): return ["Review of request \(closed.request) \(DecisionText.status(closed.status))"]
        case .ruled(let ruled):
            let effect: DisplayText = ruled.verdict.effect == .allow ? "Allowed" : "Denied"
            return [
                "\(effect) by rule: \(tool(ruled.call)) \(arguments(ruled.call))", confidence(ruled.call),
                "\(effect) because: \(RequestView.rules(ruled.verdict))",
            ]
        case .started(let subject, _): return ["Executing tool with confirmation: \(name(subject))"]
        case .finished(let subject, let outcome):
            return ["Execution of \(name(subject)) ended: \(DisplayText(untrusted: outcome.status.rawValue))"]
        case .rolledBack(let subject, let successor): return ["\(name(subject)) was undone by \(name(successor))"]
        case .attempted(let principal, let what):
            return ["Refused to \(DisplayText(untrusted: principal.name)): \(DisplayText(untrusted: what))"]
        case .granted(let grant): return ["Grant given with request \(grant.request)"]
        case .revoked(let request, _): return ["Grant given with request \(request) revoked"]
        case .mended(let mended): return ["The ledger was mended after entry \(mended.after)"]
        case .erased(let erased):
            return ["\(erased.entries.count) entries are erased, as request \(erased.request) asked"]
        case .purged(let purged):
            return ["Entries 1 to \(purged.through) are removed, as request \(purged.request) asked"]
        case .sessionStarted(let session): return ["Session \(DisplayText(untrusted: session.id)) started"]
        case .sessionEnded(let id): return ["Session \(DisplayText(untrusted: id)) ended"]
        }
    }

    private func tool(_ call: ToolCall) -> DisplayText { DisplayText(untrusted: call.tool) }

    private func name(_ subject: Subject) -> DisplayText { DisplayText(untrusted: subject.description) }

    private func arguments(_ call: ToolCall) -> DisplayText {
        DisplayText(untrusted: JSONValue.object(call.arguments).printable)
    }

    private func confidence(_ call: ToolCall) -> DisplayText {
        "Confidence: \(DisplayText(untrusted: call.claims.confidence?.lexeme ?? "not given")) (threshold: \(threshold))"
    }
}
