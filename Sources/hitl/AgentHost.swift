import HITLAgents
import HITLConsole
import HITLCore
import HITLGate
import HITLPlatform
import HITLServer
import HITLTerminal
import HITLTools

/// The loop's own agents: started, talked to, cancelled and ended.
///
/// One of them gets what is typed.
final class AgentHost: Sendable {
    typealias MakeContext = @Sendable (_ name: String, Conversation, Beginning, Notices) -> RunnerContext

    private enum Kind {
        case simulated(Scenario)
        case program(any Directed)
        case restarted(any Runner)
    }

    private struct Seat {
        let name: String
        let kind: Kind
        var conversation: Conversation
        var task: Task<Void, Never>
        /// Cancelled work that has not ended yet.
        var former: [Task<Void, Never>] = []
        var isOver = false
    }

    private struct Work {
        var seats: [Seat] = []
        var current = 0
        var surroundings: (notices: Notices, server: DeskServer)?
        /// Launches that were begun, by kind: they number the agents, and no number comes again.
        var launched: [String: Int] = [:]
        var isEnding = false
        var lastTold = ContinuousClock.now
        /// The silence that the operator knows of.
        var lastSilence: ContinuousClock.Instant?
    }

    private let agent: LoopPlan.Agent
    private let activity: AgentActivity
    private let queue: Queue
    private let makeContext: MakeContext
    /// Within what its programs are held; nil where they may do what their user may.
    private let room: ConfinedRoom?
    private let work = Locked(Work())

    init(
        _ agent: LoopPlan.Agent, activity: AgentActivity, queue: Queue, room: ConfinedRoom?,
        makeContext: @escaping MakeContext
    ) {
        self.agent = agent
        self.room = room
        self.queue = queue
        self.activity = activity
        self.makeContext = makeContext
    }

    /// - Parameter orElse: told where the program that this loop was started for is no agent.
    func start(
        saying notices: Notices, asking server: DeskServer, orElse: @escaping @Sendable (Failure) -> Void
    ) {
        work.withLock { $0.surroundings = (notices, server) }
        switch agent {
        case .none: break
        case .simulated(let scenario, _):
            begin("simulated", .simulated(scenario), SimulatedRunner(scenario), notices)
        case .program(let launch): _ = add(launch, orElse: orElse)
        }
    }

    // MARK: Seats

    /// - Returns: what requests and records call it; nil where the loop is ending.
    private func add(_ launch: AgentLaunch, orElse: (@Sendable (Failure) -> Void)? = nil) -> String? {
        let prepared = work.withLock { work -> (String, Notices, DeskServer)? in
            guard !work.isEnding, let (notices, server) = work.surroundings else { return nil }
            let number = work.launched[launch.kind.name, default: 0] + 1
            work.launched[launch.kind.name] = number
            return (number == 1 ? launch.kind.name : "\(launch.kind.name)-\(number)", notices, server)
        }
        guard let (name, notices, server) = prepared else { return nil }
        let program = room.map { launch.program.confined(to: $0.sandbox, temporary: $0.temporary) } ?? launch.program
        let driver = launch.kind.make(name, program, server)
        let failing: @Sendable (String) -> Void = { reason in
            let failure = launch.failure(named: name, because: reason)
            if let orElse { return orElse(failure) }
            notices.post(StyledText(DisplayText(untrusted: failure.message), .warning))
        }
        switch driver {
        case .directed(let runner): begin(name, .program(runner), runner, notices, failing)
        case .restarted(let runner): begin(name, .restarted(runner), runner, notices, failing)
        }
        return name
    }

    /// - Parameter failing: told why, where it never came to speak.
    private func begin(
        _ name: String, _ kind: Kind, _ runner: any Runner, _ notices: Notices,
        _ failing: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        let conversation = Conversation(activity: activity)
        let context = makeContext(name, conversation, Beginning(failed: failing), notices)
        // Under the lock, so that it is seated before it can be over.
        work.withLock { work in
            let task = Task { [weak self] in
                await runner.run(context)
                self?.isOver(name, conversation)
                // What was typed to it and that it never saw is nobody's work.
                for await line in conversation.lines { line.strand.end() }
            }
            if let place = work.seats.firstIndex(where: { $0.name == name }) {
                work.seats[place].former.append(work.seats[place].task)
                work.seats[place].conversation = conversation
                work.seats[place].task = task
                work.current = place
            } else {
                work.seats.append(Seat(name: name, kind: kind, conversation: conversation, task: task))
                work.current = work.seats.count - 1
            }
        }
    }

