package import HITLGate
import HITLCore
import HITLPlatform

/// What the agents behind one runner are doing, so that a script knows when nothing moves by itself
/// any more.
///
/// Work is counted in strands. Each is working, blocked on a request, or waits for strands that it
/// forked; a runner begins and ends them. Nothing polls: whoever waits is woken by a change.
package final class AgentActivity: Sendable {
    package enum Doing: Sendable, Equatable {
        case working
        /// On these requests, and on nothing else.
        case blocked(on: [Int64])
        case idle
    }

    package struct Agent: Sendable, Equatable {
        package let lineage: [String]
        package let doing: Doing
    }

    fileprivate enum Condition {
        case working
        case blocked(on: Int64)
        case joining(Int)
    }

    fileprivate struct Entry {
        var lineage: [String]
        var condition: Condition
        let parent: Int?
    }

    fileprivate struct State {
        var strands: [Int: Entry] = [:]
        /// Agents without parents, which stay listed when they are idle.
        var roots: [[String]] = []
        var lastKey = 0
        /// Counts changes, so that a waiter can tell whether it missed one.
        var version = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]

        mutating func add(_ lineage: [String], parent: Int?) -> Int {
            lastKey += 1
            strands[lastKey] = Entry(lineage: lineage, condition: .working, parent: parent)
            remember(lineage)
            return lastKey
        }

        mutating func remember(_ lineage: [String]) {
            if lineage.count == 1, !roots.contains(lineage) { roots.append(lineage) }
        }
    }

    private let queue: Queue
    private let state = Locked(State())

    package init(queue: Queue) {
        self.queue = queue
    }

    // MARK: Strands

    /// Begins a strand, which is working.
    package func begin(_ lineage: [String]) -> Strand {
        Strand(key: change { state in state.add(lineage, parent: nil) }, activity: self)
    }

    fileprivate func fork(_ key: Int, into lineages: [[String]]) -> [Strand] {
        guard !lineages.isEmpty else { return [] }
        return change { state in
            state.strands[key]?.condition = .joining(lineages.count)
            return lineages.map { state.add($0, parent: key) }
        }.map { Strand(key: $0, activity: self) }
    }

    fileprivate func set(_ key: Int, _ condition: Condition) {
        change { state in state.strands[key]?.condition = condition }
    }

    fileprivate func rename(_ key: Int, _ lineage: [String]) {
        change { state in
            state.strands[key]?.lineage = lineage
            state.remember(lineage)
        }
    }

    fileprivate func end(_ key: Int) {
        change { state in
            guard let entry = state.strands.removeValue(forKey: key), let parent = entry.parent,
                case .joining(let count)? = state.strands[parent]?.condition
            else { return }
            // In the same step as the end of the last one: in between nobody would seem to work.
            state.strands[parent]?.condition = count > 1 ? .joining(count - 1) : .working
        }
    }

    private func change<Value>(_ body: (inout State) -> Value) -> Value {
        let (value, woken) = state.withLock { state in
            let value = body(&state)
            state.version += 1
            defer { state.waiters = [:] }
            return (value, state.waiters)
        }
        for waiter in woken.values { waiter.resume() }
        return value
    }

    // MARK: Looking

    /// Every root agent, and every sub-agent that is doing something. An agent does what those below
    /// it do.
    package func agents() async -> [Agent] {
        _ = await isAnythingMoving()
        return state.withLock { state in
            let entries = state.strands.keys.sorted().compactMap { state.strands[$0] }
            var lineages = state.roots
            for entry in entries where !entry.lineage.isEmpty && !lineages.contains(entry.lineage) {
                lineages.append(entry.lineage)
            }
            return lineages.map { lineage in
                Agent(
                    lineage: lineage, doing: Doing(entries.filter { $0.lineage.starts(with: lineage) }.map(\.condition))
                )
            }
        }
    }

    /// Returns when nothing moves by itself any more: every strand has ended, or is blocked on a
    /// request that is still pending. Returns early only when the task is cancelled.
    package func settled() async {
        while !Task.isCancelled {
            let version = state.withLock { $0.version }
            if await isAnythingMoving() {
                await changed(since: version)
            } else if state.withLock({ $0.version }) == version {
                return
            }
        }
    }

    /// A strand that is blocked on a request which is closed has its answer on the way.
    private func isAnythingMoving() async -> Bool {
        let strands = state.withLock { $0.strands }
        for (key, entry) in strands {
            switch entry.condition {
            case .working: return true
            case .joining: continue
            case .blocked(let number):
                switch await standing(of: number) {
                case .closed: return true
                case .pending(let current) where current == number: continue
                case .pending(let current): retarget(key, from: number, to: current)
                }
            }
        }
        return false
    }

    private enum Standing {
        case closed
        /// Under this number, which is another one after an edit.
        case pending(Int64)
    }

    private func standing(of number: Int64) async -> Standing {
        var number = number
        while await queue.requesterOf(number) == nil {
            do throws(ReviewError) {
                _ = try await queue.open(number)
            } catch .alreadyClosed(.superseded(let successor)) {
                number = successor
                continue
            } catch .alreadyClosed {
                return .closed
            } catch {
                // It cannot be read what became of it. Waiting for a change that may never come would
                // hang the script; taking it for blocked lets the script go on and see the error.
                return .pending(number)
            }
        }
        return .pending(number)
    }

    private func retarget(_ key: Int, from old: Int64, to new: Int64) {
        state.withLock { state in
            guard case .blocked(on: old)? = state.strands[key]?.condition else { return }
            state.strands[key]?.condition = .blocked(on: new)
        }
    }

    private func changed(since version: Int) async {
        let key = state.withLock { state in
            state.lastKey += 1
            return state.lastKey
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goOn = state.withLock { state in
                    if state.version != version || Task.isCancelled { return true }
                    state.waiters[key] = continuation
                    return false
                }
                if goOn { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: key) }?.resume()
        }
    }
}

extension AgentActivity.Doing {
    fileprivate init(_ conditions: [AgentActivity.Condition]) {
        var numbers: [Int64] = []
        for condition in conditions {
            switch condition {
            case .working:
                self = .working
                return
            case .blocked(let number): numbers.append(number)
            case .joining: continue
            }
        }
        self = numbers.isEmpty ? .idle : .blocked(on: numbers.sorted())
    }
}

/// One thread of an agent's work. It ends when it is let go of, at the latest.
package final class Strand: Sendable {
    private let key: Int
    private let activity: AgentActivity

    fileprivate init(key: Int, activity: AgentActivity) {
        self.key = key
        self.activity = activity
    }

    deinit { activity.end(key) }

    package func working() { activity.set(key, .working) }

    package func blocked(on request: Int64) { activity.set(key, .blocked(on: request)) }

    /// Says whose work this is, where it was begun before that was known.
    package func act(as lineage: [String]) { activity.rename(key, lineage) }

    /// Strands that are working; this one waits until all of them have ended and is then working.
    package func fork(into lineages: [[String]]) -> [Strand] { activity.fork(key, into: lineages) }

    package func end() { activity.end(key) }
}
