import HITLCore

/// `[mcp_servers.name]` with `command` and `args` in Codex's `config.toml`.
///
/// No reader of TOML: it knows tables, and the two forms of strings on one line. What it does not know it leaves alone.
package struct TOMLClientText: ClientText {
    private let bytes: [UInt8]
    private static let table = "mcp_servers"

    package init(_ bytes: [UInt8]) throws(InstallObstacle) {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .unreadable("it is no UTF-8") }
        guard !bytes.indices.contains(where: { Self.isTripleQuote(bytes, at: $0) }) else {
            throw .unreadable("it has strings of several lines")
        }
        self.bytes = bytes
    }

    private static func isTripleQuote(_ bytes: [UInt8], at place: Int) -> Bool {
        guard place + 2 < bytes.count, bytes[place] == UInt8(ascii: "\"") || bytes[place] == UInt8(ascii: "'") else {
            return false
        }
        return bytes[place + 1] == bytes[place] && bytes[place + 2] == bytes[place]
    }

    /// Where the values of one server stand.
    private struct Entry {
        let command: (place: Range<Int>, text: String)
        let arguments: (place: Range<Int>, words: [String])?
    }

    private func entry(_ name: String) throws(InstallObstacle) -> Entry? {
        let headers = Set(["[\(Self.table).\(name)]", "[\(Self.table).\"\(name)\"]", "[\(Self.table).'\(name)']"])
        var command: (Range<Int>, String)?
        var arguments: (Range<Int>, [String])?
        var isInside = false
        var isThere = false
        var reader = TOMLScan(bytes: bytes)
        while let line = reader.nextStart() {
            let text = reader.line(at: line)
            if text.utf8.first == UInt8(ascii: "[") {
                let header = String(text.prefix { $0 != "#" }).trimmed
                isInside = headers.contains(header)
                if isInside, isThere { throw .unreadable("it has the server twice") }
                if isInside { isThere = true }
                reader.skipLine()
                continue
            }
            // `mcp_servers.name.command = …` and inline tables say the same in other words.
            if text.hasPrefix(Self.table) { throw .unreadable("its servers are not written as tables") }
            guard isInside, let equals = text.firstIndex(of: "=") else {
                reader.skipLine()
                continue
            }
            let key = String(text[..<equals]).trimmed
            let start = line + text[...equals].utf8.count
            switch key {
            case "command":
                guard let value = reader.string(from: start) else { throw .notACommand(name) }
                command = value
            case "args":
                guard let value = reader.strings(from: start) else { throw .notACommand(name) }
                arguments = value
            default: break
            }
            reader.skipLine()
        }
        guard isThere else { return nil }
        guard let command else { throw .notACommand(name) }
        return Entry(
            command: (command.0, command.1), arguments: arguments.map { (place: $0.0, words: $0.1) })
    }

    package func server(_ name: String) throws(InstallObstacle) -> ServerCommand? {
        try entry(name).map { ServerCommand(command: $0.command.text, arguments: $0.arguments?.words ?? []) }
    }

    /// Nothing else than a command is changed there.
    package func url(_ name: String) throws(InstallObstacle) -> String? { nil }

    package func setting(_ name: String, toURL url: String) throws(InstallObstacle) -> [UInt8] {
        throw .notACommand(name)
    }

    package func setting(_ name: String, to command: ServerCommand) throws(InstallObstacle) -> [UInt8] {
        let word = quoted(command.command)
        let words = "[" + command.arguments.map(quoted).joined(separator: ", ") + "]"
        var result = bytes
        if let entry = try entry(name) {
            // From behind, so that the places before stay right.
            var changes: [(Range<Int>, String)] = [(entry.command.place, word)]
            if let arguments = entry.arguments {
                changes.append((arguments.place, words))
            } else {
                changes[0].1 += "\nargs = " + words
            }
            for (place, text) in changes.sorted(by: { $0.0.lowerBound > $1.0.lowerBound }) {
                result.replaceSubrange(place, with: Array(text.utf8))
            }
        } else {
            let gap = bytes.isEmpty ? "" : bytes.last == UInt8(ascii: "\n") ? "\n" : "\n\n"
            result += Array("\(gap)[\(Self.table).\(bare(name))]\ncommand = \(word)\nargs = \(words)\n".utf8)
        }
        guard try TOMLClientText(result).server(name) == command else { throw .unsure }
        return result
    }

    private func bare(_ name: String) -> String {
        name.utf8.contains(UInt8(ascii: ".")) ? "\"\(name)\"" : name
    }

    /// A basic string: JSON's escapes are among those of TOML.
    private func quoted(_ text: String) -> String { JSONValue.string(text).canonicalText }
}

/// Lines and strings of TOML, by place.
private struct TOMLScan {
    let bytes: [UInt8]
    private var place = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// The next line's first byte that is no blank.
    mutating func nextStart() -> Int? {
        while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
        return place < bytes.count ? place : nil
    }

    func line(at start: Int) -> String {
        let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    mutating func skipLine() {
        while place < bytes.count, bytes[place] != 0x0A { place += 1 }
    }

    /// A string that is all of the line's value; afterwards the place is behind it.
    mutating func string(from start: Int) -> (Range<Int>, String)? {
        place = start
        skipBlanks()
        guard let value = string() else { return nil }
        return endsHere() ? value : nil
    }

    mutating func strings(from start: Int) -> (Range<Int>, [String])? {
        place = start
        skipBlanks()
        let first = place
        guard take(UInt8(ascii: "[")) else { return nil }
        var words: [String] = []
        while true {
            skipSpace()
            if take(UInt8(ascii: "]")) { break }
            guard let word = string() else { return nil }
            words.append(word.1)
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "]")) else { return nil }
            break
        }
        let range = first..<place
        return endsHere() ? (range, words) : nil
    }

    private mutating func string() -> (Range<Int>, String)? {
        guard place < bytes.count else { return nil }
        let start = place
        let quote = bytes[place]
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
        place += 1
        while place < bytes.count, bytes[place] != quote, bytes[place] != 0x0A {
            place += quote == UInt8(ascii: "\"") && bytes[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard place < bytes.count, bytes[place] == quote else { return nil }
        place += 1
        let range = start..<place
        if quote == UInt8(ascii: "'") {
            return (range, String(decoding: bytes[start + 1..<place - 1], as: UTF8.self))
        }
        guard let text = (try? JSONValue(parsing: Array(bytes[range])))?.string else { return nil }
        return (range, text)
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard place < bytes.count, bytes[place] == byte else { return false }
        place += 1
        return true
    }

    private mutating func skipBlanks() {
        while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x09 { place += 1 }
    }

    private mutating func skipSpace() {
        while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
    }

    private mutating func endsHere() -> Bool {
        skipBlanks()
        guard place < bytes.count else { return true }
        return [0x0A, 0x0D, UInt8(ascii: "#")].contains(bytes[place])
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = Substring(self)
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
