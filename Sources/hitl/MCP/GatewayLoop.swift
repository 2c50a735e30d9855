import Glibc
import HITLAgents
import HITLConsole
import HITLCore
import HITLPlatform
import HITLServer
import HITLTerminal

/// The one loop of `hitl mcp`: waits for the client, the server, the desk and the clock, and does what the gateway says.
///
/// A single thread, because every line of one direction has to keep its place, and because nothing here takes long.
final class GatewayLoop {
    private enum Phase: Equatable {
        case serving
        /// The client has gone; the server may finish until then, and is stopped afterwards.
        case finishing(until: UInt64)
        case stopped
    }

    private var gateway: Gateway
    private let server: ServerProcess
    private let sockets: [String]
    private let signals: SignalPipe
    private var phase = Phase.serving

    private var fromClient = LineSplitter(maximumLength: GatewayLoop.longestLine)
    private var fromServer = LineSplitter(maximumLength: GatewayLoop.longestLine)
    private var toClient = OutgoingBytes()
    private var toServer = OutgoingBytes()
    private var toDesk = OutgoingBytes()
    /// Outcomes, which the desk then records in one go.
    private var outcomes: [[UInt8]] = []
    private var outcomesDue: UInt64 = .max
    private let clientEnd = WritingEnd(shared: 1)
    private let serverEnd: WritingEnd
    private var clientReads = true
    private var serverReads = true

