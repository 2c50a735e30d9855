package import HITLConfiguration
import HITLCore

extension Scenario {
    /// Reads a scenario file; `docs/scenarios.md` describes the format.
    ///
    /// - Parameters:
    ///   - file: its name, as the person knows it, for errors.
    ///   - tools: the real tools that calls may name.
    /// - Throws: everything that is wrong with it, each with file, line and column.
    package init(_ bytes: [UInt8], file: String, tools: [String]) throws(Diagnostics) {
        let reading = Reading(try YAMLDocument(bytes, file: file))
        let scenario = ScenarioReader(realTools: tools).scenario(reading.root)
        try reading.finish()
        guard let scenario else { throw Diagnostics([]) }
        self = scenario
    }
}

/// What placeholders may be named at some place of a scenario.
private struct Scope {
    var names: [String]

    static let everywhere = Scope(names: ["workspace"])

    func with(_ more: String...) -> Scope { Scope(names: names + more) }
}

private struct ScenarioReader {
    let realTools: [String]
    var domain: [DomainTool] = []
    /// Of all of them, also of those that could not be read: one fault is told once.
    var domainNames: [String] = []

    init(realTools: [String]) {
        self.realTools = realTools
    }

    func scenario(_ root: Field) -> Scenario? {
        var reader = self
        guard let map = root.map(["name", "description", "workspace", "tools", "agents", "replies", "otherwise"])
        else { return nil }
        let name = map.required("name")?.string()
        let description = map.required("description")?.string()
        let files = map["workspace"].map(workspace) ?? []
        reader.domain = map["tools"].map(domainTools) ?? []
        reader.domainNames = (map["tools"].map(names) ?? []).filter { name in
            !realTools.contains { $0.utf8.elementsEqual(name.utf8) }
        }
        let agents = map.required("agents").map(reader.agents) ?? []
        let replies = map["replies"]?.list(of: "replies", reader.reply) ?? []
        let otherwise = map["otherwise"].map { reader.steps($0, .everywhere.with("line")) }
        guard let name, let description else { return nil }
        return Scenario(
            name: name, description: description, files: files, tools: reader.domain, agents: agents,
            replies: replies, otherwise: otherwise)
    }

    // MARK: The world

    private func workspace(_ field: Field) -> [WorkspaceFile] {
        var files: [WorkspaceFile] = []
        for (path, field) in field.anyMap()?.fields ?? [] {
            guard RelativePath.isPlain(path) else {
                field.reading.report(
                    .refused(
                        "\(quoted(path)) is no path of a file in the workspace; write it relative, without `.`, `..` and empty parts"
                    ),
                    at: field.key)
                continue
            }
            if let other = files.first(where: { Self.overlap($0.path, path) }) {
                field.reading.report(
                    .refused(
                        "\(quoted(path)) cannot be there beside \(quoted(other.path)): one of them is a directory"),
                    at: field.key)
                continue
            }
            guard let content = field.string() else { continue }
            files.append(WorkspaceFile(path: path, content: content))
        }
        return files
    }

    private static func overlap(_ one: String, _ other: String) -> Bool {
        (one + "/").utf8.starts(with: (other + "/").utf8) || (other + "/").utf8.starts(with: (one + "/").utf8)
    }

    private func names(_ field: Field) -> [String] {
        guard case .map(let entries) = field.node.content else { return [] }
        return entries.map(\.key)
    }

