import Glibc
import HITLAgents
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLServer
import HITLTerminal
import HITLTools

/// A running desk: everything is made here, once, and passed on as arguments.
final class DeskSession: Sendable {
    private let plan: LoopPlan
    private let ledger: Ledger
    private let queue: Queue
    private let gate: Gate
    private let desk: HITLConsole.Desk
    private let workbench: any Workbench
    private let server: DeskServer
    private let principal: Principal
    private let sessionID: String
    private let agent: AgentHost
    private let activity: AgentActivity
    private let trace: DebugTrace?
    private let signal = StopSignal()
    private let interrupt = Locked<(@Sendable () -> Void)?>(nil)
    /// Why the scenario's files are not there, where that is to be said.
    private let unfurnished: Furnishing.Problem?
    /// Why something that was recorded to be erased still is there.
    private let unended: [String]

    // MARK: Opening

    static func open(_ plan: LoopPlan) async -> Result<DeskSession, Failure> {
        do {
            try ThisProcess.makePrivate()
            try ThisProcess.becomeSubreaper()
            return .success(try await DeskSession(plan))
        } catch let failure as Failure {
            return .failure(failure)
        } catch let error as LedgerError {
            return .failure(Failure(error))
        } catch let error as EventLedgerError {
            return .failure(Failure(.ledger, error.description))
        } catch {
            return .failure(Failure(.failed, "\(error)"))
        }
    }

    private init(_ plan: LoopPlan) async throws {
        self.plan = plan
        let configuration = plan.place.configuration
        try PrivateDirectory.prepare(plan.stateDirectory)
        ledger = try Ledger.open(
            path: plan.ledgerPath, storage: plan.place.storage, indexer: EventIndex.index(of:),
            clock: SystemClock.wallMilliseconds,
            sealing: try await SealingKeys.sealing(configuration, state: plan.stateDirectory, writing: plan.ledgerPath))
        ledger.keepOutlines(Records.outlines)
        let key = try DigestKey.load(from: plan.stateDirectory)
        // What is set at the prompt holds for the next call: the gate asks for the policy each time.
        let settings = Settings(configuration, sha256: { HITLLedger.Digest(hashing: $0).hex })
        let redactor = Redactor(key: key.key) { settings.redactsSensitiveData }
        trace = DebugTrace(plan.place.configuration)
        let events = EventLedger(ledger, redactor: redactor, trace: trace?.hear)
        let clocks = Clocks.system
        let signer = plan.signer(now: clocks.wall)
        signer?.warmUp()
        queue = try await Queue(
            events: events, clocks: clocks,
            limits: .init(pendingPerAgent: configuration.maxPendingPerUser.value), signer: signer,
            randomID: Place.newID, isThere: DeskAuthority.isThere)

        let digest: @Sendable (ToolCall) -> CallDigest = { key.digest(of: $0) }
        let durability: HITLLedger.Durability = configuration.auditDurability.value == .strict ? .synced : .written
        unfurnished = try Self.furnish(plan)
        let toolbox = try Toolbox(
            workspace: plan.workspace, outbox: plan.outbox, gateFiles: plan.gateFiles,
            environment: CleanEnvironment(home: plan.place.account.home, user: plan.place.account.name),
            snapshots: plan.stateDirectory + "/snapshots", limits: plan.toolLimits,
            sender: "\(plan.place.account.name)@localhost")
        let assessor = RiskAssessor(analyse: toolbox.analyst.analysis) { Sandbox.obstacle?.description }
        gate = Gate(
            queue: queue, ledger: events, clocks: clocks, policy: { settings.policy }, digest: digest,
            randomID: Place.newID, ruleDurability: durability, assessor: assessor)
        try gate.countUsage()
        let gated: Event.Session.Gated = configuration.enabled.value ? .gated : .ungated
        let agentGate =
            gated == .gated
            ? gate
            : Gate(
                queue: queue, ledger: events, clocks: clocks, policy: { .ungated(version: settings.policy.version) },
                digest: digest, randomID: Place.newID, ruleDurability: durability, assessor: assessor)

        let keeping = RecordKeeping(
            events, clocks: clocks, floor: { settings.configuration.auditRetention.value.milliseconds },
            forget: { toolbox.forget($0) })
        unended = await keeping.complete().map(\.because)
        let bench = KeepingWorkbench(base: DeskWorkbench(toolbox: toolbox), keeping: keeping)
        if case .simulated(let scenario, _) = plan.agent {
            workbench = ScenarioWorkbench(bench, tools: scenario.tools)
        } else {
            workbench = bench
        }

        sessionID = "sess_" + String(Place.newID().description.dropFirst(4))
        principal = Principal(role: .person, name: plan.place.account.name, channel: "tty")
        activity = AgentActivity(queue: queue)
        agent = AgentHost(plan.agent, activity: activity, queue: queue, room: try Self.room(plan)) {
            [agentGate, workbench, sessionID] name, conversation, beginning, notices in
            RunnerContext(
                gate: agentGate, workbench: workbench, agent: name, session: sessionID,
                workspace: plan.workspace, conversation: conversation, beginning: beginning,
                look: { toolbox.lookedAt($0) },
                say: { notices.post(UtteranceView.text($0.lineage, redactor.shown($0.text))) },
                announce: { notice in
                    notices.post(
                        AgentNoticeView.text(
                            notice.lineage, redactor.shown(notice.text), isWarning: notice.weight == .warning))
                })
        }
        desk = HITLConsole.Desk(
            records: Records(ledger), gate: gate,
            session: .init(
                id: sessionID, startedAt: clocks.wall(), workspace: plan.workspace, ledgerPath: plan.ledgerPath,
                gated: gated),
            settings: settings, clocks: clocks, executor: workbench,
            agents: agent.view,
            prepareEdited: { [workbench, agent, sessionID] call, arguments in
                guard call.performer == .desk else {
                    guard call.origin.session.utf8.elementsEqual(sessionID.utf8) else { return nil }
                    return agent.edited(call, arguments)
                }
                return await workbench.prepare(
                    tool: call.tool, arguments: arguments, origin: call.origin, claims: call.claims)
            },
            prepareRollback: { [sessionID] history in
                guard let (tool, arguments) = toolbox.compensation(of: history.subject) else { return nil }
                return await toolbox.prepare(
                    tool: tool, arguments: arguments, origin: Origin(agent: "hitl", session: sessionID))
            })
        server = DeskServer(
            gate: gate, authority: try DeskAuthority.thisProcess(),
            look: { toolbox.lookedAt($0) }, executor: workbench,
            commands: ForwardedCommands.answered(by: desk),
            key: try DeskKey.own(in: plan.place.configuration.paths.state))
    }

