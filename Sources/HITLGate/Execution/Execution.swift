public import HITLCore
import HITLPlatform
import HITLLedger

/// A call that has started and not ended.
public struct Running: Sendable {
    public let subject: Subject
    public let tool: String
    public let startedAt: WallTime
    let stop: StopSignal
}

extension Gate {
    /// Carries out what the permit is for and records what came of it.
    ///
    /// That it started is in the ledger already, claimed with the decision. So a process that dies
    /// from here on leaves a call that started and never ended, which nobody runs again.
    public func execute(_ permit: consuming Permit, with executor: some Executor) async -> Outcome {
        let call = permit.call
        let subject = permit.subject
        let stop = StopSignal()
        await queue.began(Running(subject: subject, tool: call.tool, startedAt: clocks.wall(), stop: stop))

        let start = clocks.monotonic()
        let changes = await executor.changes(since: call) + whatWasUndone(before: call)
        let ended: Outcome
        if stop.isRequested {
            ended = Outcome(status: .failed, summary: "stopped before it ran")
        } else if changes.isEmpty {
            ended = await executor.run(permit, until: stop)
        } else {
            ended = Outcome(status: .failed, summary: "not executed: " + changes.joined(separator: "; "))
        }
        let outcome = ended.timed(clocks.monotonic() - start)
        await queue.ended(subject, tool: call.tool, await recorded(outcome, of: subject, undoing: call.compensates))
        return outcome
    }

    /// Another call may have undone meanwhile what this one is to undo.
    private func whatWasUndone(before call: ToolCall) -> [String] {
        guard let undone = call.compensates else { return [] }
        do {
            guard let former = try ledger.history(of: undone).rolledBack else { return [] }
            return ["call \(undone) was undone before, by call \(former.value)"]
        } catch {
            return ["it cannot be read whether call \(undone) was undone before"]
        }
    }

    /// Approves or rejects.
    ///
    /// - Parameters:
    ///   - shown: digest of what the reviewer looked at, where the channel knows.
    ///   - executor: runs an approved call of `hitl`'s own tools whose agent is gone.
    /// - Returns: the request as it closed: as decided, or `expired` where the review came too late.
    public func review(
        _ number: Int64, _ review: Review, shown: CallDigest? = nil, executor: (any Executor)? = nil
    ) async throws(ReviewError) -> ApprovalRequest {
        let review = ledger.redactor.said(review, about: number)
        let closing = try await queue.review(number, review, shown: shown, standby: executor == nil ? .none : .reviewer)
        let request = closing.request
        guard closing.handover == .reviewer, let executor, case .approved(let review) = request.status else {
            return request
        }
        Task {
            _ = await execute(
                Permit(
                    request.call, digest: request.digest, subject: .request(number), grounds: .review(review)),
                with: executor)
        }
        return request
    }

    /// Records the outcome of a started call. It is written at once and synced with whatever comes
    /// next, or within a second. The first outcome counts.
    public func finish(_ subject: Subject, tool: String, _ outcome: Outcome) async {
        await queue.ended(subject, tool: tool, await recorded(outcome, of: subject))
    }

    /// What the ledger has of the outcome, or what there is to tell where it has none; nil where another
    /// outcome was recorded before.
    private func recorded(_ outcome: Outcome, of subject: Subject, undoing undone: Subject? = nil) async -> Outcome? {
        // Before it is recorded, because then what was secret in the call is forgotten.
        let shown = ledger.redactor.shown(outcome, of: subject)
        var events: [Event] = [.finished(subject: subject, outcome)]
        if let undone, outcome.status == .succeeded { events.append(.rolledBack(subject: undone, by: subject)) }
        do {
            try await ledger.append(events, durability: .written)
            return shown
        } catch .claimed {
            return nil
        } catch {
            guard outcome.result != nil else { return shown.noting("not recorded: \(error)") }
        }
        // What the tool gave back may be what cannot be recorded: too long, too deep.
        return await recorded(
            outcome.noting("what it gave back could not be recorded").withoutResult, of: subject, undoing: undone)
    }
}

extension Outcome {
    fileprivate func timed(_ time: Milliseconds) -> Outcome {
        Outcome(status: status, summary: summary, result: result, executionTime: executionTime ?? time)
    }

    /// The effect is in the world, whatever the record says: people have to know.
    fileprivate func noting(_ note: String) -> Outcome {
        Outcome(
            status: status, summary: summary.map { "\($0) (\(note))" } ?? note, result: result,
            executionTime: executionTime)
    }

    fileprivate var withoutResult: Outcome {
        Outcome(status: status, summary: summary, result: nil, executionTime: executionTime)
    }
}

extension Queue {
    func began(_ call: Running) {
        running[call.subject] = call
        if stopsAll { call.stop.request() }
    }

    /// - Parameter outcome: nil where the call had ended before.
    func ended(_ subject: Subject, tool: String, _ outcome: Outcome?) {
        running[subject] = nil
        performing.withLock { $0[subject] = nil }
        inheritedCalls.removeAll { $0.subject == subject }
        if let outcome {
            recentOutcomes.append((subject, outcome))
            if recentOutcomes.count > 128 { recentOutcomes.removeFirst(64) }
            observers.tell(.finished(subject, tool: tool, outcome))
            for waiter in outcomeWaiters.removeValue(forKey: subject)?.values ?? [:].values {
                waiter.resume(returning: outcome)
            }
        }
        guard running.isEmpty else { return }
        for waiting in untilIdle { waiting.resume() }
        untilIdle = []
    }

    /// What comes of a started call, or nil where it takes longer than `patience`.
    public func outcome(of subject: Subject, within patience: Milliseconds) async -> Outcome? {
        // It may have ended before anybody asked.
        if let outcome = recentOutcomes.last(where: { $0.subject == subject })?.outcome { return outcome }
        nextWaiter += 1
        let key = nextWaiter
        let end = clocks.monotonic() + patience
        let timer = Task { [clocks] in
            do { try await clocks.sleep(end) } catch { return }
            self.giveUp(on: subject, key)
        }
        defer { timer.cancel() }
        return await withCheckedContinuation { outcomeWaiters[subject, default: [:]][key] = $0 }
    }

    private func giveUp(on subject: Subject, _ key: Int) {
        outcomeWaiters[subject]?.removeValue(forKey: key)?.resume(returning: nil)
        if outcomeWaiters[subject]?.isEmpty == true { outcomeWaiters[subject] = nil }
    }

    /// Calls that `hitl` is carrying out now.
    public var runningCalls: [Running] { Array(running.values) }

    /// Ends all calls that run, and keeps every later one from running.
    public func stopAll() {
        stopsAll = true
        for call in running.values { call.stop.request() }
    }

    /// Returns when no call runs any more and all outcomes are written: before that the ledger is not
    /// closed. Call `stopAll` first, unless you have time.
    public func allEnded() async {
        while !running.isEmpty { await withCheckedContinuation { untilIdle.append($0) } }
    }
}
