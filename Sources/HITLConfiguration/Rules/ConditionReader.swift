import HITLCore

/// Reads a rule's `when`. All fields must hold; of several values in one field one is enough.
struct ConditionReader {
    let paths: Paths
    let action: Rule.Action

    private static let keys = [
        "tool", "kind", "arguments", "content", "riskAtLeast", "confidenceBelow", "agent", "session", "cwd", "time",
        "path", "command", "harmlessWithin", "rate", "budget",
    ]

    func condition(_ field: Field) -> Condition? {
        guard !field.isNull else { return .anyCall }
        guard let map = field.map(Self.keys) else { return nil }
        var clauses: [Condition.Clause] = []
        for (key, value) in map.fields {
            switch key {
            case "tool":
                clauses.append(optional: patterns(value, Self.glob).map { .tool($0.map(Self.toolTest)) })
            case "kind": clauses.append(optional: kinds(value).map { .kind($0) })
            case "arguments": clauses += arguments(value)
            case "content": clauses.append(optional: patterns(value, Self.expression).map { .content($0) })
            case "riskAtLeast":
                let level = value.choice(Risk.Level.allCases.map(\.rawValue)).flatMap(Risk.Level.init)
                clauses.append(optional: level.map { .riskAtLeast($0) })
            case "confidenceBelow":
                guard value.number(in: 0...1) != nil else { break }
                clauses.append(optional: value.decimal().map { .confidenceBelow($0) })
            case "agent": clauses.append(optional: patterns(value, Self.glob).map { .agent($0) })
            case "session": clauses.append(optional: patterns(value, Self.glob).map { .session($0) })
            case "cwd": clauses.append(optional: files(value).map { .directory($0) })
            case "path": clauses.append(optional: files(value).map { .path($0) })
            case "command": clauses.append(optional: patterns(value, Self.wordGlob).map { .command($0) })
            case "harmlessWithin":
                // What could do no harm where it cannot write only reads, and is not asked about anyway.
                let known = Confinement.allCases.filter { $0 != .readOnly }
                let confinement = value.choice(known.map(\.rawValue)).flatMap(Confinement.init)
                clauses.append(optional: confinement.map { .harmlessWithin($0) })
            case "time": clauses.append(optional: TimeReader().windows(value).map { .time($0) })
            case "rate":
                clauses.append(optional: UsageReader().rate(value).map { .usage($0) })
            case "budget":
                clauses.append(optional: UsageReader().budget(value).map { .usage($0) })
            default: break
            }
        }
        return Condition(clauses)
    }

    private static func toolTest(_ pattern: Pattern) -> Condition.ToolTest {
        let isPlain = !pattern.text.utf8.contains { "*?[\\".utf8.contains($0) }
        return isPlain ? .named(pattern.text) : .like(pattern)
    }

    private static func glob(_ text: String) throws(PatternError) -> Pattern { try Pattern(glob: text) }
    private static func expression(_ text: String) throws(PatternError) -> Pattern { try Pattern(text) }
    private static func wordGlob(_ text: String) throws(PatternError) -> Pattern { try Pattern(wordGlob: text) }

    // MARK: Lists of one or several

    /// One value, or a list of them. An empty list would never match, so it is refused.
    private func several<Value>(_ field: Field, _ read: (Field) -> Value?) -> [Value]? {
        guard case .list(let nodes) = field.node.content else { return read(field).map { [$0] } }
        guard !nodes.isEmpty else {
            field.report(.refused("an empty list matches no call; leave the key out where it does not matter"))
            return nil
        }
        let values = field.list(of: "values", read)
        return values?.count == nodes.count ? values : nil
    }

    private func patterns(_ field: Field, _ make: (String) throws(PatternError) -> Pattern) -> [Pattern]? {
        several(field) { element in element.string().flatMap { element.pattern($0, make) } }
    }

    /// `~/` is the home directory.
    private func files(_ field: Field) -> [Pattern]? {
        patterns(field) { text throws(PatternError) in try Pattern(pathGlob: paths.expanded(text)) }
    }

    private func kinds(_ field: Field) -> [ToolKind]? {
        several(field) { $0.choice(ToolKind.allCases.map(\.rawValue)).flatMap(ToolKind.init) }
    }

    // MARK: Arguments

    private static let comparisons = ["eq", "ne", "lt", "le", "gt", "ge", "in", "matches", "glob", "exists"]

    private func arguments(_ field: Field) -> [Condition.Clause] {
        guard let map = field.anyMap() else { return [] }
        return map.entries.compactMap { entry in
            let value = Field(node: entry.value, keyPosition: entry.position, reading: field.reading)
            guard let path = ArgumentPath(entry.key) else {
                field.reading.report(
                    .refused("\(quoted(entry.key)) names no argument; write `a.b` or a JSON Pointer such as `/a/b`"),
                    at: map.source(of: entry))
                return nil
            }
            guard let tests = value.map(Self.comparisons) else { return nil }
            let read = tests.fields.compactMap { comparison($0.key, $0.field) }
            if tests.entries.isEmpty { value.report(expected: "a comparison such as `{ eq: 1 }`") }
            return .argument(path, read)
        }
    }

    private func comparison(_ key: String, _ field: Field) -> Comparison? {
        switch key {
        case "eq": field.json().map { .equal($0) }
        case "ne": field.json().map { .notEqual($0) }
        case "in":
            several(field) { $0.json() }.map { .oneOf($0) }
        case "lt": field.decimal().map { .less($0) }
        case "le": field.decimal().map { .lessOrEqual($0) }
        case "gt": field.decimal().map { .greater($0) }
        case "ge": field.decimal().map { .greaterOrEqual($0) }
        case "matches": field.string().flatMap { field.pattern($0, Self.expression) }.map { .matches($0) }
        case "glob": field.string().flatMap { field.pattern($0, Self.glob) }.map { .matches($0) }
        case "exists": field.bool().map { .exists($0) }
        default: nil
        }
    }
}

extension Field {
    /// A number, exactly as it is written.
    func decimal() -> ExactDecimal? {
        guard case .scalar(_, .plain) = node.content, case .number(let number)? = json(),
            let decimal = ExactDecimal(number)
        else {
            report(expected: "a number")
            return nil
        }
        return decimal
    }

    func pattern(_ text: String, _ make: (String) throws(PatternError) -> Pattern) -> Pattern? {
        do throws(PatternError) { return try make(text) } catch {
            report(.refused("\(quoted(text)): \(error)"))
            return nil
        }
    }
}

extension [Condition.Clause] {
    fileprivate mutating func append(optional clause: Condition.Clause?) {
        if let clause { append(clause) }
    }
}
