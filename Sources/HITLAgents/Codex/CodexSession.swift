import HITLCore
import HITLGate
import HITLPlatform

/// One app server of Codex, from its first message to its end.
final class CodexSession: Sendable {
    private enum Expected { case initialized, thread, turn, nothing }

    private struct State {
        var thread: String?
        var lastID: Int64 = 0
        var expected: [Int64: Expected] = [:]
        /// Items that have begun and not ended: a change is told there, before it is asked for.
        var items: [String: JSONObject] = [:]
    }

    private let agent: DrivenProcess
    private let former: String?
    private let named: @Sendable (String?) -> Void
    private let state = Locked(State())

    private var context: RunnerContext { agent.context }
    private var pipe: AgentPipe { agent.pipe }
    private var calls: DrivenCalls { agent.calls }

    /// - Parameter named: told Codex's id of the conversation; nil where it cannot be gone on with.
    init(_ agent: DrivenProcess, resuming former: String?, named: @escaping @Sendable (String?) -> Void) {
        self.agent = agent
        self.former = former
        self.named = named
    }

    func run() async {
        await agent.run(handing: hand) {
            await pipe.send(CodexMessage.initialize(nextID(.initialized)))
            await listen()
        }
    }

    // MARK: Talking

    private func hand(_ line: String) async -> Bool {
        guard let thread = state.withLock({ $0.thread }) else { return false }
        await pipe.send(CodexMessage.turn(nextID(.turn), line, on: thread))
        return true
    }

    private func say(_ text: String) { agent.say(text) }

    /// Tells why this is the end of it: where it never came to speak, to whoever started it.
    private func giveUp(_ reason: String) {
        guard context.beginning.fails(because: reason) == .speaks else { return }
        say("`\(pipe.name)` \(reason).")
    }

    private func nextID(_ expected: Expected) -> Int64 {
        state.withLock { state in
            state.lastID += 1
            state.expected[state.lastID] = expected
            return state.lastID
        }
    }

    // MARK: Listening

    private func listen() async {
        while true {
            switch await pipe.next() {
            case .ended: return
            case .unreadable(let line): guard await refuse(unreadable: line) else { return }
            case .message(let message):
                if let method = message["method"]?.string {
                    let parameters = message["params"]?.object ?? JSONObject()
                    if let id = message["id"] {
                        await answer(id, method, parameters)
                    } else {
                        await take(method, parameters)
                    }
                } else if let id = message["id"]?.integer {
                    guard await heard(id, message) else { return }
                }
            }
        }
    }

    /// A question that cannot be read is answered where its id can be, and an answer is none: whoever waits for ever is
    /// no use to anybody. False where there is no going on.
    private func refuse(unreadable line: [UInt8]) async -> Bool {
        say("A line of `\(pipe.name)` cannot be read; nothing in it was executed.")
        guard case .unreadable(let part, let id, let reason) = RPCMessage(line) else { return true }
        switch part {
        case .request:
            calls.withdraw(id.canonicalText)
            await pipe.send(CodexMessage.error(id, "This was not executed, because \(reason)."))
        case .response:
            if let id = id.integer {
                return await heard(id, JSONObject([.init("error", ["message": .string(reason)])]))
            }
        }
        return true
    }

    /// The answer to a question of ours. False where there is no going on.
    private func heard(_ id: Int64, _ message: JSONObject) async -> Bool {
        let expected = state.withLock { $0.expected.removeValue(forKey: id) } ?? .nothing
        if let error = message["error"]?.object {
            let words = error["message"]?.string ?? "it does not say why"
            switch expected {
            case .initialized:
                giveUp("refused: \(words)")
                return false
            case .thread where former != nil:
                giveUp("does not know the former conversation any more: \(words)")
                named(nil)
                return false
            case .thread:
                giveUp("refused: \(words)")
                return false
            case .turn:
                say("`\(pipe.name)` did not take that: \(words)")
                agent.endTurn()
            // A reason that comes too late for the turn is not missed by anybody but the model.
            case .nothing: break
            }
            return true
        }
        let result = message["result"]?.object ?? JSONObject()
        switch expected {
        case .initialized:
            await pipe.send(CodexMessage.initialized)
            await pipe.send(CodexMessage.start(nextID(.thread), in: context.workspace, resuming: former))
        case .thread: return begin(result)
        case .turn, .nothing: break
        }
        return true
    }

    /// An app server that does not ask what it was told to ask is not worked with.
    private func begin(_ result: JSONObject) -> Bool {
        guard let thread = result["thread"]?.object?["id"]?.string else {
            giveUp("began no conversation")
            return false
        }
        guard isStrict(result) else { return false }
        state.withLock { $0.thread = thread }
        named(thread)
        agent.becomeReady()
        return true
    }

