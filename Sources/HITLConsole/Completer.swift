import HITLConfiguration
import HITLGate
import HITLPlatform
package import HITLTerminal

/// What TAB offers, from the command table and what is pending.
package final class Completer: Sendable {
    private struct Known {
        /// Number and tool, where that is known without looking it up.
        var pending = AscendingTable<String?>()
        var tools: [String]
        var agents: [String] = []
    }

    private let known: Locked<Known>

    /// - Parameter tools: names of tools, for options that take one.
    package init(tools: [String]) {
        known = Locked(Known(tools: tools))
    }

    /// All that are pending.
    package func update(pending: [Int64]) {
        var table = AscendingTable<String?>()
        for number in pending.sorted() { table[number] = .some(nil) }
        known.withLock { $0.pending = table }
    }

    func opened(_ number: Int64, tool: String) {
        known.withLock { $0.pending[number] = .some(tool) }
    }

    func closed(_ number: Int64) {
        known.withLock { _ = $0.pending.removeValue(forKey: number) }
    }

    /// As far as it was told.
    var pendingCount: Int { known.withLock { $0.pending.count } }

    package func complete(_ line: String, _ cursor: Int) -> [Completion] {
        let before = String(String.UnicodeScalarView(line.unicodeScalars.prefix(cursor)))
        var words = before.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        let current = before.unicodeScalars.last == " " ? "" : words.popLast() ?? ""
        guard words.first?.utf8.first == UInt8(ascii: "/") || (words.isEmpty && current.utf8.first == UInt8(ascii: "/"))
        else { return [] }

        if words.isEmpty {
            let names =
                [("/hitl", "decide, look, configure")]
                + CommandTable.loop.map { ("/" + $0.definition.name, $0.definition.summary) }
            return offer(names, for: current)
        }
        let isDesk = words[0] == "/hitl"
        if isDesk, words.count == 1 {
            return offer(CommandTable.desk.map { ($0.definition.name, $0.definition.summary) }, for: current)
        }
        let name = isDesk ? words[1] : String(words[0].dropFirst())
        let table = isDesk ? CommandTable.desk : CommandTable.loop
        guard let definition = table.first(where: { $0.definition.name == name })?.definition else { return [] }
        return complete(current, after: words.dropFirst(isDesk ? 2 : 1), of: definition)
    }

    private func complete(_ current: String, after words: ArraySlice<String>, of definition: CommandDefinition)
        -> [Completion]
    {
        if let last = words.last, last.utf8.starts(with: "--".utf8),
            let option = definition.options.first(where: { "--" + $0.name == last }), option.value != nil
        {
            return offer(values(option.kind), for: current)
        }
        if current.utf8.starts(with: "-".utf8) {
            let given = Set(words)
            let open = definition.options.filter { $0.repeats || !given.contains("--" + $0.name) }
            return offer(open.map { ("--" + $0.name, $0.doc) }, for: current)
        }
        let given = words.filter { !$0.utf8.starts(with: "-".utf8) }.count
        let positional =
            definition.positionals.indices.contains(given) ? definition.positionals[given] : definition.positionals.last
        guard let positional else { return offer(definition.options.map { ("--" + $0.name, $0.doc) }, for: current) }
        return offer(values(positional.kind).filter { !words.contains($0.0) }, for: current)
    }

    private func values(_ kind: ValueKind) -> [(String, String)] {
        switch kind {
        case .requests, .request:
            known.withLock(\.pending).map { number, tool in (String(number), tool ?? "") }
        case .tool: known.withLock(\.tools).map { ($0, "") }
        case .agent: known.withLock(\.agents).map { ($0, "") }
        case .word(let words): words.map { ($0, "") }
        case .decision: HistoryCommand.words.map { ($0, "") }
        case .setting: ConfigurationKey.all.filter(\.isAvailable).map { ($0.name, $0.summary) }
        case .command: CommandTable.definitions.map { ($0.name, $0.summary) }
        case .duration: [("30s", ""), ("5m", ""), ("1h", "")]
        case .text, .moment, .count, .json, .file, .directory, .assignment: []
        }
    }

    private func offer(_ values: [(name: String, doc: String)], for current: String) -> [Completion] {
        values.filter { $0.name.utf8.starts(with: current.utf8) }.map { value in
            Completion(
                replacing: current.unicodeScalars.count, insertion: value.name + " ",
                display: DisplayText(untrusted: value.name), description: DisplayText(untrusted: value.doc))
        }
    }
}

/// What of a typed line may be kept in the history file: commands, numbers and options, but no
/// reasons, conditions or arguments of calls.
package enum HistoryFilter {
    package static func kept(_ line: String) -> String? {
        // As the console takes it, which passes over blanks before a command.
        guard line.utf8.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "/") else { return line }
        guard let words = try? Words.split(line), let first = words.first else { return nil }
        let isDesk = first == "/hitl"
        guard let name = isDesk ? words.dropFirst().first : String(first.dropFirst()) else { return line }
        let table = isDesk ? CommandTable.desk : CommandTable.loop
        guard let definition = table.first(where: { $0.definition.name == name })?.definition,
            let arguments = try? Arguments(words.dropFirst(isDesk ? 2 : 1), for: definition)
        else { return nil }
        var kept = isDesk ? ["/hitl", name] : [first]
        for (place, word) in arguments.positionals.enumerated() {
            let kind = definition.positionals[min(place, definition.positionals.count - 1)].kind
            if kind != .text { kept.append(word) }
        }
        for option in definition.options where arguments.has(option.name) {
            switch option.kind {
            case .text where option.value == nil: kept.append("--" + option.name)
            case .text, .assignment, .json: continue
            default: kept += arguments.texts(option.name).flatMap { ["--" + option.name, Words.quoted($0)] }
            }
        }
        return kept.joined(separator: " ")
    }
}
