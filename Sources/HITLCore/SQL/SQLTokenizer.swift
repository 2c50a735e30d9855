/// Takes SQL apart as one dialect would. Every byte is looked at a bounded number of times.
struct SQLTokenizer {
    private let bytes: [UInt8]
    private let dialect: SQLDialect
    private var place = 0
    private(set) var tokens: [SQLToken] = []
    private(set) var doubts: Set<SQLDoubt> = []
    /// Inside `/*! … */`, whose end then ends nothing else.
    private var isInExecutableComment = false

    init(_ bytes: [UInt8], as dialect: SQLDialect) {
        self.bytes = bytes
        self.dialect = dialect
        tokens.reserveCapacity(bytes.count / 4)
        while place < bytes.count { step() }
        if isInExecutableComment { doubts.insert(.unterminated) }
    }

    private func peek(_ distance: Int = 1) -> UInt8? {
        place + distance < bytes.count ? bytes[place + distance] : nil
    }

    private func at(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard place + count <= bytes.count else { return false }
        return (0..<count).allSatisfy { bytes[place + $0] == text.utf8Start[$0] }
    }

    private mutating func step() {
        let byte = bytes[place]
        switch byte {
        case 0x20, 0x09...0x0D: place += 1
        case 0..<0x20, 0x7F:
            doubts.insert(.controlCharacter)
            place += 1
        case UInt8(ascii: "-") where peek() == UInt8(ascii: "-") && startsDashComment: lineComment()
        case UInt8(ascii: "#") where dialect == .mySQL: lineComment()
        case UInt8(ascii: "/") where peek() == UInt8(ascii: "*"): blockComment()
        case UInt8(ascii: "*") where peek() == UInt8(ascii: "/") && isInExecutableComment:
            isInExecutableComment = false
            place += 2
        case UInt8(ascii: "'"): tokens.append(.text(quoted(byte, escapes: dialect == .mySQL)))
        case UInt8(ascii: "\""):
            let content = quoted(byte, escapes: dialect == .mySQL)
            tokens.append(dialect == .mySQL ? .text(content) : .name(folded(content)))
        case UInt8(ascii: "`") where dialect == .mySQL || dialect == .sqlite:
            tokens.append(.name(folded(quoted(byte, escapes: false))))
        // No quotation mark to the others, who refuse the statement; a plain name between two of them hides nothing.
        case UInt8(ascii: "`") where isPlainNameInBackticks: tokens.append(.name(folded(quoted(byte, escapes: false))))
        case UInt8(ascii: "[") where dialect == .transactSQL || dialect == .sqlite:
            tokens.append(.name(folded(quoted(UInt8(ascii: "]"), escapes: false))))
        case UInt8(ascii: "$") where dialect == .postgreSQL: dollar()
        case UInt8(ascii: "\\") where isLineStart: metaCommand()
        case UInt8(ascii: ".") where isLineStart && (peek().map(isLetter) ?? false): metaCommand()
        case 0x30...0x39: number()
        case UInt8(ascii: "@"), UInt8(ascii: ":"), UInt8(ascii: "?"), UInt8(ascii: "$"): parameter()
        case _ where isWordStart(byte): word()
        default:
            tokens.append(.sign(byte))
            place += 1
        }
    }

    private var isPlainNameInBackticks: Bool {
        guard let end = bytes[(place + 1)...].firstIndex(of: UInt8(ascii: "`")), end > place + 1 else { return false }
        return bytes[(place + 1)..<end].allSatisfy(isWordByte)
    }

    // MARK: Comments

    /// MySQL subtracts a negative number in `5--3`.
    private var startsDashComment: Bool {
        guard dialect == .mySQL else { return true }
        return peek(2).map { $0 <= 0x20 } ?? true
    }

    private mutating func lineComment() {
        while place < bytes.count, bytes[place] != 0x0A, bytes[place] != 0x0D {
            look(bytes[place...].prefix(3))
            place += 1
        }
    }

    private mutating func blockComment() {
        if peek(2) == UInt8(ascii: "!") || (peek(2) == UInt8(ascii: "M") && peek(3) == UInt8(ascii: "!")) {
            doubts.insert(.executableComment)
            if dialect == .mySQL {
                place += 3
                while place < bytes.count, (0x30...0x39).contains(bytes[place]) || bytes[place] == UInt8(ascii: "!") {
                    place += 1
                }
                isInExecutableComment = true
                return
            }
        }
        let nests = dialect == .postgreSQL || dialect == .transactSQL
        var depth = 1
        place += 2
        while place < bytes.count {
            if at("*/") {
                depth -= 1
                place += 2
                if depth == 0 { return }
            } else if nests, at("/*") {
                depth += 1
                place += 2
            } else {
                look(bytes[place...].prefix(3))
                place += 1
            }
        }
        doubts.insert(.unterminated)
    }

    // MARK: Quotes

