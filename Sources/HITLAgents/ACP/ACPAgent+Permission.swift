import HITLCore
import HITLGate
import HITLPlatform

extension ACPAgent {
    /// The agent asks whether it may do something itself.
    ///
    /// What it said before is merged now, in the order in which it came; later words change nothing in what people see.
    func permission(_ parameters: JSONObject, _ session: ACPSession?, _ link: Link) -> RPCWork {
        let choice = PermissionChoice(parameters["options"])
        guard let session else {
            warn("asked for a permission in a session that it does not have; it was told no.")
            return { $0.succeed(choice.refusal) }
        }
        guard let toolCall = parameters["toolCall"]?.object,
            let record = session.state.withLock({ $0.calls.merge(toolCall) })
        else {
            warn("asked for a permission and did not say for what; it was told no.", session)
            return { $0.succeed(choice.refusal) }
        }
        // What it said stands before the question on the screen.
        say(session.state.withLock { $0.transcript.end() }, session)
        let title = record.title ?? record.id
        guard let allow = choice.allow else {
            return { reply in
                await self.cannotAllow(title, session, link)
                reply.succeed(choice.refusal)
            }
        }
        let context = link.context
        let call = record.call(
            origin: Origin(agent: name, session: context.session, lineage: session.lineage),
            directory: context.workspace, answer: allow.name)
        let seen = context.look(call)
        return { await self.rule(on: seen, titled: title, choice, allow, session, link, $0) }
    }

    private func rule(
        on call: ToolCall, titled title: String, _ choice: PermissionChoice, _ allow: PermissionChoice.Option,
        _ session: ACPSession, _ link: Link, _ reply: RPCReply
    ) async {
        let context = link.context
        let strand = context.activity.begin(session.lineage)
        let opened = Locked<Int64?>(nil)
        let ruling = await context.gate.rule(on: call, from: context.requester) { request in
            opened.withLock { $0 = request.number }
            session.waits(for: request.number)
            strand.blocked(on: request.number)
        }
        defer {
            session.waitsNoMore(for: opened.withLock { $0 })
            strand.end()
        }
        switch consume ruling {
        case .permitted(let permit):
            // A permit is for the call that was shown. The agent would carry out its own, whatever was edited.
            guard permit.call == call else {
                let (subject, permitted) = (permit.subject, permit.call)
                await context.gate.finish(
                    subject, tool: call.tool,
                    Outcome(status: .failed, summary: "did not run: \(name) cannot be given other arguments"))
                let edit = EditNotice(proposed: call, permitted: permitted, request: subject.number)
                let sentence =
                    "it was not executed as you asked for it. " + (edit?.difference ?? "It was changed.")
                    + " This is no error: ask again with these changes, if you still want it."
                session.remember("About your tool call \"\(title)\": \(sentence)")
                reply.succeed(choice.refusal.adding(edit?.json(saying: sentence) ?? ["message": .string(sentence)]))
                return
            }
            reply.succeed(PermissionChoice.selected(allow))
        case .refused(let refused):
            let notice = RefusalNotice(refused, tool: call.tool, proposedAs: opened.withLock { $0 })
            var isWithdrawn = false
            switch refused.refusal {
            case .withdrawn, .deskClosing: isWithdrawn = true
            case .rejected(let review) where review.reason == nil: break
            case .denied, .rejected, .expired, .superseded, .tooManyPending, .ledgerUnavailable, .alreadyStarted,
                .idInUse:
                session.remember("About your tool call \"\(title)\": \(notice.sentence)")
            }
            if Task.isCancelled { state.withLock { $0.withdrawnAtEnd += 1 } }
            let answer = isWithdrawn ? PermissionChoice.cancelled : choice.refusal
            reply.succeed(answer.adding(notice.json))
        }
    }

    private func cannotAllow(_ title: String, _ session: ACPSession, _ link: Link) async {
        warn(
            "asked about \"\(title)\" and offered no way to allow it once, so it was told no: "
                + "a standing permission is never given to an agent.", session)
        await link.context.gate.ledger.note(
            .attempted(by: link.context.requester, what: "a permission that can only be given for good: \(title)"))
        session.remember(
            "About your tool call \"\(title)\": it was not executed, because you offered no option that allows it once "
                + "(kind allow_once). This is no error.")
    }
}

extension JSONValue {
    /// The same answer with the reason where agents that look for it find it: the outcome itself has no place for one.
    fileprivate func adding(_ notice: JSONValue) -> JSONValue {
        guard case .object(var object) = self else { return self }
        object["_meta"] = ["hitl": notice]
        return .object(object)
    }
}
