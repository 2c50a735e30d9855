import HITLCore
import HITLPlatform

/// One conversation with an agent: what it said of its tool calls, in which mode it is, and the turn that goes on.
final class ACPSession: Sendable {
    struct State {
        var calls = ToolCallTable()
        var transcript = Transcript()
        var mode: SessionChoice?
        var model: SessionChoice?
        /// A mode that the operator chose knowingly; nobody moves the agent out of it.
        var chosenMode: String?
        /// How often it was moved back since somebody last typed.
        var corrections = 0
        var turn: Strand?
        /// Lines that wait for the turn to end, and so for whatever it waits for.
        var queued: [Strand] = []
        var isCancelling = false
        /// Requests of this session that wait for people.
        var pending: Set<Int64> = []
        /// What the agent has still to be told, because the protocol had no place for it.
        var untold: [String] = []
        var turnWaiters: [CheckedContinuation<Void, Never>] = []
        var worker: Task<Void, Never>?

        func tellStrands() {
            for strand in queued + [turn].compactMap({ $0 }) {
                if let number = pending.min() { strand.blocked(on: number) } else { strand.working() }
            }
        }
    }

    /// The agent's own name for it.
    let id: String
    let number: Int
    let lineage: [String]
    let state = Locked(State())
    let lines: AsyncStream<TypedLine>
    private let input: AsyncStream<TypedLine>.Continuation

    init(id: String, number: Int, agent: String) {
        self.id = id
        self.number = number
        lineage = number == 1 ? [agent] : [agent, "session \(number)"]
        (lines, input) = AsyncStream.makeStream(of: TypedLine.self)
    }

    func send(_ line: TypedLine) {
        state.withLock { state in
            state.queued.append(line.strand)
            if let number = state.pending.min() { line.strand.blocked(on: number) }
        }
        input.yield(line)
    }

    func end() {
        input.finish()
        state.withLock { $0.worker }?.cancel()
    }

    /// A strand that nobody ends but the end of the session.
    func keep(_ strand: Strand) { state.withLock { $0.queued.append(strand) } }

    func endStrands() {
        let strands = state.withLock { state in
            defer { (state.queued, state.turn) = ([], nil) }
            return state.queued + [state.turn].compactMap { $0 }
        }
        for strand in strands { strand.end() }
    }

    var isBusy: Bool { state.withLock { $0.turn != nil } }

    // MARK: The turn

    func beginTurn(_ strand: Strand) {
        state.withLock { state in
            state.queued.removeAll { $0 === strand }
            state.turn = strand
            state.isCancelling = false
            state.corrections = 0
            state.tellStrands()
        }
    }

    func endTurn() {
        let waiters = state.withLock { state in
            state.turn = nil
            state.isCancelling = false
            defer { state.turnWaiters = [] }
            return state.turnWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when no turn goes on.
    func turnEnded() async {
        await withCheckedContinuation { continuation in
            let now = state.withLock { state -> Bool in
                guard state.turn != nil else { return true }
                state.turnWaiters.append(continuation)
                return false
            }
            if now { continuation.resume() }
        }
    }

    /// While people are asked, the turn waits for them and for nothing else that anybody could name.
    func waits(for number: Int64) {
        state.withLock { state in
            state.pending.insert(number)
            state.tellStrands()
        }
    }

    func waitsNoMore(for number: Int64?) {
        state.withLock { state in
            if let number { state.pending.remove(number) }
            state.tellStrands()
        }
    }

    // MARK: Words for the agent

    func remember(_ sentence: String) {
        state.withLock { state in
            // One that asks in a loop gets its last answers, not a book.
            if state.untold.count == 20 { state.untold.removeFirst() }
            state.untold.append(sentence)
        }
    }

    func takeUntold() -> [String] {
        state.withLock { state in
            defer { state.untold = [] }
            return state.untold
        }
    }
}
