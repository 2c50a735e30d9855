/// Takes secrets and personal data out of what people are shown and what is recorded. What runs is never touched.
package struct Redaction: Sendable {
    /// How much is taken out.
    package enum Depth: Sendable {
        /// Secrets, and data that identifies a person: not the addresses that are in every mail.
        case identifying
        /// Addresses and phone numbers too: what a rule with `action: redact` demands.
        case everything

        /// By its form, where it was not taken out before.
        fileprivate func found(in bytes: [UInt8], named name: String) -> [SecretMatch] {
            let found = SecretScanner.scan(bytes, named: name.utf8).filter { covers($0.kind) }
            guard !found.isEmpty else { return found }
            let masks = Masking.masks(in: bytes)
            let named = NamedSecret.whole(bytes, name: Array(name.utf8))
            return found.filter { match in !masks.contains { $0.overlaps(match.range) } }.flatMap { match in
                if match == named { return [match] }
                let shown = [match.endingAtSyntax(in: bytes, named: name)].compactMap(\.self)
                return shown + match.keyLines(in: bytes, behind: shown.first?.range.upperBound)
            }
        }

        private func covers(_ kind: SecretKind) -> Bool {
            switch (self, kind) {
            case (.everything, _): true
            case (.identifying, .emailAddress), (.identifying, .phoneNumber): false
            case (.identifying, _): true
            }
        }
    }

    /// A value that was found; it is taken out wherever else it stands.
    package struct Value: Sendable, Hashable {
        let bytes: [UInt8]
        let kind: SecretKind
    }

    private let digest: @Sendable (ArraySlice<UInt8>) -> String
    package let depth: Depth
    /// What was found before.
    private let known: [Value]

    /// - Parameter digest: of a value's bytes, keyed, in hexadecimal.
    package init(
        _ depth: Depth = .identifying, known: [Value] = [], digest: @escaping @Sendable (ArraySlice<UInt8>) -> String
    ) {
        self.depth = depth
        self.known = known
        self.digest = digest
    }

    // MARK: Finding

    /// The values in a call. A short one is not looked for elsewhere: it would be found in any text.
    package func values(in call: ToolCall) -> [Value] { finder(for: call).longestFirst }

    private func finder(for call: ToolCall) -> Finder {
        var finder = Finder(depth: depth)
        finder.look(in: .object(call.arguments), named: "")
        for change in call.facts.command?.environment ?? [] { finder.look(in: change.value ?? "", named: change.name) }
        finder.look(inWords: call.facts.command?.argv ?? [])
        for path in call.facts.paths {
            finder.look(in: path.given, named: "")
            finder.look(in: path.resolved, named: "")
        }
        for pin in call.facts.pins { finder.look(in: pin.path, named: "") }
        finder.look(in: call.directory ?? "", named: "")
        for warning in call.facts.warnings { finder.look(in: warning, named: "") }
        finder.look(in: call.facts.preview ?? "", named: "preview")
        finder.look(in: call.claims.reason ?? "", named: "")
        for label in [call.origin.agent, call.origin.session] + call.origin.lineage {
            finder.look(in: label, named: "")
        }
        return finder
    }

    /// Whether a call has secrets in it, or data that identifies a person.
    package static func finds(in call: ToolCall) -> Bool { !Redaction { _ in "" }.values(in: call).isEmpty }

    private struct Finder {
        let depth: Depth
        private var values: Set<Value> = []
        /// Whether anything was found, short ones too.
        private(set) var hasFound = false

        private static let shortest = 6

        init(depth: Depth) { self.depth = depth }

        var longestFirst: [Value] { values.sorted { $0.bytes.count > $1.bytes.count } }

        mutating func look(in text: String, named name: String) {
            let bytes = Array(text.utf8)
            for match in depth.found(in: bytes, named: name) {
                hasFound = true
                guard match.range.count >= Self.shortest else { continue }
                values.insert(Value(bytes: Array(bytes[match.range]), kind: match.kind))
            }
        }

        /// An option and its value are two words of one command.
        mutating func look(inWords words: [String]) {
            for word in words { look(in: word, named: "") }
            if words.count > 1 { look(in: words.joined(separator: " "), named: "") }
        }

        mutating func look(in value: JSONValue, named name: String) {
            switch value {
            case .null, .bool: break
            case .number(let number): look(in: number.lexeme, named: name)
            case .string(let text): look(in: text, named: name)
            case .array(let elements):
                for element in elements { look(in: element, named: name) }
                look(inWords: elements.compactMap(\.string))
            case .object(let object):
                for member in object.members {
                    look(in: member.name, named: "")
                    look(in: member.value, named: object.secretName(of: member, beneath: name))
                }
            }
        }
    }

    // MARK: Taking out

    /// The same call without what was found; the call itself where nothing was.
    package func redacted(_ call: ToolCall) -> ToolCall { redacting(call).call }

    /// The same, with the values that were taken out.
    package func redacting(_ call: ToolCall) -> (call: ToolCall, values: [Value]) {
        let finder = finder(for: call)
        guard finder.hasFound || !known.isEmpty else { return (call, []) }
        let values = finder.longestFirst
        return (without(values, call), values)
    }

    private func without(_ values: [Value], _ call: ToolCall) -> ToolCall {
        let all = with(values)
        let arguments = all.redacted(.object(call.arguments)).object ?? call.arguments
        var facts = call.facts
        facts.command = facts.command.map { command in
            Facts.Command(
                argv: command.argv.map { all.redacted($0) }, executable: command.executable,
                environment: command.environment.map { change in
                    .init(name: change.name, value: change.value.map { all.redacted($0, named: change.name) })
                }, confinement: command.confinement)
        }
        facts.paths = facts.paths.map { .init(given: all.redacted($0.given), resolved: all.redacted($0.resolved)) }
        facts.pins = facts.pins.map { .init(path: all.redacted($0.path), state: keyed($0.state)) }
        facts.gateFiles = facts.gateFiles.map { all.redacted($0) }
        facts.preview = facts.preview.map { all.redacted($0, named: "preview") }
        facts.warnings = facts.warnings.map { all.redacted($0) }
        let claims = Claims(
            reason: call.claims.reason.map { all.redacted($0) }, confidence: call.claims.confidence)
        let directory = call.directory.map { all.redacted($0) }
        let origin = Origin(
            agent: all.redacted(call.origin.agent), session: all.redacted(call.origin.session),
            lineage: call.origin.lineage.map { all.redacted($0) })
        guard
            arguments != call.arguments || facts != call.facts || claims != call.claims || directory != call.directory
                || origin != call.origin
        else { return call }
        return ToolCall(
            tool: call.tool, kind: call.kind, arguments: arguments, origin: origin, directory: directory,
            claims: claims, performer: call.performer, facts: facts, compensates: call.compensates, content: .redacted)
    }

    /// A short content could be tried until its digest is found. What is redacted never runs, so that nothing compares
    /// this one with a file.
    private func keyed(_ state: Facts.Pin.State) -> Facts.Pin.State {
        guard case .file(let sha256, let bytes) = state else { return state }
        return .file(sha256: "keyed:" + digest(Array(sha256.utf8)[...]), bytes: bytes)
    }

    package func redacted(_ verdict: Verdict) -> Verdict {
        let rules = verdict.rules.map { rule in
            RuleReference(
                name: rule.name, source: rule.source, fact: redacted(rule.fact), action: rule.action,
                message: rule.message, isUndecided: rule.isUndecided)
        }
        guard rules != verdict.rules else { return verdict }
        return Verdict(
            effect: verdict.effect, rules: rules, risk: verdict.risk, severity: verdict.severity,
            obligations: verdict.obligations, timeout: verdict.timeout, charges: verdict.charges,
            policyVersion: verdict.policyVersion)
    }

    /// An agent calls itself what it likes.
    package func redacted(_ principal: Principal) -> Principal {
        guard principal.role == .agent else { return principal }
        return Principal(role: principal.role, name: redacted(principal.name), channel: principal.channel)
    }

    package func redacted(_ outcome: Outcome) -> Outcome {
        Outcome(
            status: outcome.status, summary: outcome.summary.map { redacted($0) },
            result: outcome.result.map { redacted($0) }, executionTime: outcome.executionTime)
    }

    package func redacted(_ value: JSONValue) -> JSONValue {
        Masking.value(value, scan: { matches(in: $0, named: $1) }, replace: mask)
    }

    package func redacted(_ text: String, named name: String = "") -> String {
        let matches = matches(in: text, named: name)
        return matches.isEmpty ? text : mask(text, matches)
    }

    /// The same redaction that knows more values.
    package func with(_ values: [Value]) -> Redaction {
        values.isEmpty ? self : Redaction(depth, known: values + known, digest: digest)
    }

    private func mask(_ text: String, _ matches: [SecretMatch]) -> String {
        Masking.masked(text, matches, digest: digest)
    }

    /// What is found by its form, and what is known, without overlaps, in the order of the text.
    private func matches(in text: String, named name: String) -> [SecretMatch] {
        let bytes = Array(text.utf8)
        var matches = depth.found(in: bytes, named: name)
        for value in known {
            for range in bytes.ranges(of: value.bytes) {
                let overlapping = matches.filter { $0.range.overlaps(range) }
                guard
                    overlapping.allSatisfy({
                        range.lowerBound <= $0.range.lowerBound && $0.range.upperBound <= range.upperBound
                    })
                else { continue }
                matches.removeAll { $0.range.overlaps(range) }
                matches.append(SecretMatch(kind: value.kind, range: range))
            }
        }
        return matches.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }
}

