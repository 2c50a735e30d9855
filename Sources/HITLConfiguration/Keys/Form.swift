import HITLCore

/// How values of one kind are written: read from a field, shown as text and as JSON.
///
/// What `text` shows, `read` accepts from a variable or at the prompt.
struct Form<Value: Sendable & Equatable>: Sendable {
    /// For people: `a duration or never`.
    let type: String
    let read: @Sendable (Field, Paths) -> Value?
    let json: @Sendable (Value) -> JSONValue
    let text: @Sendable (Value) -> String
    /// Where a value of several parts comes from; nil for the others.
    let sources: (@Sendable (Value) -> [Source])?

    init(
        _ type: String, read: @escaping @Sendable (Field, Paths) -> Value?,
        json: @escaping @Sendable (Value) -> JSONValue, text: (@Sendable (Value) -> String)? = nil,
        sources: (@Sendable (Value) -> [Source])? = nil
    ) {
        self.type = type
        self.read = read
        self.json = json
        self.text = text ?? { plainText(json($0)) }
        self.sources = sources
    }
}

/// JSON as a person writes it at the prompt: no quotes, lists with commas, `none` for nothing.
private func plainText(_ value: JSONValue) -> String {
    switch value {
    case .null: "none"
    case .bool(let value): value ? "true" : "false"
    case .number(let number): number.lexeme
    case .string(let text): text
    case .array(let elements): elements.isEmpty ? "none" : elements.map(plainText).joined(separator: ", ")
    case .object: value.canonicalText
    }
}

extension Form where Value == Bool {
    static let flag = Form("true or false", read: { field, _ in field.bool() }, json: { .bool($0) })

    /// A switch that stands where it stands, with the reason for whoever tries.
    static func fixed(_ only: Bool, because reason: String) -> Form {
        Form(
            only ? "true" : "false",
            read: { field, _ in
                guard let value = field.bool() else { return nil }
                guard value == only else {
                    field.report(.refused(reason))
                    return nil
                }
                return value
            },
            json: { .bool($0) })
    }
}

extension Form where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the words of an enum.
    ///
    /// - Parameter later: words that are known and not available yet.
    static func word(of key: String, later: [String] = []) -> Form {
        let words = Value.allCases.map(\.rawValue)
        return Form(
            Fault.alternatives(words + later).filter { $0 != "`" },
            read: { field, _ in
                guard let word = field.choice(words + later) else { return nil }
                if later.contains(word) { field.report(.notAvailable("`\(key): \(word)`")) }
                return Value(rawValue: word)
            },
            json: { .string($0.rawValue) })
    }
}

extension Form where Value == Int {
    static func count(_ range: ClosedRange<Int>) -> Form {
        Form(
            "a whole number from \(range.lowerBound) to \(range.upperBound)",
            read: { field, _ in field.int(in: range) }, json: { .integer($0) })
    }
}

extension Form where Value == Configuration.ConfidenceThreshold {
    static let confidence = Form(
        "a number from 0 to 1, or none",
        read: { field, _ in
            field.isNull || field.isWord("none") ? .unset : field.number(in: 0...1).map { .below($0) }
        },
        json: { threshold in
            switch threshold {
            case .unset: .null
            case .below(let value): JSONNumber("\(value)").map { .number($0) } ?? .string("\(value)")
            }
        })
}

extension Form where Value == Milliseconds {
    static let duration = Form(
        "a duration", read: { field, _ in field.duration() }, json: { .integer($0.count) }, text: \.text)
}

extension Form where Value == Configuration.Retention {
    static let retention = Form(
        "a number of days or years, or forever",
        read: { field, _ in
            if field.isNull || field.isWord("forever") { return .forever }
            guard let text = field.string() else { return nil }
            let units: [Character: Int64] = ["d": 1, "w": 7, "y": 365]
            guard let unit = text.last.flatMap({ units[$0] }), text.utf8.count <= 6,
                let count = Int64(text.dropLast()), count > 0, text.first != "+"
            else {
                field.report(expected: "a time such as `30d` or `7y`, or `forever`")
                return nil
            }
            return .days(count * unit)
        },
        json: { retention in
            switch retention {
            case .forever: "forever"
            case .days(let days): .integer(days * 86_400_000)
            }
        },
        text: \.text)
}

extension Form where Value == Configuration.Timeout {
    static let timeout = Form(
        "a duration, or never",
        read: { field, _ in
            field.isWord("never") ? .never : field.duration().map { .after($0) }
        },
        json: { timeout in
            switch timeout {
            case .never: "never"
            case .after(let duration): .integer(duration.count)
            }
        },
        text: { timeout in
            switch timeout {
            case .never: "never"
            case .after(let duration): duration.text
            }
        })
}

extension Form where Value == Set<Obligation> {
    private static var words: KeyValuePairs<String, Obligation> {
        ["approve": .reasonToApprove, "reject": .reasonToReject]
    }

