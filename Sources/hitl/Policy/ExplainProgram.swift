import HITLConsole
import HITLCore
import HITLGate
import HITLTerminal

/// `hitl policy explain`: what becomes of each call, and what every rule has to do with it.
struct ExplainProgram {
    private let lines: [ArraySlice<UInt8>]

    init(_ bytes: [UInt8]) {
        lines = TextSource.lines(bytes)
    }

    /// - Returns: failed where a line stated no call.
    func print(_ judge: Judge, json: Bool) -> ExitCode {
        let now = Clocks.system.wall()
        var exit = ExitCode.done
        for (index, line) in lines.enumerated() where !line.isEmpty {
            do throws(StatedCall.Flaw) {
                let stated = try StatedCall(Array(line), line: index + 1, directory: Process.directory)
                let verdict = judge.verdict(of: stated.call)
                let rules = ExplanationView(judge.explanations(of: stated.call))
                if json {
                    Output.standard(form(stated, verdict, rules, now).printable + "\n")
                } else {
                    Output.standard(Judge.display(stated.call, verdict, now: now) + text(verdict, rules))
                }
            } catch {
                exit = .failed
                if json { Output.standard(form(error).printable + "\n") }
                Output.complaint(StyledText("Line \(index + 1): \(DisplayText(untrusted: error.text))"))
            }
        }
        return exit
    }

    private func form(
        _ stated: StatedCall, _ verdict: Verdict, _ rules: ExplanationView, _ now: WallTime
    ) -> JSONValue {
        guard case .object(var form) = verdict.shown else { return verdict.shown }
        form["id"] = stated.id
        form["explanation"] = rules.json
        form["display"] = .string(Judge.display(stated.call, verdict, now: now))
        return .object(form)
    }

    /// What cannot be read is refused, here as at the desk.
    private func form(_ flaw: StatedCall.Flaw) -> JSONValue {
        .members([
            "display": .string(DisplayText(untrusted: flaw.text).text), "effect": "deny", "error": .string(flaw.text),
            "id": flaw.id, "risk": Risk(factors: []).json, "rules": .array([]),
        ])
    }

    private func text(_ verdict: Verdict, _ rules: ExplanationView) -> String {
        let effect: DisplayText =
            switch verdict.effect {
            case .deny: "Denied without asking"
            case .ask: "A person is asked"
            case .allow: "Allowed without asking"
            }
        var text = StyledText("\(effect): \(RequestView.rules(verdict))")
        rules.append(to: &text, indent: 3)
        return text.rendered(for: Output.presentation(of: 1))
    }
}