    private func domainTools(_ field: Field) -> [DomainTool] {
        var tools: [DomainTool] = []
        for (name, field) in field.anyMap()?.fields ?? [] {
            if realTools.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
                field.reading.report(
                    .refused("\(quoted(name)) is a real tool and cannot stand for something else"), at: field.key)
            } else if !Self.isWord(name) {
                field.reading.report(.refused(Self.wordRule(name)), at: field.key)
            }
            guard let map = field.map(["description", "runs", "arguments"]) else { continue }
            let description = map["description"]?.string()
            let runs = map.required("runs")?.choice(realTools)
            let arguments = map.required("arguments")
            if let arguments { refuseCode(arguments) }
            guard let runs else { continue }
            tools.append(
                DomainTool(
                    name: name, description: description, runs: runs,
                    arguments: arguments.map { members($0, nil) } ?? []))
        }
        return tools
    }

    /// An argument of the domain tool would become part of a program: `; rm -rf .` as somebody's name.
    private func refuseCode(_ field: Field) {
        guard case .map(let entries) = field.node.content else { return }
        for entry in entries where ["command", "code"].contains(where: { $0.utf8.elementsEqual(entry.key.utf8) }) {
            guard case .scalar(let text, _) = entry.value.content, text.utf8.contains(UInt8(ascii: "{")),
                let template = try? Template(text), !template.placeholders.isEmpty
            else { continue }
            field.reading.report(
                .refused(
                    "a placeholder in \(quoted(entry.key)) could become code; give each one a word of its own in `argv`"
                ),
                at: field.reading.source(at: entry.value.position))
        }
    }

    // MARK: Who does what

    private func agents(_ field: Field) -> [Scenario.Agent] {
        guard let map = field.anyMap() else { return [] }
        guard !map.entries.isEmpty else {
            field.report(.refused("at least one agent is needed"))
            return []
        }
        return map.fields.map { name, field in
            checkAgent(name, at: field)
            return Scenario.Agent(name: name, steps: steps(field, .everywhere))
        }
    }

    private func checkAgent(_ name: String, at field: Field) {
        guard !Self.isWord(name) else { return }
        field.reading.report(.refused(Self.wordRule(name)), at: field.key)
    }

    private func reply(_ field: Field) -> Scenario.Reply? {
        guard let map = field.map(["when", "example", "steps"]) else { return nil }
        let phrases = map.required("when").flatMap { $0.list(of: "phrases", phrase) } ?? []
        let example = map.required("example")
        let line = example?.string()
        if let line, let example, !phrases.isEmpty, !phrases.contains(where: { $0.matches(line) }) {
            example.report(.refused("no phrase of this reply matches its example \(quoted(line))"))
        }
        let todo = map.required("steps").map { steps($0, .everywhere.with("line")) } ?? []
        guard let line else { return nil }
        return Scenario.Reply(phrases: phrases, example: line, steps: todo)
    }

    private func phrase(_ field: Field) -> Phrase? {
        guard let text = field.string() else { return nil }
        guard let phrase = Phrase(text) else {
            field.report(.refused("a phrase needs at least one word beside `*`"))
            return nil
        }
        return phrase
    }

    // MARK: Steps

    private static let stepKeys = ["say", "call", "together", "agent", "forEach"]
    private static let continuations = ["onSucceeded", "onFailed", "onRejected", "onExpired", "onRefused"]

    private func steps(_ field: Field, _ scope: Scope) -> [Step] {
        field.list(of: "steps") { step($0, scope) } ?? []
    }

    private func step(_ field: Field, _ scope: Scope) -> Step? {
        guard let anyMap = field.anyMap() else { return nil }
        let kinds = Self.stepKeys.filter { anyMap[$0] != nil }
        guard let kind = kinds.first, kinds.count == 1 else {
            notOneKind(kinds, anyMap, field)
            return nil
        }
        switch kind {
        case "say": return field.map(["say"])?["say"].flatMap { template($0, scope) }.map(Step.say)
        case "call":
            return field.map(["call", "arguments", "confidence", "reason"] + Self.continuations)
                .flatMap { call($0, scope) }
        case "together": return field.map(["together"])?["together"].map { .together(steps($0, scope)) }
        case "agent":
            guard let map = field.map(["agent", "steps"]) else { return nil }
            let name = map["agent"]?.string()
            if let name, let field = map["agent"] { checkAgent(name, at: field) }
            let todo = map.required("steps").map { steps($0, scope) } ?? []
            return name.map { .agent($0, todo) }
        case "forEach":
            guard let map = field.map(["forEach", "steps", "ifNone"]) else { return nil }
            let pattern = map["forEach"].flatMap(pattern)
            let body = map.required("steps").map { steps($0, scope.with("file")) } ?? []
            let ifNone = map["ifNone"].map { steps($0, scope) }
            return pattern.map { .forEach(ForEachStep(pattern: $0, steps: body, ifNone: ifNone)) }
        default: return nil
        }
    }

    private func notOneKind(_ kinds: [String], _ map: FieldMap, _ field: Field) {
        if kinds.count > 1 {
            field.report(
                .refused("one step does one thing; this one has \(kinds.map(quoted).joined(separator: " and "))"))
        } else if let first = map.entries.first, let near = nearest(to: first.key, among: Self.stepKeys) {
            field.reading.report(.unknownKey(first.key, nearest: near), at: map.source(of: first))
        } else {
            field.report(.refused("a step needs `say`, `call`, `together`, `agent` or `forEach`"))
        }
    }

    private func pattern(_ field: Field) -> FilePattern? {
        guard let text = field.string() else { return nil }
        guard let pattern = FilePattern(text) else {
            field.report(.refused("\(quoted(text)) is no pattern of files such as `*.tmp` or `cache/*.bin`"))
            return nil
        }
        return pattern
    }

    private func call(_ map: FieldMap, _ scope: Scope) -> Step? {
        let tool = map.required("call")?.choice(realTools + domainNames)
        let arguments = map["arguments"].map { members($0, scope) } ?? []
        if let tool, let definition = domain.first(where: { $0.name.utf8.elementsEqual(tool.utf8) }) {
            check(map["arguments"]?.anyMap() ?? map, against: definition)
        }
        let confidence = map["confidence"].flatMap(confidence)
        let reason = map["reason"].flatMap { template($0, scope) }
        let ended = scope.with("tool", "summary", "result")
        let refused = scope.with("tool", "message")
        let step = CallStep(
            tool: tool ?? "", arguments: arguments, confidence: confidence, reason: reason,
            onSucceeded: map["onSucceeded"].map { steps($0, ended) },
            onFailed: map["onFailed"].map { steps($0, ended) },
            onRejected: map["onRejected"].map { steps($0, refused.with("reason", "reviewer")) },
            onExpired: map["onExpired"].map { steps($0, refused) },
            onRefused: map["onRefused"].map { steps($0, refused) })
        return tool.map { _ in .call(step) }
    }

    private func check(_ arguments: FieldMap, against tool: DomainTool) {
        let parameters = tool.parameters
        for parameter in parameters where arguments[parameter] == nil {
            arguments.reading.report(.missingKey(parameter), at: arguments.source)
        }
        for entry in arguments.entries where !parameters.contains(where: { $0.utf8.elementsEqual(entry.key.utf8) }) {
            arguments.reading.report(
                .unknownKey(entry.key, nearest: nearest(to: entry.key, among: parameters)),
                at: arguments.source(of: entry))
        }
    }

    /// As it is written: `0.76` and not what a binary number makes of it.
    private func confidence(_ field: Field) -> JSONNumber? {
        guard field.number(in: 0...1) != nil, case .number(let number)? = field.json() else { return nil }
        return number
    }

    // MARK: Templates

    private func template(_ field: Field, _ scope: Scope?) -> Template? {
        guard let text = field.string() else { return nil }
        do throws(Template.Fault) {
            let template = try Template(text)
            if let scope { check(template, scope, field) }
            return template
        } catch {
            switch error {
            case .notClosed:
                field.report(
                    .refused("a placeholder that begins with `${` has no `}`; a literal `${` is written `$${`"))
            case .badName(let name):
                field.report(.refused("\(quoted("${\(name)}")) is no placeholder; a literal `${` is written `$${`"))
            }
        }
        return nil
    }

    private func check(_ template: Template, _ scope: Scope, _ field: Field) {
        for placeholder in template.placeholders {
            let name = String(placeholder.prefix { $0 != "." })
            if scope.names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) { continue }
            let hint = nearest(to: name, among: scope.names).map { " — did you mean `${\($0)}`?" }
            let known = scope.names.map { "`${\($0)}`" }.joined(separator: ", ")
            field.report(
                .refused("\(quoted("${\(placeholder)}")) stands for nothing here" + (hint ?? "; there are \(known)")))
        }
    }

    private func members(_ field: Field, _ scope: Scope?) -> [ArgumentTemplate.Member] {
        (field.anyMap()?.fields ?? []).compactMap { name, field in
            argument(field, scope).map { ArgumentTemplate.Member(name: name, value: $0) }
        }
    }

    private func argument(_ field: Field, _ scope: Scope?) -> ArgumentTemplate? {
        switch field.node.content {
        case .list: return field.list { argument($0, scope) }.map(ArgumentTemplate.list)
        case .map: return .object(members(field, scope))
        case .scalar(let text, .plain) where CoreScalar(plain: text) != .text:
            return field.json().map(ArgumentTemplate.fixed)
        case .scalar: return template(field, scope).map(ArgumentTemplate.text)
        }
    }

    private static func isWord(_ name: String) -> Bool {
        (1...40).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    private static func wordRule(_ name: String) -> String {
        "\(quoted(name)) is no name; write letters, digits, `-` and `_`, at most 40"
    }
}
