/// Reads a file of Starlark as far as it is calls with literal arguments, one statement at a time. Nothing is evaluated.
struct StarlarkReader {
    indirect enum Value: Equatable {
        case text(String)
        case list([Value])
        /// A number, a name, a call: as it is written.
        case other(String)

        /// For people, shortened.
        var text: String {
            switch self {
            case .text(let text): "\"\(text)\""
            case .list(let elements): "[" + elements.map(\.text).joined(separator: ", ") + "]"
            case .other(let text): text
            }
        }
    }

    enum Statement {
        case call(String, [(name: String?, value: Value)], line: Int)
        case unread(String, line: Int)
    }

    private let bytes: [UInt8]
    private var place = 0
    private var line = 1
    private static let deepest = 16

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// nil at the end.
    mutating func next() -> Statement? {
        skipBlanks()
        guard place < bytes.count else { return nil }
        let (start, first) = (place, line)
        if let name = name(), let arguments = arguments() {
            skipSpaces()
            if place == bytes.count || bytes[place] == UInt8(ascii: "\n") || bytes[place] == UInt8(ascii: ";")
                || bytes[place] == UInt8(ascii: "#")
            {
                if place < bytes.count, bytes[place] == UInt8(ascii: ";") { place += 1 }
                return .call(name, arguments, line: first)
            }
        }
        // To the end of the line at which no bracket is open; at least one byte, so that reading ends.
        (place, line) = (start, first)
        skipStatement()
        if place == start { place += 1 }
        let text = bytes[start..<place].prefix { $0 != UInt8(ascii: "\n") }.prefix(60)
        return .unread(String(decoding: text, as: UTF8.self), line: first)
    }

    // MARK: Blanks

    private mutating func skipBlanks() {
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: ";"): place += 1
            case UInt8(ascii: "\n"):
                place += 1
                line += 1
            case UInt8(ascii: "#"): while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { place += 1 }
            default: return
            }
        }
    }

    private mutating func skipSpaces() {
        while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x09 || bytes[place] == 0x0D { place += 1 }
    }

    private mutating func skipStatement() {
        var depth = 0
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                if string(isRaw: false) == nil { place += 1 }
                continue
            case UInt8(ascii: "#"):
                while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { place += 1 }
                continue
            case UInt8(ascii: "\n"):
                // A line that is indented belongs to the one above.
                let next = place + 1 < bytes.count ? bytes[place + 1] : 0
                if depth <= 0, next != 0x20, next != 0x09 { return }
                line += 1
            default: break
            }
            place += 1
        }
    }

    private mutating func take(_ letter: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard place < bytes.count, bytes[place] == UInt8(ascii: letter) else { return false }
        place += 1
        return true
    }

    // MARK: Values

    private mutating func name() -> String? {
        let start = place
        while place < bytes.count {
            switch bytes[place] {
            case 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): place += 1
            case 0x30...0x39 where place > start: place += 1
            default: return place == start ? nil : String(decoding: bytes[start..<place], as: UTF8.self)
            }
        }
        return place == start ? nil : String(decoding: bytes[start..<place], as: UTF8.self)
    }

    /// `(a, name = b)`
    private mutating func arguments() -> [(name: String?, value: Value)]? {
        skipSpaces()
        guard place < bytes.count, bytes[place] == UInt8(ascii: "(") else { return nil }
        place += 1
        var arguments: [(name: String?, value: Value)] = []
        while !take(")") {
            skipBlanks()
            let before = (place, line)
            var key = name()
            if key != nil, !take("=") {
                (place, line) = before
                key = nil
            }
            guard let value = value(depth: 0) else { return nil }
            if let key, arguments.contains(where: { $0.name == key }) { return nil }
            arguments.append((key, value))
            if !take(",") {
                guard take(")") else { return nil }
                return arguments
            }
        }
        return arguments
    }

    private mutating func value(depth: Int) -> Value? {
        guard depth < Self.deepest else { return nil }
        skipBlanks()
        guard place < bytes.count else { return nil }
        switch bytes[place] {
        case UInt8(ascii: "["), UInt8(ascii: "("):
            let close: Unicode.Scalar = bytes[place] == UInt8(ascii: "[") ? "]" : ")"
            place += 1
            var elements: [Value] = []
            while !take(close) {
                guard let element = value(depth: depth + 1) else { return nil }
                elements.append(element)
                if !take(",") {
                    guard take(close) else { return nil }
                    return .list(elements)
                }
            }
            return .list(elements)
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return string(isRaw: false).map { .text($0) }
        case UInt8(ascii: "r")
        where place + 1 < bytes.count
            && (bytes[place + 1] == UInt8(ascii: "\"") || bytes[place + 1] == UInt8(ascii: "'")):
            place += 1
            return string(isRaw: true).map { .text($0) }
        case 0x30...0x39, UInt8(ascii: "-"):
            let start = place
            while place < bytes.count, (0x30...0x39).contains(bytes[place]) || "-.".utf8.contains(bytes[place]) {
                place += 1
            }
            return .other(String(decoding: bytes[start..<place], as: UTF8.self))
        default: return ["True", "False", "None"].contains { $0 == peekedName() } ? name().map { .other($0) } : nil
        }
    }

    private func peekedName() -> String? {
        var copy = self
        return copy.name()
    }

    /// With one or three quotes. nil where it does not end or has an escape that is not known.
    private mutating func string(isRaw: Bool) -> String? {
        let quote = bytes[place]
        let isLong = bytes[place...].prefix(3).elementsEqual([quote, quote, quote])
        let (start, first) = (place, line)
        place += isLong ? 3 : 1
        var text: [UInt8] = []
        while place < bytes.count {
            let byte = bytes[place]
            if byte == quote, !isLong || bytes[place...].prefix(3).elementsEqual([quote, quote, quote]) {
                guard let text = String(validating: text, as: UTF8.self) else { break }
                place += isLong ? 3 : 1
                return text
            }
            if byte == UInt8(ascii: "\n") {
                guard isLong else { break }
                line += 1
            }
            place += 1
            guard byte == UInt8(ascii: "\\"), !isRaw, place < bytes.count else {
                text.append(byte)
                continue
            }
            let escaped = bytes[place]
            place += 1
            switch escaped {
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): text.append(escaped)
            default:
                (place, line) = (start, first)
                return nil
            }
        }
        (place, line) = (start, first)
        return nil
    }
}
