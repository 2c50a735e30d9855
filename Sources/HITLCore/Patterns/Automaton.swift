/// The deterministic automaton of a program, built as texts need it, and what a scan works with.
///
/// A state is the set of places where the program may be; its transitions are worked out once and kept. When the
/// states outgrow their memory the scan goes on without keeping any, and the next one starts afresh: a text is read
/// in time proportional to its length whatever the patterns are, and the memory has a bound.
struct Automaton {
    /// What scans may spend on working out states, a fraction of a second. A text that needs more is not decided, and
    /// whoever asks must be told.
    private let greatestEffort: Int
    /// Bytes for kept states.
    private let memory: Int
    private let program: PatternProgram
    private let classOf: [UInt8]
    private let representatives: [UInt8]
    /// Classes of bytes, and the end of the text.
    private let stride: Int

    // The kept states. State 0 is the start. A transition is twice the state, and one more where that has matches;
    // -1 where it is not known yet.
    private var transitions: [Int32] = []
    private var states: [State] = []
    private var hasMatches: [Bool] = []
    private var known: [State.Key: Int32] = [:]
    private var kept = 0
    /// What begins at a byte of each class after each kind of byte: the same in every state.
    private var beginnings: [Step?] = []

    // Working room.
    private var marks: [UInt32]
    private var passed: [UInt32]
    private var generation: UInt32 = 0
    private var stack: [Int32] = []
    private var effort = 0
    private var scan: UInt32 = 0

    private struct State {
        struct Key: Hashable {
            let before: Before
            let places: [Int32]
            let matches: [Int32]
        }
        let key: Key
        /// The scan that last took note of its matches.
        var noted: UInt32
    }

    /// What stands before the next byte, as far as the program looks at it.
    private enum Before: UInt8 { case start, lineFeed, word, other }

    private struct Step {
        var places: [Int32] = []
        var matches: [Int32] = []
    }

    init(_ program: PatternProgram, memory: Int = 4 << 20, greatestEffort: Int = 50_000_000) {
        self.greatestEffort = greatestEffort
        self.program = program
        self.memory = memory
        (classOf, representatives) = program.classes
        stride = representatives.count + 1
        marks = [UInt32](repeating: 0, count: program.instructions.count)
        passed = marks
        forget()
    }

    /// The scans after this one have the whole effort again.
    mutating func refill() { effort = 0 }

    /// Adds to `found` the patterns that occur in `text`.
    ///
    /// - Returns: false where the scans since `refill` needed more effort than allowed; `found` is then no answer.
    mutating func scan(_ text: String, into found: inout PatternHits) -> Bool {
        var text = text
        return text.withUTF8 { scan($0, into: &found) }
    }

    mutating func scan(_ text: UnsafeBufferPointer<UInt8>, into found: inout PatternHits) -> Bool {
        scan &+= 1
        if scan == 0 { forget() }
        var state = 0
        var place = 0
        while true {
            let run = run(text, from: place, in: state)
            (place, state) = (run.place, run.state)
            if run.isMatch {
                note(state, into: &found)
                continue
            }
            let byteClass = place < text.count ? Int(classOf[Int(text[place])]) : stride - 1
            let known = transitions[state * stride + byteClass]
            guard let next = known >= 0 ? Int(known >> 1) : makeTransition(from: state, class: byteClass) else {
                let rest = UnsafeBufferPointer(rebasing: text[place...])
                return simulate(rest, from: states[state].key, into: &found)
            }
            if hasMatches[next] { note(next, into: &found) }
            guard effort <= greatestEffort else { return false }
            guard place < text.count else { return true }
            state = next
            place += 1
        }
    }

    /// Over known transitions as far as they go: to the end, to one that is not known, or into a state with matches.
    private func run(
        _ text: UnsafeBufferPointer<UInt8>, from start: Int, in first: Int
    ) -> (place: Int, state: Int, isMatch: Bool) {
        transitions.withUnsafeBufferPointer { transitions in
            classOf.withUnsafeBufferPointer { classOf in
                var place = start
                var state = first
                while place < text.count {
                    let next = transitions[state * stride + Int(classOf[Int(text[place])])]
                    if next < 0 { break }
                    state = Int(next >> 1)
                    place += 1
                    if next & 1 != 0 { return (place, state, true) }
                }
                return (place, state, false)
            }
        }
    }

    private mutating func note(_ state: Int, into found: inout PatternHits) {
        guard states[state].noted != scan else { return }
        states[state].noted = scan
        for id in states[state].key.matches { found.insert(id) }
    }

    /// Byte by byte over the nondeterministic automaton: no state is kept.
    private mutating func simulate(
        _ text: UnsafeBufferPointer<UInt8>, from key: State.Key, into found: inout PatternHits
    ) -> Bool {
        var before = key.before
        var places = key.places
        for byte in text {
            let byteClass = Int(classOf[Int(byte)])
            let step = step(places, before, byteClass)
            for id in step.matches { found.insert(id) }
            places = step.places
            before = self.before(byteClass)
            guard effort <= greatestEffort else { break }
        }
        for id in step(places, before, stride - 1).matches { found.insert(id) }
        forget()
        return effort <= greatestEffort
    }

