import HITLConfiguration
package import HITLCore

/// The words after a command's name, sorted by its definition and not yet read for their meaning.
package struct Arguments: Sendable {
    package let command: CommandDefinition
    package private(set) var positionals: [String] = []
    /// What followed `--`; nil where there was none.
    package private(set) var rest: [String]?
    private var options: [String: [String]] = [:]

    /// Options may stand anywhere; `--` ends them; `--name=value` and `--name value` are the same.
    package init(_ words: some Sequence<String>, for command: CommandDefinition) throws(UsageError) {
        self.command = command
        var words = Array(words)[...]
        while let word = words.popFirst() {
            if word == "--" {
                if command.rest != nil {
                    rest = Array(words)
                } else {
                    positionals += words
                }
                words = []
            } else if word.utf8.starts(with: "--".utf8) {
                try take(option: word, from: &words)
            } else if word.utf8.first == UInt8(ascii: "-"), word.utf8.count > 1, Int64(word) == nil {
                throw .unknownOption(word, command: command.typed, nearest: nil)
            } else {
                positionals.append(word)
            }
        }
        try checkCount()
    }

    private mutating func take(option word: String, from words: inout ArraySlice<String>) throws(UsageError) {
        let parts = word.utf8.dropFirst(2).split(
            separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(decoding: parts[0], as: UTF8.self)
        guard let option = command.options.first(where: { $0.name == name }) else {
            let nearest = nearest(to: name, among: command.options.map(\.name)).map { "--\($0)" }
            throw .unknownOption("--" + name, command: command.typed, nearest: nearest)
        }
        var value = parts.count == 2 ? String(decoding: parts[1], as: UTF8.self) : nil
        if let expected = option.value {
            value = value ?? words.popFirst()
            guard value != nil else { throw .missingValue(option: name, value: expected) }
        } else if value != nil {
            throw .superfluousValue(option: name)
        }
        if option.kind == .file || option.kind == .directory, value?.isEmpty == true {
            throw .badValue("", of: "--" + name, expected: "a path")
        }
        guard option.repeats || options[name] == nil else { throw .givenTwice(option: name) }
        options[name, default: []].append(value ?? "")
    }

    private func checkCount() throws(UsageError) {
        var open = positionals.count
        for positional in command.positionals {
            switch positional.count {
            case .one, .oneOrMore:
                guard open > 0 else { throw Self.missing(positional, of: command) }
                open = positional.count == .one ? open - 1 : 0
            case .optional: open = max(0, open - 1)
            case .any: open = 0
            }
        }
        if open > 0 { throw .superfluous(argument: positionals[positionals.count - open], command: command.typed) }
    }

    private static func missing(_ positional: CommandDefinition.Positional, of command: CommandDefinition) -> UsageError
    {
        guard case .word(let words) = positional.kind else {
            return .missing(argument: positional.name, command: command.typed)
        }
        return .missingWord(of: words, command: command.typed)
    }

    package func has(_ option: String) -> Bool { options[option] != nil }

    package func text(_ option: String) -> String? { options[option]?.last }

    package func texts(_ option: String) -> [String] { options[option] ?? [] }

    package func duration(_ option: String) throws(UsageError) -> Milliseconds? {
        guard let text = text(option) else { return nil }
        return try Self.duration(text, of: "--" + option)
    }

    package static func duration(_ text: String, of name: String) throws(UsageError) -> Milliseconds {
        guard let duration = Milliseconds(text: text) else {
            throw .badValue(text, of: name, expected: "a duration such as 250ms, 30s, 5m, 2h or 7d")
        }
        return duration
    }

    /// A duration that is not nothing.
    package static func someTime(_ text: String, of name: String) throws(UsageError) -> Milliseconds {
        let duration = try duration(text, of: name)
        guard duration.count > 0 else { throw .badValue(text, of: name, expected: "more than no time") }
        return duration
    }

    package func count(_ option: String) throws(UsageError) -> Int? {
        guard let text = text(option) else { return nil }
        guard let count = Int(text), count >= 0, String(count) == text else {
            throw .badValue(text, of: "--" + option, expected: "a whole number")
        }
        return count
    }

    /// A date, a time of RFC 3339, or a duration before `now`.
    package func moment(_ option: String, now: WallTime) throws(UsageError) -> WallTime? {
        guard let text = text(option) else { return nil }
        if let time = WallTime(timestamp: text) { return time }
        if let ago = Milliseconds(text: text) { return now + Milliseconds(-ago.count) }
        throw .badValue(
            text, of: "--" + option,
            expected: "a date (2026-01-31), a time (2026-01-31T14:30:00Z) or a duration ago (2h)")
    }

    /// Numbers and ranges of requests: `1 3-5 7,9`. Each once, in the order given.
    package func requests() throws(UsageError) -> [RequestName] {
        var names: [RequestName] = []
        for word in positionals {
            for name in try RequestName.list(word, command: command.typed) where !names.contains(name) {
                names.append(name)
            }
        }
        return names
    }

    /// All requests that are named where the command takes some, also where other arguments stand beside them.
    var namedRequests: [RequestName] {
        zip(positionals.indices, positionals).flatMap { place, word -> [RequestName] in
            switch command.positionals[min(place, command.positionals.count - 1)].kind {
            case .requests, .request: (try? RequestName.list(word, command: command.typed)) ?? []
            case .text, .tool, .decision, .duration, .moment, .count, .json, .file, .directory, .setting, .assignment,
                .agent, .command, .word:
                []
            }
        }
    }
}

/// How people name a request: by its number, or by its id.
package enum RequestName: Sendable, Hashable {
    case number(Int64)
    case id(RequestID)

    package init?(_ text: String) {
        switch Subject(text) {
        case .request(let number)?: self = .number(number)
        case .call(let id)?: self = .id(id)
        case nil: return nil
        }
    }

    package var text: String {
        switch self {
        case .number(let number): String(number)
        case .id(let id): id.description
        }
    }

    /// The most that one range may name: a slip of the finger should not decide a million requests.
    package static let widestRange: Int64 = 10_000

    static func list(_ text: String, command: String) throws(UsageError) -> [RequestName] {
        var names: [RequestName] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            names += try range(String(part), in: text, command: command)
        }
        return names
    }

    /// - Parameter word: what it is a part of.
    private static func range(
        _ text: String, in word: String, command: String
    ) throws(UsageError) -> [RequestName] {
        if let name = RequestName(text) { return [name] }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { RequestName(String($0)) }
        guard ends.count == 2, case .number(let first)?? = ends.first, case .number(let last)?? = ends.last,
            first <= last, last - first < widestRange
        else {
            throw .badValue(
                word, of: command, expected: "request numbers such as 3, 3-5 or 3,7 (at most \(widestRange) in a range)"
            )
        }
        return (first...last).map(RequestName.number)
    }
}
