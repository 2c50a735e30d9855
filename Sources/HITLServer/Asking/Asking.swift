import HITLCore
import HITLGate
import HITLPlatform

extension DeskConnection {
    /// Asks the gate and answers when it has ruled. Where the client carries the call out, the answer is its permit.
    func ask(_ message: Message) async throws(DeskError) -> JSONValue? {
        let asked: OpenQuestion
        do throws(DeskError) {
            asked = try prepare(message)
        } catch {
            guard case .unknownMember(_, let name) = error else { throw error }
            // `decision`, `approved`: what an agent says in place of a person is worth knowing of.
            throw await refuse(error, what: "ask with the unknown member `\(name)`")
        }
        try begin(asked.id)
        switch asked.mode {
        case .wait: break
        case .async:
            if let result = try await post(asked) { return result }
        }
        await rule(asked)
        return nil
    }

    @inline(never)
    private func prepare(_ message: Message) throws(DeskError) -> OpenQuestion {
        let parameters = try AskParameters(message.parameters, label: client?.agent)
        let requester: Principal
        do throws(ProcessTree.Failure) {
            // Above a program that the desk started stands the desk itself.
            requester = desk.authority.requester(try peer.requester(client == nil ? parameters.way : .socket))
        } catch {
            throw .unknownRequester(error.description)
        }
        let call = client?.labelled(parameters.call) ?? parameters.call
        return OpenQuestion(parameters, call: desk.look(call), requester: requester, message: message)
    }

    private func rule(_ asked: OpenQuestion) async {
        let number = Locked<Int64?>(nil)
        let ruling = await desk.gate.rule(
            on: asked.call, from: asked.requester, id: asked.request, within: asked.patience
        ) { request in
            number.withLock { $0 = request.number }
            self.opened(asked.id, as: request.number)
            self.client?.heard(.opened(request.number))
            self.send(Reply.notification("opened", ["id": .string(asked.id), "number": .integer(request.number)]))
        }
        switch consume ruling {
        case .refused(let refused): answer(refused, to: asked)
        case .permitted(let permit): await hand(permit, to: asked)
        }
        // The number it was opened under: an edit has given it another.
        client?.heard(.answered(number.withLock { $0 }))
    }

    @inline(never)
    private func answer(_ refused: Ruling.Refused, to asked: OpenQuestion) {
        end(asked.id, leaving: nil)
        if let error = DeskError(notADecision: refused.refusal) {
            send(Reply.error(error, to: asked.message))
            return
        }
        let decided: AnswerForm.Decided? =
            switch refused.refusal {
            case .denied(let rules): .rules(.deny, rules)
            case .rejected(let review): .review(.rejected(review))
            case .expired: .review(.expired)
            case .withdrawn(let principal, let reason): .review(.withdrawn(by: principal, reason: reason))
            case .superseded(let number): .review(.superseded(by: number))
            case .tooManyPending, .ledgerUnavailable, .alreadyStarted, .idInUse, .deskClosing: nil
            }
        guard let decided else { return }
        let form = AnswerForm(id: asked.id, subject: refused.subject, call: asked.call, digest: nil, decided: decided)
        send(answer(form, to: asked))
    }

    private func answer(_ form: AnswerForm, to asked: OpenQuestion) -> [UInt8] {
        var answer = form.json
        if let question = asked.proved, let key = desk.key, case .object(var members) = answer {
            members["proof"] = .string(key.proof(of: answer, to: question))
            answer = .object(members)
        }
        return Reply.result(answer, to: asked.message)
    }

