/// The table, made ready for looking up: a path's own names lead to the few rows that could match it.
struct SensitivePathIndex: Sendable {
    static let shared = SensitivePathIndex(SensitivePathTable.rows)

    struct Row: Sendable {
        enum Anchor { case root, home, anywhere }

        let kind: SensitivePath
        let anchor: Anchor
        let parts: [NamePattern]
        /// Whether everything beneath belongs to it too.
        let reachesBelow: Bool
    }

    let rows: [Row]
    /// By the hash of a row's last whole name: the row, and where in it that name stands.
    private var byName: [UInt64: [(row: Int, part: Int)]] = [:]
    /// Rows of one name with a star in it.
    private var stars: [Int] = []
    /// What a short name such as `git~1` may stand for.
    private var longNames: [UInt64: [UInt8]] = [:]

    init(_ table: [(class: SensitivePath, patterns: [String])]) {
        rows = table.flatMap { entry in entry.patterns.map { Row(entry.class, $0) } }
        for (number, row) in rows.enumerated() {
            for part in row.parts { note(longName: part) }
            if let place = row.parts.lastIndex(where: { $0.whole != nil }), let name = row.parts[place].whole {
                byName[NameHash.of(name), default: []].append((number, place))
            } else {
                stars.append(number)
            }
        }
    }

    private mutating func note(longName part: NamePattern) {
        guard let name = part.whole, name.first == UInt8(ascii: ".") || name.count > 8 else { return }
        let short = FoldedName.short(name)
        let key = NameHash.of(short.stem + [UInt8(ascii: ".")] + short.suffix)
        if longNames[key] == nil { longNames[key] = name }
    }

    /// The name that a folded component stands for.
    func expanded(_ folded: [UInt8]) -> [UInt8] {
        guard let short = FoldedName.shortStem(folded) else { return folded }
        return longNames[NameHash.of(Array(short.stem) + [UInt8(ascii: ".")] + Array(short.suffix))] ?? folded
    }

    /// Numbers of the rows that the folded components match, given where in them a home begins.
    func matches(_ names: [[UInt8]], isRooted: Bool, homes: [Int]) -> [Int] {
        var found: [Int] = []
        func consider(_ number: Int, start: Int) {
            let row = rows[number]
            switch row.anchor {
            case .root: guard isRooted, start == 0 else { return }
            case .home: guard homes.contains(start) else { return }
            case .anywhere: guard start >= 0 else { return }
            }
            if row.matches(names, from: start), !found.contains(number) { found.append(number) }
        }
        for (place, name) in names.enumerated() {
            for candidate in byName[NameHash.of(name)] ?? [] { consider(candidate.row, start: place - candidate.part) }
        }
        if !names.isEmpty { for number in stars { consider(number, start: names.count - rows[number].parts.count) } }
        return found
    }

    /// Rows whose files lie beneath the folded components, so that removing these removes those.
    func beneath(_ names: [[UInt8]], isRooted: Bool, homes: [Int]) -> [Int] {
        rows.indices.filter { number in
            let row = rows[number]
            let starts: [Int] =
                switch row.anchor {
                case .root: isRooted ? [0] : []
                case .home: homes
                case .anywhere: []
                }
            return starts.contains { start in
                let given = names.count - start
                guard given >= 0, given < row.parts.count else { return false }
                return (0..<given).allSatisfy { row.parts[$0].matches(names[start + $0]) }
            }
        }
    }
}

extension SensitivePathIndex.Row {
    init(_ kind: SensitivePath, _ pattern: String) {
        self.kind = kind
        let bytes = Array(pattern.utf8)
        anchor = bytes.starts(with: "/".utf8) ? .root : bytes.starts(with: "~/".utf8) ? .home : .anywhere
        var names = bytes.split(separator: UInt8(ascii: "/"))
        if anchor == .home { names.removeFirst() }
        reachesBelow = names.last.map { $0.elementsEqual("**".utf8) } ?? false
        if reachesBelow { names.removeLast() }
        parts = names.map { NamePattern(Array($0)) }
    }

    func matches(_ names: [[UInt8]], from start: Int) -> Bool {
        let end = start + parts.count
        guard reachesBelow ? end <= names.count : end == names.count else { return false }
        return parts.indices.allSatisfy { parts[$0].matches(names[start + $0]) }
    }
}

/// One name of a pattern, with at most one star.
struct NamePattern: Sendable {
    /// The whole name where it has no star.
    let whole: [UInt8]?
    private let start: [UInt8]
    private let end: [UInt8]

    init(_ pattern: [UInt8]) {
        let folded = pattern.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
        guard let star = folded.firstIndex(of: UInt8(ascii: "*")) else {
            (whole, start, end) = (folded, [], [])
            return
        }
        (whole, start, end) = (nil, Array(folded[..<star]), Array(folded[(star + 1)...]))
    }

    func matches(_ name: [UInt8]) -> Bool {
        if let whole { return whole == name }
        return name.count >= start.count + end.count && name.starts(with: start)
            && name.suffix(end.count).elementsEqual(end)
    }
}

/// FNV-1a of 64 bits; a bucket is compared byte by byte afterwards, so a collision costs time and nothing else.
enum NameHash {
    static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }
}
