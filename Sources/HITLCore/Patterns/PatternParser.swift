/// Reads the syntax of RE2 as far as it decides whether a text matches.
///
///     literals  .  [a-z]  [^a-z]  [[:alpha:]]  \d \D \w \W \s \S  \t \n \r \f \v \a \0 \x41 \x{202E}  \Q…\E
///     ^ $ \A \z \b \B   x*  x+  x?  x{2}  x{2,}  x{2,5}  and each with `?` behind   (…) (?:…) (?P<name>…)
///     (?i) (?m) (?s)  for the rest of the group, (?i:…) for one group;  x|y
///
/// `.` and classes match whole Unicode scalars; `\d`, `\w`, `\s`, `\b` and `(?i)` know ASCII.
struct PatternParser {
    static let greatestCount = 1000
    static let greatestDepth = 100

    private struct Flags {
        var ignoresCase = false
        var linewise = false
        var dotMatchesLineFeed = false
    }

    private let bytes: [UInt8]
    private var place = 0
    private var flags = Flags()

    static func parse(_ text: String) throws(PatternError) -> PatternSyntax {
        var parser = PatternParser(bytes: Array(text.utf8))
        let syntax = try parser.alternatives(depth: 0)
        guard parser.place == parser.bytes.count else { throw PatternError(.unopenedGroup, at: parser.place) }
        return syntax
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func alternatives(depth: Int) throws(PatternError) -> PatternSyntax {
        var branches: [PatternSyntax] = [try sequence(depth: depth)]
        while take("|") { branches.append(try sequence(depth: depth)) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence(depth: Int) throws(PatternError) -> PatternSyntax {
        var parts: [PatternSyntax] = []
        while let byte = peek, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            if takes("\\Q") {
                parts.append(quoted())
                continue
            }
            guard let part = try atom(depth: depth) else { continue }
            parts.append(try repeated(part))
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
    }

    // MARK: Repetition

    private mutating func repeated(_ part: PatternSyntax) throws(PatternError) -> PatternSyntax {
        guard let (least, most) = try count() else { return part }
        let greedy = !take("?")
        if peek == UInt8(ascii: "+") { throw PatternError(.construct("+"), at: place) }
        let again = place
        if try count() != nil { throw PatternError(.nothingToRepeat, at: again) }
        return .repetition(part, least: least, most: most, greedy: greedy)
    }

    private mutating func count() throws(PatternError) -> (least: Int, most: Int?)? {
        let start = place
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        guard take("{") else { return nil }
        // `{` that begins no count is itself, as in `{"key"`.
        guard let least = try number(from: start) else {
            place = start
            return nil
        }
        var most: Int? = least
        if take(",") { most = try number(from: start) }
        guard take("}") else {
            place = start
            return nil
        }
        if let most, most < least { throw PatternError(.count, at: start) }
        return (least, most)
    }

    private mutating func number(from start: Int) throws(PatternError) -> Int? {
        var value: Int?
        while let byte = peek, ByteSet.digit.contains(byte) {
            let next = (value ?? 0) * 10 + Int(byte - 0x30)
            guard next <= Self.greatestCount else {
                throw PatternError(.countTooLarge(limit: Self.greatestCount), at: start)
            }
            value = next
            place += 1
        }
        return value
    }

    // MARK: Atoms

    /// - Returns: nil for what stands for nothing, such as `(?i)`.
    private mutating func atom(depth: Int) throws(PatternError) -> PatternSyntax? {
        let start = place
        switch bytes[place] {
        case UInt8(ascii: "("): return try group(depth: depth)
        case UInt8(ascii: "["): return .scalars(try characterClass())
        case UInt8(ascii: "."):
            place += 1
            return .scalars(flags.dotMatchesLineFeed ? .all : ScalarSet.lineFeed.inverted())
        case UInt8(ascii: "^"):
            place += 1
            return .assertion(flags.linewise ? .startOfLine : .startOfText)
        case UInt8(ascii: "$"):
            place += 1
            return .assertion(flags.linewise ? .endOfLine : .endOfText)
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"):
            throw PatternError(.nothingToRepeat, at: start)
        case UInt8(ascii: "{"):
            if try count() != nil { throw PatternError(.nothingToRepeat, at: start) }
            place = start + 1
            return .bytes(ByteSet(UInt8(ascii: "{")))
        case UInt8(ascii: "\\"): return try escape()
        default: return literal(scalar())
        }
    }

    private func literal(_ value: UInt32) -> PatternSyntax {
        let set = ScalarSet([value...value])
        return .scalars(flags.ignoresCase ? set.foldingASCII() : set)
    }

    /// Everything up to `\E` or the end, as it is.
    private mutating func quoted() -> PatternSyntax {
        var parts: [PatternSyntax] = []
        while peek != nil, !takes("\\E") { parts.append(literal(scalar())) }
        return .sequence(parts)
    }

    /// The next scalar. The text is valid UTF-8, as every string is.
    private mutating func scalar() -> UInt32 {
        let first = bytes[place]
        let width = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        var value = width == 1 ? UInt32(first) : UInt32(first) & (0x7F >> UInt32(width))
        for offset in 1..<max(1, width) { value = value << 6 | UInt32(bytes[place + offset] & 0x3F) }
        place += width
        return value
    }

    // MARK: Groups

    private mutating func group(depth: Int) throws(PatternError) -> PatternSyntax? {
        let start = place
        guard depth < Self.greatestDepth else { throw PatternError(.nesting(limit: Self.greatestDepth), at: start) }
        place += 1
        let outer = flags
        if take("?") {
            for (opening, fault) in Self.refusedGroups where takes(opening) {
                throw PatternError(fault, at: start)
            }
            if takes("P<") || take("<") {
                guard let end = bytes[place...].firstIndex(of: UInt8(ascii: ">")) else {
                    throw PatternError(.unclosedGroup, at: start)
                }
                place = end + 1
            } else if try !readFlags(from: start) {
                // `(?i)` holds until the group around it ends.
                return nil
            }
        }
        let body = try alternatives(depth: depth + 1)
        guard take(")") else { throw PatternError(.unclosedGroup, at: start) }
        flags = outer
        return body
    }

    private static let refusedGroups: [(StaticString, PatternError.Fault)] = [
        ("=", .lookaround), ("!", .lookaround), ("<=", .lookaround), ("<!", .lookaround),
        (">", .construct("(?>")), ("(", .construct("(?(")), ("P=", .backreference), ("P>", .construct("(?P>")),
        ("#", .construct("(?#")), ("R", .construct("(?R")), ("&", .construct("(?&")), ("|", .construct("(?|")),
    ]

    /// - Returns: whether a group begins, or only the flags change.
    private mutating func readFlags(from start: Int) throws(PatternError) -> Bool {
        var turnsOn = true
        while true {
            guard let byte = peek else { throw PatternError(.unclosedGroup, at: start) }
            let at = place
            if byte >= 0x80 { throw PatternError(.flag(text(of: scalar())), at: at) }
            place += 1
            switch byte {
            case UInt8(ascii: "i"): flags.ignoresCase = turnsOn
            case UInt8(ascii: "m"): flags.linewise = turnsOn
            case UInt8(ascii: "s"): flags.dotMatchesLineFeed = turnsOn
            case UInt8(ascii: "-") where turnsOn: turnsOn = false
            case UInt8(ascii: ":"): return true
            case UInt8(ascii: ")"): return false
            default: throw PatternError(.flag(text(of: UInt32(byte))), at: at)
            }
        }
    }

    // MARK: Classes

    private mutating func characterClass() throws(PatternError) -> ScalarSet {
        let start = place
        place += 1
        let isInverted = take("^")
        var set = ScalarSet()
        var isFirst = true
        while true {
            guard let byte = peek else { throw PatternError(.unclosedClass, at: start) }
            // A `]` that comes first is itself.
            if byte == UInt8(ascii: "]"), !isFirst { break }
            isFirst = false
            if let named = try namedClass() {
                set = set.union(named)
                continue
            }
            let low: UInt32
            switch try classMember() {
            case .set(let members):
                set = set.union(members)
                continue
            case .scalar(let value): low = value
            }
            guard peek == UInt8(ascii: "-"), place + 1 < bytes.count, bytes[place + 1] != UInt8(ascii: "]") else {
                set = set.union(ScalarSet([low...low]))
                continue
            }
            place += 1
            let at = place
            guard case .scalar(let high) = try classMember(), high >= low else {
                throw PatternError(.reversedRange, at: at)
            }
            set = set.union(ScalarSet([low...high]))
        }
        place += 1
        if flags.ignoresCase { set = set.foldingASCII() }
        if isInverted { set = set.inverted() }
        guard !set.isEmpty else { throw PatternError(.emptyClass, at: start) }
        return set
    }

    private enum ClassMember {
        case scalar(UInt32)
        case set(ScalarSet)
    }

    private mutating func classMember() throws(PatternError) -> ClassMember {
        guard peek == UInt8(ascii: "\\") else {
            guard peek != nil else { throw PatternError(.unclosedClass, at: place) }
            return .scalar(scalar())
        }
        let start = place
        guard place + 1 < bytes.count else { throw PatternError(.trailingBackslash, at: start) }
        if let set = Self.shorthand(bytes[place + 1]) {
            place += 2
            return .set(set)
        }
        return .scalar(try escapedScalar())
    }

    private static let namedClasses: [(StaticString, ScalarSet)] = [
        ("alnum", ScalarSet([0x30...0x39, 0x41...0x5A, 0x61...0x7A])),
        ("alpha", ScalarSet([0x41...0x5A, 0x61...0x7A])),
        ("ascii", ScalarSet([0...0x7F])), ("blank", ScalarSet([0x09...0x09, 0x20...0x20])),
        ("cntrl", ScalarSet([0...0x1F, 0x7F...0x7F])), ("digit", .digit), ("graph", ScalarSet([0x21...0x7E])),
        ("lower", ScalarSet([0x61...0x7A])), ("print", ScalarSet([0x20...0x7E])),
        ("punct", ScalarSet([0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E])), ("space", .space),
        ("upper", ScalarSet([0x41...0x5A])), ("word", .word),
        ("xdigit", ScalarSet([0x30...0x39, 0x41...0x46, 0x61...0x66])),
    ]

    /// `[:alpha:]` and `[:^alpha:]` inside a class.
    private mutating func namedClass() throws(PatternError) -> ScalarSet? {
        let start = place
        guard takes("[:") else { return nil }
        let isInverted = take("^")
        for (name, set) in Self.namedClasses where takes(name) {
            if takes(":]") { return isInverted ? set.inverted() : set }
            break
        }
        guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "]")) else {
            throw PatternError(.unclosedClass, at: start)
        }
        throw PatternError(.construct(String(decoding: bytes[start...end], as: UTF8.self)), at: start)
    }

    private static func shorthand(_ letter: UInt8) -> ScalarSet? {
        switch letter {
        case UInt8(ascii: "d"): .digit
        case UInt8(ascii: "D"): ScalarSet.digit.inverted()
        case UInt8(ascii: "w"): .word
        case UInt8(ascii: "W"): ScalarSet.word.inverted()
        case UInt8(ascii: "s"): .space
        case UInt8(ascii: "S"): ScalarSet.space.inverted()
        default: nil
        }
    }

    // MARK: Escapes

    private mutating func escape() throws(PatternError) -> PatternSyntax {
        let start = place
        guard place + 1 < bytes.count else { throw PatternError(.trailingBackslash, at: start) }
        let letter = bytes[place + 1]
        if let set = Self.shorthand(letter) {
            place += 2
            return .scalars(set)
        }
        let assertion: PatternSyntax.Assertion?
        switch letter {
        case UInt8(ascii: "b"): assertion = .wordBoundary
        case UInt8(ascii: "B"): assertion = .noWordBoundary
        case UInt8(ascii: "A"): assertion = .startOfText
        case UInt8(ascii: "z"): assertion = .endOfText
        case UInt8(ascii: "1")...UInt8(ascii: "9"), UInt8(ascii: "k"), UInt8(ascii: "g"):
            throw PatternError(.backreference, at: start)
        default: assertion = nil
        }
        if let assertion {
            place += 2
            return .assertion(assertion)
        }
        return literal(try escapedScalar())
    }

    /// A backslash and what it stands for. Letters and digits that stand for nothing are refused, so that they can
    /// get a meaning later and nobody relies on what they mean elsewhere (`\Z`, `\p{…}`, `\R`).
    private mutating func escapedScalar() throws(PatternError) -> UInt32 {
        let start = place
        place += 1
        guard peek != nil else { throw PatternError(.trailingBackslash, at: start) }
        let value = scalar()
        switch value {
        case 0x61: return 0x07
        case 0x66: return 0x0C
        case 0x6E: return 0x0A
        case 0x72: return 0x0D
        case 0x74: return 0x09
        case 0x76: return 0x0B
        case 0x30:
            if let next = peek, ByteSet.digit.contains(next) { throw PatternError(.backreference, at: start) }
            return 0
        case 0x78: return try hexadecimal(from: start)
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E, 0x20: return value
        default: throw PatternError(.escape("\\" + text(of: value)), at: start)
        }
    }

    private mutating func hexadecimal(from start: Int) throws(PatternError) -> UInt32 {
        let isBraced = take("{")
        var value: UInt32 = 0
        var count = 0
        while count < (isBraced ? 6 : 2), let digit = peek.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) {
            value = value << 4 | UInt32(digit)
            count += 1
            place += 1
        }
        let isWhole = isBraced ? count > 0 && take("}") : count == 2
        guard isWhole, Unicode.Scalar(value) != nil else {
            throw PatternError(.escape(String(decoding: bytes[start..<place], as: UTF8.self)), at: start)
        }
        return value
    }

    private func text(of value: UInt32) -> String { Unicode.Scalar(value).map { String($0) } ?? "" }

    // MARK: Bytes

    private var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func take(_ letter: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: letter) else { return false }
        place += 1
        return true
    }

    private mutating func takes(_ text: StaticString) -> Bool {
        guard place + text.utf8CodeUnitCount <= bytes.count else { return false }
        for offset in 0..<text.utf8CodeUnitCount where bytes[place + offset] != text.utf8Start[offset] { return false }
        place += text.utf8CodeUnitCount
        return true
    }
}
