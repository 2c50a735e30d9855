package import HITLCore
import HITLGate
import HITLPlatform

extension ACPAgent: RPCHandler {
    package func work(for request: RPCRequest) -> RPCWork {
        heard()
        guard let link = state.withLock({ $0.link }) else { return { $0.fail(.unknownMethod(request.method)) } }
        let session = request.parameters["sessionId"]?.string.flatMap(session)
        switch request.method {
        case "session/request_permission": return permission(request.parameters, session, link)
        case "fs/read_text_file": return { await self.readText(request.parameters, session, link, $0) }
        case "fs/write_text_file": return { await self.writeText(request.parameters, session, link, $0) }
        case "terminal/create": return { await self.createTerminal(request.parameters, session, link, $0) }
        case "terminal/output", "terminal/wait_for_exit", "terminal/kill", "terminal/release":
            return { await self.tend(request.method, request.parameters, session, link, $0) }
        default: return { $0.fail(.unknownMethod(request.method)) }
        }
    }

    package func take(_ method: String, _ parameters: JSONObject) {
        heard()
        guard method.utf8.elementsEqual("session/update".utf8), let id = parameters["sessionId"]?.string,
            let update = parameters["update"]?.object
        else { return }
        guard let session = session(id) else {
            state.withLock { state in
                // Its session may be the one whose answer is on its way.
                if state.isOpening, state.early.count < 1000 { state.early.append((id, update)) }
            }
            return
        }
        show(update, session)
    }

    package func skipped(_ line: [UInt8], because reason: String) {
        let isFirst = state.withLock { state in
            state.skippedLines += 1
            return state.skippedLines == 1
        }
        guard isFirst else { return }
        let start = String(decoding: line.prefix(200), as: UTF8.self)
        remark("wrote a line that is no message, because \(reason); such lines are passed over: \(start)")
    }

    package var isEnded: Bool { state.withLock { $0.isEnded } }

    package var lastHeard: ContinuousClock.Instant { state.withLock { $0.lastHeard } }

    private func heard() {
        let now = ContinuousClock.now
        state.withLock { $0.lastHeard = now }
    }

    func session(_ id: String) -> ACPSession? {
        state.withLock { state in state.sessions.first { $0.id.utf8.elementsEqual(id.utf8) } }
    }

    // MARK: Updates

    func show(_ update: JSONObject, _ session: ACPSession) {
        let kind = update["sessionUpdate"]?.string
        let texts = session.state.withLock { state -> [String] in
            var call: ToolCallTable.Record?
            if kind == "tool_call" || kind == "tool_call_update" { call = state.calls.merge(update) }
            // Some agents repeat what was typed; only of a former session it is news.
            if kind == "user_message_chunk", state.turn != nil { return [] }
            return state.transcript.take(update, call)
        }
        say(texts, session)
        switch kind {
        case "current_mode_update"?:
            if let mode = update["currentModeId"]?.string { modeChanged(to: mode, session) }
        case "config_option_update"?:
            let options = update["configOptions"]
            session.state.withLock { state in
                state.model = SessionChoice(options: options, category: "model") ?? state.model
            }
            if let mode = SessionChoice(options: options, category: "mode") {
                modeChanged(to: mode.current, of: mode, session)
            }
        default: break
        }
    }
}
