import Glibc
import HITLAgents
import HITLPlatform

/// One connection to the server: looks its name up, connects, secures, carries one exchange at a time. It never waits.
final class HTTPConnection {
    enum Event {
        case head(ReplyHead)
        case body([UInt8])
        case ended(HTTPSession.Ending)
    }

    private enum Stage {
        case looking(AddressLookup)
        case connecting(OwnedDescriptor, left: ArraySlice<StreamAddress>)
        case securing(OwnedDescriptor, TLSStream)
        case open(OwnedDescriptor, TLSStream?)
        case closed
    }

    /// Which exchange it carries; none where it waits for the next.
    private(set) var exchange: Int?

    private let endpoint: ServerEndpoint
    private let trust: TLSTrust?
    private var stage: Stage
    private var outgoing: ArraySlice<UInt8> = []
    private var hasSent = false
    private var reader = ReplyReader()
    /// What TLS wants before it goes on; else it reads.
    private var wantsWrite = false
    /// More may be read than the descriptor tells.
    private var hasMore = false
    private var connectDue: UInt64
    private var headDue: UInt64 = .max
    private var idleSince: UInt64 = 0

    private static let connectTime: UInt64 = 15_000_000_000
    private static let headTime: UInt64 = 30_000_000_000
    /// Servers close what is idle for five seconds; what they close just then would be lost.
    private static let idleTime: UInt64 = 3_000_000_000
    private static let mostReads = 16

    init(_ endpoint: ServerEndpoint, trust: TLSTrust?, now: UInt64) throws(AddressLookup.Failure) {
        self.endpoint = endpoint
        self.trust = trust
        stage = .looking(try AddressLookup(host: endpoint.host, port: endpoint.port))
        connectDue = now + Self.connectTime
    }

    // MARK: What it waits for

    func watch(_ watched: inout [pollfd], reads: Bool) {
        var entry = pollfd(fd: -1, events: 0, revents: 0)
        switch stage {
        case .looking(let lookup): (entry.fd, entry.events) = (lookup.descriptor, Int16(POLLIN))
        case .connecting(let socket, _): (entry.fd, entry.events) = (socket.number, Int16(POLLOUT))
        case .securing(let socket, _):
            (entry.fd, entry.events) = (socket.number, Int16(wantsWrite ? POLLOUT : POLLIN))
        case .open(let socket, _):
            if reads || exchange == nil { entry.events |= Int16(POLLIN) }
            if !outgoing.isEmpty || wantsWrite { entry.events |= Int16(POLLOUT) }
            entry.fd = entry.events == 0 ? -1 : socket.number
        case .closed: break
        }
        watched.append(entry)
    }

    var due: UInt64 {
        switch stage {
        case .looking, .connecting, .securing: connectDue
        case .open: hasMore ? 0 : exchange == nil ? idleSince + Self.idleTime : headDue
        case .closed: .max
        }
    }

    var isClosed: Bool {
        if case .closed = stage { true } else { false }
    }

