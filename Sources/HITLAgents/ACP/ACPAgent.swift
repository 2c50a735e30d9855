package import HITLCore
import HITLGate
import HITLPlatform

/// An agent that speaks the Agent Client Protocol, version 1, over its standard input and output.
///
/// It asks about what it does itself (`session/request_permission`), and has this desk do the rest: files and commands
/// are tools of the desk, each behind the gate.
package final class ACPAgent: Directed {
    struct Link: Sendable {
        let context: RunnerContext
        let peer: RPCPeer
        let process: AgentProcess
    }

    struct State {
        var link: Link?
        var facts: ACPAgentFacts?
        var sessions: [ACPSession] = []
        var lastSession = 0
        /// The number of the one that gets what is typed.
        var current = 0
        /// Updates of a session whose answer has not come yet.
        var early: [(session: String, update: JSONObject)] = []
        var isOpening = false
        var skippedLines = 0
        var withdrawnAtEnd = 0
        var terminals: [ACPTerminal] = []
        var lastTerminal = 0
        var isEnded = false
        var lastHeard = ContinuousClock.now
    }

    package let name: String
    private let program: AgentProgram
    let state = Locked(State())

    /// How long an agent may take to say who it is; slow ones load for a quarter of a minute.
    private static let patience = Duration.seconds(120)
    /// How many turns in a row the agent is only told what became of its calls.
    private static let mostFollowing = 3

    /// - Parameter name: what requests and records call it.
    package init(name: String, program: AgentProgram) {
        self.name = name
        self.program = program
    }

    /// What it does itself it does as it asked for it: an answer has no place for other arguments.
    package func reach(ofEdits call: ToolCall) -> EditReach {
        switch call.performer {
        case .desk: .carriedOut
        case .unobserved, .requester: .toldOnly
        }
    }

    // MARK: Running

    package func run(_ context: RunnerContext) async {
        guard let process = await context.start(program) else {
            state.withLock { $0.isEnded = true }
            context.opening.end()
            return
        }
        let peer = RPCPeer(process.channel)
        let link = Link(context: context, peer: peer, process: process)
        state.withLock { $0.link = link }

        let serving = Task { await peer.serve(self) }
        let talking = Task { await self.talk(link) }
        let end = await withTaskCancellationHandler {
            await serving.value
        } onCancel: {
            serving.cancel()
            talking.cancel()
        }
        await close(link, end, isWanted: Task.isCancelled)
        talking.cancel()
        await talking.value
        context.opening.end()
    }

    private func talk(_ link: Link) async {
        do throws(RPCFailure) {
            try await introduce(link)
            _ = try await open(.new, link)
            link.context.beginning.speaks()
        } catch {
            switch error {
            case .answered(let error):
                link.context.beginning.fails(because: "did not let a session begin: \(error.message) (\(error.code))")
                link.process.child.stop()
            // Its end is told where it is noticed.
            case .gone, .cancelled: break
            }
            return
        }
        link.context.opening.end()
        for await line in link.context.lines { deliver(line) }
    }

    private func deliver(_ line: TypedLine) {
        guard let session = currentSession, !state.withLock({ $0.isEnded }) else {
            line.strand.end()
            return
        }
        line.strand.act(as: session.lineage)
        if session.isBusy {
            remark("is at work and gets this when its turn ends. /agent cancel ends the turn.", session)
        }
        session.send(line)
    }

    var currentSession: ACPSession? {
        state.withLock { state in state.sessions.first { $0.number == state.current } }
    }

    /// What is left of it: nothing runs, nobody waits, and the operator knows.
    private func close(_ link: Link, _ end: RPCEnd, isWanted: Bool) async {
        let (sessions, terminals) = state.withLock { state in
            state.isEnded = true
            return (state.sessions, state.terminals)
        }
        for session in sessions { session.end() }
        for terminal in terminals { await terminal.kill(link.context.gate) }
        let ended: AgentEnd
        switch end {
        case .ended: ended = await link.process.end()
        case .lineTooLong, .garbage, .failed: ended = await link.process.end(patience: .zero)
        }
        for session in sessions {
            say(session.state.withLock { $0.transcript.end() }, session)
            session.endTurn()
        }
        defer { for session in sessions { session.endStrands() } }
        guard !isWanted else { return }
        let why =
            switch end {
            case .ended: ended.words
            case .lineTooLong(let limit): "sent a line longer than \(limit) bytes and was ended"
            case .garbage(let lines): "sent \(lines) lines that are no messages and was ended"
            case .failed(let reason): "could not be read from (\(reason)) and was ended"
            }
        let withdrawn = state.withLock { $0.withdrawnAtEnd }
        var text = why
        if withdrawn > 0 {
            text += withdrawn == 1 ? "; its request is withdrawn" : "; its \(withdrawn) requests are withdrawn"
        }
        text += "."
        guard link.context.beginning.fails(because: why + ended.saying) == .speaks else { return }
        warn(text + ended.lastWords)
    }

    // MARK: Beginning

    private func introduce(_ link: Link) async throws(RPCFailure) {
        let answer = try await ask("initialize", ACPForms.initialize, link)
        guard let object = answer.object, let version = object["protocolVersion"]?.integer else {
            throw .answered(RPCError(code: -32603, message: "its answer to initialize has no protocolVersion"))
        }
        guard version == ACPForms.protocolVersion else {
            throw .answered(
                RPCError(code: -32603, message: "it speaks version \(version) of the protocol, and this is version 1"))
        }
        state.withLock { $0.facts = ACPAgentFacts(object) }
    }

    enum Opening: Sendable {
        case new
        /// With what was said before, which the agent says again.
        case loaded(String)
        /// Without.
        case resumed(String)
    }

    func open(_ opening: Opening, _ link: Link) async throws(RPCFailure) -> ACPSession {
        state.withLock { $0.isOpening = true }
        defer {
            state.withLock { state in
                state.isOpening = false
                state.early = []
            }
        }
        let answer: JSONValue
        do throws(RPCFailure) {
            answer = try await request(opening, link)
        } catch {
            guard case .answered(let refused) = error, refused.code == -32000 else { throw error }
            try await signIn(because: refused, link)
            answer = try await request(opening, link)
        }
        let id: String
        switch opening {
        case .new:
            guard let given = answer.object?["sessionId"]?.string else {
                throw .answered(RPCError(code: -32603, message: "its answer to session/new has no sessionId"))
            }
            id = given
        case .loaded(let known), .resumed(let known): id = known
        }
        return await begin(id, answer.object ?? JSONObject(), link)
    }

    private func request(_ opening: Opening, _ link: Link) async throws(RPCFailure) -> JSONValue {
        let workspace = link.context.workspace
        return switch opening {
        case .new: try await ask("session/new", ACPForms.newSession(in: workspace), link)
        case .loaded(let id): try await ask("session/load", ACPForms.existingSession(id, in: workspace), link)
        case .resumed(let id): try await ask("session/resume", ACPForms.existingSession(id, in: workspace), link)
        }
    }

    private func signIn(because refused: RPCError, _ link: Link) async throws(RPCFailure) {
        let ways = state.withLock { $0.facts?.signIns ?? [] }
        guard let way = ways.first(where: { !$0.isElsewhere }) else {
            let names = ways.map(\.name).joined(separator: ", ")
            warn(
                "wants you to sign in first" + (names.isEmpty ? "" : " (\(names))")
                    + "; do that with its own program, then start it again.")
            throw .answered(refused)
        }
        remark("wants a sign-in and is asked for its own: \(way.name).")
        do throws(RPCFailure) { _ = try await ask("authenticate", ["methodId": .string(way.id)], link) } catch {
            if case .answered = error {
                warn("did not let anybody sign in; do that with its own program, then start it again.")
            }
            throw error
        }
    }

    /// Within the patience that a beginning deserves.
    private func ask(_ method: String, _ parameters: JSONValue, _ link: Link) async throws(RPCFailure) -> JSONValue {
        let late = Task { [weak self] in
            do { try await Task.sleep(for: Self.patience) } catch { return }
            let reason = "has not answered \(method) for two minutes and is ended"
            if link.context.beginning.fails(because: reason) == .speaks { self?.warn(reason + ".") }
            link.process.child.stop()
        }
        defer { late.cancel() }
        return try await link.peer.call(method, parameters)
    }

    private func begin(_ id: String, _ answer: JSONObject, _ link: Link) async -> ACPSession {
        let (session, early) = state.withLock { state in
            let known = state.sessions.first { $0.id.utf8.elementsEqual(id.utf8) }
            let session: ACPSession
            if let known {
                session = known
            } else {
                state.lastSession += 1
                session = ACPSession(id: id, number: state.lastSession, agent: name)
                state.sessions.append(session)
            }
            state.current = session.number
            return (session, state.early.filter { $0.session.utf8.elementsEqual(id.utf8) }.map(\.update))
        }
        let isNew = session.state.withLock { state in
            state.mode =
                SessionChoice(options: answer["configOptions"], category: "mode")
                ?? SessionChoice(modes: answer["modes"]) ?? state.mode
            state.model =
                SessionChoice(options: answer["configOptions"], category: "model")
                ?? SessionChoice(models: answer["models"]) ?? state.model
            guard state.worker == nil else { return false }
            state.worker = Task { [weak self] in
                for await line in session.lines { await self?.turn(line, session, link) }
            }
            return true
        }
        for update in early { show(update, session) }
        if isNew { await tame(session, link) }
        return session
    }

    // MARK: Turns

    private func turn(_ line: TypedLine, _ session: ACPSession, _ link: Link) async {
        session.beginTurn(line.strand)
        let ending = await prompt(line, session, link)
        session.endTurn()
        switch ending {
        case .over: line.strand.end()
        // Its work is over when the operator has been told that it is gone.
        case .gone: session.keep(line.strand)
        }
    }

    private enum TurnEnding { case over, gone }

    private func prompt(_ line: TypedLine, _ session: ACPSession, _ link: Link) async -> TurnEnding {
        var texts = session.takeUntold() + [line.text]
        for round in 0... {
            let answer: JSONValue
            do throws(RPCFailure) {
                answer = try await link.peer.call("session/prompt", ACPForms.prompt(texts, in: session.id))
            } catch {
                say(session.state.withLock { $0.transcript.end() }, session)
                guard case .answered(let error) = error else { return .gone }
                warn("could not go on: \(error.message) (\(error.code)).", session)
                return .over
            }
            say(session.state.withLock { $0.transcript.end() }, session)
            let reason = answer.object?["stopReason"]?.string ?? ""
            tell(reason, session)
            guard reason != "cancelled", round < Self.mostFollowing else { return .over }
            texts = session.takeUntold()
            guard !texts.isEmpty else { return .over }
        }
        return .over
    }

    private func tell(_ stopReason: String, _ session: ACPSession) {
        switch stopReason {
        case "end_turn": break
        case "cancelled": remark("stopped: its turn was cancelled.", session)
        case "max_tokens": warn("stopped: it has used up the tokens of a turn.", session)
        case "max_turn_requests": warn("stopped: it has used up the model requests of a turn.", session)
        case "refusal": warn("stopped: it refuses to go on.", session)
        default: warn("stopped for a reason that this program does not know: \(stopReason)", session)
        }
    }

    // MARK: Saying

    func say(_ texts: [String], _ session: ACPSession) {
        guard let context = state.withLock({ $0.link?.context }) else { return }
        for text in texts { context.say(Utterance(lineage: session.lineage, text: text)) }
    }

    func remark(_ text: String, _ session: ACPSession? = nil) { announce(text, .remark, session) }
    func warn(_ text: String, _ session: ACPSession? = nil) { announce(text, .warning, session) }

    private func announce(_ text: String, _ weight: AgentNotice.Weight, _ session: ACPSession?) {
        guard let context = state.withLock({ $0.link?.context }) else { return }
        context.announce(AgentNotice(lineage: session?.lineage ?? [name], text: text, weight: weight))
    }
}
