import HITLCore
import HITLGate

extension Gateway {
    // MARK: The desk comes and goes

    /// A connection to a desk is there: what is open is asked (again). The desk knows it by its key.
    package mutating func deskIsBack() -> [Step] {
        connections += 1
        desk = .connected(connections)
        var steps: [Step] = []
        for number in questions.keys.sorted() {
            guard var question = questions[number], question.isUndecided, let ask = ask(&question) else { continue }
            question.connection = connections
            questions[number] = question
            steps.append(.toDesk(ask))
        }
        return steps
    }

    package mutating func deskIsGone() { desk = .away }

    /// There is no desk. What no desk ever knew is refused at once; what one knew waits for its return.
    package mutating func deskIsAbsent() -> [Step] {
        var steps: [Step] = []
        for number in questions.keys.sorted() {
            guard let question = questions[number], question.connection == nil, question.isUndecided else { continue }
            questions[number] = nil
            guard case .open(let waiter?) = question.state else { continue }
            waiting[waiter.call.id] = nil
            steps.append(.toClient(GatewayReply.refusal(GatewayWords.noDesk(waiter.call.name), to: waiter.call)))
        }
        return steps
    }

    func ask(_ question: inout Question) -> [UInt8]? {
        let call = question.call
        let definition: JSONValue?
        if case .trusted(let trusted) = pins.standing(of: call.name) { definition = trusted } else { definition = nil }
        let asked: JSONValue =
            .members([
                "agent": .string(DeskMessage.label(client ?? "mcp")),
                "args": .object(call.shown),
                "challenge": settings.proves == nil ? nil : .string(settings.newKey()),
                "directory": settings.directory.map(JSONValue.string),
                "id": .string(Question.deskID(question.number)),
                "key": .string(question.key),
                "kind": ToolHints.kind(of: call.name, definition).map { .string($0.rawValue) },
                "performer": "requester",
                "session": .string(DeskMessage.label("mcp \(settings.server)")),
                "tool": .string(settings.server + ":" + call.name),
                "via": "gateway",
            ])
        if settings.proves != nil { question.asked = asked }
        let line = DeskMessage.line(question.number, "ask", asked)
        return line.count <= DeskMessage.longest && !call.isTooDeep ? line : nil
    }

    /// A line of the desk.
    package mutating func desk(_ line: [UInt8], now: UInt64) -> [Step] {
        guard let value = try? JSONValue(parsing: line, depth: 100), let object = value.object else {
            return [.note("What the desk answered cannot be read; is it of another version?")]
        }
        if object["method"]?.string?.utf8.elementsEqual("opened".utf8) == true {
            guard let parameters = object["params"]?.object,
                let number = parameters["id"]?.string.flatMap(Question.number(deskID:)),
                let request = parameters["number"]?.integer, questions[number] != nil
            else { return [] }
            questions[number]?.opened(as: request)
            guard case .abandoned(let reason)? = questions[number]?.state else { return firstProgress(number) }
            questions[number] = nil
            return [takeBack(number, reason)]
        }
        if object["method"]?.string?.utf8.elementsEqual("stop".utf8) == true {
            guard let number = object["params"]?.object?["id"]?.string.flatMap(Question.number(deskID:)) else {
                return []
            }
            return stop(number)
        }
        if object["id"] == .null, let error = object["error"]?.object {
            return notUnderstood(DeskReply(error: error), now: now)
        }
        guard let number = object["id"]?.integer, let question = questions[number] else { return [] }
        let reply: DeskReply
        if let result = object["result"]?.object {
            reply = isDesk(result, to: question) ? DeskReply(result: result) : .notTaken(GatewayWords.unproven)
        } else if let error = object["error"]?.object {
            reply = DeskReply(error: error)
        } else {
            return []
        }
        if case .deskLeaves = reply { return [] }
        return settle(question, reply, now: now)
    }

    private func isDesk(_ answer: JSONObject, to question: Question) -> Bool {
        guard let proves = settings.proves else { return true }
        return question.asked.map { proves(answer, $0) } ?? false
    }

