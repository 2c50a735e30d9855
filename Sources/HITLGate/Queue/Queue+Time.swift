public import HITLCore
import HITLPlatform

extension Queue {
    // MARK: Time

    /// Gives a request more time: `duration` beyond its deadline. One without a deadline has that much from now.
    ///
    /// - Returns: the new deadline.
    public func extend(_ number: Int64, by duration: Milliseconds) async throws(ReviewError) -> WallTime {
        try checkOpen()
        let request = try open(number)
        let later = max(request.deadline ?? steady.now, steady.now) + duration
        let extended = try await apply(.extend(to: later), to: number).request
        guard extended.status == .pending else { throw .alreadyClosed(extended.status) }
        return extended.deadline ?? later
    }

    func watch(_ number: Int64, _ deadline: WallTime) {
        deadlines.add(number, due: deadline)
        arm()
    }

    /// Sees to it that somebody sleeps until the next deadline, and nobody where there is none.
    func arm() {
        guard let next = deadlines.next, closure == nil else { return }
        if let sleeper, sleeper.due <= next { return }
        sleeper?.task.cancel()
        let moment = steady.monotonic(at: next)
        sleeper = (
            next,
            Task { [clocks] in
                do { try await clocks.sleep(moment) } catch { return }
                await self.expireDue(after: next)
            }
        )
    }

    private func expireDue(after moment: WallTime) async {
        if sleeper?.due == moment { sleeper = nil }
        let due = deadlines.popDue(at: steady.now)
        arm()
        await withTaskGroup(of: Void.self) { group in
            for number in due { group.addTask { await self.expire(number) } }
        }
    }

    private func expire(_ number: Int64) async {
        guard let entry = pending[number], closure == nil else { return }
        // A decision or an extension is being written: it goes first, and if it fails there is a next time.
        guard entry.writes == 0 else { return retry(number) }
        do {
            _ = try await apply(.deadlineReached, to: number)
        } catch .notRecorded {
            // It cannot be written that it expired. It is not decided either: the state machine refuses
            // every review after the deadline.
            retry(number)
        } catch {
            return
        }
    }

    private func retry(_ number: Int64) { watch(number, steady.now + .seconds(1)) }
}
