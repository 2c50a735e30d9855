import HITLCore
import HITLGate
import HITLPlatform

/// One process of Claude Code, from its first message to its end.
final class ClaudeSession: Sendable {
    private let agent: DrivenProcess
    private let named: @Sendable (String) -> Void
    private let lastID = Locked(0)

    private var context: RunnerContext { agent.context }
    private var pipe: AgentPipe { agent.pipe }
    private var calls: DrivenCalls { agent.calls }

    /// - Parameter named: told what Claude Code calls the conversation.
    init(_ agent: DrivenProcess, named: @escaping @Sendable (String) -> Void) {
        self.agent = agent
        self.named = named
    }

    func run() async {
        await agent.run(handing: hand) {
            await pipe.send(ClaudeMessage.initialize(nextID()))
            await listen()
        }
    }

    // MARK: Talking

    private func hand(_ line: String) async -> Bool {
        await pipe.send(ClaudeMessage.user(line))
        return true
    }

    private func say(_ text: String, by branch: String? = nil) { agent.say(text, by: branch) }

    private func nextID() -> String {
        lastID.withLock { lastID in
            lastID += 1
            return "hitl-\(lastID)"
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
            agent.becomeReady()
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
        agent.endTurn()
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
        calls.ask(id, call, item: item, .carriedOut) { [pipe] answer in
            switch answer {
            case .refused(let notice): await pipe.send(ClaudeMessage.deny(id, notice.sentence))
            case .edited(_, let notice): await pipe.send(ClaudeMessage.deny(id, notice.difference))
            case .permitted(let arguments, _): await pipe.send(ClaudeMessage.allow(id, input: arguments))
            }
        }
    }
}
