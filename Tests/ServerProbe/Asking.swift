import HITLCore
import HITLPlatform
import HITLServer

extension ServerProbe {
    /// The steps of `hitl ask` without its words.
    static func ask(_ words: [String]) async -> Int32 {
        var rest = words.dropFirst()
        var call = AskedCall(tool: "deploy", arguments: JSONObject(), key: AskedCall.newKey())
        var patience: Milliseconds?
        while let option = rest.popFirst(), option != "--" {
            switch option {
            case "--async": call.isAsync = true
            case "--timeout": call.timeout = rest.popFirst().flatMap { Milliseconds(text: $0) }
            case "--wait-for-desk": patience = rest.popFirst().flatMap { Milliseconds(text: $0) }
            case "--arg":
                let parts = (rest.popFirst() ?? "").split(separator: "=", maxSplits: 1)
                call.arguments[String(parts[0])] = .string(String(parts[1]))
            default: complain("unknown option \(option)")
            }
        }
        do {
            if !rest.isEmpty { call.command = try CommandToRun(Array(rest), key: call.key) }
            let signals = try SignalPipe()
            let session = AskSession(call, at: .named(words[0]), signals: signals) { say(2, "\($0)") }
            let end = session.ask(waitingForDesk: patience)
            guard case .answered(let answer) = end else {
                say(2, name(end))
                return 1
            }
            say(2, "answered \(answer.decision.rawValue)")
            guard let command = call.command else { return answer.decision == .approved ? 0 : 3 }
            let verdict = session.mayRun(answer)
            guard verdict == .may else {
                say(2, "\(verdict)")
                return 125
            }
            do {
                let result = try await command.run(passing: signals)
                guard case .exited(let code) = result.ending else {
                    say(2, "reported \(session.report(Outcome(status: .failed, summary: "\(result.ending)")))")
                    return 128
                }
                say(
                    2,
                    "reported \(session.report(Outcome(status: code == 0 ? .succeeded : .failed, summary: "exit code \(code)")))"
                )
                return code
            } catch {
                say(2, "did not run: \(error)")
                _ = session.report(Outcome(status: .failed, summary: "did not run: \(error)"))
                return 125
            }
        } catch {
            complain("\(error)")
        }
    }

    private static func name(_ end: AskEnd) -> String {
        switch end {
        case .noDesk(let failure): "no desk: \(failure)"
        case .refused(let refused): "refused \(refused.kind)"
        case .unreadable: "unreadable"
        case .interrupted(let number): "interrupted \(number ?? 0)"
        case .approvalLost(let number): "approval lost \(number)"
        case .timedOut(let number): "timed out \(number ?? 0)"
        case .answered(let answer): "answered \(answer.decision)"
        }
    }
}
