import Glibc
import HITLAgents
import HITLCore
import HITLPlatform
import HITLServer
import HITLTerminal

/// `hitl hook claude`: one event in, one answer out. It runs for every call of an agent, so it reads no configuration
/// and starts no second thread; and it has one way to let a call run and many to refuse it.
struct HookRun {
    let agent: HookAgent
    /// Nil: where the password database's home has it. What the environment says is the agent's to choose.
    let socket: String?
    /// Where the key is by which the desk proves its answers; nil: they are believed.
    let deskKey: String?
    let patience: Milliseconds

    /// What each agent waits for a hook if nothing else was configured, less some time for our answer.
    static func patience(of agent: HookAgent) -> Milliseconds {
        switch agent {
        case .claude, .codex: Milliseconds(590_000)
        case .gemini: Milliseconds(55_000)
        }
    }

    /// The desk lets the request expire so long before we would have to give up, so that its record says what happened.
    private static let courtesy: UInt64 = 2_000_000_000

    /// - Returns: the exit code. What the agent reads has been written by then.
    func run() -> Int32 {
        LastWords.prepare()
        let deadline = SystemClock.monotonicNanoseconds() + UInt64(max(patience.count, 1)) * 1_000_000
        LastWords.ring(after: UInt32(clamping: patience.count / 1000 + 2))
        let signals: SignalPipe
        do throws(SystemError) {
            try ThisProcess.ignoreBrokenPipes()
            signals = try SignalPipe()
        } catch {
            return end(agent.refusal("hitl cannot begin: \(error)."))
        }
        var input: [UInt8] = []
        do throws(HookInput.Failure) { try HookInput.read(into: &input, until: deadline, signals) } catch {
            return end(agent.refusal("\(error)", event: input))
        }
        let event: HookEvent
        do throws(HookFlaw) { event = try read(input) } catch {
            return end(agent.refusal("\(error).", event: input))
        }
        switch event {
        case .tells: return end(.noOpinion)
        case .asks(let call): return end(answer(to: call, until: deadline, signals))
        }
    }

    private func read(_ input: [UInt8]) throws(HookFlaw) -> HookEvent {
        // The arguments stand one level down, and may be as deep as a call's.
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: input, depth: JSONValue.greatestDepth + 1) } catch {
            throw .notJSON(error)
        }
        guard case .object(let event) = value else { throw .notAnObject }
        return try agent.contract.read(event)
    }

    // MARK: The desk

    private func answer(to call: HookCall, until deadline: UInt64, _ signals: SignalPipe) -> HookAnswer {
        let crash = agent.refusal("hitl itself came to an abnormal end.", question: call.question)
        if crash.exitCode == 0 {
            LastWords.say(String(decoding: crash.output, as: UTF8.self), to: 1, exitCode: 0)
        }
        do throws(DeskClient.Failure) {
            let decision = try ask(call, until: deadline, signals)
            guard let decision else { throw .unreadable }
            return agent.contract.answer(decision.escaped, to: call)
        } catch {
            return agent.refusal(words(for: error), question: call.question)
        }
    }

    private func ask(
        _ call: HookCall, until deadline: UInt64, _ signals: SignalPipe
    ) throws(DeskClient.Failure) -> HookDecision? {
        let place: DeskPlace
        do throws(SystemError) {
            if let socket { place = .named(socket) } else { place = try Self.usualPlace() }
        } catch {
            throw .refused(.init(kind: "noHome", message: "The password database does not know this user: \(error)."))
        }
        var key: DeskKey?
        do throws(DeskKey.Unusable) { key = try deskKey.map(DeskKey.read) } catch {
            throw .refused(.init(kind: "deskKey", message: "\(error)"))
        }
        let parent = ThisProcess.parent()
        let client = try DeskClient(
            connectingTo: place, for: [.reader(of: 1)] + (parent.map { [.process($0.number)] } ?? []))
        let now = SystemClock.monotonicNanoseconds()
        let left = Int64(deadline > now ? (deadline - now) / 1_000_000 : 0)
        let question: JSONValue =
            .members([
                "agent": .string(agent.contract.agent),
                "args": .object(call.arguments),
                "challenge": key == nil ? nil : .string(AskedCall.newKey()),
                "directory": call.directory.map(JSONValue.string),
                "id": "hook",
                "lineage": .array(call.lineage.map(JSONValue.string)),
                "performer": "unobserved",
                "session": call.session.map(JSONValue.string),
                "timeout": .integer(max(left - Int64(Self.courtesy / 1_000_000), left / 2 + 1)),
                "tool": .string(call.tool),
                "via": "hook",
            ])
        let request = client.begin("ask", question)
        var opened: Int64?
        let result = try client.answer(to: request, until: deadline, signals: signals) { method, parameters in
            if method.utf8.elementsEqual("opened".utf8) { opened = opened ?? parameters["number"]?.integer }
        }
        if let key {
            guard let answer = result.object, key.proves(answer, to: question) else {
                throw .refused(.init(kind: "deskKey", message: DeskKey.unproven))
            }
        }
        return AskAnswer(result).flatMap { HookDecision($0, to: call, opened: opened) }
    }

    /// The state directory that the password database's home holds, then the directory that the system gives the user.
    private static func usualPlace() throws(SystemError) -> DeskPlace {
        let account = try Account.current()
        return .usual([account.home + "/.local/state/hitl/desk.sock", "/run/user/\(account.uid)/hitl/desk.sock"])
    }

    private func words(for failure: DeskClient.Failure) -> String {
        switch failure {
        case .socket(.nobodyListens):
            "no desk is running. Its operator has to start one: hitl loop --enable-hitl --agent none"
        case .socket(.lost): "the desk is gone, so nobody can decide. Ask again when a desk is running."
        case .socket(.timedOut): "nobody decided in time. This is neither a rejection nor an error."
        case .socket(.interrupted): "hitl was told to end before anybody decided."
        case .socket, .refused, .unreadable: failure.description
        }
    }

    // MARK: The end

    private func end(_ answer: HookAnswer) -> Int32 {
        // From here on half an answer may be out, and only the exit code can say no.
        LastWords.say("", to: 2, exitCode: 2)
        guard Self.write(answer.output) else { return 2 }
        if !answer.complaint.isEmpty {
            Output.error("hitl: \(DisplayText(untrusted: answer.complaint).text)\n")
        }
        return answer.exitCode
    }

    /// False where not all of it was taken.
    private static func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}

extension HookDecision {
    /// Agents print the sentences on their users' screens.
    fileprivate var escaped: HookDecision {
        switch self {
        case .refused(let text): .refused(DisplayText(untrusted: text).text)
        case .permitted(let text): .permitted(DisplayText(untrusted: text).text)
        case .edited(let arguments, let text): .edited(arguments, DisplayText(untrusted: text).text)
        }
    }
}
