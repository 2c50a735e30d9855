import HITLCore
import HITLTerminal

/// What a call would do, or did, and how it was judged: the facts that a request has before and after it was decided.
struct CallView {
    private let call: ToolCall
    private let verdict: Verdict

    init(_ call: ToolCall, _ verdict: Verdict) {
        self.call = call
        self.verdict = verdict
    }

    private static let indent = 3

    /// What it comes to: command, directory, paths, changes.
    func appendEffect(to text: inout StyledText) {
        appendCommand(to: &text)
        if let directory = call.directory { appendLine("Directory", DisplayText(untrusted: directory), to: &text) }
        appendPaths(to: &text)
        for path in call.facts.gateFiles {
            appendLine("Touches the gate", DisplayText(untrusted: path), .bad, to: &text)
        }
        appendPreview(to: &text)
    }

    /// How much of a command's environment is shown.
    enum EnvironmentDetail {
        case whole
        /// What may decide which code runs or who it is to others, and how many more there are, under this number.
        case telling(request: Int64)
    }

    /// What is to be known beside it, the agent's words among that.
    func appendRemarks(to text: inout StyledText, environment: EnvironmentDetail = .whole) {
        appendWarnings(to: &text)
        appendNotes(to: &text)
        if let reason = call.claims.reason {
            text.line("Agent says:", .dim, indent: Self.indent)
            for line in DisplayText.block(untrusted: reason).lines {
                text.barredLine(line, .dim, indent: Self.indent + 2)
            }
        }
        appendEnvironment(environment, to: &text)
    }

    private func appendLine(
        _ label: StaticString, _ value: DisplayText, _ style: Style = .plain, to text: inout StyledText
    ) {
        text.line(DisplayText(trusted: label) + ": ", style, indent: Self.indent, hangingIndent: Self.indent + 2)
        text.append(value, style)
    }

    // MARK: Judgement

    /// Calls that the call carries, whose worst it is judged by.
    var parts: DisplayText? {
        guard let parts = CallParts.of(call) else { return "more than \(CallParts.most) calls" }
        guard !parts.isEmpty else { return nil }
        let shown = parts.prefix(8).map { DisplayText(untrusted: $0.tool) }.joined(separator: ", ")
        let more: DisplayText = parts.count > 8 ? " and \(parts.count - 8) more" : ""
        return "\(parts.count == 1 ? "1 call" : "\(parts.count) calls"): \(shown)\(more)"
    }

    var risk: DisplayText {
        let risk = verdict.risk
        let factors = risk.factors.map { "\(DisplayText(untrusted: $0.name)) \($0.weight)" as DisplayText }
        return "\(DisplayText(untrusted: risk.level.rawValue)), \(risk.score) of 100\(Self.undoing(risk))"
            + (factors.isEmpty ? "" : " (\(factors.joined(separator: ", ")))")
    }

    private static func undoing(_ risk: Risk) -> DisplayText {
        switch risk.reversibility {
        case .irreversible?: ", cannot be undone"
        case .compensable?: ", can be made up for"
        case .reversible?: ", can be undone"
        case .readOnly?, nil: ""
        }
    }

    /// What rules have to say to whoever decides.
    func appendMessages(to text: inout StyledText) {
        for rule in verdict.rules where rule.action == .warn || rule.message != nil {
            let words = DisplayText(untrusted: rule.message ?? rule.fact)
            let source: DisplayText = "[\(DisplayText(untrusted: rule.name)), \(DisplayText(untrusted: rule.source))]"
            text.line(
                rule.action == .warn ? "Warning: \(words) \(source)" : "Message: \(words) \(source)",
                rule.action == .warn ? .warning : .plain, indent: Self.indent)
        }
    }

    // MARK: Effect

    func appendCommand(to text: inout StyledText) {
        guard let command = call.facts.command else {
            return appendConfinement(verdict.obligations.confinement, to: &text)
        }
        appendLine("Command", command.argv.map { ArgumentsView.quoted($0) }.joined(separator: " "), to: &text)
        appendLine("Executable", DisplayText(untrusted: command.executable), to: &text)
        appendConfinement(command.confinement, to: &text)
    }

