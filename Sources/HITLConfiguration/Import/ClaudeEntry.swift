import HITLCore

/// One entry of a list of Claude Code's permissions: `Bash(npm run test:*)`.
struct ClaudeEntry {
    let text: String
    let origin: String
    let name: String
    let action: Rule.Action
    let project: String?
    let home: String

    private static let readers = ["Read", "Grep", "Glob", "LS", "NotebookRead"]
    private static let editors = ["Edit", "Write", "MultiEdit", "NotebookEdit"]

    private var allows: Bool { action == .allow }

    func add(to policy: inout ImportedPolicy) {
        let parts = text.split(separator: "(", maxSplits: 1, omittingEmptySubsequences: false)
        let tool = String(parts[0])
        guard !tool.isEmpty, tool.utf8.allSatisfy(Self.isOfName) else {
            return policy.leaveOut(origin, "it names no tool")
        }
        guard parts.count == 2 else { return whole(tool, to: &policy) }
        guard parts[1].utf8.last == UInt8(ascii: ")") else {
            return policy.leaveOut(origin, "its bracket is not closed")
        }
        let specifier = String(parts[1].dropLast())
        if specifier.isEmpty || specifier == "*" || tool == "Bash" && specifier == ":*" {
            return whole(tool, to: &policy)
        }
        switch tool {
        case "Bash": command(specifier, to: &policy)
        case "WebFetch" where specifier.hasPrefix("domain:"): domain(String(specifier.dropFirst(7)), to: &policy)
        case _ where Self.readers.contains(tool): path(specifier, Self.readers, kinds: ["read", "search"], to: &policy)
        case _ where Self.editors.contains(tool):
            // Of these Claude Code itself only looks at `Edit(…)` when it allows.
            guard !allows || tool == "Edit" else {
                return policy.leaveOut(origin, "for paths Claude Code only looks at Edit(…); write it so")
            }
            path(specifier, Self.editors, kinds: ["edit", "move", "delete"], to: &policy)
        default:
            guard !allows else { return policy.leaveOut(origin, "what stands in the brackets is not known here") }
            add(
                to: &policy, when: [.init("tool", .string(tool))], action: .requireApproval,
                note: "What stands in the brackets is not known here, so every call of the tool asks.",
                matches: [Self.call(tool)], notMatches: [Self.call("other")])
        }
    }

    // MARK: A whole tool

    private func whole(_ tool: String, to policy: inout ImportedPolicy) {
        if allows {
            if tool == "Bash" { return policy.leaveOut(origin, "it would allow every command") }
            if Self.editors.contains(tool) { return edits(to: &policy) }
            let isOneServer = tool.hasPrefix("mcp__") && tool.dropFirst(5).contains { $0 != "_" && $0 != "*" }
            if tool.contains("*"), !isOneServer || tool.dropFirst(5).hasPrefix("*") {
                return policy.leaveOut(origin, "it would allow tools that nobody has named")
            }
        }
        let names = Self.names(of: tool)
        let example = names[0].replacingEach("*", with: "x")
        add(
            to: &policy, when: [.init("tool", Self.list(names))], matches: [Self.call(example)],
            notMatches: tool.allSatisfy { $0 == "*" } ? [] : [Self.call("other")])
    }

    /// `mcp__server` is all of its tools; the names of reading and of editing stand for each other.
    private static func names(of tool: String) -> [String] {
        if tool.hasPrefix("mcp__"), !tool.dropFirst(5).utf8.split(separator: UInt8(ascii: "_")).isEmpty,
            String(tool.dropFirst(5)).parts(between: "__").count == 1
        {
            return tool.hasSuffix("*") ? [tool] : [tool + "__*"]
        }
        if tool == "Read" { return readers }
        if tool == "Edit" || tool == "Write" { return editors }
        return [tool]
    }

    private func edits(to policy: inout ImportedPolicy) {
        guard let project, let base = PathPattern.escaped(project) else {
            return policy.leaveOut(origin, "it would allow edits everywhere; write Edit(…) with a path")
        }
        add(
            to: &policy, when: [.init("tool", Self.list(Self.editors)), .init("path", .string(base + "/**"))],
            note: "Only beneath the project.", matches: [Self.call("Edit", paths: [project + "/a"])],
            notMatches: [Self.call("Edit", paths: [project + "/a", "/elsewhere"])])
    }

    // MARK: Bash