    /// An agent that cannot be confined as the operator wants it is not started.
    private static func room(_ plan: LoopPlan) throws(Failure) -> ConfinedRoom? {
        let configuration = plan.place.configuration
        guard let confinement = configuration.agentSandbox.value.confinement else { return nil }
        do throws(AgentConfinement) {
            return try ConfinedRoom.forAgent(
                confinement, workspace: plan.workspace, gateFiles: plan.gateFiles,
                writable: configuration.agentWritable.value)
        } catch {
            throw Failure(
                .failed, "Agents cannot be confined as `agent.sandbox` wants it: \(error.description). See: hitl doctor"
            )
        }
    }

    /// A directory of the operator's gets the scenario's files where it is empty.
    private static func furnish(_ plan: LoopPlan) throws(Furnishing.Problem) -> Furnishing.Problem? {
        guard case .simulated(let scenario, _) = plan.agent else { return nil }
        do throws(Furnishing.Problem) {
            try Furnishing.put(scenario.files, into: plan.workspace)
            return nil
        } catch .notEmpty(let directory) where !plan.isScratch {
            return .notEmpty(directory)
        }
    }

    // MARK: Running

    /// SIGINT ends a script, and a person's line only.
    func take(_ number: Int32) {
        guard number == SIGINT, !Lines.isScript, let interrupt = interrupt.withLock({ $0 }) else {
            return signal.request()
        }
        interrupt()
    }

