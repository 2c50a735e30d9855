/// Reads globs. They always mean the whole text, and leading and trailing stars are left out of the states:
/// a pattern may begin and end anywhere unless it asserts otherwise.
enum GlobParser {
    /// Over the name of a tool, an agent, a session, an argument.
    static func text(_ text: String) throws(PatternError) -> PatternSyntax {
        guard !text.isEmpty else { throw PatternError(.empty, at: 0) }
        var reader = GlobReader(Array(text.utf8), separator: nil)
        return whole(try reader.rest())
    }

    static func path(_ text: String) throws(PatternError) -> PatternSyntax {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else { throw PatternError(.empty, at: 0) }
        guard bytes[0] == slash || bytes.starts(with: [star, star, slash]) else {
            throw PatternError(.relativePath, at: 0)
        }
        if bytes == [slash] { return whole([.text([slash])]) }
        let isFloating = bytes[0] != slash
        let components = split(bytes[(isFloating ? 0 : 1)...]) { $0 == slash }
        return try joined(components, of: bytes, by: slash, leading: true) { part, offset throws(PatternError) in
            if part.isEmpty || part.elementsEqual([dot]) || part.elementsEqual([dot, dot]) {
                throw PatternError(part.isEmpty ? .empty : .dotComponent, at: offset)
            }
        }
    }

    static func words(_ text: String) throws(PatternError) -> PatternSyntax {
        let bytes = Array(text.utf8)
        let words = split(bytes[...]) { $0 == 0x20 }.filter { !$0.isEmpty }
        guard !words.isEmpty else { throw PatternError(.empty, at: 0) }
        return try joined(words, of: bytes, by: 0, leading: false) { _, _ throws(PatternError) in }
    }

    static let star = UInt8(ascii: "*")
    private static let slash = UInt8(ascii: "/")
    private static let dot = UInt8(ascii: ".")

    /// Components, each after its separator, so that `**` is any number of *separator, component*. A command begins
    /// with a separator that its words do not show: `argv` is written with NUL before each word.
    private static func joined(
        _ components: [ArraySlice<UInt8>], of bytes: [UInt8], by separator: UInt8, leading: Bool,
        check: (ArraySlice<UInt8>, Int) throws(PatternError) -> Void
    ) throws(PatternError) -> PatternSyntax {
        let inside = ByteSet(separator).inverted()
        let any = PatternSyntax.sequence([
            .bytes(ByteSet(separator)), .repetition(.bytes(inside), least: leading ? 1 : 0, most: nil, greedy: true),
        ])
        var parts: [PatternSyntax] = []
        for (place, component) in components.enumerated() {
            try check(component, component.startIndex)
            if component.elementsEqual([star, star]) {
                // Beneath a path is not the path itself: a last `**` needs a component. Of a command it may be empty.
                let isLast = place == components.count - 1
                parts.append(.repetition(any, least: isLast && leading ? 1 : 0, most: nil, greedy: true))
                continue
            }
            var reader = GlobReader(Array(component), separator: separator, offset: component.startIndex)
            parts.append(.bytes(ByteSet(separator)))
            // A star alone is a component, and a component of a path is not empty.
            if component.elementsEqual([star]) {
                parts.append(.repetition(.bytes(inside), least: leading ? 1 : 0, most: nil, greedy: true))
            } else {
                parts += try reader.rest()
            }
        }
        return whole(parts)
    }

    /// `split` of the standard library, keeping empty parts.
    private static func split(_ bytes: ArraySlice<UInt8>, where isSeparator: (UInt8) -> Bool) -> [ArraySlice<UInt8>] {
        bytes.split(omittingEmptySubsequences: false, whereSeparator: isSeparator)
    }

