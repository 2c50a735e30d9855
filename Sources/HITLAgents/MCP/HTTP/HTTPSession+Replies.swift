import HITLCore

extension HTTPSession {
    // MARK: What comes back

    package mutating func head(_ number: Int, _ head: ReplyHead, now: UInt64) -> [Step] {
        guard var exchange = exchanges[number] else { return [.close(number)] }
        exchange.hasHead = true
        switch head.status {
        case 404 where exchange.session != nil:
            return sessionGone(number, exchange, now: now)
        case 300..<400: return redirected(number, exchange, head, now: now)
        case 400...:
            exchange.reply = .refusal(head, [])
            exchange.due = now + Self.patience
        default:
            do throws(ServerFault) {
                try Self.begin(&exchange, head, now: now)
            } catch {
                return close(number) + give(up: exchange, number, error, now: now)
            }
        }
        exchanges[number] = exchange
        return []
    }

    private static func begin(_ exchange: inout Exchange, _ head: ReplyHead, now: UInt64) throws(ServerFault) {
        let isOpening: Bool
        switch exchange.purpose {
        case .delivery, .deletion, .renewal(.initialized):
            exchange.reply = .ignored
            exchange.due = now + patience
            return
        case .request(let message): isOpening = message.isInitialize
        case .listening: isOpening = false
        case .renewal(let stage): isOpening = stage == .initialize
        }
        guard head.status == 200 else { throw .nonsense("HTTP \(head.status) to a request") }
        if isOpening { exchange.namedSession = try sessionID(head) }
        switch head.mediaType {
        case "text/event-stream":
            if case .events = exchange.reply {
            } else {
                exchange.reply = .events(EventStreamReader(longest: longestMessage))
            }
            if !exchange.isRenewal { exchange.due = .max }
        case "application/json" where exchange.isRequest && !exchange.isResumption:
            if case .length(let count) = head.framing, count > longestMessage {
                throw .nonsense(EventStreamReader.Fault.tooLong(limit: longestMessage).description)
            }
            exchange.reply = .json([])
            exchange.due = now + messageTime
        default: throw .nonsense("something that is neither JSON nor a stream of events")
        }
    }

