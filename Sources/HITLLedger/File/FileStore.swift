import Glibc
import HITLPlatform

/// A ledger in files of JSON lines: read, and found in an index in memory that is made when it is opened.
///
/// The owner's index grows with its appends; who reads beside an owner looks at the files' ends before each answer.
package final class FileStore: LedgerReading {
    package let path: String
    package let identity: [UInt8]
    private let indexer: Indexer
    private let state: Locked<State>

    /// The latest version that is known.
    let latest: Int64

    struct State {
        var segments: [FileSegment]
        var index = FileIndex()

        /// The end of the last whole group.
        var position: FilePosition
        var head: Head

        /// Why nothing is indexed beyond `position`.
        var flaw: LedgerError?

        /// Of the last segment.
        var version: Int64

        /// How many bytes follow it that are no whole group: an append that was not finished, or not yet.
        var tornBytes: Int64 = 0
        var isOwned = false
        var isClosed = false
    }

    /// - Parameter path: canonical.
    package init(
        path: String, indexer: @escaping Indexer, sealing: RecordSealing = .none,
        knowing latest: Int64 = FileHeader.latest
    ) throws(LedgerError) {
        self.path = path
        self.latest = latest
        let first = try FileSegment(1, of: path)
        let header = try FileStore.header(of: first, ledger: path, knowing: latest)
        guard header.segment == 1, header.head == Head(size: 0, hash: Chain.genesis(identity: header.identity)) else {
            throw .notALedger(path: path)
        }
        let identity = header.identity
        self.identity = identity
        // What is stored is looked through, as everywhere.
        self.indexer = { sealing.index(of: $0, in: identity, by: indexer) }
        state = Locked(
            State(
                segments: [first], position: FilePosition(segment: 0, offset: Int64(header.line.count)),
                head: header.head, version: header.version))
        try state.withLock { state throws(LedgerError) in try advance(&state) }
    }

    /// Whether this is a file ledger: nil for an empty file, which may become one.
    static func isLedger(_ path: String) throws(LedgerError) -> Bool? {
        let segment = try FileSegment(1, of: path)
        guard try segment.size > 0 else { return nil }
        _ = try header(of: segment, ledger: path)
        return true
    }

    private static func header(
        of segment: FileSegment, ledger: String, knowing latest: Int64 = FileHeader.latest
    ) throws(LedgerError) -> FileHeader {
        let bytes = try segment.read(1_024, at: 0)
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { throw .notALedger(path: ledger) }
        switch bytes[..<end].withUnsafeBytes({ FileHeader.parse($0, knowing: latest) }) {
        case .header(let header): return header
        case .newer(let version):
            throw .newer(path: ledger, version: Int(clamping: version), known: Int(latest))
        case .other: throw .notALedger(path: ledger)
        }
    }

    package func close() {
        state.withLock { $0.isClosed = true }
    }

    // MARK: - Growing

    /// Takes in what was written since. Only whole groups: what follows the last is torn, or still being written.
    private func advance(_ state: inout State) throws(LedgerError) {
        guard state.flaw == nil else { return }
        while true {
            try read(&state)
            guard state.flaw == nil else { return }
            let next = Int64(state.segments.count) + 1
            let numbers = try FileSegment.numbers(of: path).filter { $0 >= next }
            guard let first = numbers.first else { return }
            guard first == next else {
                state.flaw = damaged("the file of segment \(next) is missing, and later ones are there")
                return
            }
            // The owner ends a segment for good before it makes the next.
            if state.tornBytes > 0 { try read(&state) }
            guard state.tornBytes == 0 else {
                state.flaw = damaged("segment \(next - 1) ends in the middle of an append")
                return
            }
            let segment = try FileSegment(next, of: path)
            let header = try Self.header(of: segment, ledger: path, knowing: latest)
            guard header.version >= state.version,
                header == FileHeader(version: header.version, identity: identity, segment: next, head: state.head)
            else {
                state.flaw = damaged("segment \(next) does not follow the one before")
                return
            }
            state.segments.append(segment)
            state.version = header.version
            state.position = FilePosition(segment: state.segments.count - 1, offset: Int64(header.line.count))
        }
    }

    private func damaged(_ sentence: String) -> LedgerError { .damaged(path: path, .structure(sentence)) }

    /// The rest of the last segment.
    private func read(_ state: inout State) throws(LedgerError) {
        guard let segment = state.segments.last else { return }
        state.tornBytes = 0
        let size = try segment.size
        guard size > state.position.offset else {
            if size < state.position.offset { state.flaw = damaged("`\(segment.path)` became shorter") }
            return
        }
        var scanner = FileScanner(state.segments, from: state.position)
        var group: [(line: FileLine, place: FileIndex.Place, index: Index?)] = []
        var flaw: LedgerError?
        var next = state.head.size + 1
        try scanner.run { line, at throws(LedgerError) in
            guard let entry = FileLine(line) else {
                flaw = damaged("what follows entry \(next - 1) in `\(segment.path)` is no entry")
                return false
            }
            guard entry.sequence == next, group.first.map({ $0.line.last == entry.last }) ?? true else {
                flaw = damaged(
                    entry.sequence > next
                        ? "entry \(next) is missing, and later ones are there"
                        : "entry \(entry.sequence) does not stand where it belongs")
                return false
            }
            let place = FileIndex.Place(
                segment: Int32(clamping: at.segment), length: Int32(clamping: line.count), offset: at.offset)
            group.append((entry, place, indexer(entry.record(in: line))))
            next += 1
            if entry.last == entry.sequence {
                for member in group {
                    state.index.append(member.place, hash: member.line.hash, index: member.index)
                }
                group = []
                state.head = Head(size: entry.sequence, hash: entry.hash)
                state.position = FilePosition(segment: at.segment, offset: at.offset + Int64(line.count) + 1)
            }
            return true
        }
        state.flaw = flaw
        if flaw == nil { state.tornBytes = max(0, size - state.position.offset) }
    }

    // MARK: - The owner's part

    /// What the writer goes on from. Refuses a damaged ledger, and one whose last append was not finished.
    func own() throws(LedgerError) -> (segment: FileSegment, end: Int64, version: Int64) {
        try state.withLock { state throws(LedgerError) in
            if let flaw = state.flaw { throw flaw }
            guard state.tornBytes == 0 else { throw .torn(path: path, after: state.head.size, bytes: state.tornBytes) }
            guard let segment = state.segments.last else { throw .notALedger(path: path) }
            state.isOwned = true
            return (segment, state.position.offset, state.version)
        }
    }

    /// What follows the last whole group, in which file and where; nil where nothing does.
    func torn() throws(LedgerError) -> (tail: (after: Int64, bytes: [UInt8]), segment: String, offset: Int64)? {
        try state.withLock { state throws(LedgerError) in
            if let flaw = state.flaw { throw flaw }
            guard state.tornBytes > 0, let segment = state.segments.last else { return nil }
            let bytes = try segment.read(Int(state.tornBytes), at: state.position.offset)
            return ((state.head.size, bytes), segment.path, state.position.offset)
        }
    }

    /// After the writer committed these lines, from `start` of the last segment.
    func add(_ entries: [Entry], lengths: [Int], from start: Int64) {
        state.withLock { state in
            var offset = start
            for (entry, length) in zip(entries, lengths) {
                let place = FileIndex.Place(
                    segment: Int32(clamping: state.segments.count - 1), length: Int32(clamping: length - 1),
                    offset: offset)
                state.index.append(place, hash: entry.hash, index: entry.index)
                offset += Int64(length)
            }
            state.position.offset = offset
            if let last = entries.last { state.head = Head(size: last.sequence, hash: last.hash) }
        }
    }

    /// After the writer began another segment.
    func add(_ segment: FileSegment, headerLength: Int) {
        state.withLock { state in
            state.segments.append(segment)
            state.position = FilePosition(segment: state.segments.count - 1, offset: Int64(headerLength))
        }
    }

    /// Of who reads beside an owner: what was appended, and what was taken out, which puts other files in the place of some.
    private func catchUp(_ state: inout State) throws(LedgerError) {
        guard !state.isOwned else { return }
        if state.segments.contains(where: { !$0.hasItsName }) { try reload(&state) } else { try advance(&state) }
    }

    /// All of it anew, after the writer put other files in the place of some.
    func reload() throws(LedgerError) {
        try state.withLock { state throws(LedgerError) in
            try reload(&state)
            if let flaw = state.flaw { throw flaw }
        }
    }

    private func reload(_ state: inout State) throws(LedgerError) {
        let first = try FileSegment(1, of: path)
        let header = try FileStore.header(of: first, ledger: path, knowing: latest)
        var fresh = State(
            segments: [first], position: FilePosition(segment: 0, offset: Int64(header.line.count)),
            head: header.head, version: header.version)
        try advance(&fresh)
        (fresh.isOwned, fresh.isClosed) = (state.isOwned, state.isClosed)
        state = fresh
    }

    /// The files, with the numbers of the entries that each has.
    var contents: [(segment: FileSegment, sequences: ClosedRange<Int64>)] {
        state.withLock { state in
            var contents: [(segment: FileSegment, sequences: ClosedRange<Int64>)] = []
            for (number, place) in state.index.places.enumerated() {
                let sequence = Int64(number) + 1
                if let last = contents.last, last.segment === state.segments[Int(place.segment)] {
                    contents[contents.count - 1].sequences = last.sequences.lowerBound...sequence
                } else {
                    contents.append((state.segments[Int(place.segment)], sequence...sequence))
                }
            }
            return contents
        }
    }

    var segmentCount: Int { state.withLock { $0.segments.count } }

    // MARK: - Reading

    private func query<Value>(_ body: (State) throws(LedgerError) -> Value) throws(LedgerError) -> Value {
        try state.withLock { state throws(LedgerError) in
            guard !state.isClosed else { throw .closed }
            try catchUp(&state)
            if let flaw = state.flaw { throw flaw }
            return try body(state)
        }
    }

    package func head() throws(LedgerError) -> Head {
        try query { $0.head }
    }

    package func entry(at sequence: Int64) throws(LedgerError) -> StoredEntry? {
        try query { state throws(LedgerError) in
            guard sequence >= 1, sequence <= Int64(state.index.count) else { return nil }
            return try entry(Int(sequence) - 1, in: state)
        }
    }

    package func entry(claiming key: String) throws(LedgerError) -> StoredEntry? {
        try query { state throws(LedgerError) in
            guard let place = state.index.claims[ByteKey(key)] else { return nil }
            return try entry(place, in: state)
        }
    }

    package func entries(of subject: String) throws(LedgerError) -> [StoredEntry] {
        try query { state throws(LedgerError) in try entries(state.index.subjects[ByteKey(subject)] ?? [], in: state) }
    }

    package func entries(from sequence: Int64, limit: Int) throws(LedgerError) -> [StoredEntry] {
        try query { state throws(LedgerError) in
            try entries(
                state.index.places.indices.dropFirst(Int(clamping: max(sequence, 1) - 1)).prefix(limit), in: state)
        }
    }

    package func latest(
        kind: String?, label: String?, before: Int64, limit: Int
    ) throws(LedgerError) -> [StoredEntry] {
        try query { state throws(LedgerError) in
            // Places count from 0 and sequences from 1: those before `before`.
            let end = Int(clamping: before) - 1
            let index = state.index
            guard let list = kind.map({ index.kinds[ByteKey($0)] ?? [] }) else {
                if let label { return try newest(of: index.labels[ByteKey(label)] ?? [], end, limit, in: state) }
                return try newest(of: index.places.indices, end, limit, in: state)
            }
            guard let label else { return try newest(of: list, end, limit, in: state) }
            // Of two lists in order, what both have.
            let labelled = index.labels[ByteKey(label)] ?? []
            return try newest(of: labelled, end, limit, in: state) { place in list.contains(sorted: place) }
        }
    }

    package func unresolved() throws(LedgerError) -> [Unresolved] {
        try query { $0.index.sortedUnresolved }
    }

    package func unresolved(_ subject: String) throws(LedgerError) -> Unresolved? {
        try query { $0.index.unresolved[ByteKey(subject)] }
    }

    package func hashes(from sequence: Int64, limit: Int) throws(LedgerError) -> [Digest] {
        try query { state in Array(state.index.hashes.dropFirst(Int(max(sequence - 1, 0))).prefix(limit)) }
    }

    package func makeDurable() throws(LedgerError) {
        let newest = try query { $0.segments.last?.path ?? path }
        let descriptor = Glibc.open(newest, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw FileCalls.error(errno, .open, newest) }
        defer { Glibc.close(descriptor) }
        guard fdatasync(descriptor) == 0 else { throw FileCalls.error(errno, .sync, newest) }
    }

    package func tallies() throws(LedgerError) -> [Tally] {
        try query { $0.index.sortedTallies }
    }

    package func snapshot() throws(LedgerError) -> any LedgerSnapshot {
        try state.withLock { state throws(LedgerError) in
            guard !state.isClosed else { throw .closed }
            try catchUp(&state)
            // What an owner is writing at this moment is not torn.
            let torn = state.tornBytes > 0 && !LedgerLock.isHeld(on: path) ? state.tornBytes : 0
            return FileSnapshot(
                path: path, segments: state.segments, end: state.position, index: state.index, flaw: state.flaw,
                tornBytes: torn, indexer: indexer)
        }
    }

    private func newest(
        of places: some BidirectionalCollection<Int>, _ end: Int, _ limit: Int, in state: State,
        where isWanted: (Int) -> Bool = { _ in true }
    ) throws(LedgerError) -> [StoredEntry] {
        var found: [Int] = []
        for place in places.reversed() where place < end {
            guard found.count < limit else { break }
            if isWanted(place) { found.append(place) }
        }
        return try entries(found, in: state)
    }

    private func entries(_ places: some Sequence<Int>, in state: State) throws(LedgerError) -> [StoredEntry] {
        var entries: [StoredEntry] = []
        for place in places { entries.append(try entry(place, in: state)) }
        return entries
    }

    private func entry(_ number: Int, in state: State) throws(LedgerError) -> StoredEntry {
        let place = state.index.places[number]
        let bytes = try state.segments[Int(place.segment)].read(Int(place.length), at: place.offset)
        let found = bytes.withUnsafeBytes { line in FileLine(line).map { ($0, $0.record(in: line)) } }
        guard let (line, record) = found else { throw .damaged(path: path, .changed(sequence: Int64(number) + 1)) }
        let index = indexer(record)
        return StoredEntry(
            sequence: line.sequence, time: line.time,
            previous: number == 0 ? Chain.genesis(identity: identity) : state.index.hashes[number - 1], hash: line.hash,
            record: record, claim: index?.claim, subject: index?.subject, kind: index?.kind ?? "", label: index?.label,
            standing: index?.standing.code ?? .unchanged)
    }
}

extension [Int] {
    /// In an array in ascending order.
    fileprivate func contains(sorted value: Int) -> Bool {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == value
    }
}
