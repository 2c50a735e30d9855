package import HITLCore

/// Rules that were made of another program's, and what could not be: it is left to a person, never allowed.
package struct ImportedPolicy: Sendable {
    package private(set) var rules: [ImportedRule] = []
    package private(set) var remarks: [Remark] = []
    /// Whose rules they were: `Claude Code`.
    let program: String

    /// Something that became no rule, and why.
    package struct Remark: Sendable, Equatable {
        /// Where it stands and what it says, as it was written.
        package let origin: String
        package let reason: String
    }

    init(from program: String) {
        self.program = program
    }

    mutating func add(_ rule: ImportedRule) { rules.append(rule) }

    mutating func leaveOut(_ origin: String, _ reason: String) {
        remarks.append(Remark(origin: origin, reason: reason))
    }

    /// Other programs ask for each command of a line whether some entry allows it. Here a rule that allows must match all
    /// of them, so the entries become one.
    mutating func joinCommands() {
        guard
            let place = rules.firstIndex(where: \.allowsCommands),
            rules.filter(\.allowsCommands).count > 1
        else { return }
        let joined = rules.filter(\.allowsCommands).reduce(into: rules[place]) { joined, rule in
            if rule != rules[place] { joined.join(rule) }
        }
        rules.removeAll(where: \.allowsCommands)
        rules.insert(joined, at: place)
    }

    /// Other programs allow by words; here what the analysis finds risky still asks, whoever allowed the words.
    mutating func guardAllowances() {
        var tools: [JSONValue] = []
        var isOfCommands = false
        for rule in rules where rule.action == .allow {
            switch rule.when["tool"] {
            case .string?: tools += rule.when["tool"].map { [$0] } ?? []
            case .array(let names)?: tools += names
            default: isOfCommands = true
            }
        }
        guard !tools.isEmpty || isOfCommands else { return }
        var distinct: [JSONValue] = []
        for tool in tools where !distinct.contains(tool) { distinct.append(tool) }
        let name = "\(rules[0].prefix)-risky"
        func rule(_ suffix: String, _ scope: JSONObject.Member, _ example: JSONObject.Member) -> ImportedRule {
            ImportedRule(
                prefix: rules[0].prefix, name: name + suffix,
                origin: "What the rules below allow asks all the same where its risk is high.",
                when: JSONObject([scope, .init("riskAtLeast", "high")]), action: .requireApproval,
                matches: [.object(JSONObject([.init("tool", "x"), example, .init("risk", "critical")]))],
                notMatches: [.object(JSONObject([.init("tool", "x"), example, .init("risk", "medium")]))])
        }
        var guards: [ImportedRule] = []
        if !distinct.isEmpty {
            var made = rule("", .init("tool", .array(distinct)), .init("kind", "other"))
            // The example's tool is one of the list, spelled out.
            let tool = distinct[0].string.map { $0.replacingEach("*", with: "x") } ?? "x"
            made.name(tool: tool)
            guards.append(made)
        }
        if isOfCommands {
            guards.append(rule("-commands", .init("kind", .string("execute")), .init("kind", .string("execute"))))
        }
        rules.insert(contentsOf: guards, at: 0)
    }

    // MARK: As a file

    /// A file that `hitl policy check` accepts.
    ///
    /// - Parameter file: what was read, for the first line.
    package func yaml(from file: String) -> String {
        var lines = [
            "# Rules of \(program), imported from \(visible(file)). Read them before you use them; then try them:"
        ]
        lines.append("#   hitl policy check --config THIS-FILE; hitl policy replay --policy THIS-FILE")
        if !remarks.isEmpty {
            lines.append("#")
            lines.append("# Not carried over; such calls ask as long as nothing else allows them:")
            for remark in remarks {
                lines.append("#   \(visible(remark.origin))")
                lines.append("#     \(visible(remark.reason))")
            }
        }
        lines.append("policy:")
        guard !rules.isEmpty else { return lines.joined(separator: "\n") + "\n  rules: []\n" }
        lines.append("  rules:")
        for rule in rules { lines += rule.lines.map { $0.isEmpty ? "" : "    " + $0 } }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The same for programs: `{"rules": [{"origins": […], "rule": {…}}], "notCarriedOver": [{"origin", "reason"}]}`.
    package var json: JSONValue {
        [
            "notCarriedOver": .array(
                remarks.map { ["origin": .string($0.origin), "reason": .string($0.reason)] }),
            "rules": .array(rules.map(\.json)),
        ]
    }

    /// What is wrong with the file, as the loader sees it. Nothing, or there is a mistake in here.
    package func faults(paths: Paths) -> [Diagnostic] {
        do throws(Diagnostics) {
            let document = try YAMLDocument(Array(yaml(from: "import").utf8), file: "import")
            let reading = Reading(document)
            _ = reading.root.anyMap()?["policy"]?.anyMap()?["rules"].map { RuleReader(paths: paths).rules($0) }
            try reading.finish()
            return []
        } catch {
            return error.all
        }
    }
}

/// One rule, with where it comes from.
package struct ImportedRule: Sendable, Equatable {
    /// Of its name: `claude`.
    let prefix: String
    package private(set) var name: String
    /// Each entry that it was made of.
    package private(set) var origins: [String]
    package private(set) var when: JSONObject
    package let action: Rule.Action
    var message: String?
    /// What is different from there, in a sentence.
    var note: String?
    package private(set) var matches: [JSONValue]
    package private(set) var notMatches: [JSONValue]

    init(
        prefix: String, name: String, origin: String, when: JSONObject, action: Rule.Action, message: String? = nil,
        note: String? = nil, matches: [JSONValue], notMatches: [JSONValue]
    ) {
        self.prefix = prefix
        self.name = name
        origins = [origin]
        self.when = when
        self.action = action
        self.message = message
        self.note = note
        self.matches = matches
        self.notMatches = notMatches
    }

    fileprivate var allowsCommands: Bool { action == .allow && when["command"] != nil && message == nil }

    fileprivate mutating func join(_ other: ImportedRule) {
        func list(_ value: JSONValue?) -> [JSONValue] { value?.array ?? value.map { [$0] } ?? [] }
        name = "\(prefix)-allow-commands"
        origins += other.origins
        when["command"] = .array(
            (list(when["command"]) + list(other.when["command"])).reduce(into: []) { patterns, pattern in
                if !patterns.contains(pattern) { patterns.append(pattern) }
            })
        matches += other.matches
        notMatches += other.notMatches.filter { !notMatches.contains($0) }
    }

    mutating func name(tool: String) {
        func named(_ example: JSONValue) -> JSONValue {
            guard case .object(var object) = example else { return example }
            object["tool"] = .string(tool)
            return .object(object)
        }
        matches = matches.map(named)
        notMatches = notMatches.map(named)
    }

    fileprivate var json: JSONValue {
        .members([
            "note": note.map(JSONValue.string), "origins": .array(origins.map(JSONValue.string)),
            "rule": .members([
                "action": .string(action.rawValue),
                "examples": .members([
                    "matches": matches.isEmpty ? nil : .array(matches),
                    "notMatches": notMatches.isEmpty ? nil : .array(notMatches),
                ]),
                "message": message.map(JSONValue.string), "name": .string(name), "when": .object(when),
            ]),
        ])
    }

    fileprivate var lines: [String] {
        var lines = origins.map { "# \(visible($0))" }
        if let note { lines.append("#   \(visible(note))") }
        lines.append("- name: \(YAMLText.flow(.string(name)))")
        if !when.members.isEmpty { lines.append("  when: \(YAMLText.flow(.object(when)))") }
        lines.append("  action: \(action.rawValue)")
        if let message { lines.append("  message: \(YAMLText.flow(.string(message)))") }
        guard !matches.isEmpty || !notMatches.isEmpty else { return lines }
        lines.append("  examples:")
        for (key, examples) in [("matches", matches), ("notMatches", notMatches)] where !examples.isEmpty {
            lines.append("    \(key):")
            lines += examples.map { "      - \(YAMLText.flow($0))" }
        }
        return lines
    }
}