    static let reasons = Form(
        "a list of approve, reject",
        read: { field, _ in
            let chosen = field.list(of: "`approve` and `reject`") { element in
                element.choice(words.map(\.key)).flatMap { word in words.first { $0.key == word }?.value }
            }
            return chosen.map { Set($0) }
        },
        json: { value in .array(words.filter { value.contains($0.value) }.map { .string($0.key) }) })
}

extension Form where Value == NameList {
    /// Names, each checked by `refusal`, which says why one could never match. A name with invisible characters is
    /// refused: it would not be the name that its reader sees.
    static func names(_ type: String, refusal: @escaping @Sendable (String) -> String?) -> Form {
        Form(
            type,
            read: { field, _ in
                let names = field.list(of: "names") { element -> String? in
                    guard let name = element.string() else { return nil }
                    let isVisible = visible(name).utf8.elementsEqual(name.utf8)
                    let hidden = isVisible ? nil : "\(quoted(name)) has characters that cannot be seen"
                    if let refusal = hidden ?? refusal(name) {
                        element.report(.refused(refusal))
                        return nil
                    }
                    return name
                }
                return names.map { NameList($0.isEmpty ? [] : [Sourced($0, from: field.key)]) }
            },
            json: { .array($0.names.map { .string($0) }) },
            sources: { $0.parts.map(\.source) })
    }
}

extension Form where Value == String {
    /// A name, or a path in which `~/` is the home directory.
    static let nameOrPath = Form(
        "a name, or a path", read: { field, paths in field.filledText().map(paths.expanded) }, json: { .string($0) })

    /// An absolute path; `~/` is the home directory. A relative one would name another file in each directory.
    static let path = Form(
        "an absolute path, or one that begins with ~/",
        read: { field, paths in
            guard let path = field.filledText().map(paths.expanded) else { return nil }
            guard path.utf8.first == UInt8(ascii: "/") else {
                field.report(expected: "an absolute path, or one that begins with `~/`")
                return nil
            }
            return path
        },
        json: { .string($0) })
}

extension Form where Value == Configuration.SigningKeySource {
    static let signingKey = Form(
        "own, agent, agent:KEY, off, or a path",
        read: { field, paths in
            guard let text = field.filledText() else { return nil }
            if field.isWord("own") { return .own }
            if field.isWord("off") { return .off }
            if field.isWord("agent") { return .agent(key: nil) }
            if text.utf8.starts(with: "agent:SHA256:".utf8) { return .agent(key: String(text.dropFirst(6))) }
            let path = paths.expanded(text)
            guard path.utf8.first == UInt8(ascii: "/") else {
                field.report(
                    expected: "`own`, `agent`, `agent:SHA256:…`, `off`, or a path that begins with `/` or `~/`")
                return nil
            }
            return .file(path)
        },
        json: { source in
            switch source {
            case .own: "own"
            case .agent(nil): "agent"
            case .agent(let key?): .string("agent:" + key)
            case .file(let path): .string(path)
            case .off: "off"
            }
        })
}

extension Form where Value == [String] {
    static let keySources = Form(
        "a list of paths, env:NAME or command:WORDS",
        read: { field, paths in
            field.list(of: "paths, `env:NAME` or `command:/PROGRAM WORDS`") { element -> String? in
                guard let text = element.filledText() else { return nil }
                if text.utf8.starts(with: "env:".utf8) || text.utf8.starts(with: "command:/".utf8) { return text }
                let path = paths.expanded(text)
                guard path.utf8.first == UInt8(ascii: "/") else {
                    element.report(
                        expected: "a path that begins with `/` or `~/`, `env:NAME` or `command:/PROGRAM WORDS`")
                    return nil
                }
                return path
            }
        },
        json: { .array($0.map { .string($0) }) })

    static let directories = Form(
        "a list of paths",
        read: { field, paths in field.list(of: "paths") { absolute($0, paths) } },
        json: { .array($0.map { .string($0) }) })

    static func absolute(_ element: Field, _ paths: Paths) -> String? {
        guard let text = element.string() else { return nil }
        let path = paths.expanded(text)
        guard path.utf8.first == UInt8(ascii: "/"), !path.utf8.contains(0) else {
            element.report(expected: "an absolute path, or one that begins with `~/`")
            return nil
        }
        return path
    }

    static let words = Form(
        "a list of words",
        read: { field, _ in field.list(of: "words") { $0.string() } },
        json: { .array($0.map { .string($0) }) })
}

extension Field {
    func isWord(_ word: String) -> Bool { text?.utf8.elementsEqual(word.utf8) ?? false }

    /// Text that is not empty and has no NUL, at which the system would cut a path.
    fileprivate func filledText() -> String? {
        guard let text = string() else { return nil }
        guard !text.isEmpty, !text.utf8.contains(0) else {
            report(expected: "text that is not empty")
            return nil
        }
        return text
    }
}