    /// The operator wants a call that runs ended: the server is asked to, and its client hears that nobody knows how
    /// far it got. A server that goes on all the same is not heard any more.
    private mutating func stop(_ number: Int64) -> [Step] {
        guard let (id, ran) = running.first(where: { $0.value.number == number }) else { return stopBefore(number) }
        running[id] = nil
        stopped.insert(id)
        return [
            .toServer(GatewayReply.cancellation(of: id)),
            .toClient(GatewayReply.refusal(GatewayWords.stopped(ran.call.name), to: ran.call)),
        ]
            + outcome(
                of: number, on: ran.connection, .unknown, "stopped by the operator while it ran; its server was told")
    }

    /// The same of a call that was permitted and has not run: its approval waits to be collected, or is on its way here.
    private mutating func stopBefore(_ number: Int64) -> [Step] {
        let reason = "stopped by the operator"
        switch questions[number]?.state {
        case .decided(.permitted, _, _): return withdraw(number, because: reason)
        case .open(let waiter):
            questions[number]?.state = .abandoned(reason: reason)
            guard let call = waiter?.call else { return [] }
            waiting[call.id] = nil
            return [.toClient(GatewayReply.refusal(GatewayWords.stoppedBefore(call.name), to: call))]
        case .decided, .abandoned, nil: return []
        }
    }

    /// The desk could not read a line of ours, and so cannot say which: no question that it has not opened is one that
    /// it knows.
    private mutating func notUnderstood(_ reply: DeskReply, now: UInt64) -> [Step] {
        questions.keys.sorted().flatMap { number -> [Step] in
            guard let question = questions[number], question.openedOn != question.connection else { return [] }
            return settle(question, reply, now: now)
        }
    }

    private mutating func settle(_ question: Question, _ reply: DeskReply, now: UInt64) -> [Step] {
        let waiter: Waiter?
        switch question.state {
        case .open(let given): waiter = given
        case .abandoned(let reason):
            questions[question.number] = nil
            guard case .permitted = reply else { return [] }
            return outcome(of: question.number, on: question.connection, .failed, "did not run: \(reason)")
        case .decided: return []
        }
        guard let waiter else {
            // Kept for the call that comes to collect it, and not for ever.
            let until = now + Self.keepsDecisions
            questions[question.number]?.state = .decided(reply, connection: question.connection, until: until)
            due = min(due, until)
            return []
        }
        questions[question.number] = nil
        waiting[waiter.call.id] = nil
        return conclude(question, reply, with: waiter)
    }

    /// How long a decision waits for the call that collects it.
    private static let keepsDecisions: UInt64 = 600_000_000_000

    /// The one place from which a call goes to the server.
    mutating func conclude(_ question: Question, _ reply: DeskReply, with waiter: Waiter) -> [Step] {
        let call = waiter.call
        func told(_ sentence: String) -> [Step] { [.toClient(GatewayReply.refusal(sentence, to: call))] }
        switch reply {
        case .refused(let refusal, let request):
            let number = request ?? question.request
            return told(GatewayWords.refused(refusal, call.name, number, proposedAs: question.firstRequest))
        case .notTaken(let why): return told(GatewayWords.notTaken(call.name, why))
        case .deskLeaves: return told(GatewayWords.noDesk(call.name))
        case .permitted(let approval):
            // What was approved was the tool as it was then.
            if call.form == .tool, let refusal = pins.refusal(of: call.name, server: settings.server) {
                return told(refusal)
                    + outcome(
                        of: question.number, on: question.connection, .failed, "did not run: its definition changed")
            }
            let isEdited =
                approval.arguments != call.shown
                && JSONValue.object(approval.arguments).canonical != JSONValue.object(call.shown).canonical
            running[call.id] = Running(
                number: question.number, connection: question.connection, call: call,
                note: GatewayWords.note(call, approval, tool: call.name))
            return [.toServer(isEdited ? call.line(withEdited: approval.arguments) : waiter.line)]
        }
    }

