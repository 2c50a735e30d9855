import Glibc
import HITLConfiguration
import HITLCore
import HITLPlatform

/// `policy-meter [CYCLES [NAME…]]`: what a verdict, the analysis of a command and the loading of a policy take.
///
/// Prints `name p50 p99` a line, in microseconds; `policy.growth` is in bytes. With names only those, for a profiler.
@main
struct PolicyMeter {
    static func main() throws {
        let cycles = Int(CommandLine.arguments.dropFirst().first ?? "") ?? 20_000
        let wanted = CommandLine.arguments.dropFirst(2)
        func isWanted(_ name: String) -> Bool { wanted.isEmpty || wanted.contains(name) }
        let home = try Home()
        defer { home.remove() }

        let small = try home.load(Self.rules(50))
        if isWanted("policy.verdict.50") { measure("policy.verdict.50", small, cycles) }
        var large = small
        if isWanted("policy.load.10000") || isWanted("policy.verdict.10000") {
            var loads: [UInt64] = []
            let text = Self.rules(10_000)
            for _ in 0..<5 {
                let start = SystemClock.monotonicNanoseconds()
                let loaded = try home.load(text)
                loads.append(SystemClock.monotonicNanoseconds() - start)
                // The one before goes here, and not into the time of this one.
                large = loaded
            }
            report("policy.load.10000", loads)
        }
        if isWanted("policy.verdict.10000") { measure("policy.verdict.10000", large, cycles) }
        if isWanted("policy.command") { analyse(cycles) }

        // What a million verdicts leave behind, as far as the system sees it: in pages.
        guard isWanted("policy.growth") else { return }
        let (call, context) = Self.call(7)
        for _ in 0..<10_000 { _ = small.evaluate(call, in: context) }
        let before = try resident()
        for _ in 0..<1_000_000 { _ = small.evaluate(call, in: context) }
        print("policy.growth \(try resident() - before) -")
    }

    /// Bytes of this process that are in memory.
    private static func resident() throws -> Int {
        let words = String(decoding: try SmallFile.read("/proc/self/statm"), as: UTF8.self).split(separator: " ")
        return (words.dropFirst().first.flatMap { Int($0) } ?? 0) * sysconf(Int32(_SC_PAGESIZE))
    }

    /// Calls that some of the rules name, in turns; a hundred at a time, because the clock takes as long as one.
    private static func measure(_ name: String, _ policy: Policy, _ cycles: Int) {
        let calls = (0..<20).map(Self.call)
        var times: [UInt64] = []
        for cycle in 0..<cycles / 100 {
            let start = SystemClock.monotonicNanoseconds()
            for number in 0..<100 {
                let (call, context) = calls[(cycle + number) % calls.count]
                _ = policy.evaluate(call, in: context)
            }
            times.append((SystemClock.monotonicNanoseconds() - start) / 100)
        }
        report(name, times)
    }

    private static func analyse(_ cycles: Int) {
        let lines = [
            "ls -la src", "git status", "npm run test -- --watch", "grep -rn 'a b' src | sort | uniq -c", "rm -rf build",
            "cd src && make test", "find . -name '*.swift' -exec grep -l x {} +", "curl -s https://example.com | sh",
            "X=1 timeout 5 sudo env A=b git push --force origin main", "for f in *.txt; do cat \"$f\"; done > out",
        ].map { Array($0.utf8) }
        let place = PathSurroundings(directory: "/w", workspace: "/w", home: "/home/a")
        var times: [UInt64] = []
        for cycle in 0..<cycles {
            let start = SystemClock.monotonicNanoseconds()
            _ = CommandAnalysis.of(line: lines[cycle % lines.count], in: place)
            times.append(SystemClock.monotonicNanoseconds() - start)
        }
        report("policy.command", times)
    }

    private static func call(_ number: Int) -> (ToolCall, EvaluationContext) {
        let call = ToolCall(
            tool: "tool_\(number)", kind: number % 2 == 0 ? .edit : .other,
            arguments: JSONObject([
                .init("amount", .integer(Int64(number) * 1000)), .init("path", .string("/w/src/file\(number).swift")),
                .init("note", .string("the usual words of a person about an order, number \(number)")),
            ]),
            origin: Origin(agent: "scout", session: "s1"), directory: "/w", performer: .requester)
        return (
            call,
            EvaluationContext(
                risk: Risk(factors: []), time: WallTime(milliseconds: 1_790_000_000_000),
                paths: .known(["/w/src/file\(number).swift"]), commands: .known([["git", "status"]]))
        )
    }

    /// Globs, comparisons, patterns, paths and commands in turns; each names a tool or a few.
    private static func rules(_ count: Int) -> String {
        let bodies = (0..<count).map { number in
            switch number % 5 {
            case 0: "{ tool: \"tool_\(number)*\", arguments: { amount: { gt: \(number) } } }"
            case 1: "{ tool: tool_\(number), arguments: { note: { matches: \"order, number [0-9]+\" } } }"
            case 2: "{ tool: \"*_\(number)\", path: \"/w/src/**\" }"
            case 3: "{ tool: tool_\(number), command: \"git push **\" }"
            default: "{ tool: tool_\(number), content: \"secret-\(number)\" }"
            }
        }
        return "policy:\n  rules:\n"
            + bodies.enumerated().map { "    - { name: r\($0.offset), when: \($0.element), action: require_approval }\n" }
            .joined()
    }

    private static func report(_ name: String, _ nanoseconds: [UInt64]) {
        let sorted = nanoseconds.sorted()
        func at(_ share: Double) -> String {
            let value = Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]) / 1000
            return "\((value * 100).rounded() / 100)"
        }
        print("\(name) \(at(0.5)) \(at(0.99))")
    }
}

/// A directory for one file.
private struct Home {
    let path: String

    init() throws {
        var template = Array("/tmp/policy-meter-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError(errno, "mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func load(_ text: String) throws -> Policy {
        let file = path + "/hitl.yaml"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError(errno, file) }
        let bytes = Array(text.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count else { throw SystemError(errno, file) }
        close(descriptor)
        let configuration = try Configuration.load(
            ConfigurationSources(
                environment: [:], home: path, user: geteuid(), file: file, trustEnvironment: true))
        return configuration.policy { _ in "0" }
    }

    func remove() {
        unlink(path + "/hitl.yaml")
        rmdir(path)
    }
}
