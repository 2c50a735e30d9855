import HITLCore
import HITLGate

extension DeskConnection {
    /// What waits, most urgent first, then oldest first.
    func list(_ object: JSONObject) async throws(DeskError) -> JSONValue {
        let parameters = try Parameters(object, of: "list", knowing: ["limit"])
        let limit = Int(try parameters.integer("limit", in: 1...10_000) ?? 100)
        let waiting = await desk.gate.queue.waiting.sorted {
            ($0.severity.rank, $0.number) < ($1.severity.rank, $1.number)
        }
        var pending: [JSONValue] = []
        for one in waiting.prefix(limit) {
            do throws(ReviewError) {
                let request = try await desk.gate.queue.open(one.number)
                pending.append(Event.opened(Event.Opened(request)).json)
            } catch {
                switch error {
                // It closed since the list was made.
                case .alreadyClosed: continue
                default: throw reviewError(error, one.number)
                }
            }
        }
        return ["count": .integer(waiting.count), "pending": .array(pending)]
    }

    /// From now on every change, or those of the kinds that are named, is sent as a notification `event`.
    func subscribe(_ object: JSONObject) async throws(DeskError) -> JSONValue {
        let parameters = try Parameters(object, of: "subscribe", knowing: ["events"])
        let kinds = try parameters.words("events", EventForm.Kind.self) ?? EventForm.Kind.allCases
        await desk.feed.begin(desk.gate.queue)
        desk.feed.add(self, for: Set(kinds))
        return ["count": .integer(await desk.gate.queue.pendingCount)]
    }

    /// Waits until a request is decided. One that was edited goes on under its successor's number.
    func wait(_ object: JSONObject) async throws(DeskError) -> JSONValue {
        let parameters = try Parameters(object, of: "wait", knowing: ["request", "timeout"])
        let name = try parameters.required("request", try parameters.request("request"))
        let timeout = try parameters.duration("timeout")
        try beginWaiting()
        defer { endWaiting() }

        var subject = try subject(of: name)
        guard case .request = subject else { return try answer(on: subject).json }
        await desk.feed.begin(desk.gate.queue)
        var awaited: Int64?
        defer { if let awaited { client?.heard(.waited(awaited)) } }
        while case .request(let number) = subject {
            // Before looking, so that nothing can happen in between unheard.
            let ticket = desk.feed.ticket(for: number)
            defer { desk.feed.giveBack(ticket, for: number) }
            let answer = try answer(on: subject)
            switch answer.decided {
            case .review(.superseded(let successor)):
                subject = .request(successor)
                continue
            case .pending, .review(.pending): break
            case .review, .rules: return answer.json
            }
            if awaited == nil {
                awaited = number
                client?.heard(.waits(number))
            }
            switch await ticket.value(within: timeout) {
            case .deskClosing: throw .deskClosing
            case .timeout, .cancelled: return answer.json
            case .closed: continue
            }
        }
        throw .unknownRequest(name.text)
    }

    private func subject(of name: RequestName) throws(DeskError) -> Subject {
        switch name {
        case .number(let number): return .request(number)
        case .id(let id):
            do throws(EventLedgerError) {
                return try desk.gate.ledger.request(opened: id).map { .request($0.number) } ?? .call(id)
            } catch {
                throw .ledgerUnavailable(error.description)
            }
        }
    }

    private func answer(on subject: Subject) throws(DeskError) -> AnswerForm {
        let history: RequestHistory
        do throws(EventLedgerError) {
            history = try desk.gate.ledger.history(of: subject)
        } catch {
            throw .ledgerUnavailable(error.description)
        }
        guard let call = history.call else { throw .unknownRequest(subject.description) }
        let decided: AnswerForm.Decided =
            switch (history.status, history.ruled) {
            case (.pending?, _), (nil, nil): .pending
            case (let status?, _): .review(status)
            case (nil, let ruled?): .rules(ruled.verdict.effect, ruled.verdict.rules)
            }
        return AnswerForm(id: nil, subject: subject, call: call, digest: history.digest, decided: decided)
    }
}
