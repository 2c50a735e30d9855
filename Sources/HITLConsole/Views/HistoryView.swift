package import HITLCore
package import HITLGate
package import HITLTerminal

/// A request or a ruled call after it was decided: who, what, why, and what came of it.
package struct HistoryView {
    private let history: RequestHistory
    private let now: WallTime

    package init(_ history: RequestHistory, now: WallTime) {
        self.history = history
        self.now = now
    }

    private static let indent = 3

    /// Its place in a list: the decision, all arguments, the outcome.
    package func appendItem(to text: inout StyledText) {
        guard let call = history.call else { return }
        text.line("\(name). \(DisplayText(untrusted: call.tool)): ")
        text.append(decision, style)
        if let at = history.decidedAt { text.append(", \(DisplayText(untrusted: (now - at).words)) ago", .dim) }
        text.newLine(indent: Self.indent, hangingIndent: Self.indent + 2)
        text.append("Args: ")
        ArgumentsView(call).append(to: &text, indent: Self.indent)
        if let entry = history.erasedBy {
            text.line("Erased: contents of it, as entry \(entry) records", .warning, indent: Self.indent)
        }
        appendReview(to: &text)
        appendOutcome(to: &text)
        if let signature = history.status?.review?.signature {
            text.line("Signed: \(DisplayText(untrusted: signature.shortKey))", indent: Self.indent)
        }
    }

    /// What came of it, where its decision was told before.
    package func appendEnd(to text: inout StyledText) {
        guard let call = history.call, let outcome = history.finished?.value else { return }
        text.line("\(name). \(DisplayText(untrusted: call.tool)): ", hangingIndent: Self.indent)
        text.append(Self.outcome(outcome), outcome.status == .succeeded ? .good : .warning)
    }

    private static func outcome(_ outcome: Outcome) -> DisplayText {
        let took = outcome.executionTime.map { " (\($0.count) ms)" as DisplayText } ?? ""
        let summary = outcome.summary.map { ": \(DisplayText(untrusted: $0))" as DisplayText } ?? ""
        return DisplayText(untrusted: outcome.status.rawValue) + took + summary
    }

    /// Everything the ledger has of it.
    package func appendWhole(to text: inout StyledText) {
        appendItem(to: &text)
        guard let call = history.call else { return }
        func line(_ label: StaticString, _ value: DisplayText) {
            text.line(DisplayText(trusted: label) + ": \(value)", indent: Self.indent, hangingIndent: Self.indent + 2)
        }
        line("Confidence", call.claims.confidence.map { DisplayText(untrusted: $0.lexeme) } ?? "not given")
        if let verdict = history.verdict { CallView(call, verdict).appendEffect(to: &text) }
        line("Agent", "")
        text.append(lineage: [call.origin.agent] + call.origin.lineage)
        if let requester = history.requester { line("Requester", Self.principal(requester)) }
        if let verdict = history.verdict {
            let view = CallView(call, verdict)
            line("Risk", view.risk)
            line(history.request == nil ? "Rule" : "Asked because", RequestView.rules(verdict))
            view.appendMessages(to: &text)
        }
        if let undone = call.compensates { line("Undoes", DisplayText(untrusted: undone.description)) }
        if let old = history.request?.supersedes { line("Replaces", "request \(old)") }
        if let verdict = history.verdict { CallView(call, verdict).appendRemarks(to: &text) }
        if let at = history.openedAt { line("Opened", DisplayText(untrusted: at.timestamp)) }
        if let deadline = history.request?.deadline { line("Deadline", DisplayText(untrusted: deadline.timestamp)) }
        if let review = history.status?.review { line("Shown", Self.shown(review)) }
        if let at = history.decidedAt { line("Decided", DisplayText(untrusted: at.timestamp)) }
        if let waited = history.waited { line("Waited", DisplayText(untrusted: waited.words)) }
        if case .withdrawn(let principal, _)? = history.status { line("Withdrawn by", Self.principal(principal)) }
        if let review = history.status?.review {
            line("Key", review.signature.map { DisplayText(untrusted: $0.key) } ?? "none, it is not signed")
        }
        if let at = history.started { line("Started", DisplayText(untrusted: at.timestamp)) }
        if let finished = history.finished { line("Ended", DisplayText(untrusted: finished.at.timestamp)) }
        if let id = history.id { line("Id", DisplayText(untrusted: id.description)) }
        if let digest = history.digest { line("Digest", DisplayText(untrusted: digest.description)) }
        appendResult(to: &text)
    }

    /// When, and how much of it had been on the desk's screen.
    private static func shown(_ review: Review) -> DisplayText {
        let time: DisplayText
        switch (review.shownAt, review.hiddenLines ?? 0) {
        case (let at?, _): time = DisplayText(untrusted: at.timestamp)
        // It was cut, and nobody looked at the rest.
        case (nil, 1...): time = "in part"
        case (nil, _): return "not at the desk's terminal"
        }
        switch review.hiddenLines {
        case 0?: return "\(time), all of it"
        case 1?: return "\(time), all but 1 line"
        case let hidden?: return "\(time), all but \(hidden) lines"
        case nil: return time
        }
    }

    private static func principal(_ principal: Principal) -> DisplayText {
        "\(DisplayText(untrusted: principal.name)) (\(DisplayText(untrusted: principal.actor)))"
    }

    private var name: DisplayText { DisplayText(untrusted: history.subject.description) }

    private var decision: DisplayText {
        if let status = history.status { return DecisionText.status(status) }
        return DisplayText(untrusted: history.decision)
            + (history.ruled.map { " by rule: " + RequestView.rules($0.verdict) } ?? "")
    }

    private var style: Style {
        switch history.decision {
        case "approved", "allowed": .good
        case "rejected", "denied": .bad
        default: .warning
        }
    }

    private func appendReview(to text: inout StyledText) {
        switch history.status {
        case .approved(let review)?, .rejected(let review)?:
            if let reason = review.reason {
                text.line(
                    "Reason: \(DisplayText(untrusted: reason))", indent: Self.indent, hangingIndent: Self.indent + 2)
            }
            for condition in review.conditions {
                text.line(
                    "Condition: \(DisplayText(untrusted: condition))", indent: Self.indent,
                    hangingIndent: Self.indent + 2)
            }
        case .pending?, .expired?, .withdrawn?, .superseded?, nil: break
        }
    }

    private func appendOutcome(to text: inout StyledText) {
        defer {
            if let rolledBack = history.rolledBack {
                text.line("Rolled back by \(DisplayText(untrusted: rolledBack.value.description))", indent: Self.indent)
            }
        }
        if let outcome = history.finished?.value {
            text.line("Outcome: \(Self.outcome(outcome))", indent: Self.indent, hangingIndent: Self.indent + 2)
        } else if history.started != nil {
            text.line("Outcome: running, or not reported", indent: Self.indent)
        } else if case .approved? = history.status, let performer = history.call?.performer {
            switch performer {
            case .unobserved: text.line("Outcome: not observed", indent: Self.indent)
            case .requester, .desk: text.line("Outcome: not started", indent: Self.indent)
            }
        }
    }

    /// What the tool gave back: text in blocks, the rest as it is.
    private func appendResult(to text: inout StyledText) {
        guard case .object(let result)? = history.finished?.value.result else { return }
        text.line("Result:", indent: Self.indent)
        for member in result.members {
            text.line("\(DisplayText(untrusted: member.name)): ", indent: Self.indent + 2)
            guard case .string(let string) = member.value, string.utf8.contains(UInt8(ascii: "\n")) else {
                text.append(ArgumentsView.text(of: member.value))
                continue
            }
            for line in DisplayText.block(untrusted: string).lines {
                text.barredLine(line, indent: Self.indent + 4)
            }
        }
    }
}

