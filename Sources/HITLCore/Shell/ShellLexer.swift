/// Words, quoting and expansions.
extension ShellParser {
    /// The word that starts here; an empty one, and the position as it was, where none does.
    mutating func word() -> ShellWord {
        var word = ShellWord(offset: position)
        let start = position
        if position < bytes.count, bytes[position] == UInt8(ascii: "~") { tilde(into: &word) }
        loop: while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case 0x20, 0x09, 0x0A, UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "("),
                UInt8(ascii: ")"):
                break loop
            case UInt8(ascii: "<"), UInt8(ascii: ">"):
                guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "(") else { break loop }
                position += 2
                word.append(.process(nestedCommands()))
            case UInt8(ascii: "'"): singleQuoted(into: &word)
            case UInt8(ascii: "\""):
                position += 1
                word.isQuoted = true
                quotedText(into: &word, closes: true)
            case UInt8(ascii: "\\"): escaped(into: &word)
            case UInt8(ascii: "$"): dollar(into: &word, isQuoted: false)
            case UInt8(ascii: "`"): backtick(into: &word, isQuoted: false)
            case UInt8(ascii: "*"), UInt8(ascii: "?"):
                word.append(.glob([byte]))
                position += 1
            case UInt8(ascii: "["): bracket(into: &word)
            case UInt8(ascii: "{"):
                word.append(.braceOpen)
                position += 1
            case UInt8(ascii: "}") where word.literal == nil:
                word.append(.braceClose)
                position += 1
            case UInt8(ascii: ",") where word.literal == nil:
                word.append(.braceComma)
                position += 1
            default:
                let run = plainRun()
                word.append(bytes[run])
            }
        }
        if position == start { return word }
        word.settle()
        return word
    }

    /// Bytes that mean nothing but themselves.
    private mutating func plainRun() -> Range<Int> {
        let start = position
        position += 1
        while position < bytes.count, !bytes[position].endsPlainRun { position += 1 }
        return start..<position
    }

    /// The text of a here-document.
    mutating func textUntilEnd() -> ShellWord {
        var word = ShellWord(offset: position)
        word.isQuoted = true
        quotedText(into: &word, closes: false)
        word.settle()
        return word
    }

    private mutating func tilde(into word: inout ShellWord) {
        var end = position + 1
        while end < bytes.count,
            bytes[end].isNameByte || bytes[end] == UInt8(ascii: "-") || bytes[end] == UInt8(ascii: "+")
                || bytes[end] == UInt8(ascii: ".")
        {
            end += 1
        }
        // In front of quotes or expansions it is no home directory to us; the word stays opaque in any case.
        word.append(.tilde(user: Array(bytes[position + 1..<end])))
        position = end
    }

    private mutating func singleQuoted(into word: inout ShellWord) {
        word.isQuoted = true
        let start = position + 1
        guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "'")) else {
            doubt(.unbalancedQuote)
            word.append(bytes[start...])
            position = bytes.count
            return
        }
        word.append(bytes[start..<end])
        position = end + 1
    }

    private mutating func escaped(into word: inout ShellWord) {
        guard position + 1 < bytes.count else {
            doubt(.unbalancedQuote)
            position = bytes.count
            return
        }
        if bytes[position + 1] != 0x0A {
            word.isQuoted = true
            word.append(bytes[position + 1])
        }
        position += 2
    }

    private mutating func quotedText(into word: inout ShellWord, closes: Bool) {
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\"") where closes:
                position += 1
                return
            case UInt8(ascii: "\\"):
                guard position + 1 < bytes.count else {
                    position += 1
                    continue
                }
                let next = bytes[position + 1]
                switch next {
                case 0x0A: break
                case UInt8(ascii: "$"), UInt8(ascii: "`"), UInt8(ascii: "\\"): word.append(next)
                case UInt8(ascii: "\"") where closes: word.append(next)
                default:
                    word.append(byte)
                    word.append(next)
                }
                position += 2
            case UInt8(ascii: "$"): dollar(into: &word, isQuoted: true)
            case UInt8(ascii: "`"): backtick(into: &word, isQuoted: true)
            default:
                let run = position
                position += 1
                while position < bytes.count, !bytes[position].endsQuotedRun { position += 1 }
                word.append(bytes[run..<position])
            }
        }
        if closes { doubt(.unbalancedQuote, at: max(0, start - 1)) }
    }

    /// A pattern where a closing bracket follows in the same word, else an ordinary character.
    private mutating func bracket(into word: inout ShellWord) {
        // The limit keeps a row of opening brackets linear.
        let limit = min(bytes.count, position + 128)
        var end = position + 1
        while end < limit, bytes[end] != UInt8(ascii: "]"), !bytes[end].endsWord { end += 1 }
        guard end < limit, bytes[end] == UInt8(ascii: "]"), end > position + 1 else {
            word.append(bytes[position])
            position += 1
            return
        }
        word.append(.glob(Array(bytes[position...end])))
        position = end + 1
    }

    // MARK: Expansions

    private mutating func dollar(into word: inout ShellWord, isQuoted: Bool) {
        guard position + 1 < bytes.count else {
            word.append(UInt8(ascii: "$"))
            position += 1
            return
        }
        let next = bytes[position + 1]
        switch next {
        case UInt8(ascii: "(") where position + 2 < bytes.count && bytes[position + 2] == UInt8(ascii: "("):
            if let end = endOfArithmetic(from: position + 3) {
                doubt(.arithmetic)
                word.append(.arithmetic)
                position = end
            } else {
                position += 2
                word.append(.substitution(nestedCommands(), isQuoted: isQuoted))
            }
        case UInt8(ascii: "("):
            position += 2
            word.append(.substitution(nestedCommands(), isQuoted: isQuoted))
        case UInt8(ascii: "{"): bracedVariable(into: &word, isQuoted: isQuoted)
        case UInt8(ascii: "["):
            doubt(.arithmetic)
            word.append(.arithmetic)
            position = bytes[position...].firstIndex(of: UInt8(ascii: "]")).map { $0 + 1 } ?? bytes.count
        case UInt8(ascii: "'") where !isQuoted:
            doubt(.encodedQuote)
            position += 2
            encodedQuoted(into: &word)
        case UInt8(ascii: "\"") where !isQuoted:
            doubt(.translatedQuote)
            position += 1
        case let byte where byte.isNameByte && !byte.isDigit:
            var end = position + 1
            while end < bytes.count, bytes[end].isNameByte { end += 1 }
            let name = Array(bytes[position + 1..<end])
            word.append(.variable(name: name, fallback: nil, isPlain: true, isQuoted: isQuoted))
            position = end
        case let byte where byte.isDigit || byte.isSpecialParameter:
            word.append(.variable(name: [byte], fallback: nil, isPlain: true, isQuoted: isQuoted))
            position += 2
        default:
            word.append(UInt8(ascii: "$"))
            position += 1
        }
    }

    private mutating func nestedCommands() -> ShellScript {
        guard var inner = nested(from: position) else {
            doubt(.tooDeep)
            position = bytes.count
            return ShellScript()
        }
        let script = inner.substitution()
        position = inner.position
        for found in script.doubts { doubt(found.kind, at: found.offset) }
        return script
    }

    /// Behind the `))` that ends arithmetic, or nil where it is none.
    func endOfArithmetic(from start: Int) -> Int? {
        var open = 0
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "("): open += 1
            case UInt8(ascii: ")"):
                if open == 0 {
                    return index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: ")") ? index + 2 : nil
                }
                open -= 1
            default: break
            }
            index += 1
        }
        return bytes.count
    }

    /// `${…}` behind its opening, up to behind its closing brace.
    private mutating func bracedVariable(into word: inout ShellWord, isQuoted: Bool) {
        let start = position
        position += 2
        var nameEnd = position
        while nameEnd < bytes.count, bytes[nameEnd].isNameByte { nameEnd += 1 }
        if nameEnd == position, nameEnd < bytes.count, bytes[nameEnd].isSpecialParameter { nameEnd += 1 }
        let name = Array(bytes[position..<nameEnd])
        position = nameEnd
        guard position < bytes.count else {
            doubt(.unbalancedQuote, at: start)
            return
        }
        if bytes[position] == UInt8(ascii: "}"), !name.isEmpty {
            word.append(.variable(name: name, fallback: nil, isPlain: true, isQuoted: isQuoted))
            position += 1
            return
        }
        if bytes[position] == UInt8(ascii: ":") { position += 1 }
        let offersOther =
            position < bytes.count
            && [UInt8(ascii: "-"), UInt8(ascii: "="), UInt8(ascii: "+")].contains(bytes[position])
        if offersOther { position += 1 }
        guard var inner = nested(from: position) else {
            doubt(.tooDeep)
            position = bytes.count
            return
        }
        let rest = inner.bracedRest()
        position = inner.position
        for found in inner.doubts { doubt(found.kind, at: found.offset) }
        word.append(
            .variable(name: name, fallback: rest, isPlain: offersOther && !name.isEmpty, isQuoted: isQuoted))
    }

    /// What stands in `${x:-…}` up to behind the closing brace.
    private mutating func bracedRest() -> ShellWord {
        var word = ShellWord(offset: position)
        let start = position
        if position < bytes.count, bytes[position] == UInt8(ascii: "~") { tilde(into: &word) }
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "}"):
                position += 1
                word.settle()
                return word
            case UInt8(ascii: "'"): singleQuoted(into: &word)
            case UInt8(ascii: "\""):
                position += 1
                quotedText(into: &word, closes: true)
            case UInt8(ascii: "\\"): escaped(into: &word)
            case UInt8(ascii: "$"): dollar(into: &word, isQuoted: false)
            case UInt8(ascii: "`"): backtick(into: &word, isQuoted: false)
            default:
                word.append(byte)
                position += 1
            }
        }
        doubt(.unbalancedQuote, at: start)
        word.settle()
        return word
    }

    private mutating func backtick(into word: inout ShellWord, isQuoted: Bool) {
        let start = position
        var content: [UInt8] = []
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "`") {
            if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count {
                let next = bytes[position + 1]
                if next != UInt8(ascii: "`"), next != UInt8(ascii: "\\"), next != UInt8(ascii: "$") {
                    content.append(bytes[position])
                }
                content.append(next)
                position += 2
            } else {
                content.append(bytes[position])
                position += 1
            }
        }
        if position < bytes.count { position += 1 } else { doubt(.unbalancedQuote, at: start) }
        guard var inner = nested(content) else {
            doubt(.tooDeep)
            return
        }
        let script = inner.script()
        for found in script.doubts { doubt(found.kind, at: start) }
        word.append(.substitution(script, isQuoted: isQuoted))
    }

    /// `$'…'`, behind its opening quote.
    private mutating func encodedQuoted(into word: inout ShellWord) {
        word.isQuoted = true
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "'") { return }
            guard byte == UInt8(ascii: "\\"), position < bytes.count else {
                word.append(byte)
                continue
            }
            let sign = bytes[position]
            position += 1
            switch sign {
            case UInt8(ascii: "x"): word.append(number(base: 16, digits: 2))
            case UInt8(ascii: "u"): word.append(number(base: 16, digits: 4))
            case UInt8(ascii: "U"): word.append(number(base: 16, digits: 8))
            case UInt8(ascii: "0")...UInt8(ascii: "7"):
                position -= 1
                word.append(number(base: 8, digits: 3))
            case UInt8(ascii: "n"): word.append(0x0A)
            case UInt8(ascii: "t"): word.append(0x09)
            case UInt8(ascii: "r"): word.append(0x0D)
            case UInt8(ascii: "e"), UInt8(ascii: "E"): word.append(0x1B)
            default: word.append(sign)
            }
        }
        doubt(.unbalancedQuote, at: start)
    }

    private mutating func number(base: Int, digits: Int) -> UInt8 {
        var value = 0
        var count = 0
        while count < digits, position < bytes.count, let digit = bytes[position].digit(base: base) {
            value = value * base + digit
            position += 1
            count += 1
        }
        return UInt8(truncatingIfNeeded: value)
    }
}

