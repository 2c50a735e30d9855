import HITLCore
import HITLGate
import HITLPlatform

/// One process of Claude Code, from its first message to its end.
final class ClaudeSession: Sendable {
    private struct State {
        var isAlive = true
        var done: Signal?
        var lastID = 0
    }

    private let context: RunnerContext
    private let pipe: AgentPipe
    private let calls: DrivenCalls
    private let named: @Sendable (String) -> Void
    private let isReady = Signal()
    private let state = Locked(State())

    private static let startingTime: Duration = .seconds(60)

    /// - Parameter named: told what Claude Code calls the conversation.
    init(_ context: RunnerContext, _ pipe: AgentPipe, named: @escaping @Sendable (String) -> Void) {
        self.context = context
        self.pipe = pipe
        self.named = named
        calls = DrivenCalls(context)
    }

    func run() async {
        let typed = TypedWork(context, calls, isReady: isReady, name: pipe.name) { await self.hand($0, $1) }
        await withDiscardingTaskGroup { group in
            group.addTask { await typed.run() }
            let starting = Task { await self.giveUpOnStarting() }
            await pipe.send(ClaudeMessage.initialize(nextID()))
            await listen()
            starting.cancel()
            await close()
        }
    }

    private func giveUpOnStarting() async {
        do { try await Task.sleep(for: Self.startingTime) } catch { return }
        say("`\(pipe.name)` does not answer.")
        _ = await pipe.end()
    }

    private func close() async {
        let words = await pipe.end()
        await calls.end()
        if !Task.isCancelled { say(words) }
        let done = state.withLock { state in
            state.isAlive = false
            return state.done
        }
        done?.fire()
        becomeReady()
    }

    private func becomeReady() {
        isReady.fire()
        context.opening.end()
    }

    // MARK: Talking

    private func hand(_ line: String, _ done: Signal) async -> Bool {
        let isAlive = state.withLock { state in
            if state.isAlive { state.done = done }
            return state.isAlive
        }
        if isAlive { await pipe.send(ClaudeMessage.user(line)) }
        return isAlive
    }

    private func say(_ text: String, by branch: String? = nil) {
        let lineage = calls.lineage + (branch.map { [$0] } ?? [])
        context.say(Utterance(lineage: lineage, text: text))
    }

    private func nextID() -> String {
        state.withLock { state in
            state.lastID += 1
            return "hitl-\(state.lastID)"
        }
    }

    // MARK: Listening

    private func listen() async {
        while true {
            switch await pipe.next() {
            case .ended: return
            case .unreadable(let line): await refuse(unreadable: line)
            case .message(let message): await take(message)
            }
        }
    }

    /// A question that cannot be read is answered where its id can be: whoever waits for ever is no use to anybody.
    private func refuse(unreadable line: [UInt8]) async {
        say("A line of `\(pipe.name)` cannot be read; nothing in it was executed.")
        guard let id = Self.identifier(in: line.prefix(512)) else { return }
        await pipe.send(
            ClaudeMessage.deny(
                id, "This was not executed: its arguments can be read in two ways. Write them plainly."))
    }

