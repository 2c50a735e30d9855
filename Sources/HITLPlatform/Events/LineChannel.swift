import CPlatform
import Glibc

/// Lines in, bytes out, over a socket or a pair of pipes, without blocking a thread.
///
/// One task reads; any may write, and what one `write` sends stays together. What is read ahead and what is queued
/// for writing is bounded: a peer that sends faster than we read is not read from, one that reads slower than we
/// write makes `write` wait. Closed when the last owner lets go of it.
package final class LineChannel: Sendable {
    package enum Failure: Error, Sendable, Hashable {
        /// The peer sent a line longer than allowed. Nothing further is read.
        case lineTooLong(limit: Int)
        /// The stream ended in the middle of a line. What came of it must not be taken for a line.
        case cutOff([UInt8])
        /// We closed it.
        case closed
        /// The peer does not read, or is gone.
        case broken
        /// `offer` would exceed what may be queued.
        case backlogFull
        case cancelled
        case system(SystemError)
    }

    package struct Limits: Sendable {
        package var lineLength: Int
        /// Bytes of whole lines that wait to be taken before reading pauses.
        package var readAhead: Int
        /// Bytes that may be queued before `write` waits.
        package var writeAhead: Int
        /// Bytes that may be queued before `offer` refuses.
        package var backlog: Int

        package init(
            lineLength: Int = 16 << 20, readAhead: Int = 1 << 20, writeAhead: Int = 1 << 20, backlog: Int = 64 << 20
        ) {
            self.lineLength = lineLength
            self.readAhead = readAhead
            self.writeAhead = writeAhead
            self.backlog = backlog
        }
    }

    private typealias LineResult = Result<[UInt8]?, Failure>
    private typealias WriteResult = Result<Void, Failure>

    private enum Input {
        case open
        case ended
        case failed(Failure)
    }

    private enum Output {
        case open
        /// Closes once the queue is empty.
        case closing
        case failed(Failure)
    }

    private struct State {
        var splitter: LineSplitter
        var lines: [[UInt8]] = []
        var taken = 0
        var waitingBytes = 0
        var reader: UnsafeContinuation<LineResult, Never>?
        var input = Input.open

        var queue: [[UInt8]] = []
        var queueStart = 0
        var sentOfFirst = 0
        var queuedBytes = 0
        var writers: [(number: UInt64, continuation: UnsafeContinuation<WriteResult, Never>)] = []
        var cancelledWriters: Set<UInt64> = []
        var nextWriter: UInt64 = 0
        var output = Output.open

        var isClosed = false
        var readDescriptor: Int32
        var writeDescriptor: Int32
        var reading: Reactor.Registration?
        var writing: Reactor.Registration?

        var isOneDescriptor: Bool { readDescriptor == writeDescriptor }
    }

    /// Continuations are resumed after the lock is given back.
    private struct Wakes {
        var read: (UnsafeContinuation<LineResult, Never>, LineResult)?
        var writes: [(UnsafeContinuation<WriteResult, Never>, WriteResult)] = []

        func resume() {
            if let (reader, result) = read { reader.resume(returning: result) }
            for (writer, result) in writes { writer.resume(returning: result) }
        }
    }

    private let reactor: Reactor
    private let limits: Limits
    private let state: Locked<State>

    /// Takes over the descriptors and makes them non-blocking. They can be the same; -1 is a direction that does not
    /// exist.
    package init(reading: Int32, writing: Int32, limits: Limits = Limits(), on reactor: Reactor) throws(SystemError) {
        self.reactor = reactor
        self.limits = limits
        state = Locked(
            State(
                splitter: LineSplitter(maximumLength: limits.lineLength), readDescriptor: reading,
                writeDescriptor: writing))
        for descriptor in [reading, writing] where descriptor >= 0 {
            let result = platform_set_nonblocking(descriptor)
            guard result == 0 else { throw SystemError(result, "fcntl") }
        }
        let failure: SystemError? = state.withLock { state in
            do throws(SystemError) {
                if reading >= 0 {
                    state.reading = try reactor.register(reading, for: .readable) { [weak self] in self?.handle($0) }
                } else {
                    state.input = .ended
                }
                if writing >= 0 && writing != reading {
                    state.writing = try reactor.register(writing, for: []) { [weak self] in self?.handle($0) }
                } else if writing < 0 {
                    state.output = .failed(.closed)
                }
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    deinit { close() }

    // MARK: Reading

    /// The next line without its line feed; nil at the end of the stream. For one task at a time.
    package func nextLine() async throws(Failure) -> [UInt8]? {
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: UnsafeContinuation<LineResult, Never>) in
                let immediate = state.withLock { state -> LineResult? in
                    if let line = takeLine(&state) { return .success(line) }
                    switch state.input {
                    case .ended: return .success(nil)
                    case .failed(let failure): return .failure(failure)
                    case .open: break
                    }
                    if Task.isCancelled { return .failure(.cancelled) }
                    precondition(state.reader == nil, "two tasks read from one channel")
                    state.reader = continuation
                    return nil
                }
                if let immediate { continuation.resume(returning: immediate) }
            }
        } onCancel: {
            let reader = state.withLock { state in
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume(returning: .failure(.cancelled))
        }
        return try result.get()
    }

    /// The lines as a sequence that ends with the stream.
    package var lines: Lines { Lines(channel: self) }

    package struct Lines: AsyncSequence, Sendable {
        fileprivate let channel: LineChannel

        package struct Iterator: AsyncIteratorProtocol {
            fileprivate let channel: LineChannel

            package mutating func next() async throws(Failure) -> [UInt8]? { try await channel.nextLine() }

            package mutating func next(isolation actor: isolated (any Actor)?) async throws(Failure) -> [UInt8]? {
                try await channel.nextLine()
            }
        }

        package func makeAsyncIterator() -> Iterator { Iterator(channel: channel) }
    }

    private func takeLine(_ state: inout State) -> [UInt8]? {
        guard state.taken < state.lines.count else { return nil }
        let line = state.lines[state.taken]
        state.lines[state.taken] = []
        state.taken += 1
        state.waitingBytes -= line.count
        if state.taken == state.lines.count {
            state.lines.removeAll(keepingCapacity: state.lines.capacity < 1024)
            state.taken = 0
        } else if state.taken > 1024, state.taken * 2 > state.lines.count {
            state.lines.removeFirst(state.taken)
            state.taken = 0
        }
        updateInterest(&state)
        return line
    }

    /// On the reactor's thread.
    private func fill(_ state: inout State) {
        guard !state.isClosed, case .open = state.input else { return }
        let buffer = reactor.scratch
        // Level triggered: what is left is told again, after the others had their turn.
        for _ in 0..<4 {
            let count = Glibc.read(state.readDescriptor, buffer.baseAddress, buffer.count)
            if count > 0 {
                let before = state.lines.count
                guard state.splitter.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: &state.lines)
                else {
                    state.input = .failed(.lineTooLong(limit: limits.lineLength))
                    break
                }
                for line in state.lines[before...] { state.waitingBytes += line.count }
                if count < buffer.count || state.waitingBytes >= limits.readAhead { break }
            } else if count == 0 {
                let rest = state.splitter.rest
                state.input = rest.isEmpty ? .ended : .failed(.cutOff(rest))
                break
            } else if errno == EINTR {
                continue
            } else {
                // A peer that closed with unread bytes of ours resets; what it sent before is whole.
                if errno == ECONNRESET {
                    let rest = state.splitter.rest
                    state.input = rest.isEmpty ? .ended : .failed(.cutOff(rest))
                } else if errno != EAGAIN {
                    state.input = .failed(.system(SystemError(errno, "read")))
                }
                break
            }
        }
    }

    // MARK: Writing

    /// Hands the bytes to the peer, in order and whole. Returns when they are on their way or little enough is queued;
    /// that says nothing of the peer having read them.
    package func write(_ bytes: [UInt8]) async throws(Failure) {
        var number: UInt64 = 0
        let (immediate, mustWait) = state.withLock { state -> (WriteResult, Bool) in
            if case .failed(let failure) = state.output { return (.failure(failure), false) }
            if case .closing = state.output { return (.failure(.closed), false) }
            enqueue(bytes, &state)
            if case .failed(let failure) = state.output { return (.failure(failure), false) }
            guard state.queuedBytes > limits.writeAhead else { return (.success(()), false) }
            number = state.nextWriter
            state.nextWriter += 1
            return (.success(()), true)
        }
        guard mustWait else { return try immediate.get() }
        let waiting = number
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: UnsafeContinuation<WriteResult, Never>) in
                let immediate = state.withLock { state -> WriteResult? in
                    if state.cancelledWriters.remove(waiting) != nil { return .failure(.cancelled) }
                    if case .failed(let failure) = state.output { return .failure(failure) }
                    guard state.queuedBytes > limits.writeAhead else { return .success(()) }
                    state.writers.append((waiting, continuation))
                    return nil
                }
                if let immediate { continuation.resume(returning: immediate) }
            }
        } onCancel: {
            // The bytes stay queued: half a message would spoil those after it.
            let writer = state.withLock { state -> UnsafeContinuation<WriteResult, Never>? in
                guard let index = state.writers.firstIndex(where: { $0.number == waiting }) else {
                    state.cancelledWriters.insert(waiting)
                    return nil
                }
                return state.writers.remove(at: index).continuation
            }
            writer?.resume(returning: .failure(.cancelled))
        }
        _ = state.withLock { $0.cancelledWriters.remove(waiting) }
        try result.get()
    }

    /// The same without waiting: refuses where the backlog would become too long.
    package func offer(_ bytes: [UInt8]) throws(Failure) {
        let result = state.withLock { state -> WriteResult in
            if case .failed(let failure) = state.output { return .failure(failure) }
            if case .closing = state.output { return .failure(.closed) }
            guard state.queuedBytes + bytes.count <= limits.backlog else { return .failure(.backlogFull) }
            enqueue(bytes, &state)
            if case .failed(let failure) = state.output { return .failure(failure) }
            return .success(())
        }
        try result.get()
    }

    /// The peer reads the end of the stream after what is queued.
    package func closeWriting() {
        state.withLock { state in
            guard case .open = state.output else { return }
            state.output = .closing
            finishClosing(&state)
        }
    }

    /// Gives the descriptors back. Whoever waits gets `closed`; what is still queued is not sent.
    package func close() {
        let wakes = state.withLock { state -> Wakes in
            guard !state.isClosed else { return Wakes() }
            state.isClosed = true
            if case .open = state.input { state.input = .failed(.closed) }
            state.lines = []
            state.taken = 0
            fail(&state, .closed)
            for registration in [state.reading, state.writing] { registration.map(reactor.unregister) }
            if state.readDescriptor >= 0 { Glibc.close(state.readDescriptor) }
            if state.writeDescriptor >= 0 && !state.isOneDescriptor { Glibc.close(state.writeDescriptor) }
            (state.readDescriptor, state.writeDescriptor, state.reading, state.writing) = (-1, -1, nil, nil)
            return takeWakes(&state)
        }
        wakes.resume()
    }

    private func enqueue(_ bytes: [UInt8], _ state: inout State) {
        guard !bytes.isEmpty else { return }
        state.queue.append(bytes)
        state.queuedBytes += bytes.count
        // Straight from the caller's thread where nothing is before it: one wake-up less.
        if state.queuedBytes == bytes.count { flush(&state) }
        updateInterest(&state)
    }

    private func flush(_ state: inout State) {
        while state.queueStart < state.queue.count {
            let sent = state.queue[state.queueStart].withUnsafeBytes { bytes in
                platform_send(
                    state.writeDescriptor, bytes.baseAddress! + state.sentOfFirst, bytes.count - state.sentOfFirst)
            }
            if sent == -Int(EAGAIN) { break }
            guard sent >= 0 else {
                let isGone = sent == -Int(EPIPE) || sent == -Int(ECONNRESET)
                fail(&state, isGone ? .broken : .system(SystemError(sent, "write")))
                return
            }
            state.sentOfFirst += sent
            state.queuedBytes -= sent
            if state.sentOfFirst == state.queue[state.queueStart].count {
                state.queue[state.queueStart] = []
                state.queueStart += 1
                state.sentOfFirst = 0
            }
        }
        if state.queueStart == state.queue.count {
            state.queue.removeAll(keepingCapacity: state.queue.capacity < 1024)
            state.queueStart = 0
        } else if state.queueStart > 1024 {
            state.queue.removeFirst(state.queueStart)
            state.queueStart = 0
        }
        finishClosing(&state)
    }

    private func fail(_ state: inout State, _ failure: Failure) {
        if case .failed = state.output { return }
        state.output = .failed(failure)
        state.queue = []
        (state.queueStart, state.sentOfFirst, state.queuedBytes) = (0, 0, 0)
    }

    private func finishClosing(_ state: inout State) {
        guard case .closing = state.output, state.queuedBytes == 0 else { return }
        if state.isOneDescriptor {
            shutdown(state.writeDescriptor, Int32(SHUT_WR))
        } else {
            state.writing.map(reactor.unregister)
            Glibc.close(state.writeDescriptor)
            (state.writeDescriptor, state.writing) = (-1, nil)
        }
        state.output = .failed(.closed)
    }

    // MARK: Events

    private func handle(_ ready: Reactor.Interest) {
        let wakes = state.withLock { state -> Wakes in
            guard !state.isClosed else { return Wakes() }
            if ready.contains(.readable) { fill(&state) }
            if ready.contains(.writable) { flush(&state) }
            updateInterest(&state)
            return takeWakes(&state)
        }
        wakes.resume()
    }

    private func updateInterest(_ state: inout State) {
        guard !state.isClosed else { return }
        var reads = false
        if case .open = state.input { reads = state.waitingBytes < limits.readAhead }
        let writes = state.queuedBytes > 0
        if state.isOneDescriptor {
            let interest: Reactor.Interest =
                reads ? (writes ? [.readable, .writable] : .readable) : (writes ? .writable : [])
            state.reading.map { reactor.setInterest(interest, of: $0) }
        } else {
            state.reading.map { reactor.setInterest(reads ? .readable : [], of: $0) }
            state.writing.map { reactor.setInterest(writes ? .writable : [], of: $0) }
        }
    }

    private func takeWakes(_ state: inout State) -> Wakes {
        var wakes = Wakes()
        if let reader = state.reader {
            if let line = takeLine(&state) {
                wakes.read = (reader, .success(line))
            } else {
                switch state.input {
                case .open: break
                case .ended: wakes.read = (reader, .success(nil))
                case .failed(let failure): wakes.read = (reader, .failure(failure))
                }
            }
            if wakes.read != nil { state.reader = nil }
        }
        if case .failed(let failure) = state.output {
            wakes.writes = state.writers.map { ($0.continuation, .failure(failure)) }
            state.writers = []
        } else if state.queuedBytes <= limits.writeAhead / 2 {
            wakes.writes = state.writers.map { ($0.continuation, .success(())) }
            state.writers = []
        }
        return wakes
    }
}