    /// The client has the permit once the answer is on its way; from then on it owes the outcome.
    @inline(never)
    private func hand(_ permit: consuming Permit, to asked: OpenQuestion) async {
        let (subject, call) = (permit.subject, permit.call)
        let decided: AnswerForm.Decided =
            switch permit.grounds {
            case .review(let review): .review(.approved(review))
            case .rules(let rules): .rules(.allow, rules)
            }
        switch call.performer {
        case .requester: end(asked.id, leaving: .permitted(subject, tool: call.tool))
        case .unobserved, .desk: end(asked.id, leaving: nil)
        }
        let form = AnswerForm(id: asked.id, subject: subject, call: call, digest: permit.digest, decided: decided)
        switch send(answer(form, to: asked)) {
        case .yes:
            // Not before: a word to stop must not overtake the permit. Its outcome is read on this thread, so later.
            if call.performer == .requester { desk.gate.queue.hands(performing(subject, call, asked)) }
        case .no:
            guard takePermit(asked.id) != nil else { return }
            await didNotRun(subject, call, because: "its requester was gone before it heard of the approval")
        }
    }

    private func performing(_ subject: Subject, _ call: ToolCall, _ asked: OpenQuestion) -> Performing {
        let performer = client?.agent ?? "process \(peer.process.pid)"
        let reach: Performing.Reach =
            switch client == nil ? asked.way : .socket {
            case .socket, .gateway:
                .told { [weak self, id = asked.id] in self?.send(Reply.notification("stop", ["id": .string(id)])) }
            case .hook: .none(advice: "what it has begun is with the agent's tools: end it there")
            }
        return Performing(subject, tool: call.tool, by: performer, reach: reach)
    }

    private func didNotRun(_ subject: Subject, _ call: ToolCall, because reason: String) async {
        guard call.performer == .requester else { return }
        await desk.gate.finish(subject, tool: call.tool, Outcome(status: .failed, summary: "did not run: \(reason)"))
    }

    // MARK: Without waiting

    /// Nil where a rule decides, which then is the answer.
    @inline(never)
    private func post(_ asked: OpenQuestion) async throws(DeskError) -> JSONValue? {
        switch desk.gate.judge(asked.call).effect {
        case .deny, .allow: return nil
        case .ask: break
        }
        defer { end(asked.id, leaving: nil) }
        let request: ApprovalRequest
        do throws(Refusal) {
            request = try await desk.gate.post(asked.call, from: asked.requester, within: asked.patience)
        } catch {
            throw DeskError(notADecision: error) ?? .deskClosing
        }
        let form = AnswerForm(
            id: asked.id, subject: .request(request.number), call: asked.call, digest: request.digest, decided: .pending
        )
        guard case .object(var answer) = form.json else { return form.json }
        answer["request"] = .string(request.id.description)
        return .object(answer)
    }

    // MARK: Taking back

    func withdraw(_ object: JSONObject) async throws(DeskError) -> JSONValue {
        let parameters = try Parameters(object, of: "withdraw", knowing: ["id", "request", "reason"])
        let reason = try parameters.name("reason", within: 4096) ?? "taken back"
        if let id = try parameters.name("id") {
            guard case .pending(let number)? = asked(id) else { throw .unknownRequest(id) }
            let process = RequesterProcess(way: .socket, root: peer.process)
            return try await withdraw(number, by: desk.authority.requester(process), reason: reason)
        }
        let name = try parameters.required("request", try parameters.request("request"))
        let request = try await openRequest(name)
        let principal: Principal
        do throws(Objection) {
            if try desk.authority.asked(peer, for: request) {
                principal = request.requester
            } else {
                try desk.authority.checkMayDecide(peer, on: request)
                principal = desk.authority.reviewer
            }
        } catch {
            throw await refuse(error, what: "withdraw \(name.text)")
        }
        return try await withdraw(request.number, by: principal, reason: reason)
    }

    /// A request that was edited meanwhile goes on under another number, which then is meant.
    private func withdraw(
        _ number: Int64, by principal: Principal, reason: String
    ) async throws(DeskError) -> JSONValue {
        var number = number
        while true {
            do throws(ReviewError) {
                let request = try await desk.gate.queue.withdraw(number, by: principal, reason: reason)
                return ["number": .integer(request.number), "status": .string(request.status.word)]
            } catch {
                guard case .alreadyClosed(.superseded(let successor)) = error else { throw reviewError(error, number) }
                number = successor
            }
        }
    }
}