extension UInt8 {
    /// `$#`, `$?` and the like.
    fileprivate var isSpecialParameter: Bool {
        switch self {
        case UInt8(ascii: "@"), UInt8(ascii: "*"), UInt8(ascii: "#"), UInt8(ascii: "?"), UInt8(ascii: "-"),
            UInt8(ascii: "$"), UInt8(ascii: "!"):
            true
        default: false
        }
    }

    fileprivate var endsWord: Bool {
        switch self {
        case 0x20, 0x09, 0x0A, UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "("),
            UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "'"), UInt8(ascii: "\""),
            UInt8(ascii: "\\"), UInt8(ascii: "$"), UInt8(ascii: "`"):
            true
        default: false
        }
    }

    fileprivate var endsPlainRun: Bool {
        switch self {
        case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "}"),
            UInt8(ascii: ","):
            true
        default: endsWord
        }
    }

    fileprivate var endsQuotedRun: Bool {
        self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\") || self == UInt8(ascii: "$")
            || self == UInt8(ascii: "`")
    }

    fileprivate func digit(base: Int) -> Int? {
        switch self {
        case 0x30...0x37: Int(self) - 0x30
        case 0x38, 0x39: base > 8 ? Int(self) - 0x30 : nil
        case 0x41...0x46: base > 10 ? Int(self) - 0x37 : nil
        case 0x61...0x66: base > 10 ? Int(self) - 0x57 : nil
        default: nil
        }
    }
}