extension RequestHistory {
    /// The facts of the text views for programs. Times in RFC 3339, durations in milliseconds.
    package var json: JSONValue {
        guard let call else { return .null }
        let review = status?.review
        var withdrawal: String?
        if case .withdrawn(_, let reason)? = status { withdrawal = reason }
        var successor: Int64?
        if case .superseded(let number)? = status { successor = number }
        return .members([
            "number": request.map { .integer($0.number) },
            "id": id.map { .string($0.description) },
            "tool": .string(call.tool),
            "args": .object(call.arguments),
            "decision": .string(decision),
            "reason": (review?.reason ?? withdrawal).map(JSONValue.string),
            "reviewer": review.map { .string($0.reviewer.name) },
            "actor": review.map { .string($0.reviewer.actor) },
            "decidedBy": decidedBy.map { .string($0.rawValue) },
            "shownAt": review?.shownAt.map { .string($0.timestamp) },
            "hiddenLines": review?.hiddenLines.map { .integer($0) },
            "key": review?.signature.map { .string($0.key) },
            "conditions": review.map { .array($0.conditions.map(JSONValue.string)) },
            "confidence": call.claims.confidence.map(JSONValue.number),
            "agent": .string(call.origin.agent),
            "session": .string(call.origin.session),
            "lineage": .array(call.origin.lineage.map(JSONValue.string)),
            "requestedAt": openedAt.map { .string($0.timestamp) },
            "decidedAt": decidedAt.map { .string($0.timestamp) },
            "waited": waited.map { .integer($0.count) },
            "startedAt": started.map { .string($0.timestamp) },
            "outcome": finished.map(\.value.json),
            "verdict": verdict?.shown,
            "digest": digest.map { .string($0.description) },
            "supersedes": request?.supersedes.map { .integer($0) },
            "supersededBy": successor.map { .integer($0) },
            "rolledBackBy": rolledBack.map { .string($0.value.description) },
            "call": call.json,
        ])
    }
}

extension Verdict {
    /// How long people have is said only where people are asked.
    package var shown: JSONValue {
        guard effect != .ask, case .object(let form) = json else { return json }
        return .object(JSONObject(form.members.filter { $0.name != "timeout" }))
    }
}
