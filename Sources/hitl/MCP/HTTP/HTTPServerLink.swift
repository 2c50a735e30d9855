import Glibc
import HITLAgents
import HITLPlatform

/// A server that is reached by a URL.
final class HTTPServerLink: ServerLink {
    private var session: HTTPSession
    private let endpoint: ServerEndpoint
    private let authorities: String?
    private var trust: TLSTrust?
    private var connections: [HTTPConnection] = []
    private var incoming: [[UInt8]] = []
    private var hasEnded = false
    private var isFinishing = false
    private var isStopping = false
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

    private static let mostIdle = 8

    /// - Parameter authorities: file of the certificates to trust instead of the system's.
    init(_ endpoint: ServerEndpoint, authorities: String?) {
        self.endpoint = endpoint
        self.authorities = authorities
        session = HTTPSession(endpoint)
    }

    deinit { buffer.deallocate() }

    func watch(_ watched: inout [pollfd], reads: Bool) {
        for connection in connections { connection.watch(&watched, reads: reads) }
    }

    var due: UInt64 { min(session.due, connections.map(\.due).min() ?? .max) }

    var unsent: Int { session.waiting + connections.reduce(0) { $0 + $1.unsent } }

    func send(_ line: [UInt8]) { incoming.append(line) }

    func flush(at now: UInt64) -> [ServerEvent] {
        var events: [ServerEvent] = []
        while !incoming.isEmpty {
            let lines = incoming
            incoming = []
            for line in lines { carryOut(session.client(line, now: now), &events, now) }
        }
        if isFinishing { carryOut(session.finish(now: now), &events, now) }
        if isStopping {
            isStopping = false
            carryOut(session.hurry(now: now), &events, now)
        }
        return events
    }

    func act(_ ready: ArraySlice<pollfd>, at now: UInt64) -> [ServerEvent] {
        var events: [ServerEvent] = []
        // Those that were watched; what is opened on the way comes behind them.
        for (connection, entry) in zip(connections, ready) {
            guard entry.revents != 0 || now >= connection.due else { continue }
            // Asked before, since the last event takes it off.
            guard let number = connection.exchange else {
                _ = connection.act(entry.revents, at: now, buffer)
                continue
            }
            for event in connection.act(entry.revents, at: now, buffer) {
                switch event {
                case .head(let head): carryOut(session.head(number, head, now: now), &events, now)
                case .body(let bytes): carryOut(session.body(number, bytes, now: now), &events, now)
                case .ended(let ending): carryOut(session.ended(number, ending, now: now), &events, now)
                }
            }
        }
        carryOut(session.tick(now), &events, now)
        tidy()
        return events
    }

    private func tidy() {
        connections.removeAll(where: \.isClosed)
        let idle = connections.count { $0.exchange == nil }
        guard idle > Self.mostIdle else { return }
        for connection in connections.filter({ $0.exchange == nil }).prefix(idle - Self.mostIdle) { connection.close() }
        connections.removeAll(where: \.isClosed)
    }

    private func carryOut(_ steps: [HTTPSession.Step], _ events: inout [ServerEvent], _ now: UInt64) {
        for step in steps {
            switch step {
            case .open(let number, let outgoing): open(number, outgoing, &events, now)
            case .close(let number): connections.first { $0.exchange == number }?.close()
            case .line(let line): events.append(.line(line))
            case .answer(let line): events.append(.answer(line))
            case .failed(let id, let fault): events.append(.failed(id, fault))
            case .definitions(let line): events.append(.definitions(line))
            case .note(let text): events.append(.note(text))
            case .finished:
                guard !hasEnded else { continue }
                hasEnded = true
                events.append(.ended)
            }
        }
    }

    private func open(_ number: Int, _ outgoing: HTTPOutgoing, _ events: inout [ServerEvent], _ now: UInt64) {
        if let idle = connections.last(where: { $0.canCarry(now: now) }) {
            idle.carry(number, outgoing)
            return
        }
        do {
            if endpoint.isEncrypted, trust == nil { trust = try TLSTrust(authorities: authorities) }
            let connection = try HTTPConnection(endpoint, trust: trust, now: now)
            connection.carry(number, outgoing)
            connections.append(connection)
        } catch {
            carryOut(session.ended(number, .notSent("\(error)"), now: now), &events, now)
        }
    }

    // MARK: The end

    func finish() { isFinishing = true }

    func stop() { isStopping = true }

    func wait() -> Int32 {
        for connection in connections { connection.close() }
        return 0
    }
}
