import HITLCore

/// A client's conversation with a server over MCP's Streamable HTTP, in both of its eras: lines and replies in, steps
/// out. It opens no connection and knows no clock.
///
///     line of the client ──► POST ──► 202 | one JSON message | a stream of events ──► lines for the client
///                            GET  ──► a stream of events                          ──┘
///
/// What is sent is sent once. A request whose answer is lost fails, and whether it ran is then said to be unknown; only
/// the answer is asked for again, where the server gave its events ids (`Last-Event-ID`).
package struct HTTPSession {
    /// What the driver does, in this order.
    package enum Step: Equatable {
        case open(Int, HTTPOutgoing)
        /// Nothing further of it is wanted.
        case close(Int)
        /// A line of the server.
        case line([UInt8])
        /// A line for the client that is not the server's.
        case answer([UInt8])
        case failed(MessageID, ServerFault)
        /// The server's definitions of its tools, which were asked for by us.
        case definitions([UInt8])
        case note(String)
        /// All is said; the server has been told.
        case finished
    }

    /// How a reply ended.
    package enum Ending: Sendable, Equatable {
        case whole
        /// No byte of the request went out.
        case notSent(String)
        case cut(String)
    }

    /// A session of the older era.
    struct Handshake {
        let opening: ClientMessage
        /// None where the server keeps no sessions.
        var id: String?
        var version: String
        /// The server has ended it, and it was not begun anew yet.
        var isOver = false
    }

    var endpoint: ServerEndpoint
    var handshake: Handshake?
    /// What the newer era's requests say, for messages that do not say it themselves.
    var lastVersion: String?
    var exchanges: [Int: Exchange] = [:]
    var lastExchange = 0
    /// What could not be sent yet, in order.
    var outbox: [ClientMessage] = []
    /// Which exchange has to end before anything else is sent: what follows a notification may build on it.
    var barrier: Int?
    var resumptions: [Resumption] = []
    var declared = MirroredParameters()
    var listening = Listening.off
    var isRenewing = false
    /// In a row, without an answer between them.
    var renewals = 0
    var offersTools = false
    var redirects = 0
    var isFinishing = false
    var isDeleted = false

    /// The stream of what the server says unasked.
    enum Listening {
        case off
        case open(Int)
        case paused(until: UInt64, for: UInt64, lastID: String?)
    }

    static let mostExchanges = 256
    static let longestMessage = 64 << 20
    static let patience: UInt64 = 30_000_000_000
    /// A message that has begun is whole within this time, or the server is taken for one that only holds us up.
    static let messageTime: UInt64 = 120_000_000_000
    static let second: UInt64 = 1_000_000_000
    static let both = "application/json, text/event-stream"

    package init(_ endpoint: ServerEndpoint) { self.endpoint = endpoint }

    /// How many bytes wait to be sent.
    package var waiting: Int { outbox.reduce(0) { $0 + $1.line.count } }

    // MARK: Lines of the client

    package mutating func client(_ line: [UInt8], now: UInt64) -> [Step] {
        let message: ClientMessage
        do throws(LineObjection) { message = try ClientMessage(line) } catch {
            return [.answer(GatewayReply.objections([error]))]
        }
        if case .cancelled(let id) = message.kind { return cancel(id, message, now: now) }
        if case .answer = message.kind, lastVersion != nil, handshake == nil {
            return [.note("The client answered what no server of its protocol asks; dropped.")]
        }
        outbox.append(message)
        return pump(now)
    }

    /// Sends what may be sent now.
    mutating func pump(_ now: UInt64) -> [Step] {
        var steps: [Step] = []
        while barrier == nil, !isRenewing, let message = outbox.first {
            if handshake?.isOver == true, message.version == nil, !message.isInitialize {
                steps += renew(now)
                break
            }
            outbox.removeFirst()
            guard exchanges.count < Self.mostExchanges else {
                steps += message.ids.map { .failed($0, .tooMany(limit: Self.mostExchanges)) }
                continue
            }
            steps.append(send(message, now))
        }
        return steps + checkEnd(now)
    }

    private mutating func send(_ message: ClientMessage, _ now: UInt64) -> Step {
        if let version = message.version { lastVersion = version }
        var exchange: Exchange
        switch message.kind {
        case .initialize:
            handshake = nil
            listening = .off
            exchange = Exchange(.request(message), session: nil, expected: message.ids)
        case .request, .batch:
            let session = message.version == nil ? handshake?.id : nil
            exchange = Exchange(.request(message), session: session, expected: message.ids)
        case .notification, .cancelled, .answer:
            exchange = Exchange(.delivery(message), session: handshake?.id)
            exchange.due = now + Self.patience
        }
        let number = add(exchange)
        switch message.kind {
        case .initialize, .notification: barrier = number
        case .request, .batch, .cancelled, .answer: break
        }
        return .open(number, post(message, session: exchange.session))
    }

    mutating func add(_ exchange: Exchange) -> Int {
        lastExchange += 1
        exchanges[lastExchange] = exchange
        return lastExchange
    }

    func post(_ message: ClientMessage, session: String?) -> HTTPOutgoing {
        let fields: [ServerEndpoint.Field]
        if message.version != nil {
            fields = message.mirrored(declared)
        } else if case .initialize = message.kind {
            fields = []
        } else {
            fields = sessionFields(session)
        }
        return HTTPOutgoing("POST", endpoint, accept: Self.both, fields, body: message.line)
    }

    func sessionFields(_ session: String?) -> [ServerEndpoint.Field] {
        var fields: [ServerEndpoint.Field] = []
        if let version = handshake?.version ?? lastVersion { fields.append(.init("MCP-Protocol-Version", version)) }
        if let session { fields.append(.init("Mcp-Session-Id", session)) }
        return fields
    }

    /// No answer to it may follow. In the newer era closing its reply says so to the server.
    private mutating func cancel(_ id: MessageID, _ message: ClientMessage, now: UInt64) -> [Step] {
        let queued = outbox.count
        outbox.removeAll { $0.ids == [id] }
        guard outbox.count == queued else { return [] }
        var steps: [Step] = []
        var isModern = handshake == nil && lastVersion != nil
        for (number, exchange) in exchanges where exchange.expected.contains(id) {
            isModern = exchange.isModern
            exchanges[number]?.expected.removeAll { $0 == id }
            if exchange.expected.count == 1 { steps += close(number) }
        }
        resumptions.removeAll { $0.expected == [id] }
        guard !isModern else { return steps + pump(now) }
        outbox.append(message)
        return steps + pump(now)
    }

    mutating func close(_ number: Int) -> [Step] {
        exchanges[number] = nil
        if barrier == number { barrier = nil }
        return [.close(number)]
    }

    // MARK: Time

    package var due: UInt64 {
        var due = exchanges.values.map(\.due).min() ?? .max
        due = min(due, resumptions.map(\.at).min() ?? .max)
        if case .paused(let until, _, _) = listening, !isFinishing { due = min(due, until) }
        return due
    }

    package mutating func tick(_ now: UInt64) -> [Step] {
        guard now >= due else { return [] }
        var steps: [Step] = []
        for number in exchanges.keys.sorted() where now >= exchanges[number]?.due ?? .max {
            steps.append(.close(number))
            let isAnswered = exchanges[number]?.expected.isEmpty == true && !isOurs(number)
            steps += isAnswered ? close(number) : ended(number, .cut("it takes too long"), now: now)
        }
        for resumption in resumptions where now >= resumption.at { steps.append(resume(resumption, now)) }
        resumptions.removeAll { now >= $0.at }
        if case .paused(let until, let pause, let lastID) = listening, now >= until, !isFinishing {
            steps += listen(after: pause, lastID: lastID, now)
        }
        return steps + pump(now)
    }

    private func isOurs(_ number: Int) -> Bool {
        switch exchanges[number]?.purpose {
        case .request?: false
        case .delivery?, .listening?, .renewal?, .deletion?, nil: true
        }
    }

    private mutating func resume(_ resumption: Resumption, _ now: UInt64) -> Step {
        var exchange = Exchange(
            .request(resumption.message), session: handshake?.id, expected: resumption.expected)
        exchange.isResumption = true
        exchange.failures = resumption.failures
        exchange.due = now + Self.patience
        exchange.reply = .events(EventStreamReader(longest: Self.longestMessage, lastID: resumption.lastID))
        return .open(add(exchange), get(lastID: resumption.lastID))
    }

    mutating func listen(after pause: UInt64, lastID: String?, _ now: UInt64) -> [Step] {
        guard let handshake, !isFinishing else { return [] }
        var exchange = Exchange(.listening, session: handshake.id)
        exchange.due = now + Self.patience
        exchange.pause = pause
        exchange.reply = .events(EventStreamReader(longest: Self.longestMessage, lastID: lastID))
        let number = add(exchange)
        listening = .open(number)
        return [.open(number, get(lastID: lastID))]
    }

    private func get(lastID: String?) -> HTTPOutgoing {
        let place = lastID.map { [ServerEndpoint.Field("Last-Event-ID", $0)] } ?? []
        return HTTPOutgoing(
            "GET", endpoint, accept: "text/event-stream", sessionFields(handshake?.id) + place)
    }

    // MARK: The end

    /// The client has gone. What runs may still end; then the server is told.
    package mutating func finish(now: UInt64) -> [Step] {
        guard !isFinishing else { return [] }
        isFinishing = true
        var steps: [Step] = []
        resumptions = []
        for (number, exchange) in exchanges {
            switch exchange.purpose {
            case .listening: steps += close(number)
            case .request(let message) where !message.isCall: steps += close(number)
            case .request, .delivery, .renewal, .deletion: break
            }
        }
        return steps + pump(now)
    }

    /// It is waited no longer.
    package mutating func hurry(now: UInt64) -> [Step] {
        var steps = finish(now: now)
        outbox = []
        for (number, exchange) in exchanges {
            if case .deletion = exchange.purpose { continue }
            steps += close(number)
        }
        return steps + checkEnd(now)
    }

    mutating func checkEnd(_ now: UInt64) -> [Step] {
        guard isFinishing, exchanges.isEmpty, outbox.isEmpty else { return [] }
        guard !isDeleted, let handshake, let id = handshake.id, !handshake.isOver else { return [.finished] }
        isDeleted = true
        var exchange = Exchange(.deletion, session: id)
        exchange.due = now + Self.second
        return [.open(add(exchange), HTTPOutgoing("DELETE", endpoint, accept: Self.both, sessionFields(id)))]
    }
}

extension ClientMessage {
    var isInitialize: Bool {
        if case .initialize = kind { true } else { false }
    }
}
