import HITLCore
import HITLGate
import HITLPlatform

/// What the operator orders: `/agent …`.
extension ACPAgent {
    /// Between asking a turn to end and ending the agent.
    private static let turnPatience = Duration.seconds(5)

    package var summary: String {
        guard let session = currentSession else { return name }
        let mode = session.state.withLock { $0.mode?.current }
        let title = session.number == 1 ? name : "\(name), session \(session.number)"
        return title + (mode.map { " (mode \($0))" } ?? "")
    }

    package func carryOut(_ order: AgentOrder) async -> AgentReply {
        let (link, isEnded) = state.withLock { ($0.link, $0.isEnded) }
        guard let link, !isEnded else { return .failure("\(name) does not run.") }
        if case .cancel = order { return await cancel(link) }
        do throws(RPCFailure) {
            switch order {
            case .showSessions: return try await sessions(link)
            case .newSession:
                let session = try await open(.new, link)
                return AgentReply("Session \(session.number) of \(name) gets what you type from now on.")
            case .resume(let name): return try await resume(name, link)
            case .cancel: return await cancel(link)
            case .showModes, .setMode, .showModels, .setModel: break
            }
            guard let session = currentSession else { return .failure("\(name) has no session yet.") }
            switch order {
            case .showModes: return choices(\.mode, "mode", session)
            case .showModels: return choices(\.model, "model", session)
            case .setMode(let id): return try await setMode(id, session, link)
            case .setModel(let id): return try await set(id, \.model, "model", session, link)
            case .cancel, .showSessions, .newSession, .resume: return .failure("")
            }
        } catch {
            switch error {
            case .answered(let error): return .failure("\(name) refused: \(error.message) (\(error.code))")
            case .gone, .cancelled: return .failure("\(name) does not run any more.")
            }
        }
    }

    // MARK: Cancelling

    private func cancel(_ link: Link) async -> AgentReply {
        guard let session = currentSession else {
            link.process.child.stop()
            return AgentReply("\(name) had no session yet and is ended.")
        }
        let pending = session.state.withLock { state in
            if state.turn != nil { state.isCancelling = true }
            return state.pending.sorted()
        }
        let isBusy = session.isBusy
        guard isBusy || !pending.isEmpty else { return AgentReply("\(name) is at nothing.") }
        if isBusy { link.peer.notify("session/cancel", ["sessionId": .string(session.id)]) }
        for number in pending { await withdraw(number, link) }
        guard await ends(session) else {
            link.process.child.stop()
            return AgentReply(
                [
                    "\(name) did not end its turn within 5 seconds of being asked to, and is ended.",
                    Self.withdrawn(pending),
                ]
                .filter { !$0.isEmpty }, isFailure: true)
        }
        return AgentReply(["Cancelled what \(name) was at.", Self.withdrawn(pending)].filter { !$0.isEmpty })
    }

    private static func withdrawn(_ numbers: [Int64]) -> String {
        switch numbers.count {
        case 0: ""
        case 1: "Request \(numbers[0]) is withdrawn."
        default: "Requests \(numbers.map { "\($0)" }.joined(separator: ", ")) are withdrawn."
        }
    }

    private func withdraw(_ number: Int64, _ link: Link) async {
        var number = number
        while true {
            do throws(ReviewError) {
                _ = try await link.context.gate.queue.withdraw(
                    number, by: link.context.requester, reason: "its turn was cancelled")
                return
            } catch {
                guard case .alreadyClosed(.superseded(let successor)) = error else { return }
                number = successor
            }
        }
    }

    private func ends(_ session: ACPSession) async -> Bool {
        let (ended, continuation) = AsyncStream.makeStream(of: Bool.self)
        let turn = Task {
            await session.turnEnded()
            continuation.yield(true)
        }
        let timer = Task {
            do { try await Task.sleep(for: Self.turnPatience) } catch { return }
            continuation.yield(false)
        }
        defer {
            turn.cancel()
            timer.cancel()
            continuation.finish()
        }
        for await answer in ended { return answer }
        return false
    }

    // MARK: Choices

    private func choices(
        _ path: any KeyPath<ACPSession.State, SessionChoice?> & Sendable, _ word: String, _ session: ACPSession
    ) -> AgentReply {
        guard let choice = session.state.withLock({ $0[keyPath: path] }) else {
            return AgentReply("\(name) offers no choice of \(word).")
        }
        let lines = choice.values.map { value in
            let isCurrent = value.id.utf8.elementsEqual(choice.current.utf8)
            let isLoose = word == "mode" && ModeTemper(value) == .loose
            return "\(isCurrent ? "* " : "  ")\(value.id): \(value.name)"
                + (isLoose ? " (does things without asking)" : "")
        }
        return AgentReply(["\(name) is in \(word) \(choice.current)."] + lines)
    }