    // MARK: Time

    /// Gives tickets to those who waited long enough, and signs of life to the others.
    package mutating func tick(_ now: UInt64) -> [Step] {
        guard now >= due else { return [] }
        var steps: [Step] = []
        for number in questions.keys.sorted() {
            guard let question = questions[number] else { continue }
            switch question.state {
            case .open(let waiter?) where now >= waiter.until:
                questions[number]?.state = .open(nil)
                waiting[waiter.call.id] = nil
                let sentence = GatewayWords.waiting(waiter.call.name, question.request)
                steps.append(.toClient(GatewayReply.refusal(sentence, to: waiter.call)))
            case .open(let waiter?) where now >= waiter.nextProgress: steps += progress(number, now: now)
            case .open, .abandoned: break
            case .decided(_, let connection, let until) where now >= until:
                questions[number] = nil
                steps += outcome(
                    of: number, on: connection, .failed, "did not run: no call came to collect the approval")
            case .decided: break
            }
        }
        due = questions.values.map(\.due).min() ?? .max
        return steps
    }

    mutating func firstProgress(_ number: Int64) -> [Step] {
        guard case .open(let waiter?)? = questions[number]?.state, waiter.call.progressToken != nil else { return [] }
        return progress(number, now: waiter.nextProgress == .max ? 0 : waiter.nextProgress)
    }

    private mutating func progress(_ number: Int64, now: UInt64) -> [Step] {
        guard let question = questions[number], case .open(var waiter?) = question.state,
            let token = waiter.call.progressToken
        else { return [] }
        waiter.progress += 1
        waiter.nextProgress = now + Waiter.betweenProgress
        due = min(due, waiter.nextProgress)
        questions[number]?.state = .open(waiter)
        return [
            .toClient(GatewayReply.progress(waiter.progress, token: token, GatewayWords.progress(question.request)))
        ]
    }

    // MARK: Ends

    mutating func withdraw(_ number: Int64, because reason: String) -> [Step] {
        guard let question = questions.removeValue(forKey: number) else { return [] }
        switch question.state {
        case .decided(.permitted, let connection, _):
            return outcome(of: number, on: connection, .failed, "did not run: \(reason)")
        case .decided, .abandoned: return []
        case .open:
            // What no desk has heard of is gone. What it has not opened yet cannot be named yet.
            guard question.connection != nil else { return [] }
            if case .connected(let current) = desk, question.openedOn == current { return [takeBack(number, reason)] }
            questions[number] = question
            questions[number]?.state = .abandoned(reason: reason)
            return []
        }
    }

    private func takeBack(_ number: Int64, _ reason: String) -> Step {
        .toDesk(
            DeskMessage.line(
                0, "withdraw",
                ["id": .string(Question.deskID(number)), "reason": .string(DeskMessage.label(reason, 4000))]))
    }

    /// Nobody is there any more who could be answered.
    package mutating func clientEnded() -> [Step] {
        waiting = [:]
        return questions.keys.sorted().flatMap { withdraw($0, because: "its client disconnected") }
    }

    /// Everything that waits is answered: what the server had is in doubt, what it did not have did not run.
    package mutating func serverEnded() -> [Step] {
        var steps: [Step] = []
        for number in questions.keys.sorted() {
            if case .open(let waiter?)? = questions[number]?.state {
                let sentence = GatewayWords.serverGone(waiter.call.name, wasRunning: false)
                steps.append(.toClient(GatewayReply.refusal(sentence, to: waiter.call)))
            }
            steps += withdraw(number, because: "its server ended")
        }
        waiting = [:]
        for ran in running.values.sorted(by: { $0.number < $1.number }) {
            let sentence = GatewayWords.serverGone(ran.call.name, wasRunning: true)
            steps.append(.toClient(GatewayReply.refusal(sentence, to: ran.call)))
            steps += outcome(of: ran.number, on: ran.connection, .unknown, "its server ended before it answered")
        }
        running = [:]
        return steps
    }
}
