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
    private let server: any ServerLink
    private let place: DeskPlace
    private let signals: SignalPipe
    private var phase = Phase.serving

    private var fromClient = LineSplitter(maximumLength: GatewayLoop.longestLine)
    private var toClient = OutgoingBytes()
    private var toDesk = OutgoingBytes()
    /// Outcomes, which the desk then records in one go.
    private var outcomes: [[UInt8]] = []
    private var outcomesDue: UInt64 = .max
    private let clientEnd = WritingEnd(shared: 1)
    private var clientReads = true

    private var desk: DeskSocket?
    private var nextTry: UInt64 = .max
    private var pause = GatewayLoop.firstPause

    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)

    static let longestLine = 64 << 20
    /// What may wait for a reader before no more is read from whoever writes to it.
    private static let mostWaiting = 16 << 20
    private static let firstPause: UInt64 = 20_000_000
    private static let longestPause: UInt64 = 500_000_000
    private static let grace: UInt64 = 2_000_000_000
    private static let outcomesWait: UInt64 = 10_000_000

    init(_ settings: Gateway.Settings, _ server: any ServerLink, place: DeskPlace, signals: SignalPipe) {
        gateway = Gateway(settings)
        self.server = server
        self.place = place
        self.signals = signals
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

    /// Ours come first, and the server's behind them.
    private enum Place: Int, CaseIterable { case signals, desk, clientInput, clientOutput }
    private var watched: [pollfd] = []

    private func wait() {
        watched.removeAll(keepingCapacity: true)
        for place in Place.allCases {
            let events = interest(place)
            watched.append(pollfd(fd: events == 0 ? -1 : descriptor(place), events: events, revents: 0))
        }
        server.watch(&watched, reads: toClient.count < Self.mostWaiting)
        let due = min(gateway.due, nextTry, end(of: phase), outcomesDue, server.due)
        var timeout: Int32 = -1
        if due != .max {
            let now = SystemClock.monotonicNanoseconds()
            timeout = due <= now ? 0 : Int32(clamping: (due - now + 999_999) / 1_000_000)
        }
        guard poll(&watched, nfds_t(watched.count), timeout) < 0 else { return }
        for place in watched.indices { watched[place].revents = 0 }
    }

    private func isReady(_ place: Place) -> Int16 { watched[place.rawValue].revents }

    private func descriptor(_ place: Place) -> Int32 {
        switch place {
        case .signals: signals.descriptor
        case .desk: desk?.descriptor ?? -1
        case .clientInput: 0
        case .clientOutput: 1
        }
    }

    private func interest(_ place: Place) -> Int16 {
        let reads = Int16(POLLIN)
        let writes = Int16(POLLOUT)
        switch place {
        case .signals: return reads
        case .desk: return desk == nil ? 0 : toDesk.isEmpty ? reads : reads | writes
        case .clientInput:
            let hasRoom = server.unsent < Self.mostWaiting && toDesk.count < Self.mostWaiting * 2
            return phase == .serving && hasRoom ? reads : 0
        case .clientOutput: return clientReads && !toClient.isEmpty ? writes : 0
        }
    }

    private func end(of phase: Phase) -> UInt64 {
        if case .finishing(let until) = phase { until } else { .max }
    }

    // MARK: Acting

    private func act(at now: UInt64) {
        if isReady(.signals) != 0, signals.take() != nil { clientLeft(at: now, grace: 0) }
        if isReady(.desk) != 0 { readDesk(at: now) }
        for event in server.act(watched[Place.allCases.count...], at: now) { take(event) }
        if isReady(.clientInput) != 0 { readClient(at: now) }
        carryOut(gateway.tick(now))
        if now >= outcomesDue { sendOutcomes() }
        if gateway.missesDesk {
            if nextTry == .max { nextTry = now + pause }
            if now >= nextTry { lookForDesk(at: now) }
        } else {
            nextTry = .max
        }
        if case .finishing(let until) = phase, now >= until {
            server.stop()
            phase = .finishing(until: .max)
        }
    }

    private func carryOut(_ steps: [Gateway.Step]) {
        for step in steps {
            switch step {
            case .toClient(let line): if clientReads { toClient.add(line) }
            case .toServer(let line): server.send(line)
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

    private func take(_ event: ServerEvent) {
        switch event {
        case .line(let line): carryOut(gateway.server(line))
        case .answer(let line): carryOut([.toClient(line)])
        case .failed(let id, let fault): carryOut(gateway.serverFailed(id, fault))
        case .definitions(let line): carryOut(gateway.definitions(line))
        case .note(let text): Self.log(text)
        case .ended:
            if phase == .serving { hasFailed = true }
            carryOut(gateway.serverEnded())
            phase = .stopped
        }
    }

    private var hasFailed = false

    // MARK: The desk

    private func readDesk(at now: UInt64) {
        guard let desk else { return }
        do throws(DeskSocket.Failure) {
            if isReady(.desk) & ~Int16(POLLOUT) != 0 { try desk.receiveNow() }
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
            desk = try DeskSocket.connect(to: place)
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
        if !toClient.isEmpty { flushClient() }
        if !toClient.isEmpty { flushClient() }
        if case .finishing = phase { server.finish() }
        // What comes of sending may be something to send.
        while phase != .stopped {
            let events = server.flush(at: SystemClock.monotonicNanoseconds())
            if events.isEmpty { break }
            for event in events { take(event) }
        }
        if !toClient.isEmpty { flushClient() }
        if let desk, !toDesk.isEmpty, !toDesk.flush(desk.sendNow) { lostDesk(at: SystemClock.monotonicNanoseconds()) }
    }

    private func flushClient() {
        guard !toClient.flush(clientEnd.write) else { return }
        clientReads = false
        toClient.clear()
        clientLeft(at: SystemClock.monotonicNanoseconds(), grace: Self.grace)
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
        let code = server.wait()
        guard hasFailed else { return ExitCode.done.rawValue }
        Self.log("The server ended (exit code \(code)).")
        return code == 0 ? ExitCode.failed.rawValue : code
    }
}