    private func isStrict(_ settings: JSONObject) -> Bool {
        let policy = settings["approvalPolicy"]?.string ?? "untrusted"
        let reviewer = settings["approvalsReviewer"]?.string ?? "user"
        guard policy != "untrusted" || reviewer != "user" else { return true }
        giveUp("goes by the approval policy `\(policy)` of `\(reviewer)`, which asks less; it is ended")
        return false
    }

    private func take(_ method: String, _ parameters: JSONObject) async {
        switch method {
        case "item/started":
            guard let item = parameters["item"]?.object, let id = item["id"]?.string else { return }
            state.withLock { $0.items[id] = item }
        case "item/fileChange/patchUpdated":
            guard let id = parameters["itemId"]?.string, let changes = parameters["changes"] else { return }
            state.withLock { $0.items[id]?["changes"] = changes }
        case "item/completed": await completed(parameters["item"]?.object ?? JSONObject())
        case "turn/completed":
            let turn = parameters["turn"]?.object
            if turn?["status"]?.string == "failed" {
                say("`\(pipe.name)` failed: \(turn?["error"]?.object?["message"]?.string ?? "it does not say why")")
            }
            agent.endTurn()
        case "error" where parameters["willRetry"]?.bool != true:
            say("`\(pipe.name)`: \(parameters["error"]?.object?["message"]?.string ?? "an error")")
        case "serverRequest/resolved": if let id = parameters["requestId"] { calls.withdraw(id.canonicalText) }
        case "thread/settings/updated":
            if let settings = parameters["threadSettings"]?.object, !isStrict(settings) { _ = await pipe.end() }
        case "item/autoApprovalReview/started":
            say("`\(pipe.name)` has a program of its own review a call; it is ended.")
            _ = await pipe.end()
        default: break
        }
    }

    private func completed(_ item: JSONObject) async {
        guard let id = item["id"]?.string else { return }
        state.withLock { $0.items[id] = nil }
        if item["type"]?.string == "agentMessage", let text = item["text"]?.string, !text.isEmpty { say(text) }
        guard let status = item["status"]?.string else { return }
        await calls.ended(id, Self.outcome(status, item))
    }

    private static func outcome(_ status: String, _ item: JSONObject) -> Outcome {
        let code = item["exitCode"]?.integer.map { "exit code \($0)" }
        let output = item["aggregatedOutput"]?.string.map { String($0.prefix(100_000)) }
        return Outcome(
            status: status == "completed" ? .succeeded : .failed,
            summary: code ?? "the agent says that it is \(status == "completed" ? "done" : status)",
            result: output.flatMap { $0.isEmpty ? nil : ["output": .string($0)] },
            executionTime: item["durationMs"]?.integer.map { Milliseconds($0) })
    }

    // MARK: Questions

    private func answer(_ id: JSONValue, _ method: String, _ parameters: JSONObject) async {
        let started = { (item: String) in self.state.withLock { $0.items[item] } }
        guard let question = CodexQuestion(method, parameters, started: started) else {
            guard let no = CodexQuestion.no(to: method) else {
                return await pipe.send(CodexMessage.error(id, "hitl does not do this"))
            }
            say(
                "`\(pipe.name)` asked for something that cannot be shown, or that would hold for more than once (`\(method)`); it was refused."
            )
            return await pipe.send(CodexMessage.result(id, no))
        }
        let call = ToolCall(
            tool: question.tool, kind: question.kind, arguments: question.arguments,
            origin: Origin(agent: context.agent, session: context.session, lineage: calls.lineage),
            directory: question.directory ?? context.workspace, claims: Claims(reason: question.reason),
            performer: question.item == nil ? .unobserved : .requester)
        calls.ask(
            id.canonicalText, call, item: question.item, question.reach
        ) { answer in
            switch answer {
            case .refused(let notice): await self.refuse(id, question, notice.sentence)
            case .edited(let arguments, let notice):
                await self.refuse(
                    id, question,
                    "`\(call.tool)` was not executed, because its arguments were edited. \(notice.difference) "
                        + "Ask for it again with exactly these arguments: \(JSONValue.object(arguments).canonicalText)")
            case .permitted(let arguments, _):
                guard let yes = question.yes(arguments) else {
                    return await self.refuse(id, question, "`\(call.tool)` was approved without an answer to it.")
                }
                await self.pipe.send(CodexMessage.result(id, yes))
            }
        }
    }

    /// The answer has no room for the reason, so it goes to the model beside it, and first.
    private func refuse(_ id: JSONValue, _ question: CodexQuestion, _ words: String) async {
        if let turn = question.turn, let thread = state.withLock({ $0.thread }) {
            await pipe.send(CodexMessage.steer(nextID(.nothing), words, turn: turn, on: thread))
        }
        await pipe.send(CodexMessage.result(id, question.no))
    }
}