    /// Visible ASCII, as the specification has it: it goes back in a header.
    private static func sessionID(_ head: ReplyHead) throws(ServerFault) -> String? {
        guard let field = head.fields.first(where: { $0.name == "mcp-session-id" }) else { return nil }
        guard (1...1024).contains(field.value.count), field.value.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .nonsense("a session's id that is none")
        }
        return String(decoding: field.value, as: UTF8.self)
    }

    package mutating func body(_ number: Int, _ bytes: [UInt8], now: UInt64) -> [Step] {
        guard var exchange = exchanges[number] else { return [] }
        switch exchange.reply {
        case .awaited, .ignored: return []
        case .refusal(let head, var body):
            if body.count < Self.longestRefusal { body += bytes }
            exchanges[number]?.reply = .refusal(head, body)
            return []
        case .json(var body):
            exchanges[number]?.reply = .ignored
            exchange.reply = .ignored
            guard body.count + bytes.count <= Self.longestMessage else {
                let why = EventStreamReader.Fault.tooLong(limit: Self.longestMessage).description
                return close(number) + give(up: exchange, number, .nonsense(why), now: now)
            }
            body += bytes
            exchanges[number]?.reply = .json(body)
            return []
        case .events(var reader):
            // Taken out meanwhile, so that long data is not copied for every piece of it.
            exchanges[number]?.reply = .ignored
            exchange.reply = .ignored
            let events: [EventStreamReader.Event]
            do throws(EventStreamReader.Fault) { events = try reader.read(bytes) } catch {
                return close(number) + give(up: exchange, number, .nonsense("\(error)"), now: now)
            }
            let isWithin = reader.isWithinEvent
            exchanges[number]?.reply = .events(reader)
            if exchange.isOpenEnded {
                let isNew = exchange.due == .max || !events.isEmpty
                exchanges[number]?.due = !isWithin ? .max : isNew ? now + Self.messageTime : exchange.due
            }
            var steps: [Step] = []
            for event in events {
                guard exchanges[number] != nil else { break }
                guard event.name.elementsEqual("message".utf8) else { continue }
                steps += take(event.data, number, isStream: true, now: now)
            }
            return steps
        }
    }

    private static let longestRefusal = 64 << 10

    /// The reply has ended, or the connection has; each exchange ends once.
    package mutating func ended(_ number: Int, _ ending: Ending, now: UInt64) -> [Step] {
        guard let exchange = exchanges[number] else { return [] }
        switch (exchange.reply, ending) {
        case (.json(let body), .whole):
            var steps = take(body, number, isStream: false, now: now)
            guard let left = exchanges[number]?.expected else { return steps }
            steps += close(number)
            guard !left.isEmpty else { return steps + pump(now) }
            return steps + give(up: exchange, number, .nonsense("no answer to what was asked"), now: now)
        case (.refusal(let head, let body), _):
            exchanges[number] = nil
            if barrier == number { barrier = nil }
            return refused(exchange, number, head, ending == .whole ? body : [], now: now)
        case (.events(let reader), _):
            exchanges[number] = nil
            if barrier == number { barrier = nil }
            return broken(exchange, number, reader, ending, now: now)
        default:
            exchanges[number] = nil
            if barrier == number { barrier = nil }
            if case .whole = ending, case .ignored = exchange.reply {
                return accepted(exchange, number, now: now) + pump(now)
            }
            let fault: ServerFault
            switch ending {
            case .whole: fault = .nonsense("no answer to what was asked")
            case .cut(let why): fault = .lost(because: why)
            case .notSent(let why): fault = .notReached(because: why)
            }
            return give(up: exchange, number, fault, now: now)
        }
    }

    /// A stream of events has ended before all was answered.
    private mutating func broken(
        _ exchange: Exchange, _ number: Int, _ reader: EventStreamReader, _ ending: Ending, now: UInt64
    ) -> [Step] {
        let why: String
        switch ending {
        case .whole: why = "its stream ended before the answer"
        case .cut(let reason), .notSent(let reason): why = reason
        }
        switch exchange.purpose {
        case .listening:
            // A stream that brought something is opened again soon; one that never does, ever more seldom.
            let isFruitful = exchange.failures < 0
            let pause = isFruitful ? Self.second : min(max(exchange.pause * 2, Self.second), 60 * Self.second)
            let wait = reader.retry.map { UInt64(min(max($0, 100), 60_000)) * 1_000_000 } ?? pause
            listening = .paused(until: now + max(wait, isFruitful ? 0 : pause), for: pause, lastID: reader.lastID)
            return pump(now)
        case .request(let message) where !exchange.expected.isEmpty:
            let failures = exchange.hasHead ? 0 : exchange.failures + 1
            guard let lastID = reader.lastID, !exchange.isModern, !isFinishing, failures <= Self.mostFailures else {
                return give(up: exchange, number, .lost(because: why), now: now)
            }
            let wait = UInt64(min(max(reader.retry ?? 1000, 50), 60_000)) * 1_000_000
            resumptions.append(
                Resumption(
                    message: message, expected: exchange.expected, lastID: lastID, retry: reader.retry,
                    failures: failures, at: now + wait))
            return pump(now)
        case .request: return pump(now)
        case .delivery, .renewal, .deletion: return give(up: exchange, number, .lost(because: why), now: now)
        }
    }

    private static let mostFailures = 3

    /// One message of a reply.
    private mutating func take(_ bytes: [UInt8], _ number: Int, isStream: Bool, now: UInt64) -> [Step] {
        guard let exchange = exchanges[number] else { return [] }
        let message: ServerMessage
        do throws(ServerFault) { message = try ServerMessage(bytes) } catch {
            if case .listening = exchange.purpose { return [.note("The server: \(error); dropped.")] }
            return close(number) + give(up: exchange, number, error, now: now)
        }
        if case .listening = exchange.purpose { exchanges[number]?.failures = -1 }
        switch message.kind {
        case .answer(let id):
            if case .renewal(let stage) = exchange.purpose {
                return close(number) + renewed(stage, exchange, message, now: now)
            }
            guard exchange.expected.contains(id) else { return [Self.unasked(id)] }
            return answer([id], number, exchange, message, now: now)
        case .batch(let ids):
            for id in ids where !exchange.expected.contains(id) { return [Self.unasked(id)] }
            guard !ids.isEmpty, Set(ids).count == ids.count, exchange.isRequest, !exchange.isRenewal else { return [] }
            return answer(ids, number, exchange, message, now: now)
        case .request:
            guard isStream, !exchange.isModern, !exchange.isRenewal else {
                return [.note("The server asked something where it may not; dropped.")]
            }
            return [.line(message.line)]
        case .notification: return isStream && !exchange.isRenewal ? [.line(message.line)] : []
        }
    }

    private static func unasked(_ id: MessageID) -> Step {
        .note("The server answered \(id.json.canonicalText), which was not asked there; dropped.")
    }

    private mutating func answer(
        _ ids: [MessageID], _ number: Int, _ exchange: Exchange, _ message: ServerMessage, now: UInt64
    ) -> [Step] {
        exchanges[number]?.expected.removeAll { ids.contains($0) }
        // The server ends the reply; for long it is not waited.
        if exchanges[number]?.expected.isEmpty == true { exchanges[number]?.due = now + Self.second }
        renewals = 0
        guard case .request(let request) = exchange.purpose else { return [.line(message.line)] }
        switch request.kind {
        case .initialize:
            if barrier == number { barrier = nil }
            if let result = message.value.object?["result"]?.object {
                guard let version = result["protocolVersion"]?.string, FieldText.isValue(version), !version.isEmpty,
                    version.utf8.count <= 64
                else {
                    exchanges[number]?.expected = ids
                    return close(number)
                        + give(up: exchange, number, .nonsense("an initialize result without a version"), now: now)
                }
                handshake = Handshake(opening: request, id: exchange.namedSession, version: version)
            }
        case .request(_, "tools/list"): declared.observe(message.value)
        case .request, .batch, .notification, .cancelled, .answer: break
        }
        return [.line(message.line)] + pump(now)
    }

    /// A reply without a message, to what wants none.
    private mutating func accepted(_ exchange: Exchange, _ number: Int, now: UInt64) -> [Step] {
        switch exchange.purpose {
        case .delivery(let message):
            guard case .notification("notifications/initialized") = message.kind, message.version == nil,
                case .off = listening
            else { return [] }
            return listen(after: 0, lastID: nil, now)
        case .renewal(let stage): return renewed(stage, exchange, nil, now: now)
        case .request:
            return exchange.expected.map { .failed($0, .nonsense("no answer to what was asked")) }
        case .listening, .deletion: return []
        }
    }

    // MARK: What goes wrong

    /// The exchange is over, and failed.
    mutating func give(up exchange: Exchange, _ number: Int, _ fault: ServerFault, now: UInt64) -> [Step] {
        let left = exchanges[number]?.expected ?? exchange.expected
        exchanges[number] = nil
        if barrier == number { barrier = nil }
        switch exchange.purpose {
        case .request: return left.map { .failed($0, fault) } + pump(now)
        case .delivery(let message):
            guard case .cancelled = message.kind else {
                return [.note("The server did not take a message of the client: \(fault).")] + pump(now)
            }
            return pump(now)
        case .listening:
            listening = .off
            switch fault {
            case .notReached, .lost, .broken: break
            case .unauthorized, .refused, .redirected, .nonsense, .sessionEnded, .tooMany: return pump(now)
            }
            let pause = min(max(exchange.pause * 2, Self.second), 60 * Self.second)
            listening = .paused(until: now + pause, for: pause, lastID: nil)
            return pump(now)
        case .renewal: return renewalFailed(fault, now: now)
        case .deletion: return checkEnd(now)
        }
    }

    /// An HTTP error, whose body may be an error of the protocol.
    private mutating func refused(
        _ exchange: Exchange, _ number: Int, _ head: ReplyHead, _ body: [UInt8], now: UInt64
    ) -> [Step] {
        let fault: ServerFault
        switch head.status {
        case 401, 403: fault = .unauthorized(status: head.status, hasSecret: !endpoint.fields.isEmpty)
        case 500...: fault = .broken(status: head.status)
        default: fault = exchange.isResumption ? .lost(because: "HTTP \(head.status)") : .refused(status: head.status)
        }
        guard case .request = exchange.purpose, exchange.expected.count == 1, !exchange.isResumption,
            let id = exchange.expected.first, let error = Self.error(in: body, of: id)
        else { return give(up: exchange, number, fault, now: now) }
        if case .unauthorized = fault, !error.isOurs { return give(up: exchange, number, fault, now: now) }
        if case .broken = fault, !error.isOurs { return give(up: exchange, number, fault, now: now) }
        return [.line(error.line)] + pump(now)
    }

    /// The error that a body holds: for this id, or for none, which then is said to be for it.
    private static func error(in body: [UInt8], of id: MessageID) -> (line: [UInt8], isOurs: Bool)? {
        guard let value = try? JSONValue(parsing: body, depth: 512), let object = value.object,
            let error = object["error"]?.object, case .string? = error["message"], error["code"]?.integer != nil,
            object["method"] == nil, object["result"] == nil
        else { return nil }
        if let message = try? ServerMessage(body), case .answer(id) = message.kind { return (message.line, true) }
        let line: JSONValue = ["error": .object(error), "id": id.json, "jsonrpc": "2.0"]
        return (line.canonical, false)
    }

    /// Followed only to the same server, and never for a call: what was permitted is sent to one place, once.
    private mutating func redirected(
        _ number: Int, _ exchange: Exchange, _ head: ReplyHead, now: UInt64
    ) -> [Step] {
        let place = head.value(of: "location")
        let fault = ServerFault.redirected(status: head.status, to: place)
        guard head.status == 307 || head.status == 308, let place, redirects < Self.mostRedirects,
            !exchange.isResumption
        else { return close(number) + give(up: exchange, number, fault, now: now) }
        let message: ClientMessage
        switch exchange.purpose {
        case .request(let request) where !request.isCall: message = request
        case .delivery(let delivery): message = delivery
        case .request, .listening, .renewal, .deletion:
            return close(number) + give(up: exchange, number, fault, now: now)
        }
        guard endpoint.follow(place) else { return close(number) + give(up: exchange, number, fault, now: now) }
        redirects += 1
        let steps = close(number)
        outbox.insert(message, at: 0)
        return steps + pump(now)
    }

    private static let mostRedirects = 3
}

extension Exchange {
    var isRequest: Bool {
        switch purpose {
        case .request, .renewal: true
        case .delivery, .listening, .deletion: false
        }
    }

    /// Messages may come as late as they like.
    var isOpenEnded: Bool {
        switch purpose {
        case .request: !expected.isEmpty
        case .listening: true
        case .delivery, .renewal, .deletion: false
        }
    }

    var isRenewal: Bool {
        if case .renewal = purpose { true } else { false }
    }
}
