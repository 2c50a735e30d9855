import CPlatform
import Glibc

/// The three streams of a child: the ends that it gets, and what happens at ours.
final class ChildStreams: Sendable {
    /// For the launch; ours to close once the child has them.
    let childEnds: [Int32]
    private let opened: Locked<[Int32]>

    let channel: LineChannel?
    let errorChannel: LineChannel?
    let output: Capture?
    let error: Capture?
    private let input: Feed?

    init(_ launch: Launch, on reactor: Reactor) throws(ProcessError) {
        var ours: [Int32] = [-1, -1, -1]
        var theirs: [Int32] = [-1, -1, -1]
        var opened: [Int32] = []
        do throws(SystemError) {
            func pipe(_ stream: Int) throws(SystemError) {
                var ends: [Int32] = [-1, -1]
                let result = platform_pipe(&ends)
                guard result == 0 else { throw SystemError(result, "pipe2") }
                (ours[stream], theirs[stream]) = stream == 0 ? (ends[1], ends[0]) : (ends[0], ends[1])
                opened.append(theirs[stream])
            }
            switch launch.input {
            case .nothing: theirs[0] = Int32(PLATFORM_STREAM_NOTHING)
            case .inherited: theirs[0] = Int32(PLATFORM_STREAM_INHERITED)
            case .descriptor(let descriptor): theirs[0] = descriptor
            case .bytes, .channel: try pipe(0)
            }
            for (stream, kind) in [(1, launch.output), (2, launch.error)] {
                switch kind {
                case .discarded: theirs[stream] = Int32(PLATFORM_STREAM_NOTHING)
                case .inherited: theirs[stream] = Int32(PLATFORM_STREAM_INHERITED)
                case .descriptor(let descriptor): theirs[stream] = descriptor
                case .captured, .channel: try pipe(stream)
                }
            }
            for descriptor in ours where descriptor >= 0 {
                let result = platform_set_nonblocking(descriptor)
                guard result == 0 else { throw SystemError(result, "fcntl") }
            }

            func take(_ stream: Int) -> Int32 {
                defer { ours[stream] = -1 }
                return ours[stream]
            }
            var feed: Feed?
            if case .bytes(let bytes) = launch.input { feed = Feed(bytes, take(0), on: reactor) }
            var captures: [Capture?] = [nil, nil]
            for (index, kind) in [launch.output, launch.error].enumerated() {
                guard case .captured(let head, let tail) = kind else { continue }
                captures[index] = try Capture(take(index + 1), head: head, tail: tail, on: reactor)
            }
            (input, output, error) = (feed, captures[0], captures[1])

            let writing = if case .channel = launch.input { take(0) } else { Int32(-1) }
            let reading = if case .channel = launch.output { take(1) } else { Int32(-1) }
            channel =
                reading < 0 && writing < 0
                ? nil : try LineChannel(reading: reading, writing: writing, limits: launch.lineLimits, on: reactor)
            if case .channel = launch.error {
                errorChannel = try LineChannel(reading: take(2), writing: -1, limits: launch.lineLimits, on: reactor)
            } else {
                errorChannel = nil
            }
        } catch {
            for descriptor in ours + opened where descriptor >= 0 { close(descriptor) }
            throw .couldNotStart(.pipes, error)
        }
        childEnds = theirs
        self.opened = Locked(opened)
    }

    deinit { closeChildEnds() }

    func closeChildEnds() {
        let ends = opened.withLock { opened in
            defer { opened = [] }
            return opened
        }
        for end in ends { close(end) }
    }

    /// Once the child runs.
    func begin() {
        closeChildEnds()
        input?.begin()
    }

    /// Takes what is still in the pipes and lets go of them. Nothing below the command holds them any more, but what it
    /// handed them to outside may.
    func finish() -> (output: CapturedOutput, error: CapturedOutput) {
        input?.end()
        return (output?.finish() ?? .nothing, error?.finish() ?? .nothing)
    }
}

/// Reads one stream to its end, keeping its head and tail.
final class Capture: Sendable {
    private struct State {
        var descriptor: Int32
        var registration: Reactor.Registration?
        var captured: CapturedOutput
    }

    private let reactor: Reactor
    private let state: Locked<State>

    init(_ descriptor: Int32, head: Int, tail: Int, on reactor: Reactor) throws(SystemError) {
        self.reactor = reactor
        state = Locked(State(descriptor: descriptor, captured: CapturedOutput(head: head, tail: tail)))
        let registration = try reactor.register(descriptor, for: .readable) { [weak self] _ in self?.read() }
        state.withLock { $0.registration = registration }
    }

    deinit { _ = finish() }

    private func read() { state.withLock { drain(&$0, atMost: 16) } }

    var captured: CapturedOutput { state.withLock { $0.captured } }

    func finish() -> CapturedOutput {
        state.withLock { state in
            // A pipe holds at most a megabyte that was written before now. A writer outside that goes on is not
            // waited for.
            drain(&state, atMost: 64)
            closeDescriptor(&state)
            return state.captured
        }
    }

    private func drain(_ state: inout State, atMost rounds: Int) {
        withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 16) { buffer in
            for _ in 0..<rounds where state.descriptor >= 0 {
                let count = Glibc.read(state.descriptor, buffer.baseAddress, buffer.count)
                if count > 0 {
                    state.captured.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
                    closeDescriptor(&state)
                } else if errno == EAGAIN {
                    return
                }
            }
        }
    }

    private func closeDescriptor(_ state: inout State) {
        guard state.descriptor >= 0 else { return }
        state.registration.map(reactor.unregister)
        close(state.descriptor)
        (state.descriptor, state.registration) = (-1, nil)
    }
}

/// Writes bytes to one stream, then ends it. A child that does not read them all has its reasons.
final class Feed: Sendable {
    private struct State {
        var descriptor: Int32
        var registration: Reactor.Registration?
        var sent = 0
    }

    private let bytes: [UInt8]
    private let reactor: Reactor
    private let state: Locked<State>

    init(_ bytes: [UInt8], _ descriptor: Int32, on reactor: Reactor) {
        self.bytes = bytes
        self.reactor = reactor
        state = Locked(State(descriptor: descriptor))
    }

    deinit { end() }

    func begin() {
        write()
        state.withLock { state in
            guard state.descriptor >= 0 else { return }
            do throws(SystemError) {
                state.registration = try reactor.register(state.descriptor, for: .writable) { [weak self] _ in
                    self?.write()
                }
            } catch {
                // Without watching there is no going on: the child reads an end that is too early rather than none.
                closeDescriptor(&state)
            }
        }
    }

    func end() { state.withLock { closeDescriptor(&$0) } }

    private func write() {
        state.withLock { state in
            while state.descriptor >= 0 {
                guard state.sent < bytes.count else { return closeDescriptor(&state) }
                let count = bytes.withUnsafeBytes {
                    platform_send(state.descriptor, $0.baseAddress! + state.sent, min($0.count - state.sent, 65536))
                }
                if count == -Int(EAGAIN) { return }
                guard count >= 0 else { return closeDescriptor(&state) }
                state.sent += count
            }
        }
    }

    private func closeDescriptor(_ state: inout State) {
        guard state.descriptor >= 0 else { return }
        state.registration.map(reactor.unregister)
        close(state.descriptor)
        (state.descriptor, state.registration) = (-1, nil)
    }
}
