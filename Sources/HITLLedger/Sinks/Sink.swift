import Glibc
import HITLPlatform

/// Takes every entry of a ledger to a file, a FIFO or a program, in order and at least once, on a thread of its own.
///
/// The ledger is its only queue: an append never waits for a sink, and a sink that is slow, dead or forgotten for a year
/// goes on from its cursor.
///
/// ```
/// ledger ──► lines ──► written ──► read or synced ──► cursor
///                         └─ trouble: told once, tried again after 1, 2, 4 … 60 seconds
/// ```
package final class Sink: Sendable {
    package enum News: Sendable, Equatable {
        /// It takes nothing. Said once, until it takes something again.
        case dead(String)
        case alive

        /// What it was given is not in this ledger, so it gets everything again.
        case beginsAgain
    }

    private let target: SinkTarget
    private let ledger: Ledger
    private let cursor: SinkCursor
    private let environment: [String: String]
    private let calls: FileCalls
    private let tell: @Sendable (News) -> Void

    private struct State {
        /// Of the ledger, as far as it was told.
        var size: Int64 = 0

        /// It is to stop, at this monotonic time even where more could be given out.
        var stopsBy: UInt64?

        /// Where the cursor stands.
        var delivered: Int64 = 0

        var isStopping: Bool { stopsBy != nil }
    }

    private let state = Monitor(State())
    private let thread = Locked<WorkerThread?>(nil)

    /// Readable once it is to stop.
    private let stopReading: Int32
    private let stopWriting: Int32

    /// How many entries are read at once.
    private static let page = 64

    /// How long a command may take to end, once it was told that nothing more comes.
    private static let grace = Duration.seconds(2)

    package init(
        _ target: SinkTarget, of ledger: Ledger, environment: [String: String], calls: FileCalls = .system,
        tell: @escaping @Sendable (News) -> Void
    ) throws(LedgerError) {
        self.target = target
        self.ledger = ledger
        self.environment = environment
        self.calls = calls
        self.tell = tell
        cursor = SinkCursor(path: target.cursorPath(ledger: ledger.path), calls: calls)
        (stopReading, stopWriting) = try SinkChannel.pipe()
    }

    deinit {
        close(stopReading)
        close(stopWriting)
    }

    /// Begins to deliver, from where the last one ended.
    package func start() throws(LedgerError) {
        let size = try ledger.head.size
        state.withLock { $0.size = max($0.size, size) }
        ledger.observe { [weak self] head in
            self?.state.withLock { $0.size = max($0.size, head.size) }
            self?.state.signal()
        }
        let started = WorkerThread { self.work() }
        guard let started else { throw .system(path: target.name, .open, errno: EAGAIN) }
        thread.withLock { $0 = started }
    }

    /// Gives out what can be given at once, and ends; the rest waits for the next start. Takes no longer than the grace of a
    /// command.
    package func stop() {
        state.withLock { $0.stopsBy = monotonicNanoseconds() + 2_000_000_000 }
        state.signal()
        var byte: UInt8 = 0
        _ = write(stopWriting, &byte, 1)
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        thread?.join()
    }

    /// Up to which entry it was given everything.
    package var delivered: Int64 { state.withLock { $0.delivered } }

    // MARK: - The thread

    private func work() {
        var wait: UInt64 = 1
        var isDead = false
        // Who is stopped still gives out what is there, once, unless nobody took it before.
        while !(isDead && state.withLock({ $0.isStopping })) {
            do throws(SinkTrouble) {
                let last = try place()
                guard waitForEntries(beyond: last.size) else { return }
                let channel = try SinkChannel(target, environment: environment, calls: calls)
                try deliver(to: channel, after: last) {
                    if isDead { tell(.alive) }
                    isDead = false
                    wait = 1
                }
                return
            } catch {
                if !isDead { tell(.dead(error.description)) }
                isDead = true
                pause(seconds: wait)
                wait = min(wait * 2, 60)
            }
        }
    }

    /// Where the cursor says that it goes on.
    private func place() throws(SinkTrouble) -> Head {
        do throws(LedgerError) {
            let none = Head(size: 0, hash: Chain.genesis(identity: ledger.identity))
            let heads = try cursor.read()
            if heads.isEmpty { return none }
            for head in heads.reversed() {
                let hash = head.size == 0 ? none.hash : try ledger.entry(at: head.size)?.hash
                guard hash == head.hash else { continue }
                state.withLock { $0.delivered = head.size }
                return head
            }
            tell(.beginsAgain)
            return none
        } catch {
            throw .system(error)
        }
    }

    /// What was written, in order, until it is known to have arrived.
    private struct Flight {
        let end: Int64
        let head: Head
    }

    private func deliver(to channel: SinkChannel, after last: Head, works: () -> Void) throws(SinkTrouble) {
        var flights: [Flight] = []
        var heads = [last]
        var next = last.size + 1
        var isStopped = false
        while !isStopped {
            let (size, stopsBy) = state.withLock { ($0.size, $0.stopsBy) }
            if let stopsBy, next > size || monotonicNanoseconds() >= stopsBy { break }
            let entries = try read(from: next)
            var bytes: [UInt8] = []
            for entry in entries { FileLine.append(entry, last: nil, to: &bytes) }
            if let newest = entries.last {
                guard try channel.write(bytes, until: stopReading) else {
                    isStopped = true
                    break
                }
                flights.append(Flight(end: channel.written, head: Head(size: newest.sequence, hash: newest.hash)))
                next = newest.sequence + 1
            }
            if try land(&flights, upTo: try channel.delivered(), behind: &heads) { works() }
            if entries.count < Sink.page { rest(at: next - 1, looking: !flights.isEmpty) }
        }
        if channel.finish(grace: Sink.grace), !isStopped {
            _ = try land(&flights, upTo: .max, behind: &heads)
        }
    }

    private func read(from sequence: Int64) throws(SinkTrouble) -> [Entry] {
        do throws(LedgerError) { return try ledger.entries(from: sequence, limit: Sink.page) } catch {
            throw .system(error)
        }
    }

    /// - Returns: whether anything more has arrived.
    private func land(
        _ flights: inout [Flight], upTo delivered: Int64, behind heads: inout [Head]
    ) throws(SinkTrouble) -> Bool {
        guard let last = flights.last(where: { $0.end <= delivered }) else { return false }
        heads = heads.suffix(SinkCursor.most - 1) + [last.head]
        do throws(LedgerError) { try cursor.write(heads) } catch { throw .system(error) }
        flights.removeAll { $0.end <= delivered }
        state.withLock { $0.delivered = last.head.size }
        return true
    }

    // MARK: - Waiting

    /// - Returns: false to stop.
    private func waitForEntries(beyond size: Int64) -> Bool {
        state.waiting { state in
            if state.size > size { return .over(true) }
            return state.isStopping ? .over(false) : .untilSignal
        }
    }

    /// Until there is more, or it is to stop. A pipe does not say when its reader has read, so while something is in it, it is
    /// looked at again after a moment.
    private func rest(at size: Int64, looking: Bool) {
        let deadline = looking ? monotonicNanoseconds() + 200_000_000 : nil
        state.waiting { state in
            if state.size > size || state.isStopping { return .over(()) }
            guard let deadline else { return .untilSignal }
            return monotonicNanoseconds() >= deadline ? .over(()) : .until(nanoseconds: deadline)
        }
    }

    private func pause(seconds: UInt64) {
        let deadline = monotonicNanoseconds() + seconds * 1_000_000_000
        state.waiting { state in
            state.isStopping || monotonicNanoseconds() >= deadline ? .over(()) : .until(nanoseconds: deadline)
        }
    }
}