    private func setMode(_ id: String, _ session: ACPSession, _ link: Link) async throws(RPCFailure) -> AgentReply {
        guard let choice = session.state.withLock({ $0.mode }), let value = choice.value(id) else {
            return choices(\.mode, "mode", session).failing("There is no mode \(id).")
        }
        let isLoose = ModeTemper(value) == .loose
        session.state.withLock { $0.chosenMode = isLoose ? id : nil }
        let reply = try await set(id, \.mode, "mode", session, link)
        guard isLoose else { return reply }
        return AgentReply(reply.lines + ["In this mode it does things without asking: they do not pass the gate."])
    }

    private func set(
        _ id: String, _ path: any WritableKeyPath<ACPSession.State, SessionChoice?> & Sendable, _ word: String,
        _ session: ACPSession, _ link: Link
    ) async throws(RPCFailure) -> AgentReply {
        guard session.state.withLock({ $0[keyPath: path]?.value(id) }) != nil else {
            return choices(path, word, session).failing("There is no \(word) \(id).")
        }
        try await choose(id, path, session, link)
        return AgentReply("\(name) is in \(word) \(id).")
    }

    // MARK: Sessions

    private func sessions(_ link: Link) async throws(RPCFailure) -> AgentReply {
        let (own, current, facts) = state.withLock { ($0.sessions, $0.current, $0.facts) }
        var lines = own.map { session in
            "\(session.number == current ? "* " : "  ")\(session.number). \(session.id)"
                + (session.isBusy ? ", at work" : "")
        }
        guard facts?.canList ?? false else {
            return AgentReply(["Sessions of \(name):"] + lines + ["\(name) does not tell of former sessions."])
        }
        let former = try await formerSessions(link).filter { former in
            !own.contains { $0.id.utf8.elementsEqual(former.id.utf8) }
        }
        lines += former.prefix(Self.mostListed).map { "   \($0.id)" + ($0.title.map { ": \($0)" } ?? "") }
        if former.count > Self.mostListed { lines.append("   (\(former.count - Self.mostListed) more)") }
        return AgentReply(["Sessions of \(name):"] + lines)
    }

    private static let mostListed = 50
    private static let mostPages = 20

    /// Those of this directory that the agent remembers, page by page.
    private func formerSessions(_ link: Link) async throws(RPCFailure) -> [(id: String, title: String?)] {
        var sessions: [(id: String, title: String?)] = []
        var cursor: JSONValue?
        for _ in 0..<Self.mostPages {
            let page = try await link.peer.call(
                "session/list", .members(["cwd": .string(link.context.workspace), "cursor": cursor])
            ).object
            for entry in (page?["sessions"]?.array ?? []).compactMap(\.object) {
                guard let id = entry["sessionId"]?.string else { continue }
                sessions.append((id, entry["title"]?.string))
            }
            guard let next = page?["nextCursor"]?.string else { break }
            cursor = .string(next)
        }
        return sessions
    }

    /// One of this loop gets what is typed; an older one of the agent's is taken up, if the agent can.
    private func resume(_ text: String, _ link: Link) async throws(RPCFailure) -> AgentReply {
        let known = state.withLock { state -> ACPSession? in
            let known = state.sessions.first {
                String($0.number).utf8.elementsEqual(text.utf8) || $0.id.utf8.elementsEqual(text.utf8)
            }
            if let known { state.current = known.number }
            return known
        }
        if let known { return AgentReply("Session \(known.number) of \(name) gets what you type from now on.") }
        let facts = state.withLock { $0.facts }
        let session: ACPSession
        if facts?.canLoad ?? false {
            session = try await open(.loaded(text), link)
        } else if facts?.canResume ?? false {
            session = try await open(.resumed(text), link)
        } else {
            return .failure("\(name) cannot take up a former session; its own of this loop go by their numbers.")
        }
        return AgentReply("Took up session \(session.number) of \(name); it gets what you type from now on.")
    }
}

extension AgentReply {
    fileprivate func failing(_ line: String) -> AgentReply { AgentReply([line] + lines, isFailure: true) }
}
