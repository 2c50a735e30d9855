import HITLCore

/// Reads `.rules` files of Codex and makes rules of their `prefix_rule`s:
///
///     prefix_rule(pattern = ["git", ["push", "fetch"]], decision = "prompt", match = [["git", "push"]])
///
/// The files are programs in Starlark; read is what is written with literals alone. The rest becomes a remark.
package struct CodexRules {
    private var policy = ImportedPolicy(from: "Codex")

    package static func read(_ bytes: [UInt8]) -> ImportedPolicy {
        var rules = CodexRules()
        var reader = StarlarkReader(bytes)
        var number = 0
        while let statement = reader.next() {
            switch statement {
            case .call(let name, let arguments, let line):
                guard name == "prefix_rule" else {
                    rules.policy.leaveOut("line \(line): \(name)(…)", "only prefix_rule(…) has a counterpart")
                    continue
                }
                number += 1
                rules.add(arguments, line: line, name: "codex-\(number)")
            case .unread(let text, let line):
                rules.policy.leaveOut("line \(line): \(text)", "only calls with literal arguments are read")
            }
        }
        rules.policy.joinCommands()
        rules.policy.guardAllowances()
        return rules.policy
    }

    private mutating func add(_ arguments: [(name: String?, value: StarlarkReader.Value)], line: Int, name: String) {
        func argument(_ name: String) -> StarlarkReader.Value? { arguments.first { $0.name == name }?.value }
        let known: Set<String> = ["pattern", "decision", "justification", "match", "not_match"]
        let spelled = argument("pattern").map { "prefix_rule(pattern = \($0.text))" } ?? "prefix_rule(…)"
        let origin = "line \(line): \(spelled)"
        guard arguments.allSatisfy({ $0.name.map(known.contains) ?? false }) else {
            return policy.leaveOut(origin, "it has an argument that is not known")
        }
        guard let pattern = argument("pattern"), let prefixes = Self.prefixes(pattern) else {
            return policy.leaveOut(origin, "its pattern is no list of words")
        }
        let action: Rule.Action
        switch argument("decision") {
        case nil, .text("allow")?: action = .allow
        case .text("prompt")?: action = .requireApproval
        case .text("forbidden")?: action = .block
        case _?: return policy.leaveOut(origin, "its decision is neither allow nor prompt nor forbidden")
        }
        let commands = prefixes.map { CommandWords(words: $0, isOpen: true, hasStars: false) }
        guard commands.allSatisfy({ CommandWords.canBeWords($0.words) }) else {
            return policy.leaveOut(origin, "a word of it has blanks or characters that cannot be seen")
        }
        if action == .allow, let obstacle = commands.compactMap(\.obstacle).first {
            return policy.leaveOut(origin, obstacle)
        }
        var rule = ImportedRule(
            prefix: "codex", name: name, origin: origin,
            when: JSONObject([
                .init("kind", "execute"),
                .init("command", .array(commands.flatMap { $0.patterns(isStrict: false) }.map(JSONValue.string))),
            ]),
            action: action,
            matches: examples(argument("match"), origin: origin, which: prefixes, match: true)
                ?? [CommandWords.call(tool: "shell", [prefixes[0]])],
            notMatches: (examples(argument("not_match"), origin: origin, which: prefixes, match: false) ?? [])
                + (action == .allow ? [CommandWords.call(tool: "shell", [prefixes[0], CommandWords.stranger])] : []))
        if case .text(let words)? = argument("justification"), !words.isEmpty { rule.message = words }
        policy.add(rule)
    }

    /// Every way through the alternatives; nil where it is no pattern or there are too many.
    private static func prefixes(_ pattern: StarlarkReader.Value) -> [[String]]? {
        guard case .list(let elements) = pattern, !elements.isEmpty else { return nil }
        var prefixes: [[String]] = [[]]
        for element in elements {
            let words: [String]
            switch element {
            case .text(let word): words = [word]
            case .list(let choices):
                words = choices.compactMap { if case .text(let word) = $0 { word } else { nil } }
                guard words.count == choices.count, !words.isEmpty else { return nil }
            case .other: return nil
            }
            guard prefixes.count * words.count <= 256 else { return nil }
            prefixes = prefixes.flatMap { prefix in words.map { prefix + [$0] } }
        }
        return prefixes
    }

    // MARK: Examples

    /// Those of the file; nil where it has none. One that this kind of rule would not meet is named and left out.
    private mutating func examples(
        _ value: StarlarkReader.Value?, origin: String, which prefixes: [[String]], match: Bool
    ) -> [JSONValue]? {
        guard case .list(let examples)? = value else { return nil }
        let calls = examples.compactMap { example -> JSONValue? in
            guard let words = Self.words(example), CommandWords.canBeWords(words) else {
                policy.leaveOut("\(origin): the example \(example.text)", "it is no plain command")
                return nil
            }
            let meets = prefixes.contains {
                $0.count <= words.count && zip($0, words).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
            }
            guard meets == match else {
                policy.leaveOut("\(origin): the example \(example.text)", "the rule does not do what it says")
                return nil
            }
            return CommandWords.call(tool: "shell", [words])
        }
        return calls.isEmpty ? nil : calls
    }

    /// A list of words, or a text that a shell would take apart without evaluating anything.
    private static func words(_ example: StarlarkReader.Value) -> [String]? {
        switch example {
        case .list(let elements):
            let words = elements.compactMap { if case .text(let word) = $0 { word } else { nil } }
            return words.count == elements.count && !words.isEmpty ? words : nil
        case .text(let text):
            let script = ShellScript.parse(Array(text.utf8))
            guard script.doubts.isEmpty, script.segments.count == 1, let segment = script.segments.first,
                segment.assignments.isEmpty, segment.redirections.isEmpty
            else { return nil }
            let words = segment.words.compactMap { $0.literal.map { String(decoding: $0, as: UTF8.self) } }
            return words.count == segment.words.count && !words.isEmpty ? words : nil
        case .other: return nil
        }
    }
}