    func run() async -> ExitCode {
        let presentation = Output.presentation(of: 1, plain: plan.plain)
        let completer = Completer(tools: workbench.tools)
        let lines: Lines.Opened
        do { lines = try Lines.open(presentation, plan, completer) } catch {
            return Failure(.failed, "The terminal cannot be used: \(error)").report()
        }
        let reader = lines.reader
        let former = await queue.waiting.map(\.number).sorted()
        let aside: String?
        do { aside = try listen() } catch {
            await reader.stop()
            return Failure(
                .failed,
                "The desk cannot listen at `\(plan.socketPath)`: \(error). Choose another path with --socket."
            ).report()
        }
        await server.awaitInherited()
        interrupt.withLock { $0 = lines.interrupt }
        reader.write(
            Greeting.text(
                plan, on: presentation, gated: desk.session.gated, former: former, aside: aside,
                unfurnished: unfurnished, migration: ledger.migration))
        await gate.ledger.note(
            .sessionStarted(
                .init(
                    id: sessionID, operatorName: principal.name, agent: plan.agentName, gated: desk.session.gated)))

        let notices = Notices(reader)
        for sentence in unended { notices.post(StyledText(DisplayText(untrusted: sentence), .warning)) }
        trace?.begin(on: lines.reader, through: notices)
        var sinks: Sinks?
        do {
            sinks = try Sinks(plan.place, of: ledger) { notices.post($0) }
            try sinks?.start()
        } catch {
            // The ledger has everything; what else is to have it gets it later.
            notices.post(StyledText(DisplayText(untrusted: error.description), .warning))
        }
        let noAgent = Locked<Failure?>(nil)
        agent.start(saying: notices, asking: server) { [signal] failure in
            noAgent.withLock { $0 = failure }
            signal.request()
        }
        let console = Console(
            desk: desk, queue: queue, changes: server.changes, reader: reader, notices: notices,
            agent: Console.AgentLine(
                tell: { [agent] in agent.tell($0) }, settled: { [agent] in await agent.settled() }),
            principal: Lines.isScript ? Principal(role: .script, name: principal.name, channel: "stdin") : principal,
            completer: completer, editor: Editor.argumentEditor(lending: reader))
        let loop = Task { await console.run() }
        signal.onRequest { loop.cancel() }
        let exit = await loop.value
        let isWhole = await close(reader, notices, sinks)
        return noAgent.withLock { $0 }?.report() ?? (isWhole ? exit : .ledger)
    }

    /// - Returns: where this desk listens, where it steps aside for one that is there already, as the demo does.
    private func listen() throws(SocketError) -> String? {
        do throws(SocketError) {
            try server.listen(at: plan.socketPath)
            desk.listens(at: plan.socketPath)
            return nil
        } catch .alreadyListening where plan.isDemo {
            let own = plan.stateDirectory + "/desk.sock"
            try server.listen(at: own)
            desk.listens(at: own)
            return own
        }
    }

    /// The order matters: nobody new, then the loop's own requests withdrawn and everybody else let go of
    /// with theirs pending, then what still runs is ended, and last the ledger's head is written down.
    ///
    /// - Returns: false where that was refused, because the ledger is not what was signed before.
    private func close(_ reader: any LineReader, _ notices: Notices, _ sinks: Sinks?) async -> Bool {
        server.stopAccepting()
        // What the agent says to being turned away would be the last words on the screen.
        notices.close()
        let pending = await queue.waiting.map(\.number).sorted()
        await queue.close(withdrawing: [sessionID], reason: "the loop ended")
        let left = Set(await queue.waiting.map(\.number))
        await queue.stopAll()
        await agent.end()
        await queue.allEnded()
        await server.close()
        await gate.ledger.note(.sessionEnded(id: sessionID))
        reader.write(Farewell.text(plan, withdrawn: pending.filter { !left.contains($0) }, left: left.sorted()))
        await reader.stop()
        var isSigned = true
        do { try ledger.rememberHead() } catch {
            Output.complaint(StyledText(DisplayText(untrusted: error.description)))
            isSigned = false
        }
        sinks?.stop()
        ledger.close()
        return isSigned
    }
}