    private var desk: DeskSocket?
    private var nextTry: UInt64 = .max
    private var pause = GatewayLoop.firstPause

    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)

    private static let longestLine = 64 << 20
    /// What may wait for a reader before no more is read from whoever writes to it.
    private static let mostWaiting = 16 << 20
    private static let firstPause: UInt64 = 20_000_000
    private static let longestPause: UInt64 = 500_000_000
    private static let grace: UInt64 = 2_000_000_000
    private static let outcomesWait: UInt64 = 10_000_000

    init(_ settings: Gateway.Settings, _ server: ServerProcess, sockets: [String], signals: SignalPipe) {
        gateway = Gateway(settings)
        self.server = server
        self.sockets = sockets
        self.signals = signals
        serverEnd = WritingEnd(ours: server.input)
    }

    deinit { buffer.deallocate() }

    /// - Returns: the exit code.
    func run() -> Int32 {
        while phase != .stopped {
            wait()
            act(at: SystemClock.monotonicNanoseconds())
            flush()
        }
        return end()
    }

    // MARK: Waiting

    private enum Place: Int, CaseIterable { case signals, desk, serverOutput, clientInput, clientOutput, serverInput }
    private var ready = [Int16](repeating: 0, count: Place.allCases.count)

    private func wait() {
        var watched: [pollfd] = Place.allCases.map { pollfd(fd: descriptor($0), events: interest($0), revents: 0) }
        for place in watched.indices where watched[place].events == 0 { watched[place].fd = -1 }
        let due = min(gateway.due, nextTry, end(of: phase), outcomesDue)
        var timeout: Int32 = -1
        if due != .max {
            let now = SystemClock.monotonicNanoseconds()
            timeout = due <= now ? 0 : Int32(clamping: (due - now + 999_999) / 1_000_000)
        }
        poll(&watched, nfds_t(watched.count), timeout)
        for place in watched.indices { ready[place] = watched[place].revents }
    }

    private func descriptor(_ place: Place) -> Int32 {
        switch place {
        case .signals: signals.descriptor
        case .desk: desk?.descriptor ?? -1
        case .serverOutput: server.output
        case .clientInput: 0
        case .clientOutput: 1
        case .serverInput: server.input
        }
    }

    private func interest(_ place: Place) -> Int16 {
        let reads = Int16(POLLIN)
        let writes = Int16(POLLOUT)
        switch place {
        case .signals: return reads
        case .desk: return desk == nil ? 0 : toDesk.isEmpty ? reads : reads | writes
        case .serverOutput: return toClient.count < Self.mostWaiting ? reads : 0
        case .clientInput:
            let hasRoom = toServer.count < Self.mostWaiting && toDesk.count < Self.mostWaiting * 2
            return phase == .serving && hasRoom ? reads : 0
        case .clientOutput: return clientReads && !toClient.isEmpty ? writes : 0
        case .serverInput: return serverReads && !toServer.isEmpty ? writes : 0
        }
    }

    private func end(of phase: Phase) -> UInt64 {
        if case .finishing(let until) = phase { until } else { .max }
    }

    // MARK: Acting

    private func act(at now: UInt64) {
        if ready[Place.signals.rawValue] != 0, signals.take() != nil { clientLeft(at: now, grace: 0) }
        if ready[Place.desk.rawValue] != 0 { readDesk(at: now) }
        if ready[Place.serverOutput.rawValue] != 0 { readServer() }
        if ready[Place.clientInput.rawValue] != 0 { readClient(at: now) }
        carryOut(gateway.tick(now))
        if now >= outcomesDue { sendOutcomes() }
        if gateway.missesDesk {
            if nextTry == .max { nextTry = now + pause }
            if now >= nextTry { lookForDesk(at: now) }
        } else {
            nextTry = .max
        }
        if case .finishing(let until) = phase, now >= until {
            server.stop(grace: .seconds(2))
            phase = .finishing(until: .max)
        }
    }

    private func carryOut(_ steps: [Gateway.Step]) {
        for step in steps {
            switch step {
            case .toClient(let line): if clientReads { toClient.add(line) }
            case .toServer(let line): if serverReads { toServer.add(line) }
            case .toDesk(let line): if desk != nil { toDesk.add(line) }
            case .toDeskSoon(let line):
                guard desk != nil else { continue }
                if outcomes.isEmpty { outcomesDue = SystemClock.monotonicNanoseconds() + Self.outcomesWait }
                outcomes.append(line)
            case .reachDesk: reachDesk()
            case .note(let text): Self.log(text)
            }
        }
    }

    static func log(_ text: String) {
        Output.complaint(StyledText("mcp: " + DisplayText(untrusted: text)))
    }

    private func readClient(at now: UInt64) {
        let count = read(0, buffer.baseAddress, buffer.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return }
        guard count > 0 else { return clientLeft(at: now, grace: Self.grace) }
        var lines: [[UInt8]] = []
        let fits = fromClient.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: &lines)
        for line in lines { carryOut(gateway.client(line, now: now)) }
        guard !fits else { return }
        Self.log("The client sent a line of more than \(Self.longestLine) bytes; nothing further is taken from it.")
        clientLeft(at: now, grace: Self.grace)
    }

    /// What had not come to the end of its line is not passed on: it may be torn.
    private func clientLeft(at now: UInt64, grace: UInt64) {
        guard phase == .serving else { return }
        carryOut(gateway.clientEnded())
        phase = .finishing(until: now + grace)
    }

    private func readServer() {
        let count = read(server.output, buffer.baseAddress, buffer.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return }
        var lines: [[UInt8]] = []
        let fits = count > 0 && fromServer.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: &lines)
        for line in lines { carryOut(gateway.server(line)) }
        guard !fits else { return }
        if count > 0 {
            Self.log("The server sent a line of more than \(Self.longestLine) bytes; it is stopped.")
            server.stop(grace: .zero)
        }
        if phase == .serving { hasFailed = true }
        carryOut(gateway.serverEnded())
        phase = .stopped
    }

    private var hasFailed = false

    // MARK: The desk

    private func readDesk(at now: UInt64) {
        guard let desk else { return }
        do throws(DeskSocket.Failure) {
            if ready[Place.desk.rawValue] & ~Int16(POLLOUT) != 0 { try desk.receiveNow() }
        } catch {
            lostDesk(at: now)
            return
        }
        while let line = desk.takeLine() { carryOut(gateway.desk(line, now: now)) }
    }

    private func sendOutcomes() {
        for line in outcomes { toDesk.add(line) }
        (outcomes, outcomesDue) = ([], .max)
    }

    private func lostDesk(at now: UInt64) {
        desk = nil
        toDesk.clear()
        (outcomes, outcomesDue) = ([], .max)
        gateway.deskIsGone()
        pause = Self.firstPause
        nextTry = now + pause
    }

    private func reachDesk() {
        guard desk == nil else { return }
        do throws(DeskSocket.Failure) {
            desk = try DeskSocket.connect(to: sockets)
            pause = Self.firstPause
            carryOut(gateway.deskIsBack())
        } catch {
            switch error {
            case .nobodyListens, .lost, .timedOut, .interrupted: break
            case .notOurs, .unusable: Self.log("\(error)")
            }
            carryOut(gateway.deskIsAbsent())
        }
    }

    private func lookForDesk(at now: UInt64) {
        reachDesk()
        guard desk == nil else { return }
        pause = min(pause * 2, Self.longestPause)
        nextTry = now + pause
    }

    // MARK: Writing

    private func flush() {
        if !toClient.isEmpty, !toClient.flush(clientEnd.write) {
            clientReads = false
            toClient.clear()
            clientLeft(at: SystemClock.monotonicNanoseconds(), grace: Self.grace)
        }
        if !toServer.isEmpty, !toServer.flush(serverEnd.write) {
            // That it does not read is no end yet: what it has to say may still come.
            serverReads = false
            toServer.clear()
        }
        if let desk, !toDesk.isEmpty, !toDesk.flush(desk.sendNow) { lostDesk(at: SystemClock.monotonicNanoseconds()) }
        if case .finishing = phase, toServer.isEmpty { server.closeInput() }
    }

    /// The last words to the client, and the server's exit code where it was the server that ended.
    private func end() -> Int32 {
        let last = SystemClock.monotonicNanoseconds() + Self.grace
        while clientReads, !toClient.isEmpty, SystemClock.monotonicNanoseconds() < last {
            var watched = pollfd(fd: 1, events: Int16(POLLOUT), revents: 0)
            poll(&watched, 1, 100)
            if !toClient.flush(clientEnd.write) { break }
        }
        sendOutcomes()
        if let desk { _ = toDesk.flush(desk.sendNow) }
        server.closeInput()
        server.stop(after: Self.grace / 2)
        let code = server.wait()
        guard hasFailed else { return ExitCode.done.rawValue }
        Self.log("The server ended (exit code \(code)).")
        return code == 0 ? ExitCode.failed.rawValue : code
    }
}
