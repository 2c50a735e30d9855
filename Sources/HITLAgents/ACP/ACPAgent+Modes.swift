import HITLCore
import HITLPlatform

/// An agent that asks about nothing needs no gate to get round: its mode is watched.
extension ACPAgent {
    private static let mostCorrections = 5

    /// Moves a session that begins out of a mode in which it would not ask.
    func tame(_ session: ACPSession, _ link: Link) async {
        guard let mode = session.state.withLock({ $0.mode }) else { return }
        guard mode.isLoose else {
            remark("is in mode \(mode.current).", session)
            return
        }
        await moveBack(session, from: mode.current, to: mode.strictest, link)
    }

    /// The agent says that it is in another mode now.
    ///
    /// - Parameter listed: the modes, where it lists them again.
    func modeChanged(to id: String, of listed: SessionChoice? = nil, _ session: ACPSession) {
        guard let link = state.withLock({ $0.link }) else { return }
        let (before, mode, isChosen, corrections) = session.state.withLock { state in
            let before = state.mode?.current
            // Of both ways to tell it of a mode the one that it began with counts, where there was one.
            if let listed, state.mode.map({ $0.way == listed.way }) ?? true { state.mode = listed }
            state.mode = state.mode ?? SessionChoice(way: .mode, current: id, values: [])
            state.mode?.current = id
            let isChosen = state.chosenMode.map { $0.utf8.elementsEqual(id.utf8) } ?? false
            if !isChosen, state.mode?.isLoose ?? false { state.corrections += 1 }
            return (before, state.mode, isChosen, state.corrections)
        }
        guard let mode else { return }
        guard mode.isLoose, !isChosen else {
            if !(before?.utf8.elementsEqual(id.utf8) ?? false) { remark("is now in mode \(id).", session) }
            return
        }
        guard corrections <= Self.mostCorrections else {
            warn("keeps changing its mode to \(id) and is ended: nothing that it does there is asked for.", session)
            link.process.child.stop()
            return
        }
        warn("changed its mode to \(id), in which it does things without asking.", session)
        let former = before.flatMap(mode.value).flatMap { ModeTemper($0) > .loose ? $0 : nil }
        Task { await self.moveBack(session, from: id, to: former ?? mode.strictest, link) }
    }

    private func moveBack(
        _ session: ACPSession, from loose: String, to strict: SessionChoice.Value?, _ link: Link
    ) async {
        guard let strict else {
            warn(
                "is in mode \(loose), in which it does things without asking, and has no stricter one: "
                    + "what it does by itself is not gated.", session)
            return
        }
        do throws(RPCFailure) {
            try await choose(strict.id, \.mode, session, link)
            warn("was moved from mode \(loose), in which it does things without asking, to \(strict.id).", session)
        } catch {
            guard case .answered(let error) = error else { return }
            warn(
                "stays in mode \(loose), in which it does things without asking: it refused \(strict.id) "
                    + "(\(error.message)). What it does by itself is not gated.", session)
        }
    }

    /// Asks the agent to make another choice the current one; records it once it agreed.
    func choose(
        _ id: String, _ path: any WritableKeyPath<ACPSession.State, SessionChoice?> & Sendable, _ session: ACPSession,
        _ link: Link
    ) async throws(RPCFailure) {
        guard let choice = session.state.withLock({ $0[keyPath: path] }) else { return }
        let request = choice.request(id, session: session.id)
        _ = try await link.peer.call(request.method, request.parameters)
        session.state.withLock { $0[keyPath: path]?.current = id }
    }
}
