/// Many patterns as one nondeterministic automaton over bytes (K. Thompson, 1968).
///
/// It has no captures and no order of preference: it says which patterns occur in a text, which is all that a rule asks.
struct PatternProgram: Sendable {
    /// What one state does. `next` and `other` are places in `instructions`.
    enum Instruction: Sendable {
        /// Consumes a byte of `sets[set]`.
        case byte(set: Int32, next: Int32)
        case split(next: Int32, other: Int32)
        case assertion(PatternSyntax.Assertion, next: Int32)
        case match(Int32)
    }

    static let greatestPattern = 20_000
    static let greatestProgram = 4_000_000

    private(set) var instructions: [Instruction] = []
    private(set) var sets: [ByteSet] = []
    /// Where each pattern begins. Each may begin at every byte of a text: a pattern for whole texts asserts it.
    private(set) var starts: [Int32] = []
    private(set) var looksAtWords = false
    private(set) var looksAtLines = false
    private(set) var looksAtStart = false

    private var setIndex: [ByteSet: Int32] = [:]
    /// Sets of one byte, by that byte: nearly all. -1 where there is none yet.
    private var singleIndex = [Int32](repeating: -1, count: 256)
    private var limit = 0

    /// Adds a pattern that `match(id)` stands for.
    ///
    /// - Throws: `tooLarge` where the pattern alone, or all together, would need too many states.
    mutating func add(_ syntax: PatternSyntax, id: Int32) throws(PatternError.Fault) {
        limit = min(instructions.count + Self.greatestPattern, Self.greatestProgram)
        let end = try append(.match(id))
        starts.append(try compile(syntax, then: end))
    }

    private mutating func append(_ instruction: Instruction) throws(PatternError.Fault) -> Int32 {
        guard instructions.count < limit else { throw .tooLarge(limit: Self.greatestPattern) }
        instructions.append(instruction)
        return Int32(instructions.count - 1)
    }

    /// Built from the end, so that every state knows its successor when it is made.
    private mutating func compile(_ syntax: PatternSyntax, then next: Int32) throws(PatternError.Fault) -> Int32 {
        switch syntax {
        case .empty: return next
        case .bytes(let set): return try append(.byte(set: index(of: set), next: next))
        case .scalars(let set): return try compile(set, then: next)
        case .assertion(let assertion):
            note(assertion)
            return try append(.assertion(assertion, next: next))
        case .sequence(let parts):
            var next = next
            for part in parts.reversed() { next = try compile(part, then: next) }
            return next
        case .alternatives(let branches):
            var entry: Int32?
            for branch in branches.reversed() {
                let start = try compile(branch, then: next)
                entry = if let entry { try append(.split(next: start, other: entry)) } else { start }
            }
            return entry ?? next
        case .repetition(let part, let least, let most, _):
            var next = next
            if let most {
                let end = next
                for _ in 0..<(most - least) {
                    let start = try compile(part, then: next)
                    next = try append(.split(next: start, other: end))
                }
            } else {
                let loop = try append(.split(next: next, other: next))
                instructions[Int(loop)] = .split(next: try compile(part, then: loop), other: next)
                next = loop
            }
            for _ in 0..<least { next = try compile(part, then: next) }
            return next
        }
    }

    /// Scalars of one byte are one state; sequences that end alike share their ends.
    private mutating func compile(_ scalars: ScalarSet, then next: Int32) throws(PatternError.Fault) -> Int32 {
        struct Tail: Hashable {
            let low: UInt8
            let high: UInt8
            let next: Int32
        }
        var single: ByteSet?
        var tails: [Tail: Int32] = [:]
        var heads: [(next: Int32, set: ByteSet)] = []
        for sequence in scalars.utf8Sequences {
            guard sequence.count > 1 else {
                single = single ?? ByteSet()
                single?.insert(sequence[0])
                continue
            }
            var next = next
            for range in sequence.dropFirst().reversed() {
                let tail = Tail(low: range.lowerBound, high: range.upperBound, next: next)
                if let known = tails[tail] {
                    next = known
                } else {
                    next = try append(.byte(set: index(of: ByteSet(range)), next: next))
                    tails[tail] = next
                }
            }
            if let place = heads.firstIndex(where: { $0.next == next }) {
                heads[place].set.insert(sequence[0])
            } else {
                heads.append((next, ByteSet(sequence[0])))
            }
        }
        if let single { heads.append((next, single)) }
        var entry: Int32?
        for head in heads {
            let start = try append(.byte(set: index(of: head.set), next: head.next))
            entry = if let entry { try append(.split(next: start, other: entry)) } else { start }
        }
        // The empty set: a state that nothing leaves.
        return try entry ?? append(.byte(set: index(of: ByteSet()), next: next))
    }

    private mutating func index(of set: ByteSet) -> Int32 {
        if let byte = set.single {
            let known = singleIndex[Int(byte)]
            if known >= 0 { return known }
            sets.append(set)
            singleIndex[Int(byte)] = Int32(sets.count - 1)
            return Int32(sets.count - 1)
        }
        if let known = setIndex[set] { return known }
        sets.append(set)
        setIndex[set] = Int32(sets.count - 1)
        return Int32(sets.count - 1)
    }

    private mutating func note(_ assertion: PatternSyntax.Assertion) {
        switch assertion {
        case .startOfText: looksAtStart = true
        case .startOfLine, .endOfLine: looksAtLines = true
        case .wordBoundary, .noWordBoundary: looksAtWords = true
        case .endOfText: break
        }
    }

    // MARK: Classes of bytes

    /// Bytes that no state tells apart, numbered; the end of the text is one class more.
    var classes: (of: [UInt8], representatives: [UInt8]) {
        var isBoundary = [Bool](repeating: false, count: 256)
        isBoundary[0] = true
        var looked = sets
        if looksAtWords { looked += [.word, .continuation] }
        if looksAtLines { looked.append(ByteSet(0x0A)) }
        for set in looked {
            for byte in UInt8(1)...255 where set.contains(byte) != set.contains(byte - 1) {
                isBoundary[Int(byte)] = true
            }
        }
        var of: [UInt8] = []
        var representatives: [UInt8] = []
        for byte in UInt8(0)...255 {
            if isBoundary[Int(byte)] { representatives.append(byte) }
            of.append(UInt8(representatives.count - 1))
        }
        return (of, representatives)
    }
}
