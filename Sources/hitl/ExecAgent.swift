import HITLAgents
import HITLCore
import HITLGate
import HITLPlatform
import HITLServer

/// Any program that asks in the desk's own protocol, over its standard input and output instead of the socket.
final class ExecAgent: Directed {
    private struct Work: Sendable {
        var link: (context: RunnerContext, process: AgentProcess)?
        var lastPrompt: Int64 = 0
        /// What was typed and is not done with, by its number; 0 is the program's beginning.
        var prompts: [Int64: Strand] = [:]
        /// Requests that wait for people, by their first numbers. Each asking has a strand of its own: two may ask for
        /// one request, by its key.
        var pending: [Int64: [Strand]] = [:]
        /// The same for requests that it only waits for, which outlive it.
        var awaited: [Int64: [Strand]] = [:]
        var isEnded = false
        var lastHeard = ContinuousClock.now
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    let name: String
    private let program: AgentProgram
    private let server: DeskServer
    private let work = Locked(Work())

    private static let cancelPatience = Duration.seconds(5)

    init(name: String, program: AgentProgram, server: DeskServer) {
        self.name = name
        self.program = program
        self.server = server
    }

    var summary: String { name }

    var isEnded: Bool { work.withLock { $0.isEnded } }

    var lastHeard: ContinuousClock.Instant { work.withLock { $0.lastHeard } }

    func run(_ context: RunnerContext) async {
        guard let process = await context.start(program) else {
            work.withLock { $0.isEnded = true }
            context.opening.end()
            return
        }
        work.withLock { work in
            work.link = (context, process)
            work.prompts[0] = context.opening
        }
        let client = HostedClient(
            agent: name, session: context.session, process: process.child.process,
            heard: { [weak self] event in self?.hear(event, context) })
        send(HostedClient.begin(client, workspace: context.workspace), process)
        let serving = Task { await server.serve(client, over: process.channel, gate: context.gate) }
        let talking = Task { for await line in context.lines { self.pass(line, process) } }
        await withTaskCancellationHandler {
            await serving.value
        } onCancel: {
            serving.cancel()
            talking.cancel()
        }
        let pending = work.withLock { work in
            work.isEnded = true
            return work.pending.count
        }
        let end = await process.end()
        talking.cancel()
        await talking.value
        // After its end is told: a script goes on when nobody is at work any more.
        defer { finish() }
        guard !Task.isCancelled else { return }
        var text = end.words
        if pending > 0 {
            text += pending == 1 ? "; its request is withdrawn" : "; its \(pending) requests are withdrawn"
        }
        text += "."
        guard context.beginning.fails(because: end.words + end.saying) == .speaks else { return }
        text += end.lastWords
        context.announce(AgentNotice(lineage: [name], text: text, weight: .warning))
    }

    private func finish() {
        let (strands, waiters) = work.withLock { work in
            defer { (work.prompts, work.pending, work.awaited, work.waiters) = ([:], [:], [:], []) }
            let blocked = [work.pending, work.awaited].flatMap { $0.values.joined() }
            return (Array(work.prompts.values) + blocked, work.waiters)
        }
        for strand in strands { strand.end() }
        for waiter in waiters { waiter.resume() }
    }

    private func pass(_ line: TypedLine, _ process: AgentProcess) {
        line.strand.act(as: [name])
        let number = work.withLock { work in
            work.lastPrompt += 1
            work.prompts[work.lastPrompt] = line.strand
            return work.lastPrompt
        }
        send(HostedClient.prompt(number, line.text), process)
    }

    private func send(_ line: [UInt8], _ process: AgentProcess) {
        do throws(LineChannel.Failure) { try process.channel.offer(line) } catch {
            // A program that does not read is gone, or as good as.
            if case .backlogFull = error { process.channel.close() }
        }
    }

    // MARK: What it does

