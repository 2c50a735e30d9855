import HITLConsole
import HITLCore
import HITLGate
import HITLTerminal

/// `hitl policy test`: calls with what is expected of them, one a line.
struct PolicyCases {
    private let lines: [ArraySlice<UInt8>]

    init(_ bytes: [UInt8]) {
        lines = TextSource.lines(bytes).filter { !$0.isEmpty }
    }

    private enum Expectation: String {
        case allow, ask, deny, block, sanitise
        case approval = "require_approval"

        func holds(for verdict: Verdict, display: @autoclosure () -> String) -> Bool {
            switch self {
            case .allow: verdict.effect == .allow
            case .ask: verdict.effect == .ask
            case .deny, .block: verdict.effect == .deny
            case .approval: verdict.effect != .allow
            case .sanitise:
                verdict.effect != .allow && display().utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A }
            }
        }
    }

    private static let others: Set<String> = ["expect", "category", "why", "name"]

    /// - Returns: failed where a case fails.
    func run(_ judge: Judge, json: Bool) -> ExitCode {
        let now = Clocks.system.wall()
        var failures = 0
        if !json { Output.standard("TAP version 14\n1..\(lines.count)\n") }
        for (index, line) in lines.enumerated() {
            let result = result(of: Array(line), line: index + 1, judge, now)
            if !result.passed { failures += 1 }
            if json {
                Output.standard(result.form.printable + "\n")
            } else {
                Output.standard("\(result.passed ? "ok" : "not ok") \(index + 1) - \(result.title)\n")
                if !result.passed { Output.standard("  ---\n  message: \(result.message)\n  ...\n") }
            }
        }
        if !json { Output.standard("# \(lines.count - failures) of \(lines.count) passed\n") }
        return failures == 0 ? .done : .failed
    }

    private struct Result {
        let id: JSONValue
        let passed: Bool
        let message: String

        var title: String { id.string.map { DisplayText(untrusted: $0).text } ?? id.printable }
        var form: JSONValue {
            .members(["id": id, "message": passed ? nil : .string(message), "passed": .bool(passed)])
        }
    }

    private func result(of bytes: [UInt8], line: Int, _ judge: Judge, _ now: WallTime) -> Result {
        let stated: StatedCall
        do throws(StatedCall.Flaw) {
            stated = try StatedCall(bytes, line: line, ignoring: Self.others, directory: Process.directory)
        } catch {
            return Result(id: error.id, passed: false, message: DisplayText(untrusted: error.text).text)
        }
        guard let word = stated.members["expect"]?.string, let expected = Expectation(rawValue: word) else {
            return Result(
                id: stated.id, passed: false,
                message: "`expect` must be allow, ask, deny, require_approval, block or sanitise")
        }
        let verdict = judge.verdict(of: stated.call)
        let rules = RequestView.rules(verdict).text
        return Result(
            id: stated.id, passed: expected.holds(for: verdict, display: Judge.display(stated.call, verdict, now: now)),
            message: "expected \(word), is \(verdict.effect.rawValue): \(rules)")
    }
}
