import HITLCore
import HITLGate
import HITLTerminal

/// A grant in words that leave nothing out.
enum GrantView {
    static func words(_ terms: GrantTerms, _ request: ApprovalRequest) -> DisplayText {
        let call = request.call
        let level = request.verdict.risk.level
        var words: DisplayText = "\(calls(terms.scope, call)), by agent \(DisplayText(untrusted: call.origin.agent))"
        if !call.origin.lineage.isEmpty {
            words += " (\(call.origin.lineage.map { DisplayText(untrusted: $0) }.joined(separator: ", ")))"
        }
        words += " in its session \(DisplayText(untrusted: call.origin.session))"
        words += ", at risk \(DisplayText(untrusted: level.rawValue)) or less"
        if let uses = terms.uses { words += ", \(uses) \(uses == 1 ? "time" as DisplayText : "times")" }
        if let duration = terms.duration { words += ", for \(DisplayText(untrusted: duration.words))" }
        return words + ", until the desk closes at the latest"
    }

    private static func calls(_ scope: GrantScope, _ call: ToolCall) -> DisplayText {
        let tool = DisplayText(untrusted: call.tool)
        switch scope {
        case .exact: return "\(tool) with exactly the arguments shown"
        case .argv:
            let argv = (call.facts.command?.argv ?? []).map { ArgumentsView.quoted($0) }.joined(separator: " ")
            return "\(tool) of `\(argv)`, whatever its other arguments are"
        case .path:
            let paths = call.facts.paths.map { ArgumentsView.quoted($0.resolved) }.joined(separator: " and ")
            return "\(tool) on \(paths), whatever else it says"
        case .tool: return "every call of \(tool), whatever its arguments are"
        }
    }
}
