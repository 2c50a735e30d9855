public import HITLCore
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
        let changes = await executor.changes(since: call)
        let ended: Outcome
        if stop.isRequested {
            ended = Outcome(status: .failed, summary: "stopped before it ran")
        } else if changes.isEmpty {
            ended = await executor.run(permit, until: stop)
        } else {
            ended = Outcome(status: .failed, summary: "not executed: " + changes.joined(separator: "; "))
        }
        let outcome = ended.timed(Milliseconds(clocks.monotonic().count - start.count))
        await finish(subject, tool: call.tool, outcome)
        return outcome
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
        let closing = try await queue.review(number, review, shown: shown)
        let request = closing.request
        guard case .approved = request.status, request.call.performer == .desk, closing.collected == .byNobody,
            let executor
        else { return request }
        Task {
            _ = await execute(
                Permit(request.call, digest: request.digest, subject: .request(number)), with: executor)
        }
        return request
    }

    /// Records the outcome of a started call. It is written at once and synced with whatever comes
    /// next, or within a second.
    public func finish(_ subject: Subject, tool: String, _ outcome: Outcome) async {
        do {
            try await ledger.append([.finished(subject: subject, outcome)], durability: .written)
        } catch {
            // The effect is in the world and cannot be recorded. The entry that it started stays
            // without an end, which the next desk reports as unknown.
        }
        await queue.ended(subject, tool: tool, outcome)
    }
}

extension Outcome {
    fileprivate func timed(_ time: Milliseconds) -> Outcome {
        Outcome(status: status, summary: summary, result: result, executionTime: executionTime ?? time)
    }
}

extension Queue {
    func began(_ call: Running) { running[call.subject] = call }

    func ended(_ subject: Subject, tool: String, _ outcome: Outcome) {
        running[subject] = nil
        recentOutcomes.append((subject, outcome))
        if recentOutcomes.count > 64 { recentOutcomes.removeFirst() }
        tell(.finished(subject, tool: tool, outcome))
        for waiter in outcomeWaiters.removeValue(forKey: subject)?.values ?? [:].values { waiter.resume(returning: outcome) }
    }

    /// What comes of a started call, or nil where it takes longer than `patience`.
    public func outcome(of subject: Subject, within patience: Milliseconds) async -> Outcome? {
        // It may have ended before anybody asked.
        if let outcome = recentOutcomes.first(where: { $0.subject == subject })?.outcome { return outcome }
        nextWaiter += 1
        let key = nextWaiter
        let end = Milliseconds(clocks.monotonic().count + patience.count)
        let timer = Task { [clocks] in
            do { try await clocks.sleep(end) } catch { return }
            self.giveUp(on: subject, key)
        }
        defer { timer.cancel() }
        return await withCheckedContinuation { outcomeWaiters[subject, default: [:]][key] = $0 }
    }

    private func giveUp(on subject: Subject, _ key: Int) {
        outcomeWaiters[subject]?.removeValue(forKey: key)?.resume(returning: nil)
    }

    /// Calls that `hitl` is carrying out now.
    public var runningCalls: [Running] { Array(running.values) }

    /// Ends a call that `hitl` is carrying out; its outcome is recorded as for any other.
    public func stop(_ subject: Subject) throws(ReviewError) {
        guard let call = running[subject] else { throw .notRunning }
        call.stop.request()
    }

    public func stopAll() {
        for call in running.values { call.stop.request() }
    }
}
