public import HITLCore

/// A rule that would have answered what people kept approving. It is shown and never applied.
public struct Suggestion: Sendable {
    public enum Scope: Sendable, Equatable {
        /// These words of one command; more may follow where it is open.
        case command([String], isOpen: Bool)
        /// Files directly in a directory.
        case directory(String)
        /// The same arguments, byte by byte.
        case arguments(JSONObject)
    }

    public let tool: String
    public let kind: ToolKind
    public let agent: String
    public let scope: Scope
    /// What people approved, the oldest first.
    public let approved: [Subject]
    /// What it would have made of the decisions that were looked at.
    public let replay: ReplaySummary

    /// As in a policy file: `{ tool: bash, agent: main, command: "npm run test **" }`.
    public var when: JSONObject { Self.when(tool, agent, scope) }

    static func when(_ tool: String, _ agent: String, _ scope: Scope) -> JSONObject {
        var members: [JSONObject.Member] = [
            .init("tool", .string(escaped(tool))), .init("agent", .string(escaped(agent))),
        ]
        switch scope {
        case .command(let words, let isOpen): members.append(.init("command", .string(pattern(words, isOpen))))
        case .directory(let directory): members.append(.init("path", .string(escaped(directory) + "/*")))
        case .arguments(let arguments):
            members.append(
                .init(
                    "arguments",
                    .object(
                        JSONObject(
                            arguments.members.map {
                                .init(pointer($0.name), .object(JSONObject([.init("eq", $0.value)])))
                            }))))
        }
        return JSONObject(members)
    }

    /// The rule itself, for trying it.
    static func rule(_ tool: String, _ agent: String, _ scope: Scope) -> Rule? {
        do throws(PatternError) {
            var clauses: [Condition.Clause] = [
                .tool([.named(tool)]), .agent([try Pattern(glob: escaped(agent))]),
            ]
            switch scope {
            case .command(let words, let isOpen):
                clauses.append(.command([try Pattern(wordGlob: pattern(words, isOpen))]))
            case .directory(let directory): clauses.append(.path([try Pattern(pathGlob: escaped(directory) + "/*")]))
            case .arguments(let arguments):
                for member in arguments.members {
                    guard let path = ArgumentPath(pointer(member.name)) else { return nil }
                    clauses.append(.argument(path, [.equal(member.value)]))
                }
            }
            return Rule(name: "suggestion", source: "suggested", when: Condition(clauses), action: .allow)
        } catch {
            return nil
        }
    }

    private static func pattern(_ words: [String], _ isOpen: Bool) -> String {
        (words.map(escaped) + (isOpen ? ["**"] : [])).joined(separator: " ")
    }

    /// A text as a glob for itself.
    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            if "\\*?[".unicodeScalars.contains(scalar) { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
    }

    /// RFC 6901.
    private static func pointer(_ name: String) -> String {
        "/" + name.replacingEach("~", with: "~0").replacingEach("/", with: "~1")
    }
}

/// Finds what people approve again and again, and never reject.
public struct Suggester: Sendable {
    /// How many approvals it takes.
    public static let least = 5

    private let policy: Policy
    private let assessor: RiskAssessor

    public init(_ policy: Policy, _ assessor: RiskAssessor) {
        self.policy = policy
        self.assessor = assessor
    }

    /// Only calls with no other risks than these are suggested: nothing that destroys, leaves the machine, costs money
    /// or holds a secret. A tool whose effect nobody knows is suggested with exactly the arguments that were approved.
    private static let ordinary: Set<String> = [
        "system_command", "runs_code", "file_modification", "version_control", "unproven_read", "not_proven_harmless",
        "unclassified_effect",
    ]

    private struct Group: Hashable {
        let tool: [UInt8]
        let agent: [UInt8]
        let shape: [UInt8]
    }

    /// - Parameter decisions: the oldest first.
    public func suggestions(from decisions: [RequestHistory]) -> [Suggestion] {
        var groups: [Group: [(history: RequestHistory, call: ToolCall, scope: Suggestion.Scope)]] = [:]
        var order: [Group] = []
        for history in decisions {
            guard case .approved? = history.status, let call = history.call,
                let scope = scope(of: call, at: history.openedAt)
            else { continue }
            let group = Group(
                tool: Array(call.tool.utf8), agent: Array(call.origin.agent.utf8), shape: Self.shape(scope))
            if groups[group] == nil { order.append(group) }
            groups[group, default: []].append((history, call, scope))
        }
        return order.compactMap { group in
            guard let members = groups[group], members.count >= Self.least, let newest = members.last else {
                return nil
            }
            let scope = Self.common(members.map(\.scope))
            return suggestion(newest.call, scope, members.map(\.history.subject), decisions)
        }
    }

