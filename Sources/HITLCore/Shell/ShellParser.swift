/// Reads commands. Tolerant on purpose: whatever it does not understand becomes a doubt, and it goes on behind it, so
/// that nothing dangerous hides behind a mistake.
struct ShellParser {
    let bytes: [UInt8]
    var position = 0
    var doubts: [ShellDoubt] = []
    private let depth: Int
    private var segments: [ShellScript.Segment] = []
    private var current = ShellScript.Segment()
    private var separator = ShellScript.Separator.start
    private var openHeres: [(segment: Int, redirection: Int, stripsTabs: Bool)] = []
    private var groups: [Group] = []
    /// The segments of the group that was closed last, until a command follows: it may be piped as a whole.
    private var closedGroup: Int?
    private var pendingFunction: [UInt8]?

    /// Deeper nesting is not read.
    static let deepest = 24

    private struct Group {
        let closer: StaticString
        let firstSegment: Int
        let input: Range<Int>?
        let function: [UInt8]?
    }

    init(_ bytes: [UInt8], from position: Int = 0, depth: Int = 0) {
        self.bytes = bytes
        self.position = position
        self.depth = depth
    }

    /// The whole text.
    mutating func script() -> ShellScript {
        commands(until: nil)
        var script = finished()
        script.doubts = ShellText.doubts(of: bytes) + script.doubts
        return script
    }

    /// The commands of a substitution, from behind its opening to behind its closing parenthesis.
    mutating func substitution() -> ShellScript {
        commands(until: UInt8(ascii: ")"))
        return finished()
    }

    private mutating func finished() -> ShellScript {
        for group in groups where group.closer.utf8CodeUnitCount > 0 { doubt(.unbalancedParenthesis) }
        if !openHeres.isEmpty { doubt(.openHereDocument) }
        return ShellScript(segments: segments, doubts: doubts)
    }

    mutating func doubt(_ kind: ShellDoubt.Kind, at offset: Int? = nil) {
        let doubt = ShellDoubt(kind: kind, offset: offset ?? min(position, bytes.count))
        if doubts.count < 64, doubts.last != doubt { doubts.append(doubt) }
    }

    // MARK: Commands