    private func isOver(_ name: String, _ conversation: Conversation) {
        work.withLock { work in
            // A simulated agent is over when it is cancelled, and another has its seat then.
            guard let place = work.seats.firstIndex(where: { $0.name == name }),
                case .program = work.seats[place].kind
            else { return }
            work.seats[place].isOver = true
            conversation.end()
        }
    }

    private var current: Seat? {
        work.withLock { work in work.current < work.seats.count ? work.seats[work.current] : nil }
    }

    /// False where there is no agent.
    func tell(_ line: String) -> Bool {
        guard let seat = current, !seat.isOver else { return false }
        if case .program(let runner) = seat.kind, runner.isEnded { return false }
        work.withLock { $0.lastTold = .now }
        seat.conversation.send(line)
        return true
    }

    /// The call that an edit makes of one of its agents' own; nil where an edit is like any other.
    func edited(_ call: ToolCall, _ arguments: JSONObject) -> ToolCall? {
        let runner = work.withLock { work -> (any Runner)? in
            switch work.seats.first(where: { $0.name.utf8.elementsEqual(call.origin.agent.utf8) })?.kind {
            case .program(let runner)?: runner
            case .restarted(let runner)?: runner
            case .simulated?, nil: nil
            }
        }
        return runner?.edited(call, arguments)
    }

    // MARK: Waiting

    /// How long a program may be silent before a script takes it for hung and goes on: it may have a way to end it.
    private static let longestSilence = Duration.seconds(30)

