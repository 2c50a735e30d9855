import HITLCore
import HITLGate
import HITLTerminal

/// What `approve` and `reject` have in common: each number is decided, and reported, on its own.
struct Deciding: Sendable {
    let answer: Review.Answer
    let reason: String?
    let conditions: [String]
    let desk: Desk
    let `operator`: Operator

    /// How long an approval waits for the outcome before it says that the call is running.
    static let patience = Milliseconds.seconds(2)

    private struct Report: Sendable {
        let text: StyledText
        let json: JSONValue
        var exit = ExitCode.done
        var shows: ApprovalRequest?
        /// The request that is decided now.
        var decided: Int64?
        /// What the operator called a request that there is not.
        var unknown: RequestName?
    }

    func decide(_ names: [RequestName], json: Bool) async -> CommandResult {
        guard let gate = desk.gate else { return .failure(Desk.noDeskText, .noDesk) }
        // All at once, so that the decisions share their syncs; reported in the order they were typed.
        let reports = await withTaskGroup(of: (Int, Report).self) { group in
            for (place, name) in names.enumerated() {
                group.addTask { (place, await self.decide(name, gate)) }
            }
            var reports: [(Int, Report)] = []
            for await report in group { reports.append(report) }
            return reports.sorted { $0.0 < $1.0 }.map(\.1)
        }
        var text = StyledText()
        for report in reports {
            text.append(linesOf: report.text)
            // Which of several it is about; of one, and where it was refused, that is plain.
            if names.count > 1, let number = report.decided { text.line("Request \(number)", indent: 3) }
        }
        // All of them in one sentence, with what is pending after the rest was decided.
        let unknown = reports.compactMap(\.unknown)
        if !unknown.isEmpty { text.append(linesOf: await desk.unknownRequests(unknown).text) }
        var result = CommandResult(
            json ? StyledText() : text,
            json: json ? .members(["decisions": .array(reports.map(\.json))]) : nil,
            exit: reports.map(\.exit).first { $0 != .done } ?? .done, shows: reports.compactMap(\.shows))
        result.hasDoneSome = reports.contains { $0.decided != nil }
        return result
    }

    private func decide(_ name: RequestName, _ gate: Gate) async -> Report {
        let number: Int64
        do {
            guard let found = try desk.number(of: name) else { return unknown(name) }
            number = found
        } catch {
            let result = desk.ledgerFailure(error)
            return Report(text: result.text, json: .members(["error": .string(error.description)]), exit: result.exit)
        }
        if let barred = `operator`.barred {
            await gate.ledger.note(.attempted(by: `operator`.principal, what: "\(answer.rawValue) request \(number)"))
            let error = ReviewError.notEligible(`operator`.principal, because: barred)
            return failure(DecisionText.error(error, number: number), number)
        }
        let request: ApprovalRequest
        do throws(ReviewError) { request = try await gate.queue.open(number) } catch {
            return await refused(error, number, name)
        }
        if let early = tooEarly(request) { return early }
        let requester = await gate.queue.requesterOf(number)
        do throws(ReviewError) {
            if `operator`.isAtDesk { desk.outcomes.expect(number) }
            let showing = desk.shown.showing(of: number)
            let review = Review(
                answer: answer, reviewer: `operator`.principal, reason: reason, conditions: conditions,
                shownAt: showing?.wall, hiddenLines: desk.shown.hiddenLines(of: number))
            let closed = try await gate.review(number, review, shown: showing?.digest, executor: desk.executor)
            desk.shown.forget(number)
            return await decided(closed, requester, gate)
        } catch {
            desk.outcomes.drop(number)
            return await refused(error, number, name)
        }
    }

    // MARK: Before

    private func tooEarly(_ request: ApprovalRequest) -> Report? {
        guard let entered = `operator`.entered else { return nil }
        switch desk.shown.check(request.number, entered: entered) {
        case nil: return nil
        case .dwelling?:
            return failure(
                "Request \(request.number) had only just been shown, so nothing was decided. Look at it and type it again.",
                request.number)
        case .notShown?:
            var text = StyledText(
                "Request \(request.number) had not been shown in full, so nothing was decided. This is it; then type it again:",
                .warning)
            RequestView(desk.shown(request), now: desk.clocks.wall()).appendWhole(to: &text)
            return Report(
                text: text, json: error("not shown in full", request.number), exit: .failed, shows: request)
        }
    }

    // MARK: After