    private func command(_ specifier: String, to policy: inout ImportedPolicy) {
        guard let command = ClaudeCommand(specifier) else {
            guard !allows else {
                return policy.leaveOut(
                    origin, "only a shell could say which words it means; allow each command by itself")
            }
            // As Claude Code does: the text as it is written.
            add(
                to: &policy,
                when: [
                    .init("kind", "execute"),
                    .init(
                        "arguments",
                        .object(
                            JSONObject([
                                .init(
                                    "command",
                                    .object(
                                        JSONObject([
                                            .init("matches", .string(ClaudeCommand.expression(specifier)))
                                        ])))
                            ]))),
                ],
                note: "It looks at the text of the command and not at what it does.",
                matches: [Self.call("Bash", kind: "execute", command: ClaudeCommand.sample(specifier))],
                notMatches: [Self.call("Bash", kind: "execute", command: "true")])
            return
        }
        if allows, let obstacle = command.obstacle { return policy.leaveOut(origin, obstacle) }
        let example = command.example
        let patterns = command.patterns(isStrict: !allows)
        let scope: JSONObject.Member = allows ? .init("tool", "Bash") : .init("kind", "execute")
        let both = CommandWords.call(tool: "Bash", [example, CommandWords.stranger])
        add(
            to: &policy, when: [scope, .init("command", Self.list(patterns))],
            matches: [CommandWords.call(tool: "Bash", [example])] + (allows ? [] : [both]),
            notMatches: (allows ? [both] : []) + [CommandWords.call(tool: "Bash", [CommandWords.stranger])])
    }

    // MARK: WebFetch

    private func domain(_ domain: String, to policy: inout ImportedPolicy) {
        let host = domain.hasPrefix("*.") ? String(domain.dropFirst(2)) : domain
        let isName =
            !host.isEmpty
            && host.utf8.allSatisfy { Self.isOfName($0) && $0 != UInt8(ascii: "*") || $0 == UInt8(ascii: ".") }
        guard isName else { return policy.leaveOut(origin, "it is no name of a host") }
        let escaped = host.replacingEach(".", with: "\\.")
        // To allow, nothing may stand where a user's name could; to stop, the name is enough.
        let below = domain.hasPrefix("*.") ? "([a-z0-9-]+\\.)+" : ""
        let expression =
            allows
            ? "(?i)\\Ahttps://\(below)\(escaped)(:443)?([/?#][^\\\\\\x{00}-\\x{20}]*)?\\z"
            : "(?i)(\\A|[^a-z0-9-])\(escaped)\\.?(\\z|[^a-z0-9.-])"
        let url = "https://\(domain.hasPrefix("*.") ? "a." : "")\(host)/page"
        func call(_ url: String) -> JSONValue {
            .object(
                JSONObject([
                    .init("tool", "WebFetch"), .init("arguments", .object(JSONObject([.init("url", .string(url))]))),
                ]))
        }
        add(
            to: &policy,
            when: [
                .init("tool", "WebFetch"),
                .init(
                    "arguments",
                    .object(
                        JSONObject([
                            .init("url", .object(JSONObject([.init("matches", .string(expression))])))
                        ]))),
            ],
            matches: [call(url)],
            notMatches: [call("https://\(host).example/page")]
                + (allows ? [call("https://\(host)@elsewhere.example/"), call("http://\(host)/page")] : []))
    }

    // MARK: Paths

    private func path(
        _ specifier: String, _ tools: [String], kinds: [JSONValue], to policy: inout ImportedPolicy
    ) {
        let found: PathPattern
        do throws(PathPattern.Obstacle) {
            found = try PathPattern(specifier, project: project, home: home, allows: allows)
        } catch {
            return policy.leaveOut(origin, error.words)
        }
        let scope: JSONObject.Member =
            allows ? .init("tool", Self.list(tools)) : .init("kind", .array(kinds))
        let kind = kinds[0].string ?? "read"
        add(
            to: &policy, when: [scope, .init("path", Self.list(found.patterns))], note: found.note,
            matches: [Self.call(tools[0], kind: kind, paths: [found.example])],
            notMatches: [Self.call(tools[0], kind: kind, paths: ["/elsewhere/else"])])
    }

    // MARK: Making rules

    private func add(
        to policy: inout ImportedPolicy, when: [JSONObject.Member], action: Rule.Action? = nil, note: String? = nil,
        matches: [JSONValue], notMatches: [JSONValue]
    ) {
        policy.add(
            ImportedRule(
                prefix: "claude", name: name, origin: origin, when: JSONObject(when), action: action ?? self.action,
                note: note, matches: matches, notMatches: notMatches))
    }

    private static func list(_ texts: [String]) -> JSONValue {
        texts.count == 1 ? .string(texts[0]) : .array(texts.map(JSONValue.string))
    }

    private static func call(
        _ tool: String, kind: String? = nil, command: String? = nil, paths: [String] = []
    ) -> JSONValue {
        .members([
            "tool": .string(tool), "kind": kind.map(JSONValue.string),
            "arguments": command.map { .object(JSONObject([.init("command", .string($0))])) },
            "paths": paths.isEmpty ? nil : .array(paths.map(JSONValue.string)),
        ])
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "*"): true
        default: false
        }
    }
}