    private static func whole(_ parts: [PatternSyntax]) -> PatternSyntax {
        var parts = parts
        let floatsBefore = parts.first == .anything
        if floatsBefore { parts.removeFirst() }
        let floatsAfter = parts.last == .anything
        if floatsAfter { parts.removeLast() }
        if !floatsBefore { parts.insert(.assertion(.startOfText), at: 0) }
        if !floatsAfter, !(parts.isEmpty && floatsBefore) { parts.append(.assertion(.endOfText)) }
        return .sequence(parts)
    }
}

/// One glob without its separators.
private struct GlobReader {
    private let bytes: [UInt8]
    private let separator: UInt8?
    private let offset: Int
    private var place = 0

    init(_ bytes: [UInt8], separator: UInt8?, offset: Int = 0) {
        self.bytes = bytes
        self.separator = separator
        self.offset = offset
    }

    mutating func rest() throws(PatternError) -> [PatternSyntax] {
        var parts: [PatternSyntax] = []
        while place < bytes.count {
            let start = place
            switch bytes[place] {
            case GlobParser.star:
                place += 1
                if place < bytes.count, bytes[place] == GlobParser.star {
                    if separator != nil { throw PatternError(.componentOfStars, at: offset + start) }
                    continue
                }
                parts.append(anything)
            case UInt8(ascii: "?"):
                place += 1
                parts.append(.scalars(separator.map { ScalarSet([UInt32($0)...UInt32($0)]).inverted() } ?? .all))
            case UInt8(ascii: "["): parts.append(.scalars(try characterClass()))
            case UInt8(ascii: "\\"):
                guard place + 1 < bytes.count else { throw PatternError(.trailingBackslash, at: offset + start) }
                parts.append(.bytes(ByteSet(bytes[place + 1])))
                place += 2
            default:
                parts.append(.bytes(ByteSet(bytes[place])))
                place += 1
            }
        }
        return parts
    }

    private var anything: PatternSyntax {
        guard let separator else { return .anything }
        return .repetition(.bytes(ByteSet(separator).inverted()), least: 0, most: nil, greedy: true)
    }

    private mutating func characterClass() throws(PatternError) -> ScalarSet {
        let start = place
        place += 1
        var isInverted = false
        if let byte = peek, byte == UInt8(ascii: "!") || byte == UInt8(ascii: "^") {
            isInverted = true
            place += 1
        }
        var ranges: [ClosedRange<UInt32>] = []
        var isFirst = true
        while true {
            guard let byte = peek else { throw PatternError(.unclosedClass, at: offset + start) }
            if byte == UInt8(ascii: "]"), !isFirst { break }
            isFirst = false
            let low = try member(from: start)
            if peek == UInt8(ascii: "-"), place + 1 < bytes.count, bytes[place + 1] != UInt8(ascii: "]") {
                place += 1
                let at = place
                let high = try member(from: start)
                guard high >= low else { throw PatternError(.reversedRange, at: offset + at) }
                ranges.append(low...high)
            } else {
                ranges.append(low...low)
            }
        }
        place += 1
        var set = ScalarSet(ranges)
        if isInverted { set = set.inverted() }
        // A class never matches a separator: `[!a]` is one character of a component.
        if let separator {
            set = set.inverted().union(ScalarSet([UInt32(separator)...UInt32(separator)])).inverted()
        }
        guard !set.isEmpty else { throw PatternError(.emptyClass, at: offset + start) }
        return set
    }

    private mutating func member(from start: Int) throws(PatternError) -> UInt32 {
        if peek == UInt8(ascii: "\\") { place += 1 }
        guard let first = peek else { throw PatternError(.unclosedClass, at: offset + start) }
        let width = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard place + width <= bytes.count else { throw PatternError(.unclosedClass, at: offset + start) }
        var value = width == 1 ? UInt32(first) : UInt32(first) & (0x7F >> UInt32(width))
        for next in 1..<max(1, width) { value = value << 6 | UInt32(bytes[place + next] & 0x3F) }
        place += width
        return value
    }

    private var peek: UInt8? { place < bytes.count ? bytes[place] : nil }
}