    private func hear(_ event: HostedClient.Event, _ context: RunnerContext) {
        let now = ContinuousClock.now
        work.withLock { $0.lastHeard = now }
        switch event {
        case .spoke: context.beginning.speaks()
        case .babbled(let lines):
            let reason = "has written \(lines) lines that are no requests and is ended"
            guard context.beginning.fails(because: reason) == .speaks else { return }
            context.announce(AgentNotice(lineage: [name], text: reason + ".", weight: .warning))
        case .said(let text): context.say(Utterance(lineage: [name], text: text))
        case .done(let number):
            let (strand, waiters) = work.withLock { work in
                let strand = work.prompts.removeValue(forKey: number)
                defer { if work.prompts.isEmpty { work.waiters = [] } }
                return (strand, work.prompts.isEmpty ? work.waiters : [])
            }
            strand?.end()
            for waiter in waiters { waiter.resume() }
        case .opened(let number): block(on: number, in: \.pending, context)
        case .answered(let number): if let number { unblock(number, in: \.pending) }
        case .waits(let number): block(on: number, in: \.awaited, context)
        case .waited(let number): unblock(number, in: \.awaited)
        }
    }

    private typealias Blocked = WritableKeyPath<Work, [Int64: [Strand]]>

    private func block(on number: Int64, in blocked: Blocked, _ context: RunnerContext) {
        let strand = context.activity.begin([name])
        strand.blocked(on: number)
        work.withLock { work in
            work[keyPath: blocked][number, default: []].append(strand)
            for prompt in work.prompts.values { prompt.blocked(on: number) }
        }
    }

    private func unblock(_ number: Int64, in blocked: Blocked) {
        let strand = work.withLock { work in
            let strand = work[keyPath: blocked][number]?.popLast()
            if work[keyPath: blocked][number]?.isEmpty == true { work[keyPath: blocked][number] = nil }
            let other = work.pending.keys.min() ?? work.awaited.keys.min()
            for prompt in work.prompts.values {
                if let other { prompt.blocked(on: other) } else { prompt.working() }
            }
            return strand
        }
        strand?.end()
    }

    // MARK: Orders

    func carryOut(_ order: AgentOrder) async -> AgentReply {
        switch order {
        case .cancel: await cancel()
        case .showModes, .setMode, .showModels, .setModel: .failure("\(name) has neither modes nor models.")
        case .showSessions, .newSession, .resume: .failure("\(name) has no sessions.")
        }
    }

    private func cancel() async -> AgentReply {
        let (link, numbers, isBusy) = work.withLock { work in
            (work.isEnded ? nil : work.link, work.pending.keys.sorted(), !work.prompts.isEmpty)
        }
        guard let link else { return .failure("\(name) does not run.") }
        send(HostedClient.cancel, link.process)
        for number in numbers { await withdraw(number, link.context) }
        guard isBusy else { return AgentReply("\(name) was asked to leave what it is at.") }
        let (ended, continuation) = AsyncStream.makeStream(of: Bool.self)
        let done = Task {
            await self.isDone()
            continuation.yield(true)
        }
        let timer = Task {
            do { try await Task.sleep(for: Self.cancelPatience) } catch { return }
            continuation.yield(false)
        }
        defer {
            done.cancel()
            timer.cancel()
        }
        for await isDone in ended {
            if isDone { return AgentReply("Cancelled what \(name) was at.") }
            break
        }
        link.process.child.stop()
        return .failure("\(name) did not leave what it is at within 5 seconds, and is ended.")
    }

    private func isDone() async {
        await withCheckedContinuation { continuation in
            let now = work.withLock { work -> Bool in
                if work.prompts.isEmpty { return true }
                work.waiters.append(continuation)
                return false
            }
            if now { continuation.resume() }
        }
    }

    private func withdraw(_ number: Int64, _ context: RunnerContext) async {
        var number = number
        while true {
            do throws(ReviewError) {
                _ = try await context.gate.queue.withdraw(
                    number, by: context.requester, reason: "its work was cancelled")
                return
            } catch {
                guard case .alreadyClosed(.superseded(let successor)) = error else { return }
                number = successor
            }
        }
    }
}
