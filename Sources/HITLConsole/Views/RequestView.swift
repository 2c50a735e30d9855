package import HITLCore
package import HITLGate
package import HITLTerminal

/// One request as people see it. Facts come first and in our words; what the agent says about itself
/// comes last, marked as its words.
package struct RequestView {
    private let request: ApprovalRequest
    private let requester: Queue.Waiting.Requester?
    private let now: WallTime

    package init(_ request: ApprovalRequest, requester: Queue.Waiting.Requester? = nil, now: WallTime) {
        self.request = request
        self.requester = requester
        self.now = now
    }

    private static let indent = 3

    /// What stands in a list: every argument, and how long it has waited.
    package func appendItem(to text: inout StyledText) {
        appendHead(to: &text)
        // What the requester would run stands beside the arguments and not in them.
        if request.call.performer == .requester { appendCommand(to: &text) }
        appendOrigin(to: &text)
        appendLine("Risk", risk, to: &text)
        appendDeadline(to: &text)
        appendWarnings(to: &text)
    }

    /// Whether the names that only programs use are shown too.
    package enum Naming { case byNumber, byNumberAndDigest }

    /// Everything there is to know before deciding.
    package func appendWhole(to text: inout StyledText, naming: Naming = .byNumberAndDigest) {
        appendHead(to: &text)
        appendCommand(to: &text)
        if let directory = request.call.directory {
            appendLine("Directory", DisplayText(untrusted: directory), to: &text)
        }
        appendPaths(to: &text)
        for path in request.call.facts.gateFiles {
            appendLine("Touches the gate", DisplayText(untrusted: path), .bad, to: &text)
        }
        appendPreview(to: &text)
        let isAsked = request.verdict.effect == .ask
        if isAsked { appendLine("Approving", whatApprovingDoes, to: &text) }
        appendOrigin(to: &text)
        appendLine("Risk", risk, to: &text)
        switch request.verdict.effect {
        case .deny: appendLine("Denied because", Self.rules(request.verdict), to: &text)
        case .ask: appendLine("Asked because", Self.rules(request.verdict), to: &text)
        case .allow: appendLine("Allowed because", Self.rules(request.verdict), to: &text)
        }
        appendMessages(to: &text)
        if isAsked { appendDeadline(to: &text) }
        if let undone = request.call.compensates {
            appendLine("Undoes", DisplayText(untrusted: undone.description), to: &text)
        }
        if let old = request.supersedes { appendLine("Replaces", "request \(old)", to: &text) }
        appendWarnings(to: &text)
        appendNotes(to: &text)
        if let reason = request.call.claims.reason {
            text.line("Agent says:", .dim, indent: Self.indent)
            for line in DisplayText.block(untrusted: reason).lines {
                text.barredLine(line, .dim, indent: Self.indent + 2)
            }
        }
        appendEnvironment(to: &text)
        guard naming == .byNumberAndDigest else { return }
        appendLine("Id", DisplayText(untrusted: request.id.description), .dim, to: &text)
        appendLine("Digest", DisplayText(untrusted: request.digest.description), .dim, to: &text)
    }

    private func appendHead(to text: inout StyledText) {
        text.line("\(request.number). Tool: ")
        text.append(DisplayText(untrusted: request.call.tool), .strong)
        text.newLine(indent: Self.indent, hangingIndent: Self.indent + 2)
        text.append("Args: ")
        ArgumentsView(request.call.arguments).append(to: &text, indent: Self.indent)
        appendLine("Confidence", confidence, to: &text)
        appendLine("Requested", "\(DisplayText(untrusted: (now - request.openedAt).words)) ago", to: &text)
    }

    private func appendLine(
        _ label: StaticString, _ value: DisplayText, _ style: Style = .plain, to text: inout StyledText
    ) {
        text.line(DisplayText(trusted: label) + ": ", style, indent: Self.indent, hangingIndent: Self.indent + 2)
        text.append(value, style)
    }

    private var confidence: DisplayText {
        request.call.claims.confidence.map { DisplayText(untrusted: $0.lexeme) } ?? "not given"
    }

    private func appendOrigin(to text: inout StyledText) {
        let origin = request.call.origin
        appendLine("Agent", DisplayText(untrusted: origin.agent), to: &text)
        if !origin.lineage.isEmpty {
            text.append(" (")
            text.append(lineage: origin.lineage)
            text.append(")")
        }
        switch requester {
        case .orphaned?: text.append(", orphaned: it is gone")
        case .detached? where request.call.performer != .desk:
            text.append(", not waiting: it comes back for the answer")
        case .detached?, .connected?, nil: break
        }
    }

    private var risk: DisplayText {
        let risk = request.verdict.risk
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
    private func appendMessages(to text: inout StyledText) {
        for rule in request.verdict.rules where rule.action == .warn || rule.message != nil {
            let words = DisplayText(untrusted: rule.message ?? rule.fact)
            let source: DisplayText = "[\(DisplayText(untrusted: rule.name)), \(DisplayText(untrusted: rule.source))]"
            text.line(
                rule.action == .warn ? "Warning: \(words) \(source)" : "Message: \(words) \(source)",
                rule.action == .warn ? .warning : .plain, indent: Self.indent)
        }
    }

    package static func rules(_ verdict: Verdict) -> DisplayText {
        verdict.rules
            .map {
                "\(DisplayText(untrusted: $0.fact)) [\(DisplayText(untrusted: $0.name)), \(DisplayText(untrusted: $0.source))]"
            }
            .joined(separator: "; ")
    }

    private var whatApprovingDoes: DisplayText {
        switch (request.call.performer, requester) {
        case (.desk, .orphaned?): "hitl runs it; its agent is gone and does not hear of it"
        case (.desk, _): "hitl runs exactly this, once"
        case (.requester, .orphaned?): "is recorded; it runs only if its requester comes back with the same call"
        case (.requester, _): "its requester runs exactly this, once, and reports the outcome"
        case (.unobserved, _): "tells its requester yes; what it then does is not observed"
        }
    }

    private func appendDeadline(to text: inout StyledText) {
        guard let deadline = request.deadline else { return appendLine("Expires", "never", to: &text) }
        appendLine("Expires", "in \(DisplayText(untrusted: (deadline - now).remaining))", to: &text)
    }

    private func appendCommand(to text: inout StyledText) {
        guard let command = request.call.facts.command else {
            return appendConfinement(request.verdict.obligations.confinement, to: &text)
        }
        appendLine("Command", command.argv.map { ArgumentsView.quoted($0) }.joined(separator: " "), to: &text)
        appendLine("Executable", DisplayText(untrusted: command.executable), to: &text)
        appendConfinement(command.confinement, to: &text)
    }

    private func appendConfinement(_ confinement: Confinement?, to text: inout StyledText) {
        switch confinement {
        case .workspace?:
            appendLine("Confined", "writes only beneath the workspace; no home, no network", to: &text)
        case .workspaceWithNetwork?:
            appendLine("Confined", "writes only beneath the workspace; no home; with network", to: &text)
        case nil: break
        }
    }

    /// Behind everything else: it is long where the requester's shell has much in it.
    private func appendEnvironment(to text: inout StyledText) {
        guard let command = request.call.facts.command, !command.environment.isEmpty else { return }
        text.line("Environment (what differs from a clean one):", indent: Self.indent)
        for change in command.environment {
            text.line(DisplayText(untrusted: change.name), indent: Self.indent + 2)
            text.append(change.value.map { "=" + ArgumentsView.quoted($0) } ?? " is not set")
        }
    }

    /// Where the paths of the call lead, as far as that is not what it says.
    private func appendPaths(to text: inout StyledText) {
        let paths = request.call.facts.paths.filter { path in
            !path.given.utf8.elementsEqual(path.resolved.utf8)
                && request.call.directory?.utf8.elementsEqual(path.resolved.utf8) != true
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
        guard let preview = request.call.facts.preview else { return }
        text.line("Effect:", indent: Self.indent)
        for line in DisplayText.block(untrusted: preview).closedLines {
            let style: Style =
                switch line.text.utf8.first {
                case UInt8(ascii: "+"): .good
                case UInt8(ascii: "-"): .bad
                default: .plain
                }
            text.barredLine(line, style, indent: Self.indent + 2)
        }
    }

    private func appendWarnings(to text: inout StyledText) {
        for warning in request.call.facts.warnings {
            text.newLine(indent: Self.indent, hangingIndent: Self.indent + 2)
            text.append(.warning, .warning)
            text.append(DisplayText(untrusted: warning), .warning)
        }
    }

    /// What eyes would miss: escapes, letters that look like others, letters outside ASCII in a name.
    private func appendNotes(to text: inout StyledText) {
        let notes = ArgumentsView(request.call.arguments).inline.notes + DisplayText(untrusted: request.call.tool).notes
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
}