    /// nil where a rule ought not to answer such a call, or one does.
    private func scope(of call: ToolCall, at time: WallTime?) -> Suggestion.Scope? {
        let context = assessor.context(of: call, at: time)
        guard call.obstacleToGrant(at: context.risk.level) == nil, call.kind != .move,
            context.risk.factors.allSatisfy({ Self.ordinary.contains($0.name) }),
            policy.evaluate(call, in: context).effect == .ask
        else { return nil }
        if call.kind == .execute {
            guard case .known(let commands) = context.commands, commands.count == 1, context.surplus.isEmpty,
                Self.canBeWords(commands[0])
            else { return nil }
            return .command(commands[0], isOpen: false)
        }
        if case .known(let paths) = context.paths, let path = paths.first {
            guard paths.count == 1, let directory = Self.directory(of: path),
                call.directory.map({ Self.is(directory, in: $0) }) ?? false
            else { return nil }
            return .directory(directory)
        }
        return call.arguments.members.isEmpty ? nil : .arguments(call.arguments)
    }

    private static func canBeWords(_ words: [String]) -> Bool {
        words.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } }
    }

    private static func directory(of path: String) -> String? {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash != path.startIndex else { return nil }
        return String(path[..<slash])
    }

    private static func `is`(_ directory: String, in workspace: String) -> Bool {
        directory.utf8.elementsEqual(workspace.utf8) || directory.utf8.starts(with: (workspace + "/").utf8)
    }

    /// What calls of one group have in common: a program with its verb, a directory, all arguments.
    private static func shape(_ scope: Suggestion.Scope) -> [UInt8] {
        switch scope {
        case .command(let words, _):
            let verb = words.count > 1 && words[1].utf8.first != UInt8(ascii: "-") ? words.prefix(2) : words[...]
            return [0] + Array(verb.joined(separator: "\0").utf8)
        case .directory(let directory): return [1] + Array(directory.utf8)
        case .arguments(let arguments): return [2] + JSONValue.object(arguments).canonical
        }
    }

    private static func common(_ scopes: [Suggestion.Scope]) -> Suggestion.Scope {
        guard case .command(let first, _) = scopes[0] else { return scopes[0] }
        var words = first
        var isOpen = false
        for case .command(let other, _) in scopes {
            let shared = zip(words, other).prefix { $0.0.utf8.elementsEqual($0.1.utf8) }.count
            if shared < words.count || shared < other.count { isOpen = true }
            words = Array(words.prefix(shared))
        }
        return .command(words, isOpen: isOpen)
    }

    private func suggestion(
        _ call: ToolCall, _ scope: Suggestion.Scope, _ approved: [Subject], _ decisions: [RequestHistory]
    ) -> Suggestion? {
        guard let rule = Suggestion.rule(call.tool, call.origin.agent, scope) else { return nil }
        let widened = policy.adding(rule)
        let alone = Policy(rules: [rule], timeout: nil, version: "")
        var replayer = Replayer(widened, assessor)
        var summary = ReplaySummary()
        for history in decisions {
            guard let replay = replayer.replay(history) else { continue }
            summary.count(replay)
            // Anything but a yes that the rule would have answered speaks against it.
            let context = assessor.context(of: replay.call, at: history.openedAt)
            guard alone.evaluate(replay.call, in: context).effect == .allow else { continue }
            switch history.status {
            case .approved?, .superseded?: continue
            case .rejected?, .expired?, .withdrawn?, .pending?: return nil
            case nil: if replay.before == .deny { return nil }
            }
        }
        // Where another rule asks all the same, it would be of no use.
        guard summary.count(.ask, becoming: .allow) >= Self.least else { return nil }
        return Suggestion(
            tool: call.tool, kind: call.kind, agent: call.origin.agent, scope: scope, approved: approved,
            replay: summary)
    }
}
