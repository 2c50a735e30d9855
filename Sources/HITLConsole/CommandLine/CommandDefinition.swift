/// Everything there is to know about one command: help, completion, the manual and the shells'
/// completions are derived from it, so it is said once.
package struct CommandDefinition: Sendable {
    /// Where a command can be typed.
    package enum Family: Sendable, Equatable {
        /// `hitl loop`: only on the shell's command line.
        case program
        /// `/hitl approve` in the loop and `hitl approve` in any other terminal.
        case desk
        /// `/quit`: only in the loop.
        case loop
    }

    package let name: String
    package let family: Family
    /// One line, without a full stop.
    package let summary: String
    /// Paragraphs for the help and the manual.
    package let discussion: String
    package let positionals: [Positional]
    package let options: [Option]
    /// What follows `--`, where something may.
    package let rest: Positional?
    package let examples: [Example]

    package struct Example: Sendable {
        package let line: String
        package let meaning: String

        package init(_ line: String, _ meaning: String) {
            self.line = line
            self.meaning = meaning
        }
    }

    package struct Positional: Sendable {
        package enum Count: Sendable, Equatable { case one, optional, oneOrMore, any }

        package let name: String
        package let kind: ValueKind
        package let count: Count
        package let doc: String

        package init(_ name: String, _ kind: ValueKind, _ count: Count = .one, doc: String) {
            self.name = name
            self.kind = kind
            self.count = count
            self.doc = doc
        }
    }

    package struct Option: Sendable {
        package let name: String
        /// The value's name in the help; nil for an option that takes none.
        package let value: String?
        package let kind: ValueKind
        /// Whether it may be given more than once.
        package let repeats: Bool
        package let doc: String

        package init(
            _ name: String, _ value: String? = nil, _ kind: ValueKind = .text, repeats: Bool = false, doc: String
        ) {
            self.name = name
            self.value = value
            self.kind = kind
            self.repeats = repeats
            self.doc = doc
        }
    }

    package init(
        _ name: String, _ family: Family, summary: String, discussion: String = "", positionals: [Positional] = [],
        options: [Option] = [], rest: Positional? = nil, examples: [Example] = []
    ) {
        self.name = name
        self.family = family
        self.summary = summary
        self.discussion = discussion
        self.positionals = positionals
        self.options = options
        self.rest = rest
        self.examples = examples
    }

    /// What a shell's command line takes: there, a command of the desk can be told which desk.
    package var inShell: CommandDefinition {
        guard family == .desk else { return self }
        return CommandDefinition(
            name, family, summary: summary, discussion: discussion, positionals: positionals,
            options: options + [.socket], rest: rest, examples: examples)
    }

    /// `/hitl approve`, `/quit`, `hitl loop`: as it is typed where it is at home.
    package var typed: String {
        switch family {
        case .program: "hitl \(name)"
        case .desk: "/hitl \(name)"
        case .loop: "/\(name)"
        }
    }

    /// The arguments in one line: `N … [--reason R]`.
    package var synopsis: String {
        var parts = positionals.map(\.synopsis)
        parts += options.map { option in
            let text = option.value.map { "--\(option.name) \($0)" } ?? "--\(option.name)"
            return option.repeats ? "[\(text) …]" : "[\(text)]"
        }
        if let rest { parts.append("[-- \(rest.name) …]") }
        return parts.joined(separator: " ")
    }
}

extension CommandDefinition.Positional {
    fileprivate var synopsis: String {
        switch count {
        case .one: name
        case .optional: "[\(name)]"
        case .oneOrMore: "\(name) …"
        case .any: "[\(name) …]"
        }
    }
}

/// What a value is, which decides what TAB offers for it.
package enum ValueKind: Sendable, Equatable {
    case text
    /// A number, several, or ranges, of pending requests.
    case requests
    /// A number or id of any request.
    case request
    case tool
    case decision
    case duration
    /// A date, a time of RFC 3339, or a duration ago.
    case moment
    case count
    case json
    case file
    case directory
    case setting
    case assignment
    case agent
    case command
    /// One of these words.
    case word([String])
}