    private func appendConfinement(_ confinement: Confinement?, to text: inout StyledText) {
        switch confinement {
        case .readOnly?: appendLine("Confined", "writes nothing; no home, no network", to: &text)
        case .workspace?:
            appendLine("Confined", "writes only beneath the workspace; no home, no network", to: &text)
        case .workspaceWithNetwork?:
            appendLine("Confined", "writes only beneath the workspace; no home; with network", to: &text)
        case nil: break
        }
    }

    /// Where the paths of the call lead, as far as that is not what it says.
    private func appendPaths(to text: inout StyledText) {
        let paths = call.facts.paths.filter { path in
            !path.given.utf8.elementsEqual(path.resolved.utf8)
                && call.directory?.utf8.elementsEqual(path.resolved.utf8) != true
        }
        for path in paths {
            if paths.count == 1 {
                appendLine("Resolves to", DisplayText(untrusted: path.resolved), to: &text)
            } else {
                appendLine("Resolves", DisplayText(untrusted: path.given), to: &text)
                text.append(.becomes)
                text.append(DisplayText(untrusted: path.resolved))
            }
        }
    }

    private func appendPreview(to text: inout StyledText) {
        guard let preview = call.facts.preview else { return }
        text.line("Effect:", indent: Self.indent)
        // A message may end in empty lines, which need no rows; how many there are is said.
        let lines = DisplayText.block(untrusted: preview).closedLines
        let end = lines.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? lines.startIndex
        for line in lines[..<end] {
            let style: Style =
                switch line.text.utf8.first {
                case UInt8(ascii: "+"): .good
                case UInt8(ascii: "-"): .bad
                default: .plain
                }
            text.barredLine(line, style, indent: Self.indent + 2)
        }
        if lines.endIndex - end > 1 { text.line("and \(lines.endIndex - end) empty lines", indent: Self.indent + 2) }
    }

    // MARK: Remarks

    func appendWarnings(to text: inout StyledText) {
        for warning in call.facts.warnings {
            text.newLine(indent: Self.indent, hangingIndent: Self.indent + 2)
            text.append(.warning, .warning)
            text.append(DisplayText(untrusted: warning), .warning)
        }
    }

    /// What eyes would miss: escapes, letters that look like others, letters outside ASCII in a name.
    private func appendNotes(to text: inout StyledText) {
        let notes = ArgumentsView(call.arguments).inline.notes + DisplayText(untrusted: call.tool).notes
        guard notes.hidden > 0 || notes.lookalikes > 0 else { return }
        text.newLine(indent: Self.indent, hangingIndent: Self.indent + 2)
        text.append(.warning, .warning)
        if notes.hidden > 0 {
            let noun: DisplayText = notes.hidden == 1 ? "character" : "characters"
            text.append("\(notes.hidden) hidden \(noun), shown as <U+", .warning)
            text.append(.ellipsis, .warning)
            text.append(">. ", .warning)
        }
        if notes.lookalikes > 0 {
            let noun: DisplayText = notes.lookalikes == 1 ? "word" : "words"
            text.append("\(notes.lookalikes) \(noun) with letters that imitate others.", .warning)
        }
    }

    private static let mostUntelling = 4

    /// Behind everything else: it is long where the requester's shell has much in it.
    private func appendEnvironment(_ detail: EnvironmentDetail, to text: inout StyledText) {
        guard let command = call.facts.command, !command.environment.isEmpty else { return }
        var shown = command.environment
        var more: (count: Int, request: Int64)?
        if case .telling(let request) = detail {
            let telling = shown.filter(\.isTelling)
            if shown.count - telling.count > Self.mostUntelling {
                more = (shown.count - telling.count, request)
                shown = telling
            }
        }
        text.line("Environment (what differs from a clean one):", indent: Self.indent)
        for change in shown {
            text.line(DisplayText(untrusted: change.name), indent: Self.indent + 2)
            text.append(change.value.map { "=" + ArgumentsView.quoted($0) } ?? " is not set")
        }
        guard let more else { return }
        let noun: DisplayText = shown.isEmpty ? "variables" : "more"
        text.line("\(more.count) \(noun): `/hitl show \(more.request)`", indent: Self.indent + 2)
    }
}
