package import HITLCore
package import HITLGate
import HITLPlatform
package import HITLTerminal

/// The read-eval-print loop of the desk.
package final class Console: Sendable {
    /// What the console needs of the agents that run in this loop.
    package struct AgentLine: Sendable {
        /// Passes a line on; false where no agent listens.
        package let tell: @Sendable (String) -> Bool
        /// Returns when every agent of this loop is blocked on a request or idle.
        package let settled: @Sendable () async -> Void

        package init(tell: @escaping @Sendable (String) -> Bool, settled: @escaping @Sendable () async -> Void) {
            self.tell = tell
            self.settled = settled
        }
    }

    private let desk: Desk
    private let queue: Queue
    private let changes: @Sendable () async -> AsyncStream<QueueChange>
    private let reader: any LineReader
    private let agent: AgentLine
    private let principal: Principal
    private let completer: Completer
    private let editor: ArgumentEditor?
    private let notices: Notices
    /// What Ctrl-C ends while no line is read.
    private let interruptible = Locked(Interruptible())

    /// What a Ctrl-C ends while no line is read.
    private struct Interruptible {
        var waiting: Task<Void, Never>?
        /// It came after the line, and before there was anything to end.
        var cameEarly = false
    }

    /// - Parameter changes: of the queue, from now on.
    package init(
        desk: Desk, queue: Queue, changes: @escaping @Sendable () async -> AsyncStream<QueueChange>,
        reader: any LineReader, notices: Notices, agent: AgentLine, principal: Principal,
        completer: Completer, editor: ArgumentEditor?
    ) {
        self.desk = desk
        self.queue = queue
        self.changes = changes
        self.reader = reader
        self.notices = notices
        self.agent = agent
        self.principal = principal
        self.completer = completer
        self.editor = editor
    }

    private enum Next { case goOn, quit }

    /// A script is repeatable, is asked nothing, and tells by its exit code whether all went well.
    private var isScript: Bool { principal.role == .script }

    /// Reads and runs lines until the operator quits, the script ends or the terminal goes away.
    ///
    /// - Returns: `.failed` where a command of a script failed. A person has seen what failed.
    package func run() async -> ExitCode {
        let announcer = Announcer(desk, reader, notices) { change in self.heard(change) }
        let changes = await changes()
        completer.update(pending: await queue.waiting.map(\.number))
        let announcing = Task { await announcer.run(changes) }
        let listening = Task { await listen() }
        defer {
            announcing.cancel()
            listening.cancel()
        }

        var exit = ExitCode.done
        var askedAbout = 0
        while true {
            if isScript { await settle(announcer) }
            let text = prompt(await queue.pendingCount)
            interruptible.withLock { $0.cameEarly = false }
            let event = await reader.readLine(prompt: text)
            switch event {
            case .line(let line):
                askedAbout = 0
                let (next, ended) = await handle(line, announcer)
                if isScript, ended != .done { exit = .failed }
                if case .quit = next { return exit }
            case .interrupted: askedAbout = 0
            case .endOfInput:
                let pending = await queue.pendingCount
                // Asked again where there are more of them than it was asked about.
                guard !isScript, pending > askedAbout else { return exit }
                askedAbout = pending
                reader.write(Self.lastQuestion(pending))
            case .cancelled, .hangup: return exit
            }
        }
    }

    private func listen() async {
        for await event in reader.events {
            switch event {
            case .interrupted, .hangup:
                interruptible.withLock { interruptible in
                    interruptible.cameEarly = interruptible.waiting == nil
                    interruptible.waiting?.cancel()
                }
            case .resized, .signalled: break
            }
        }
    }

    private static func lastQuestion(_ pending: Int) -> StyledText {
        pending == 1
            ? "1 request is pending. Ctrl-D again ends the loop; that does not approve it."
            : "\(pending) requests are pending. Ctrl-D again ends the loop; that approves none of them."
    }

    // MARK: Prompt

    private func prompt(_ count: Int) -> StyledText {
        // A script's transcript is the documented one, whatever is pending.
        guard reader.presentation.isTerminal else { return "hitl > " }
        guard count > 0 else { return "hitl > " }
        var prompt = StyledText("hitl ")
        prompt.append("(\(count))", .warning)
        prompt.append(" > ")
        return prompt
    }

    private func heard(_ change: QueueChange) {
        switch change {
        case .opened(let request): completer.opened(request.number, tool: request.call.tool)
        case .closed(let request): completer.closed(request.number)
        case .extended, .finished, .overflowed, .mark: return
        }
        // Not the queue's own count, which would have to stop for it.
        reader.setPrompt(prompt(completer.pendingCount))
    }

    /// So that scripts are repeatable: agents have gone as far as they can, and it is all on the screen.
    private func settle(_ announcer: Announcer) async {
        let (settled, continuation) = AsyncStream.makeStream(of: Never.self)
        Task { [agent, queue] in
            await agent.settled()
            await announcer.caughtUp(queue)
            continuation.finish()
        }
        // Also over when the loop is told to end, which may be long before the agents are.
        for await _ in settled {}
    }

    // MARK: Lines

    private func handle(_ line: TypedLine, _ announcer: Announcer) async -> (Next, ExitCode) {
        guard line.text.utf8.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { return (.goOn, .done) }
        let trimmed = line.text.utf8.drop { $0 == 0x20 || $0 == 0x09 }
        guard trimmed.first == UInt8(ascii: "/") else { return (.goOn, await tellAgent(line.text)) }

        let command: any Command
        do throws(UsageError) {
            command = try CommandTable.line(String(trimmed) ?? line.text, now: desk.clocks.wall())
        } catch {
            await write(StyledText(error.message, .warning))
            return (.goOn, .usage)
        }
        switch command {
        case is QuitCommand: return (.quit, .done)
        case is ClearCommand:
            reader.clear()
            return (.goOn, .done)
        case let wait as WaitCommand:
            await waitForChange(wait.limit)
            return (.goOn, .done)
        default: return (.goOn, await run(command, line))
        }
    }

    private func run(_ command: any Command, _ line: TypedLine) async -> ExitCode {
        let isTyped = line.origin != .script
        notices.hold()
        defer { notices.release() }
        let result = await command.run(
            in: desk,
            for: Operator(
                principal: principal, presentation: reader.presentation, entered: isTyped ? line.entered : nil,
                editor: editor))
        let drawn = await write(result.output)
        if case .at(let instant) = drawn {
            for request in result.shows { desk.shown.show(request, at: instant, wall: desk.clocks.wall()) }
        }
        return result.exit
    }

    private func tellAgent(_ text: String) async -> ExitCode {
        if await queue.pendingCount > 0, DecisionLookalike.matches(text) {
            await write(DecisionLookalike.answer)
            return .usage
        }
        guard agent.tell(text) else {
            await write("There is no agent here to talk to. `/help` lists the commands.")
            return .failed
        }
        return .done
    }

    private func waitForChange(_ limit: Milliseconds?) async {
        let changes = await changes()
        let waiting = Task {
            for await change in changes {
                if case .mark = change { continue }
                return
            }
        }
        let timer = Task { [clocks = desk.clocks] in
            guard let limit else { return }
            let end = Milliseconds(clocks.monotonic().count + limit.count)
            do { try await clocks.sleep(end) } catch { return }
            waiting.cancel()
        }
        interruptible.withLock { interruptible in
            interruptible.waiting = waiting
            if interruptible.cameEarly { waiting.cancel() }
        }
        await withTaskCancellationHandler {
            await waiting.value
        } onCancel: {
            waiting.cancel()
        }
        interruptible.withLock { $0.waiting = nil }
        timer.cancel()
    }

    /// Output of a command, with the empty line that parts it from the next prompt.
    @discardableResult
    private func write(_ text: StyledText) async -> Drawn {
        guard !text.isEmpty else { return .never }
        var text = text
        text.newLine()
        return await reader.written(text)
    }
}

extension CommandResult {
    /// What is shown: the text, or the JSON document in one line, which the terminal breaks where it must: what is
    /// copied from there is still JSON.
    package var output: StyledText {
        guard let json else { return text }
        var document = StyledText()
        document.wholeLine(DisplayText(untrusted: json.printable))
        return document
    }
}

extension JSONValue {
    /// Canonical JSON in which nothing looks like an escape of `DisplayText`, so that showing it does not
    /// change it: `<U+` can only stand inside a string, where `\u003c` means the same.
    package var printable: String {
        let text = canonicalText
        guard text.utf8.contains(UInt8(ascii: "<")) else { return text }
        var printable: [UInt8] = []
        for byte in text.utf8 {
            if byte == UInt8(ascii: "<") { printable += Array("\\u003c".utf8) } else { printable.append(byte) }
        }
        return String(decoding: printable, as: UTF8.self)
    }
}