    /// - Parameter requester: as it was when it was decided.
    private func decided(
        _ request: ApprovalRequest, _ requester: Queue.Waiting.Requester?, _ gate: Gate
    ) async -> Report {
        switch request.status {
        case .approved: return await approved(request, requester, gate)
        case .rejected:
            desk.outcomes.drop(request.number)
            var text = StyledText()
            text.append(.rejected)
            text.append("Rejected \(DisplayText(untrusted: request.call.tool)) operation", .bad)
            if let reason {
                text.line("Reason logged: \(DisplayText(untrusted: reason))", indent: 3)
            } else {
                text.line("No reason given", indent: 3)
            }
            return Report(text: text, json: facts(request, nil), decided: request.number)
        case .pending, .expired, .withdrawn, .superseded:
            desk.outcomes.drop(request.number)
            return failure(
                DecisionText.error(.alreadyClosed(request.status), number: request.number), request.number)
        }
    }

    private func approved(
        _ request: ApprovalRequest, _ requester: Queue.Waiting.Requester?, _ gate: Gate
    ) async -> Report {
        var text = StyledText()
        text.append(.approved)
        text.append("Approved \(DisplayText(untrusted: request.call.tool)) operation", .good)
        let outcome = await outcome(of: request, gate)
        switch (outcome, request.call.performer) {
        case (let outcome?, _):
            let style: Style = outcome.status == .succeeded ? .plain : .warning
            text.line(DecisionText.outcome(outcome), style, indent: 3)
            if let summary = outcome.summary { text.line(DisplayText(untrusted: summary), style, indent: 3) }
        case (nil, .unobserved): text.line(Self.hearing(requester), indent: 3)
        case (nil, .requester), (nil, .desk):
            text.line(isRunning(request, gate) ? "Running" : "It runs when its requester comes back", indent: 3)
        }
        return Report(text: text, json: facts(request, outcome), decided: request.number)
    }

    private static func hearing(_ requester: Queue.Waiting.Requester?) -> DisplayText {
        switch requester {
        case .connected?, nil: "Its requester was told; what it does is not observed"
        case .detached?: "Its requester hears of it when it comes back; what it does is not observed"
        case .orphaned?: "Nobody waited for it any more; its requester may never hear of it"
        }
    }

    private func outcome(of request: ApprovalRequest, _ gate: Gate) async -> Outcome? {
        guard request.call.performer != .unobserved else {
            desk.outcomes.drop(request.number)
            return nil
        }
        let subject = Subject.request(request.number)
        if isRunning(request, gate), let outcome = await gate.queue.outcome(of: subject, within: Self.patience) {
            if `operator`.isAtDesk { desk.outcomes.reported(request.number) }
            return outcome
        }
        guard `operator`.isAtDesk, desk.outcomes.leave(request.number) else { return nil }
        return try? gate.ledger.history(of: subject).finished?.value
    }

    private func isRunning(_ request: ApprovalRequest, _ gate: Gate) -> Bool {
        (try? gate.ledger.history(of: .request(request.number)).started) != nil
    }

    private func refused(_ error: ReviewError, _ number: Int64, _ name: RequestName) async -> Report {
        switch error {
        case .unknownRequest: return unknown(name)
        case .alreadyClosed:
            let decidedAt = try? desk.records.events.history(of: .request(number)).decidedAt
            let ago = decidedAt.map { "\((desk.clocks.wall() - $0).words) ago" }
            return failure(DecisionText.error(error, number: number, at: ago), number)
        default: return failure(DecisionText.error(error, number: number), number, .of(error))
        }
    }

    private func failure(_ message: DisplayText, _ number: Int64, _ exit: ExitCode = .failed) -> Report {
        Report(text: StyledText(message, .warning), json: error(message.text, number), exit: exit)
    }

    private func unknown(_ name: RequestName) -> Report {
        Report(
            text: StyledText(), json: .members(["name": .string(name.text), "error": "unknown request"]), exit: .failed,
            unknown: name)
    }

    private func error(_ message: String, _ number: Int64) -> JSONValue {
        .members(["number": .integer(number), "error": .string(message)])
    }

    private func facts(_ request: ApprovalRequest, _ outcome: Outcome?) -> JSONValue {
        .members([
            "number": .integer(request.number), "id": .string(request.id.description),
            "tool": .string(request.call.tool), "decision": .string(request.status.word),
            "reason": reason.map(JSONValue.string), "reviewer": .string(`operator`.principal.name),
            "outcome": outcome?.json,
        ])
    }
}

extension Desk {
    static let noDeskText = StyledText(
        "No desk is running, so nothing can be decided. Start one: hitl loop --enable-hitl --agent none")
}