    /// The first `"request_id": "…"` with up to 128 letters, digits, `_` and `-`, wherever it stands.
    private static func identifier(in line: ArraySlice<UInt8>) -> String? {
        let name = Array("\"request_id\"".utf8)
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        func isOfName(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        for start in line.indices where line[start...].starts(with: name) {
            var rest = line[(start + name.count)...].drop(while: isSpace)
            guard rest.popFirst() == UInt8(ascii: ":") else { continue }
            rest = rest.drop(while: isSpace)
            guard rest.popFirst() == UInt8(ascii: "\"") else { continue }
            let id = rest.prefix(while: isOfName)
            if (1...128).contains(id.count), rest.dropFirst(id.count).first == UInt8(ascii: "\"") {
                return String(decoding: id, as: UTF8.self)
            }
        }
        return nil
    }

    private func take(_ message: JSONObject) async {
        switch message["type"]?.string {
        case "control_request": await answer(message)
        case "control_cancel_request": if let id = message["request_id"]?.string { calls.withdraw(id) }
        case "control_response":
            becomeReady()
            if message["response"]?.object?["subtype"]?.string == "error" {
                say("`\(pipe.name)` refused: \(message["response"]?.object?["error"]?.string ?? "it does not say why")")
            }
        case "system": await look(at: message)
        case "assistant": show(message)
        case "user": await hear(message)
        case "result": end(message)
        default: break
        }
    }

    /// A mode in which Claude Code asks less is taken back as soon as it shows.
    private func look(at message: JSONObject) async {
        if let id = message["session_id"]?.string { named(id) }
        guard let mode = message["permissionMode"]?.string, !["default", "plan", "dontAsk"].contains(mode) else {
            return
        }
        say("`\(pipe.name)` went into the mode `\(mode)`, which asks less; it is set back to `default`.")
        await pipe.send(ClaudeMessage.setMode(nextID()))
    }

    private func show(_ message: JSONObject) {
        let parts = message["message"]?.object?["content"]?.array ?? []
        for part in parts.compactMap(\.object) where part["type"]?.string == "text" {
            guard let text = part["text"]?.string, !text.isEmpty else { continue }
            say(text, by: message["parent_tool_use_id"]?.string.map { _ in "subagent" })
        }
    }

    /// Claude Code tells its model what came of a call, and so us.
    private func hear(_ message: JSONObject) async {
        let parts = message["message"]?.object?["content"]?.array ?? []
        for part in parts.compactMap(\.object) where part["type"]?.string == "tool_result" {
            guard let id = part["tool_use_id"]?.string else { continue }
            await calls.ended(id, Self.outcome(part))
        }
    }

    private static func outcome(_ result: JSONObject) -> Outcome {
        let content = result["content"]
        let text =
            content?.string
            ?? content?.array?.compactMap { $0.object?["text"]?.string }.joined(separator: "\n") ?? ""
        let hasFailed = result["is_error"]?.bool ?? false
        return Outcome(
            status: hasFailed ? .failed : .succeeded,
            summary: hasFailed ? "the agent says that it failed" : "the agent says that it is done",
            result: text.isEmpty ? nil : ["output": .string(String(text.prefix(100_000)))])
    }

    private func end(_ message: JSONObject) {
        if message["is_error"]?.bool == true {
            let words = message["result"]?.string ?? message["subtype"]?.string ?? "it does not say why"
            say("`\(pipe.name)` ended the turn with an error: \(words)")
        }
        let done = state.withLock { state in
            defer { state.done = nil }
            return state.done
        }
        done?.fire()
    }

    // MARK: Questions

    private func answer(_ message: JSONObject) async {
        guard let id = message["request_id"]?.string else { return }
        let request = message["request"]?.object ?? JSONObject()
        switch request["subtype"]?.string {
        case "can_use_tool": await ask(id, request)
        case "hook_callback" where request["callback_id"]?.string == ClaudeMessage.hookID:
            await pipe.send(ClaudeMessage.askThePrompt(id))
        default: await pipe.send(ClaudeMessage.cannot(id, "hitl does not do this"))
        }
    }

    private func ask(_ id: String, _ request: JSONObject) async {
        guard let tool = request["tool_name"]?.string, !tool.isEmpty, tool.utf8.count <= 256,
            case .object(let input)? = request["input"]
        else {
            return await pipe.send(
                ClaudeMessage.deny(id, "This was not executed: it has no tool's name or no arguments."))
        }
        let item = request["tool_use_id"]?.string
        let call = ToolCall(
            tool: tool, kind: ToolCatalog.kind(of: tool), arguments: input,
            origin: Origin(
                agent: context.agent, session: context.session,
                lineage: calls.lineage + (request["agent_id"]?.string.map { [$0] } ?? [])),
            directory: context.workspace,
            claims: Claims(reason: request["description"]?.string ?? input["description"]?.string),
            performer: item == nil ? .unobserved : .requester)
        calls.ask(id, call, item: item, .possible) { [pipe] answer in
            switch answer {
            case .refused(let notice): await pipe.send(ClaudeMessage.deny(id, notice.sentence))
            case .edited(_, let notice): await pipe.send(ClaudeMessage.deny(id, notice.difference))
            case .permitted(let arguments, _): await pipe.send(ClaudeMessage.allow(id, input: arguments))
            }
        }
    }
}