    private mutating func commands(until end: UInt8?) {
        while true {
            skipBlanks()
            guard position < bytes.count else {
                endSegment()
                if end != nil { doubt(.unbalancedParenthesis) }
                if separator.isPipe || separator == .and || separator == .or { doubt(.unexpectedOperator) }
                return
            }
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\n"):
                endSegment()
                if !separator.isPipe, separator != .and, separator != .or {
                    separator = segments.isEmpty ? .start : .newline
                }
                position += 1
                readHeres()
            case UInt8(ascii: ";"):
                position += 1
                let isCase = peek() == UInt8(ascii: ";") || peek() == UInt8(ascii: "&")
                if isCase {
                    position += 1
                    doubt(.controlStructure)
                } else if current.isEmpty && closedGroup == nil {
                    doubt(.unexpectedOperator)
                }
                split(.semicolon)
            case UInt8(ascii: "&"): ampersand()
            case UInt8(ascii: "|"):
                position += 1
                if peek() == UInt8(ascii: "|") {
                    position += 1
                    split(.or)
                } else if peek() == UInt8(ascii: "&") {
                    position += 1
                    split(.pipeBoth)
                } else {
                    split(.pipe)
                }
            case UInt8(ascii: "("): openParenthesis()
            case UInt8(ascii: ")"):
                endSegment()
                if let group = groups.last, group.closer.utf8Start.pointee == UInt8(ascii: ")") {
                    position += 1
                    close(group)
                } else if end != nil {
                    for group in groups where group.closer.utf8CodeUnitCount > 0 { doubt(.unbalancedParenthesis) }
                    groups = []
                    position += 1
                    return
                } else {
                    doubt(.unbalancedParenthesis)
                    position += 1
                    separator = .semicolon
                }
            case UInt8(ascii: "<"), UInt8(ascii: ">"): redirectionOrProcess(descriptor: nil)
            default: wordOrKeyword()
            }
        }
    }

    private func peek(_ distance: Int = 0) -> UInt8? {
        position + distance < bytes.count ? bytes[position + distance] : nil
    }

    private mutating func skipBlanks() {
        while let byte = peek() {
            if byte == 0x20 || byte == 0x09 {
                position += 1
            } else if byte == UInt8(ascii: "\\"), peek(1) == 0x0A {
                position += 2
            } else if byte == UInt8(ascii: "#") {
                while position < bytes.count, bytes[position] != 0x0A { position += 1 }
            } else {
                return
            }
        }
    }

    /// Ends the command and says what joins the next one to it.
    private mutating func split(_ next: ShellScript.Separator) {
        if current.isEmpty && closedGroup == nil && next != .semicolon { doubt(.unexpectedOperator) }
        if current.isEmpty && segments.isEmpty && next != .semicolon { doubt(.unexpectedOperator) }
        endSegment()
        separator = next
    }

    private mutating func ampersand() {
        position += 1
        switch peek() {
        case UInt8(ascii: "&"):
            position += 1
            split(.and)
        case UInt8(ascii: ">"):
            position += 1
            let op: ShellRedirection.Operator = peek() == UInt8(ascii: ">") ? .bothAppend : .both
            if op == .bothAppend { position += 1 }
            redirect(op, descriptor: nil)
        default:
            if !current.isEmpty {
                current.inBackground = true
            } else if let closedGroup {
                for index in closedGroup..<segments.count { segments[index].inBackground = true }
            }
            split(.background)
        }
    }

    private mutating func endSegment() {
        guard !current.isEmpty else { return }
        current.before = separator
        if separator.isPipe {
            current.input = (closedGroup ?? max(0, segments.count - 1))..<segments.count
        } else {
            current.input = groups.last?.input
        }
        current.function = groups.last?.function
        let index = segments.count
        segments.append(current)
        for here in openHeres.indices where openHeres[here].segment == -1 { openHeres[here].segment = index }
        current = ShellScript.Segment()
        separator = .semicolon
        closedGroup = nil
    }

    // MARK: Groups and control structures

    private mutating func open(_ closer: StaticString) {
        let input =
            separator.isPipe ? (closedGroup ?? max(0, segments.count - 1))..<segments.count : groups.last?.input
        if groups.count >= Self.deepest { doubt(.tooDeep) }
        groups.append(
            Group(
                closer: closer, firstSegment: segments.count, input: input,
                function: pendingFunction ?? groups.last?.function))
        pendingFunction = nil
        // What is in the group is joined to it, not to what stands before.
        if separator.isPipe { separator = .semicolon }
        closedGroup = nil
    }

    private mutating func close(_ group: Group) {
        groups.removeLast()
        closedGroup = group.firstSegment
        separator = .semicolon
    }

    private mutating func openParenthesis() {
        if peek(1) == UInt8(ascii: "("), current.isEmpty {
            doubt(.arithmetic)
            position = endOfArithmetic(from: position + 2) ?? bytes.count
            closedGroup = segments.count
            return
        }
        if current.isEmpty, closedGroup == nil {
            position += 1
            open(")")
            return
        }
        // `name()` defines a function; anything else in the middle of a command is not understood.
        if current.words.count == 1, current.redirections.isEmpty, current.assignments.isEmpty,
            let close = indexOfClose(from: position + 1), let name = current.words[0].literal
        {
            doubt(.function, at: current.words[0].offset)
            position = close + 1
            current = ShellScript.Segment()
            pendingFunction = name
            return
        }
        doubt(.unexpectedOperator)
        endSegment()
        position += 1
        open(")")
    }

    private func indexOfClose(from start: Int) -> Int? {
        var index = start
        while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
        return index < bytes.count && bytes[index] == UInt8(ascii: ")") ? index : nil
    }

    private mutating func wordOrKeyword() {
        let start = position
        if current.words.isEmpty, let assignment = assignment() {
            if current.isEmpty { current.offset = start }
            current.assignments.append(assignment)
            return
        }
        if let descriptor = descriptor() {
            redirectionOrProcess(descriptor: descriptor)
            return
        }
        let word = word()
        if position == start {
            // Not even a word: never stand still.
            doubt(.unexpectedOperator)
            position += 1
            return
        }
        if current.words.isEmpty, current.assignments.isEmpty, !word.isQuoted, keyword(word) { return }
        if current.isEmpty { current.offset = start }
        current.words.append(word)
    }

    /// - Returns: whether the word belongs to the grammar and is no command's.
    private mutating func keyword(_ word: ShellWord) -> Bool {
        if word.isBare("{") {
            open("}")
        } else if word.isBare("!") {
            return true
        } else if word.isBare("}") {
            closeStructure("}", word)
        } else if word.isBare("if") {
            doubt(.branch, at: word.offset)
            open("fi")
        } else if word.isBare("while") || word.isBare("until") {
            doubt(readsLines() ? .branch : .controlStructure, at: word.offset)
            open("done")
        } else if word.isBare("for") || word.isBare("select") {
            doubt(word.isBare("for") ? .branch : .controlStructure, at: word.offset)
            loop()
            open("done")
        } else if word.isBare("case") {
            doubt(.controlStructure, at: word.offset)
            cases()
            open("esac")
        } else if word.isBare("then") || word.isBare("else") || word.isBare("elif") || word.isBare("do")
            || word.isBare("coproc")
        {
            let isOpen = groups.last.map { $0.closer.utf8CodeUnitCount > 1 } ?? false
            doubt(isOpen && !word.isBare("coproc") ? .branch : .controlStructure, at: word.offset)
            separator = .semicolon
        } else if word.isBare("fi") {
            closeStructure("fi", word)
        } else if word.isBare("done") {
            closeStructure("done", word)
        } else if word.isBare("esac") {
            closeStructure("esac", word)
        } else if word.isBare("function") {
            doubt(.function, at: word.offset)
            skipBlanks()
            pendingFunction = self.word().literal
            skipBlanks()
            if peek() == UInt8(ascii: "("), let close = indexOfClose(from: position + 1) { position = close + 1 }
        } else if word.isBare("[[") {
            doubt(.condition, at: word.offset)
            condition()
        } else {
            return false
        }
        return true
    }

    private mutating func closeStructure(_ closer: StaticString, _ word: ShellWord) {
        guard let group = groups.last, group.closer.utf8Start.pointee == closer.utf8Start.pointee,
            group.closer.utf8CodeUnitCount == closer.utf8CodeUnitCount
        else {
            doubt(.unbalancedParenthesis, at: word.offset)
            separator = .semicolon
            return
        }
        close(group)
    }

    /// `while read -r line` ends with what it reads.
    private func readsLines() -> Bool {
        let ahead = bytes[position...].prefix(64).drop { $0 == 0x20 || $0 == 0x09 }
        return ["read ", "IFS= read ", "IFS='' read "].contains { ahead.starts(with: $0.utf8) }
    }

    /// `for name in words`: the variable may become each of the words.
    private mutating func loop() {
        skipBlanks()
        let name = word()
        skipBlanks()
        var values: [ShellWord] = []
        let before = position
        if word().isBare("in") {
            while true {
                skipBlanks()
                guard let byte = peek(), byte != 0x0A, byte != UInt8(ascii: ";") else { break }
                let start = position
                let value = word()
                guard position > start else { break }
                values.append(value)
            }
        } else {
            position = before
        }
        guard let name = name.literal else { return }
        for value in values { current.assignments.append(.init(name: name, value: value)) }
        current.offset = before
        endSegment()
        // What ends the list of words is no operator between commands.
        skipBlanks()
        if peek() == UInt8(ascii: ";"), peek(1) != UInt8(ascii: ";") { position += 1 }
    }

    private mutating func cases() {
        skipBlanks()
        let subject = word()
        current.assignments.append(.init(name: [UInt8(ascii: "_")], value: subject))
        endSegment()
        while let byte = peek(), byte == 0x0A || byte == 0x20 || byte == 0x09 { position += 1 }
        let before = position
        if !word().isBare("in") { position = before }
    }

    private mutating func condition() {
        var words: [ShellWord] = []
        while let byte = peek(), byte != 0x0A {
            skipBlanks()
            let start = position
            let word = word()
            if position == start {
                position += 1
            } else if word.isBare("]]") {
                break
            } else {
                words.append(word)
            }
        }
        // Its words may hold substitutions, so they are kept; as an assignment, for it runs no program.
        current.assignments = words.map { .init(name: [UInt8(ascii: "_")], value: $0) }
        endSegment()
    }

    // MARK: Assignments and redirections

    private mutating func assignment() -> ShellScript.Assignment? {
        var index = position
        while index < bytes.count, bytes[index].isNameByte { index += 1 }
        guard index > position, !bytes[position].isDigit, index < bytes.count else { return nil }
        let name = Array(bytes[position..<index])
        if bytes[index] == UInt8(ascii: "[") {
            // An index is arithmetic, which can run commands.
            let limit = min(bytes.count, index + 256)
            guard let close = bytes[index..<limit].firstIndex(of: UInt8(ascii: "]")), close + 1 < bytes.count,
                bytes[close + 1] == UInt8(ascii: "=")
            else { return nil }
            doubt(.array)
            index = close + 1
        }
        if bytes[index] == UInt8(ascii: "+"), index + 1 < bytes.count { index += 1 }
        guard bytes[index] == UInt8(ascii: "=") else { return nil }
        position = index + 1
        if peek() == UInt8(ascii: "(") {
            doubt(.array)
            position += 1
            var words: [ShellWord] = []
            while let byte = peek(), byte != UInt8(ascii: ")") {
                if byte == 0x0A { position += 1 }
                skipBlanks()
                let start = position
                let word = word()
                if position == start {
                    if peek() == UInt8(ascii: ")") { break }
                    position += 1
                } else {
                    words.append(word)
                }
            }
            position += 1
            for word in words { current.assignments.append(.init(name: name, value: word)) }
            return ShellScript.Assignment(name: name, value: ShellWord())
        }
        return ShellScript.Assignment(name: name, value: word())
    }

    /// Digits, or `{name}`, right in front of a redirection.
    private mutating func descriptor() -> [UInt8]? {
        var index = position
        if bytes[index] == UInt8(ascii: "{") {
            index += 1
            while index < bytes.count, bytes[index].isNameByte { index += 1 }
            guard index < bytes.count, bytes[index] == UInt8(ascii: "}") else { return nil }
            index += 1
        } else {
            while index < bytes.count, bytes[index].isDigit { index += 1 }
        }
        guard index > position, index < bytes.count,
            bytes[index] == UInt8(ascii: "<") || bytes[index] == UInt8(ascii: ">")
        else { return nil }
        defer { position = index }
        return Array(bytes[position..<index])
    }

    private mutating func redirectionOrProcess(descriptor: [UInt8]?) {
        let isRead = bytes[position] == UInt8(ascii: "<")
        if peek(1) == UInt8(ascii: "("), descriptor == nil {
            if current.isEmpty { current.offset = position }
            current.words.append(word())
            return
        }
        position += 1
        let op: ShellRedirection.Operator
        switch (isRead, peek()) {
        case (true, UInt8(ascii: "<")):
            if peek(1) == UInt8(ascii: "<") {
                position += 2
                op = .hereString
            } else if peek(1) == UInt8(ascii: "-") {
                position += 2
                op = .hereTabs
            } else {
                position += 1
                op = .here
            }
        case (true, UInt8(ascii: ">")): (op, position) = (.readWrite, position + 1)
        case (true, UInt8(ascii: "&")): (op, position) = (.duplicateInput, position + 1)
        case (true, _): op = .read
        case (false, UInt8(ascii: ">")): (op, position) = (.append, position + 1)
        case (false, UInt8(ascii: "|")): (op, position) = (.clobber, position + 1)
        case (false, UInt8(ascii: "&")): (op, position) = (.duplicateOutput, position + 1)
        case (false, _): op = .write
        }
        redirect(op, descriptor: descriptor)
    }

    private mutating func redirect(_ op: ShellRedirection.Operator, descriptor: [UInt8]?) {
        if current.isEmpty { current.offset = position }
        skipBlanks()
        let start = position
        let target = word()
        if position == start { doubt(.unexpectedOperator) }
        if op == .here || op == .hereTabs {
            openHeres.append((-1, current.redirections.count, op == .hereTabs))
        }
        current.redirections.append(ShellRedirection(op: op, descriptor: descriptor, target: target))
    }

    /// The here-documents that were announced in the line that just ended.
    private mutating func readHeres() {
        let heres = openHeres
        openHeres = []
        for here in heres {
            guard segments.indices.contains(here.segment) else { continue }
            let mark = segments[here.segment].redirections[here.redirection].target
            guard let delimiter = mark.literal else {
                doubt(.openHereDocument)
                continue
            }
            let start = position
            var end = position
            var isClosed = false
            while position < bytes.count {
                var lineStart = position
                let lineEnd = bytes[position...].firstIndex(of: 0x0A) ?? bytes.count
                if here.stripsTabs { while lineStart < lineEnd, bytes[lineStart] == 0x09 { lineStart += 1 } }
                end = position
                position = min(bytes.count, lineEnd + 1)
                if bytes[lineStart..<lineEnd].elementsEqual(delimiter) {
                    isClosed = true
                    break
                }
                end = position
            }
            if !isClosed { doubt(.openHereDocument, at: start) }
            segments[here.segment].redirections[here.redirection].target =
                mark.isQuoted ? ShellWord(literal: Array(bytes[start..<end]), offset: start) : expanded(start..<end)
        }
    }

    /// A here-document whose mark is not quoted is expanded like text in double quotes.
    private mutating func expanded(_ range: Range<Int>) -> ShellWord {
        let signs: [UInt8] = [UInt8(ascii: "$"), UInt8(ascii: "`"), UInt8(ascii: "\\")]
        guard bytes[range].contains(where: signs.contains) else {
            return ShellWord(literal: Array(bytes[range]), offset: range.lowerBound)
        }
        doubt(.expandedHereDocument, at: range.lowerBound)
        guard depth < Self.deepest else { return ShellWord() }
        var inner = ShellParser(Array(bytes[range]), depth: depth + 1)
        let word = inner.textUntilEnd()
        for found in inner.doubts { doubt(found.kind, at: range.lowerBound + found.offset) }
        return word
    }

    /// A parser for what stands in a substitution here.
    func nested(_ bytes: [UInt8]? = nil, from position: Int = 0) -> ShellParser? {
        depth < Self.deepest ? ShellParser(bytes ?? self.bytes, from: position, depth: depth + 1) : nil
    }
}

extension UInt8 {
    var isDigit: Bool { (0x30...0x39).contains(self) }
    var isNameByte: Bool { isDigit || self == 0x5F || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
}