    /// Returns when nothing moves by itself any more, as far as one can tell from outside.
    func settled() async {
        guard !programs.isEmpty else { return await activity.settled() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.activity.settled() }
            group.addTask { await self.silence() }
            await group.next()
            group.cancelAll()
        }
    }

    private func silence() async {
        var heard = ContinuousClock.now
        while true {
            let told = work.withLock { $0.lastTold }
            heard = programs.map(\.lastHeard).reduce(told, max)
            let now = ContinuousClock.now
            // While this desk runs something for an agent, it is the agent that waits.
            let isRunning = await !queue.runningCalls.isEmpty
            let due = isRunning ? now + Self.longestSilence : heard + Self.longestSilence
            guard due > now else { break }
            do { try await Task.sleep(until: due, clock: .continuous) } catch { return }
        }
        let (names, notices) = work.withLock { [heard] work -> ([String], Notices?) in
            guard work.lastSilence != heard else { return ([], nil) }
            work.lastSilence = heard
            return (work.seats.filter { !$0.isOver }.map(\.name), work.surroundings?.notices)
        }
        guard let notices else { return }
        notices.post(
            AgentNoticeView.text(
                names, "has said nothing for 30 seconds; the script goes on without waiting for it.", isWarning: true))
    }

    private var programs: [any Directed] {
        work.withLock { work in
            work.seats.compactMap { seat in
                if !seat.isOver, case .program(let runner) = seat.kind { runner } else { nil }
            }
        }
    }

    func end() async {
        let seats = work.withLock { work in
            work.isEnding = true
            return work.seats
        }
        for seat in seats {
            seat.conversation.end()
            for task in seat.former + [seat.task] { task.cancel() }
        }
        for seat in seats { for task in seat.former + [seat.task] { await task.value } }
        room?.clear()
    }

    // MARK: Commands

    /// What commands may know of them and do with them.
    var view: HITLConsole.Desk.Agents {
        HITLConsole.Desk.Agents(
            names: { self.names },
            activities: { [activity] in
                await activity.agents().map { ($0.lineage, Self.words($0.doing) + self.silence(of: $0)) }
            },
            carryOut: { await self.carryOut($0) })
    }

    private var names: [String] {
        work.withLock { work in
            work.seats.enumerated().map { place, seat in
                let name =
                    switch seat.kind {
                    case .simulated(let scenario): "simulated, scenario \(scenario.name)"
                    case .program(let runner): runner.summary
                    case .restarted(let runner): runner.name
                    }
                return (work.seats.count > 1 && place == work.current ? "* " : "") + name
                    + (seat.isOver ? " (ended)" : "")
            }
        }
    }

    private func carryOut(_ wish: AgentWish) async -> (rows: [String], exit: ExitCode) {
        switch wish {
        case .list:
            let names = names
            return (names.isEmpty ? ["This desk has no agent of its own."] : names, .done)
        case .use(let name): return use(name)
        case .add(let kind, let command): return add(kind, command)
        case .cancel, .mode, .model, .sessions, .resume: break
        }
        guard let seat = current else { return (["This desk has no agent of its own."], .failed) }
        switch (seat.kind, wish) {
        case (.simulated(let scenario), .cancel): return await restart(seat, SimulatedRunner(scenario.listeningOnly))
        case (.restarted(let runner), .cancel): return await restart(seat, runner)
        case (.simulated, _): return (["A simulated agent has neither modes nor sessions."], .failed)
        case (.restarted(let runner), _):
            return (["\(runner.name) keeps its modes and sessions to itself: type its own commands to it."], .failed)
        case (.program(let runner), _):
            guard let order = AgentOrder(wish) else { return ([], .failed) }
            let reply = await runner.carryOut(order)
            return (reply.lines, reply.isFailure ? .failed : .done)
        }
    }

    private func restart(_ seat: Seat, _ runner: any Runner) async -> (rows: [String], exit: ExitCode) {
        seat.task.cancel()
        await seat.task.value
        guard let notices = work.withLock({ $0.surroundings?.notices }) else { return ([], .failed) }
        begin(seat.name, seat.kind, runner, notices) { reason in
            notices.post(AgentNoticeView.text([seat.name], reason + ".", isWarning: true))
        }
        return (["Cancelled what the agent was at. Its requests are withdrawn."], .done)
    }

    private func use(_ name: String) -> (rows: [String], exit: ExitCode) {
        let found = work.withLock { work -> Bool in
            guard let place = work.seats.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
                return false
            }
            work.current = place
            return true
        }
        guard found else { return (["There is no agent \(name). /agent list names them."], .failed) }
        return (["\(name) gets what you type from now on."], .done)
    }

    private func add(_ name: String, _ command: [String]) -> (rows: [String], exit: ExitCode) {
        guard let kind = AgentTable.kind(name) else {
            let kinds = AgentTable.all.map(\.name).joined(separator: ", ")
            return (["There is no kind of agent called \(name). There are: \(kinds)."], .usage)
        }
        // Without a command: the one that this loop was started with.
        var configured: [String] = []
        if command.isEmpty, case .program(let launch) = agent, launch.kind.name == kind.name {
            configured = launch.program.words
        }
        do throws(Failure) {
            guard let name = add(try AgentLaunch(kind, configured: configured, rest: command)) else {
                return ([], .failed)
            }
            return (["\(name) is started and gets what you type from now on."], .done)
        } catch {
            return ([error.message], error.exit)
        }
    }

    /// A program that works and says nothing may hang.
    private func silence(of agent: AgentActivity.Agent) -> String {
        guard agent.doing == .working,
            let program = programs.first(where: { $0.name == agent.lineage.first })
        else { return "" }
        let seconds = (ContinuousClock.now - program.lastHeard).components.seconds
        return seconds < 5 ? "" : ", last heard of \(seconds) seconds ago"
    }

    private static func words(_ doing: AgentActivity.Doing) -> String {
        switch doing {
        case .working: "working"
        case .idle: "idle"
        case .blocked(let numbers): "waits for " + numbers.map { "request \($0)" }.joined(separator: ", ")
        }
    }
}

extension AgentOrder {
    /// Nil for what is the loop's business and no agent's.
    fileprivate init?(_ wish: AgentWish) {
        switch wish {
        case .cancel: self = .cancel
        case .mode(nil): self = .showModes
        case .mode(let id?): self = .setMode(id)
        case .model(nil): self = .showModels
        case .model(let id?): self = .setModel(id)
        case .sessions: self = .showSessions
        case .resume(nil): self = .newSession
        case .resume(let id?): self = .resume(id)
        case .list, .use, .add: return nil
        }
    }
}
