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

    private var call: CallView { CallView(request.call, request.verdict) }

    /// What stands in a list: every argument, and how long it has waited.
    package func appendItem(to text: inout StyledText) {
        appendHead(to: &text)
        // What the requester would run stands beside the arguments and not in them.
        if request.call.performer == .requester { call.appendCommand(to: &text) }
        appendOrigin(to: &text)
        if let parts = call.parts { appendLine("Carries", parts, to: &text) }
        appendLine("Risk", call.risk, to: &text)
        appendDeadline(to: &text)
        call.appendWarnings(to: &text)
    }

    /// Whether what only programs use is shown too: names, and the whole of a command's environment.
    package enum Naming { case byNumber, byNumberAndDigest }

    /// Everything there is to know before deciding.
    package func appendWhole(to text: inout StyledText, naming: Naming = .byNumberAndDigest) {
        appendHead(to: &text)
        call.appendEffect(to: &text)
        // What was edited asks whatever the rules say of it.
        let isAsked = request.verdict.effect == .ask || request.supersedes != nil
        if isAsked { appendLine("Approving", whatApprovingDoes, to: &text) }
        appendOrigin(to: &text)
        if let parts = call.parts { appendLine("Carries", parts, to: &text) }
        appendLine("Risk", call.risk, to: &text)
        switch request.verdict.effect {
        case .deny: appendLine("Denied because", Self.rules(request.verdict), to: &text)
        case .ask: appendLine("Asked because", Self.rules(request.verdict), to: &text)
        case .allow where isAsked:
            appendLine(
                "Asked because", "it was edited; by itself it needs nobody: " + Self.rules(request.verdict), to: &text)
        case .allow: appendLine("Allowed because", Self.rules(request.verdict), to: &text)
        }
        call.appendMessages(to: &text)
        if isAsked { appendDeadline(to: &text) }
        if let undone = request.call.compensates {
            appendLine("Undoes", DisplayText(untrusted: undone.description), to: &text)
        }
        if let old = request.supersedes { appendLine("Replaces", "request \(old)", to: &text) }
        switch naming {
        case .byNumber: call.appendRemarks(to: &text, environment: .telling(request: request.number))
        case .byNumberAndDigest: call.appendRemarks(to: &text)
        }
        guard naming == .byNumberAndDigest else { return }
        appendLine("Id", DisplayText(untrusted: request.id.description), .dim, to: &text)
        appendLine("Digest", DisplayText(untrusted: request.digest.description), .dim, to: &text)
    }

    private func appendHead(to text: inout StyledText) {
        text.line("\(request.number). Tool: ")
        text.append(DisplayText(untrusted: request.call.tool), .strong)
        text.newLine(indent: Self.indent, hangingIndent: Self.indent + 2)
        text.append("Args: ")
        ArgumentsView(request.call).append(to: &text, indent: Self.indent)
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
        case (.unobserved, .orphaned?): "is recorded; nobody waits for it, and its requester may never hear of it"
        case (.unobserved, _): "tells its requester yes; what it then does is not observed"
        }
    }

    private func appendDeadline(to text: inout StyledText) {
        guard let deadline = request.deadline else { return appendLine("Expires", "never", to: &text) }
        appendLine("Expires", "in \(DisplayText(untrusted: (deadline - now).remaining))", to: &text)
    }
}