extension [UInt8] {
    /// Where `part` stands, from left to right, without overlaps.
    fileprivate func ranges(of part: [UInt8]) -> [Range<Int>] {
        guard let first = part.first, part.count <= count else { return [] }
        var ranges: [Range<Int>] = []
        var place = 0
        while place <= count - part.count {
            guard self[place] == first, self[place..<(place + part.count)].elementsEqual(part) else {
                place += 1
                continue
            }
            ranges.append(place..<(place + part.count))
            place += part.count
        }
        return ranges
    }
}

extension SecretMatch {
    /// As far as a shell or another language would read it as text: nothing that does something is hidden behind a mask,
    /// because a person approves what is to be seen. Only a value that its name alone says to be secret is taken whole.
    fileprivate func endingAtSyntax(in bytes: [UInt8], named name: String) -> SecretMatch? {
        // A key has several lines; in a script each line does something.
        let isBlock = kind == .privateKey && !name.isEmpty && !Self.mayRun(name)
        let end = bytes[range].firstIndex { byte in
            switch byte {
            case 0x0A, 0x0D: !isBlock
            case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: "$"), UInt8(ascii: ";"),
                UInt8(ascii: "|"), UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "("),
                UInt8(ascii: ")"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "\\"), 0x00:
                true
            default: false
            }
        }
        guard let end else { return self }
        return end > range.lowerBound ? SecretMatch(kind: kind, range: range.lowerBound..<end) : nil
    }

    /// What is left of a key behind the first line or sign that cannot be taken out with it: its lines of base64, each by
    /// itself, and what stands between them as it is.
    fileprivate func keyLines(in bytes: [UInt8], behind end: Int?) -> [SecretMatch] {
        guard kind == .privateKey, let end, end < range.upperBound else { return [] }
        func isBody(_ byte: UInt8) -> Bool { TokenTable.Body.alphanumeric.holds(byte) || "+/=".utf8.contains(byte) }
        var lines: [SecretMatch] = []
        var place = end
        while place < range.upperBound {
            // The letter of `\n` is none of the key's.
            if bytes[place] == UInt8(ascii: "\\") {
                place += 2
            } else if !isBody(bytes[place]) {
                place += 1
            } else {
                let line = bytes[place..<range.upperBound].prefix(while: isBody)
                // Shorter or plainer ones could be words that do something.
                if line.count >= 24, line.first != UInt8(ascii: "/"), SecretValue.looksRandom(line.prefix(512)) {
                    lines.append(SecretMatch(kind: kind, range: line.indices))
                }
                place = line.endIndex
            }
        }
        return lines
    }

    private static func mayRun(_ name: String) -> Bool {
        let name = name.lowercased()
        return [
            "command", "cmd", "script", "code", "arg", "query", "sql", "statement", "program", "shell", "exec", "run",
            "line",
        ]
        .contains { name.holds($0) }
    }
}