    /// What stands up to the end quote; a doubled one stands for itself.
    private mutating func quoted(_ end: UInt8, escapes: Bool) -> [UInt8] {
        var content: [UInt8] = []
        place += 1
        while place < bytes.count {
            let byte = bytes[place]
            if escapes, byte == UInt8(ascii: "\\"), place + 1 < bytes.count {
                content.append(bytes[place + 1])
                place += 2
            } else if byte == end {
                guard peek() == end else {
                    place += 1
                    return content
                }
                content.append(end)
                place += 2
            } else {
                content.append(byte)
                place += 1
            }
        }
        doubts.insert(.unterminated)
        return content
    }

    private mutating func dollar() {
        var end = place + 1
        while end < bytes.count, isWordByte(bytes[end]), bytes[end] != UInt8(ascii: "$") { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "$"),
            end == place + 1 || !(0x30...0x39).contains(bytes[place + 1])
        else { return parameter() }
        let tag = Array(bytes[place...end])
        let start = end + 1
        place = start
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "$"), place + tag.count <= bytes.count,
                bytes[place..<(place + tag.count)].elementsEqual(tag)
            {
                tokens.append(.text(Array(bytes[start..<place])))
                place += tag.count
                return
            }
            place += 1
        }
        doubts.insert(.unterminated)
        tokens.append(.text(Array(bytes[start...])))
    }

    // MARK: Words

    private mutating func word() {
        let start = place
        var isForeign = false
        while place < bytes.count, isWordByte(bytes[place]) {
            if bytes[place] >= 0x80 { isForeign = true }
            look(bytes[place...].prefix(3))
            place += 1
        }
        let word = folded(Array(bytes[start..<place]))
        // A word glued to a quote is its prefix: `E'…'` has backslash escapes, `N'…'`, `X'…'`, `B'…'` do not.
        if place < bytes.count, bytes[place] == UInt8(ascii: "'"), word.count <= 2 || word.first == UInt8(ascii: "_") {
            // To the others the `E` is a column and the text its alias: `E'\'; DROP TABLE t; --'` is two statements.
            let escapes = dialect == .mySQL || dialect == .postgreSQL && word.elementsEqual("e".utf8)
            tokens.append(.text(quoted(bytes[place], escapes: escapes)))
            return
        }
        if isForeign, Self.looksFullWidth(word) { doubts.insert(.foreignWord) }
        tokens.append(.word(word))
    }

    private mutating func number() {
        let start = place
        while place < bytes.count, isWordByte(bytes[place]) || bytes[place] == UInt8(ascii: ".") {
            look(bytes[place...].prefix(3))
            place += 1
        }
        tokens.append(.number(Array(bytes[start..<place])))
    }

    private mutating func parameter() {
        let sign = bytes[place]
        place += 1
        while place < bytes.count, isWordByte(bytes[place]) || bytes[place] == sign && sign == UInt8(ascii: "@") {
            place += 1
        }
        tokens.append(.parameter)
    }

    /// `\! command` of psql, `.shell command` of sqlite3.
    private mutating func metaCommand() {
        doubts.insert(.metaCommand)
        tokens.append(.sign(UInt8(ascii: "\\")))
        place += 1
        if place < bytes.count, bytes[place] == UInt8(ascii: "!") { tokens.append(.word(Array("shell".utf8))) }
    }

    private var isLineStart: Bool {
        var before = place
        while before > 0, bytes[before - 1] == 0x20 || bytes[before - 1] == 0x09, place - before < 64 { before -= 1 }
        return before == 0 || bytes[before - 1] == 0x0A || bytes[before - 1] == UInt8(ascii: ";")
    }

    private func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    private func isWordStart(_ byte: UInt8) -> Bool { isLetter(byte) || byte == UInt8(ascii: "_") || byte >= 0x80 }

    private func isWordByte(_ byte: UInt8) -> Bool {
        isWordStart(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "$")
    }

    private func folded(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
    }

    private mutating func look(_ next: ArraySlice<UInt8>) {
        guard let first = next.first, first >= 0xC2, next.count >= 2 else { return }
        let start = next.startIndex
        let third = next.count > 2 ? next[start + 2] : 0
        switch (first, next[start + 1], third) {
        case (0xE2, 0x80, 0x8B...0x8F), (0xE2, 0x80, 0xA8...0xAE), (0xE2, 0x81, 0xA0...0xAF), (0xEF, 0xBB, 0xBF),
            (0xF3, 0xA0, _), (0xC2, 0x80...0x9F, _), (0xC2, 0xAD, _):
            doubts.insert(.hiddenCharacter)
        default: break
        }
    }

    /// U+FF01–FF5E, and letters that compatibility folding makes ASCII.
    private static func looksFullWidth(_ word: [UInt8]) -> Bool {
        guard let place = word.firstIndex(where: { $0 >= 0x80 }) else { return false }
        return word[place] == 0xEF || word[place] == 0xF0 || word[place...].starts(with: [0xC5, 0xBF])
            || word[place...].starts(with: [0xE2, 0x84])
    }
}