    /// Whether another request may go over it: it is idle, not for long, and the server has said nothing since.
    func canCarry(now: UInt64) -> Bool {
        guard exchange == nil, case .open(let socket, _) = stage, now < idleSince + Self.idleTime else { return false }
        var watched = pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, 0) == 0
    }

    func carry(_ number: Int, _ outgoing: HTTPOutgoing) {
        exchange = number
        self.outgoing = outgoing.bytes[...]
        hasSent = false
        reader = ReplyReader()
        headDue = .max
        flush()
    }

    var unsent: Int { outgoing.count }

    func close() { stage = .closed }

    // MARK: Going on

    /// - Parameter ready: what is ready of what it waited for.
    func act(_ ready: Int16, at now: UInt64, _ buffer: UnsafeMutableRawBufferPointer) -> [Event] {
        switch stage {
        case .looking(let lookup):
            guard let result = lookup.result else { return now >= connectDue ? fail("its name is not found") : [] }
            switch result {
            case .failure(let failure): return fail("its name is not found: \(failure)")
            case .success(let addresses): return connect(to: addresses[...], "it has no address", now: now)
            }
        case .connecting(let socket, let left):
            guard ready != 0 else { return now >= connectDue ? fail("it does not answer") : [] }
            let number = TCPSocket.connectionError(socket.number)
            guard number == 0 else { return connect(to: left, SystemError.reason(number), now: now) }
            return secure(socket, now: now)
        case .securing(let socket, let stream):
            guard ready != 0 else { return now >= connectDue ? fail("TLS does not come about") : [] }
            return shakeHands(socket, stream, now: now)
        case .open(let socket, let stream):
            if exchange == nil {
                // Whatever it has to say now, nobody asked for it.
                if ready != 0 || now >= idleSince + Self.idleTime { stage = .closed }
                return []
            }
            if now >= headDue { return fail("its answer does not come whole") }
            if ready & Int16(POLLOUT) != 0 { flush() }
            guard ready & ~Int16(POLLOUT) != 0 || hasMore || wantsWrite else { return [] }
            return read(socket, stream, now: now, buffer)
        case .closed: return []
        }
    }

    private func fail(_ why: String) -> [Event] {
        stage = .closed
        guard exchange != nil else { return [] }
        exchange = nil
        return [.ended(hasSent ? .cut(why) : .notSent(why))]
    }

    private func connect(to addresses: ArraySlice<StreamAddress>, _ why: String, now: UInt64) -> [Event] {
        var left = addresses
        var why = why
        while let address = left.popFirst() {
            do throws(SystemError) {
                stage = .connecting(try TCPSocket.connect(to: address), left: left)
                return []
            } catch {
                why = SystemError.reason(error.number)
            }
        }
        return fail(why)
    }

    private func secure(_ socket: OwnedDescriptor, now: UInt64) -> [Event] {
        guard endpoint.isEncrypted else {
            stage = .open(socket, nil)
            flush()
            return []
        }
        guard let trust else { return fail("there is no TLS") }
        do throws(TLSFailure) {
            let stream = try TLSStream(
                socket.number, host: endpoint.host, isAddress: endpoint.isAddress, trust: trust)
            return shakeHands(socket, stream, now: now)
        } catch {
            return fail("TLS: \(error)")
        }
    }

    private func shakeHands(_ socket: OwnedDescriptor, _ stream: TLSStream, now: UInt64) -> [Event] {
        do throws(TLSFailure) {
            switch try stream.handshake() {
            case .done:
                wantsWrite = false
                stage = .open(socket, stream)
                flush()
                return []
            case .wantsRead: wantsWrite = false
            case .wantsWrite: wantsWrite = true
            case .ended: return fail("TLS: it hung up")
            }
            stage = .securing(socket, stream)
            return []
        } catch {
            return fail("TLS: \(error)")
        }
    }

    /// What cannot be written any more is left: the server may have said why it does not read on.
    private func flush() {
        guard case .open(let socket, let stream) = stage else { return }
        while !outgoing.isEmpty {
            let count: Int
            if let stream {
                let written: Result<TLSStream.Step<Int>, TLSFailure> = outgoing.withUnsafeBytes { bytes in
                    do throws(TLSFailure) { return .success(try stream.write(bytes)) } catch { return .failure(error) }
                }
                switch written {
                case .success(.done(let taken)): count = taken
                case .success(.wantsRead), .success(.wantsWrite): return
                case .success(.ended), .failure:
                    outgoing = []
                    return
                }
            } else {
                count = outgoing.withUnsafeBytes {
                    Glibc.send(socket.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                if count < 0 {
                    if errno != EAGAIN, errno != EINTR { outgoing = [] }
                    return
                }
            }
            hasSent = true
            outgoing = outgoing.dropFirst(count)
        }
    }

    private func read(
        _ socket: OwnedDescriptor, _ stream: TLSStream?, now: UInt64, _ buffer: UnsafeMutableRawBufferPointer
    ) -> [Event] {
        var events: [Event] = []
        hasMore = false
        for _ in 0..<Self.mostReads {
            let count: Int
            do throws(TLSFailure) {
                switch try take(socket, stream, into: buffer) {
                case .done(let taken): count = taken
                case .wantsRead:
                    wantsWrite = false
                    return events
                case .wantsWrite:
                    wantsWrite = true
                    return events
                case .ended: return events + end()
                }
            } catch {
                return events + fail("\(error)")
            }
            do throws(ReplyFault) {
                let parts = try reader.read(Array(UnsafeRawBufferPointer(rebasing: buffer[..<count]))[...])
                for part in parts { events.append(event(part, now: now)) }
            } catch {
                return events + fail("\(error)")
            }
            if exchange == nil { return events }
            headDue = !reader.isReadingHead ? .max : headDue == .max ? now + Self.headTime : headDue
        }
        hasMore = true
        return events
    }

    private func take(
        _ socket: OwnedDescriptor, _ stream: TLSStream?, into buffer: UnsafeMutableRawBufferPointer
    ) throws(TLSFailure) -> TLSStream.Step<Int> {
        if let stream { return try stream.read(into: buffer) }
        let count = recv(socket.number, buffer.baseAddress, buffer.count, 0)
        if count > 0 { return .done(count) }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? .wantsRead : .ended
    }

    private func event(_ part: ReplyReader.Part, now: UInt64) -> Event {
        switch part {
        case .head(let head): return .head(head)
        case .body(let bytes): return .body(bytes)
        case .end:
            exchange = nil
            idleSince = now
            // A request that the server did not read to its end would run into the next one.
            if !reader.allowsAnother || !outgoing.isEmpty { stage = .closed }
            return .ended(.whole)
        }
    }

    /// The server has hung up.
    private func end() -> [Event] {
        do throws(ReplyFault) {
            let parts = try reader.end()
            stage = .closed
            exchange = nil
            return parts.isEmpty ? [] : [.ended(.whole)]
        } catch {
            return fail(reader.hasBegun ? "it hung up in the middle of its answer" : "it hung up without an answer")
        }
    }
}
