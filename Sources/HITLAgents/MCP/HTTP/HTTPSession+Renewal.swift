import HITLCore

/// A session that the server has ended is begun anew: with the client's own opening, and with another look at the tools,
/// since whoever answers now may be another than before.
extension HTTPSession {
    /// 404 to what named the session: it was not taken.
    mutating func sessionGone(_ number: Int, _ exchange: Exchange, now: UInt64) -> [Step] {
        var steps = close(number)
        switch exchange.purpose {
        case .request(let message):
            // A call is not sent twice, whatever was said to the first.
            if exchange.isResumption {
                steps += exchange.expected.map { .failed($0, .lost(because: "the server had ended the session")) }
            } else if message.isCall || exchange.expected.count != message.ids.count {
                steps += exchange.expected.map { .failed($0, .sessionEnded) }
            } else {
                outbox.insert(message, at: 0)
            }
        case .delivery(let message):
            if case .notification = message.kind { outbox.insert(message, at: 0) }
        case .listening: listening = .off
        case .renewal: return steps + renewalFailed(.sessionEnded, now: now)
        case .deletion: return steps + checkEnd(now)
        }
        guard !isFinishing else {
            handshake?.isOver = true
            outbox = []
            return steps + checkEnd(now)
        }
        // Another reply may have said so before.
        let isKnown = isRenewing || exchange.session != handshake?.id
        return steps + (isKnown ? pump(now) : renew(now))
    }

    mutating func renew(_ now: UInt64) -> [Step] {
        guard let opening = handshake?.opening, renewals < Self.mostRenewals else {
            return renewalFailed(.sessionEnded, now: now)
        }
        renewals += 1
        isRenewing = true
        handshake?.isOver = true
        handshake?.id = nil
        var steps = [Step.note("The server had ended the session; a new one is begun.")]
        if case .open(let number) = listening { steps += close(number) }
        listening = .off
        return steps + [step(.initialize, post(opening, session: nil), expecting: opening.ids, now)]
    }

    private static let mostRenewals = 3

    private mutating func step(
        _ stage: Exchange.Renewal, _ outgoing: HTTPOutgoing, expecting ids: [MessageID], _ now: UInt64
    ) -> Step {
        var exchange = Exchange(.renewal(stage), session: handshake?.id, expected: ids)
        exchange.due = now + Self.patience
        return .open(add(exchange), outgoing)
    }

    private mutating func own(
        _ stage: Exchange.Renewal, _ message: JSONValue, expecting ids: [MessageID], _ now: UInt64
    ) -> Step {
        let outgoing = HTTPOutgoing(
            "POST", endpoint, accept: Self.both, sessionFields(handshake?.id), body: message.canonical)
        return step(stage, outgoing, expecting: ids, now)
    }

    /// One stage is through.
    mutating func renewed(
        _ stage: Exchange.Renewal, _ exchange: Exchange, _ message: ServerMessage?, now: UInt64
    ) -> [Step] {
        if let message, case .answer(let id) = message.kind, !exchange.expected.contains(id) {
            return renewalFailed(.nonsense("no answer to what was asked"), now: now)
        }
        let result = message?.value.object?["result"]?.object
        switch stage {
        case .initialize:
            guard let result, result["protocolVersion"]?.string == handshake?.version else {
                return renewalFailed(.nonsense("another version than before"), now: now)
            }
            handshake?.id = exchange.namedSession
            let hasTools = result["capabilities"]?.object?["tools"] != nil
            offersTools = hasTools
            let message: JSONValue = ["jsonrpc": "2.0", "method": "notifications/initialized"]
            return [own(.initialized, message, expecting: [], now)]
        case .initialized: return offersTools ? list(page: 0, after: nil, now) : isRenewed(now)
        case .list(let page):
            guard let message else { return renewalFailed(.nonsense("no list of tools"), now: now) }
            guard let result else { return isRenewed(now) }
            declared.observe(message.value)
            let seen = Step.definitions(message.line)
            guard let cursor = result["nextCursor"]?.string, page < Self.mostPages else {
                return [seen] + isRenewed(now)
            }
            return [seen] + list(page: page + 1, after: cursor, now)
        }
    }

    private static let mostPages = 1000

    private mutating func list(page: Int, after cursor: String?, _ now: UInt64) -> [Step] {
        let id: JSONValue = .string("hitl-\(page)")
        let message = JSONValue.members([
            "id": id, "jsonrpc": "2.0", "method": "tools/list",
            "params": cursor.map { ["cursor": .string($0)] },
        ])
        return [own(.list(page: page), message, expecting: [MessageID(id)].compactMap(\.self), now)]
    }

    private mutating func isRenewed(_ now: UInt64) -> [Step] {
        isRenewing = false
        handshake?.isOver = false
        return listen(after: 0, lastID: nil, now) + pump(now)
    }

    /// What waited for the new session is answered; the next message tries again.
    mutating func renewalFailed(_ fault: ServerFault, now: UInt64) -> [Step] {
        isRenewing = false
        let waiting = outbox
        outbox = []
        var steps: [Step] = [.note("No new session could be begun: \(fault).")]
        for message in waiting { steps += message.ids.map { .failed($0, .sessionEnded) } }
        renewals = 0
        return steps + checkEnd(now)
    }
}
