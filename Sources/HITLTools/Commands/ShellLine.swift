/// What can be said of a line for `sh` without running it: its words, and what makes it hard to say more.
///
/// For showing files and pinning them; nothing is ever allowed because of it. What it cannot tell it says.
struct ShellLine {
    struct Word: Equatable {
        let text: String
        /// Stands where a command's name stands.
        let isCommand: Bool
    }

    enum Trouble: String {
        case unterminatedQuote = "a quote is not closed"
        case substitution = "it holds a command substitution"
        case expansion = "it holds an expansion whose value is not known"
        case pattern = "it holds a file name pattern"
        case hereDocument = "it holds a here-document"
    }

    /// Literal words only: without quotes, with the variables in place whose values are known.
    private(set) var words: [Word] = []
    private(set) var troubles: [Trouble] = []

    private let line: [UInt8]
    private let variable: (String) -> String?
    private var position = 0
    private var word: [UInt8] = []
    private var isInWord = false
    private var isLiteral = true
    private var expectsCommand = true

    init(_ line: String, variable: @escaping (String) -> String?) {
        self.line = Array(line.utf8)
        self.variable = variable
        scan()
    }

    private mutating func scan() {
        while let byte = next() {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"): endWord()
            case UInt8(ascii: "\n"), UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "("),
                UInt8(ascii: ")"):
                endWord()
                expectsCommand = true
            case UInt8(ascii: "<"), UInt8(ascii: ">"): redirect(byte)
            case UInt8(ascii: "#") where !isInWord:
                while let next = peek(), next != UInt8(ascii: "\n") { position += 1 }
            case UInt8(ascii: "'"): single()
            case UInt8(ascii: "\""): double()
            case UInt8(ascii: "\\"): escaped()
            case UInt8(ascii: "$"): dollar(quoted: false)
            case UInt8(ascii: "`"): notLiteral(.substitution)
            case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["): notLiteral(.pattern)
            case UInt8(ascii: "~") where !isInWord && [nil, UInt8(ascii: "/")].contains(peek()):
                append(Array((variable("HOME") ?? "~").utf8))
            default: append([byte])
            }
        }
        endWord()
    }

    private mutating func next() -> UInt8? {
        guard position < line.count else { return nil }
        position += 1
        return line[position - 1]
    }

    private func peek() -> UInt8? { position < line.count ? line[position] : nil }

    private mutating func append(_ bytes: [UInt8]) {
        word += bytes
        isInWord = true
    }

    private mutating func notLiteral(_ trouble: Trouble) {
        isInWord = true
        isLiteral = false
        if !troubles.contains(trouble) { troubles.append(trouble) }
    }

    private mutating func endWord() {
        guard isInWord else { return }
        let text = String(decoding: word, as: UTF8.self)
        // `NAME=value` before a command leaves the place for the command's name open.
        let isAssignment =
            expectsCommand && word.firstIndex(of: UInt8(ascii: "=")).map { Self.isName(word[..<$0]) } ?? false
        let isKeyword = expectsCommand && Self.keywords.contains { $0.utf8.elementsEqual(text.utf8) }
        if isLiteral && !isKeyword {
            words.append(Word(text: text, isCommand: expectsCommand && !isAssignment))
        }
        expectsCommand = expectsCommand && (isAssignment || isKeyword)
        (word, isInWord, isLiteral) = ([], false, true)
    }

    private static let keywords = ["if", "then", "else", "elif", "while", "until", "do", "{", "!", "time"]

    private mutating func redirect(_ byte: UInt8) {
        // Digits right before are the descriptor's number and no word.
        if word.allSatisfy({ (0x30...0x39).contains($0) }) { (word, isInWord) = ([], false) }
        endWord()
        if byte == UInt8(ascii: "<"), peek() == UInt8(ascii: "<") { notLiteral(.hereDocument) }
        if peek() == UInt8(ascii: "(") { notLiteral(.substitution) }
        if isInWord { (word, isInWord, isLiteral) = ([], false, true) }
        while let next = peek(),
            [UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "|")].contains(next)
        {
            position += 1
        }
    }

    private mutating func single() {
        isInWord = true
        while let byte = next() {
            if byte == UInt8(ascii: "'") { return }
            word.append(byte)
        }
        notLiteral(.unterminatedQuote)
    }

    private mutating func double() {
        isInWord = true
        while let byte = next() {
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "$"): dollar(quoted: true)
            case UInt8(ascii: "`"): notLiteral(.substitution)
            case UInt8(ascii: "\\"):
                guard let next = next() else { break }
                if next == UInt8(ascii: "\n") { break }
                // Before anything but these a backslash stands for itself.
                if !"$`\"\\".utf8.contains(next) { word.append(byte) }
                word.append(next)
            default: word.append(byte)
            }
        }
        notLiteral(.unterminatedQuote)
    }

    private mutating func escaped() {
        guard let next = next() else { return notLiteral(.unterminatedQuote) }
        if next != UInt8(ascii: "\n") { append([next]) }
    }

    private mutating func dollar(quoted: Bool) {
        isInWord = true
        switch peek() {
        case UInt8(ascii: "("): notLiteral(.substitution)
        case UInt8(ascii: "{"):
            let end = line[position...].firstIndex(of: UInt8(ascii: "}"))
            guard let end, Self.isName(line[position + 1..<end]) else { return notLiteral(.expansion) }
            put(line[position + 1..<end])
            position = end + 1
        case let byte? where Self.isNameByte(byte):
            let name = line[position...].prefix { Self.isNameByte($0) }
            put(name)
            position = name.endIndex
        case nil, UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"): append([UInt8(ascii: "$")])
        case UInt8(ascii: "\"") where quoted: append([UInt8(ascii: "$")])
        case .some: notLiteral(.expansion)
        }
    }

    private mutating func put(_ name: ArraySlice<UInt8>) {
        guard let value = variable(String(decoding: name, as: UTF8.self)) else { return notLiteral(.expansion) }
        append(Array(value.utf8))
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || byte == UInt8(ascii: "_")
    }

    private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, !(0x30...0x39).contains(first) else { return false }
        return bytes.allSatisfy(isNameByte)
    }
}