    // MARK: States

    private mutating func forget() {
        states.removeAll(keepingCapacity: true)
        hasMatches.removeAll(keepingCapacity: true)
        transitions.removeAll(keepingCapacity: true)
        known.removeAll(keepingCapacity: true)
        beginnings = [Step?](repeating: nil, count: 4 * stride)
        kept = 0
        scan = 1
        _ = keep(State.Key(before: program.looksAtNothing ? .other : .start, places: [], matches: []))
    }

    private mutating func keep(_ key: State.Key) -> Int {
        if let place = known[key] { return Int(place) }
        states.append(State(key: key, noted: 0))
        hasMatches.append(!key.matches.isEmpty)
        transitions.append(contentsOf: repeatElement(-1, count: stride))
        known[key] = Int32(states.count - 1)
        kept += 4 * stride + 4 * (key.places.count + key.matches.count) + 200
        return states.count - 1
    }

    /// - Returns: nil where there is no memory for another state.
    private mutating func makeTransition(from state: Int, class byteClass: Int) -> Int? {
        guard kept < memory else { return nil }
        let key = states[state].key
        let step = step(key.places, key.before, byteClass)
        let next = keep(State.Key(before: before(byteClass), places: step.places, matches: step.matches))
        transitions[state * stride + byteClass] = Int32(next) << 1 | (hasMatches[next] ? 1 : 0)
        return next
    }

    private func before(_ byteClass: Int) -> Before {
        guard byteClass < representatives.count else { return .other }
        let byte = representatives[byteClass]
        if program.looksAtLines, byte == 0x0A { return .lineFeed }
        return program.looksAtWords && ByteSet.word.contains(byte) ? .word : .other
    }

    // MARK: Steps

    /// From `places` over one byte of a class, or over the end.
    private mutating func step(_ places: [Int32], _ before: Before, _ byteClass: Int) -> Step {
        var result = beginning(before, byteClass)
        guard !places.isEmpty else { return result }
        begin()
        for place in result.places { mark(place) }
        let shared = (places: result.places.count, matches: result.matches.count)
        advance(places, before, byteClass, into: &result)
        if result.places.count > shared.places { result.places.sort() }
        if result.matches.count > shared.matches { result.matches = distinct(result.matches) }
        return result
    }

    /// The patterns that begin right here.
    private mutating func beginning(_ before: Before, _ byteClass: Int) -> Step {
        let place = Int(before.rawValue) * stride + byteClass
        if let known = beginnings[place] { return known }
        begin()
        var result = Step()
        advance(program.starts, before, byteClass, into: &result)
        result.places.sort()
        result.matches = distinct(result.matches)
        beginnings[place] = result
        kept += 8 * (result.places.count + result.matches.count)
        return result
    }

    /// Follows each place up to the bytes it consumes, and over those that consume this one.
    private mutating func advance(_ places: [Int32], _ before: Before, _ byteClass: Int, into result: inout Step) {
        let isEnd = byteClass == representatives.count
        let byte = isEnd ? 0 : representatives[byteClass]
        stack.append(contentsOf: places)
        while let place = stack.popLast() {
            effort += 1
            switch program.instructions[Int(place)] {
            case .byte(let set, let next):
                if !isEnd, program.sets[Int(set)].contains(byte), mark(next) { result.places.append(next) }
            case .match(let id): result.matches.append(id)
            case .split(let next, let other):
                if pass(place) {
                    stack.append(other)
                    stack.append(next)
                }
            case .assertion(let assertion, let next):
                if holds(assertion, before, isEnd ? nil : byte), pass(place) { stack.append(next) }
            }
        }
    }

    private func holds(_ assertion: PatternSyntax.Assertion, _ before: Before, _ next: UInt8?) -> Bool {
        switch assertion {
        case .startOfText: before == .start
        case .endOfText: next == nil
        case .startOfLine: before == .start || before == .lineFeed
        case .endOfLine: next == nil || next == 0x0A
        case .wordBoundary: (before == .word) != (next.map(ByteSet.word.contains) ?? false)
        // Between the bytes of one scalar is no place of the text.
        case .noWordBoundary:
            (before == .word) == (next.map(ByteSet.word.contains) ?? false)
                && !(next.map(ByteSet.continuation.contains) ?? false)
        }
    }

    private func distinct(_ ids: [Int32]) -> [Int32] {
        var distinct: [Int32] = []
        for id in ids.sorted() where distinct.last != id { distinct.append(id) }
        return distinct
    }

    // MARK: Marks

    private mutating func begin() {
        generation &+= 1
        if generation == 0 {
            for place in marks.indices {
                marks[place] = 0
                passed[place] = 0
            }
            generation = 1
        }
    }

    @discardableResult
    private mutating func mark(_ place: Int32) -> Bool {
        guard marks[Int(place)] != generation else { return false }
        marks[Int(place)] = generation
        return true
    }

    private mutating func pass(_ place: Int32) -> Bool {
        guard passed[Int(place)] != generation else { return false }
        passed[Int(place)] = generation
        return true
    }
}

extension PatternProgram {
    fileprivate var looksAtNothing: Bool { !looksAtStart && !looksAtLines && !looksAtWords }
}
