import HITLPlatform

/// What the operator types to an agent, one line at a time: the next one is handed over when the agent has done with the
/// one before.
final class TypedWork: Sendable {
    private struct State {
        var isBusy = false
        var queue: [String] = []
    }

    private let context: RunnerContext
    private let calls: DrivenCalls
    private let isReady: Signal
    private let hand: @Sendable (_ line: String, _ done: Signal) async -> Bool
    private let name: String
    private let state = Locked(State())

    /// - Parameters:
    ///   - isReady: fired when the agent can be talked to, and at its end.
    ///   - hand: hands the line over; false where the agent is gone.
    init(
        _ context: RunnerContext, _ calls: DrivenCalls, isReady: Signal, name: String,
        hand: @escaping @Sendable (_ line: String, _ done: Signal) async -> Bool
    ) {
        self.context = context
        self.calls = calls
        self.isReady = isReady
        self.name = name
        self.hand = hand
    }

    /// Until nothing more will be typed, or the task is cancelled.
    func run() async {
        await isReady.fired()
        await withDiscardingTaskGroup { group in
            for await line in context.lines {
                let isFree = state.withLock { state in
                    defer { state.isBusy = true }
                    if state.isBusy { state.queue.append(line.text) }
                    return !state.isBusy
                }
                // A line that has to wait does not move by itself: perhaps the agent waits for a person.
                guard isFree else {
                    line.strand.end()
                    continue
                }
                group.addTask { await self.work(line.text, on: line.strand) }
            }
        }
    }

    private func work(_ text: String, on strand: Strand) async {
        var (text, strand) = (text, strand)
        while true {
            calls.works(on: strand)
            let done = Signal()
            if await hand(text, done) {
                await done.fired()
            } else {
                context.say(
                    Utterance(
                        lineage: calls.lineage,
                        text: "`\(name)` is not running and has not heard that. `/agent cancel` starts it again."))
            }
            let next = state.withLock { state -> String? in
                guard !state.queue.isEmpty else {
                    state.isBusy = false
                    return nil
                }
                return state.queue.removeFirst()
            }
            guard let next else { break }
            // Begun before the former ends, so that nobody takes the gap for the end.
            strand = context.activity.begin(calls.lineage)
            text = next
            calls.rests()
        }
        calls.rests()
        strand.end()
    }
}
