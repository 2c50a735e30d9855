import Glibc
import HITLPlatform

/// Something that follows from each full stretch of 4,096 entries, kept beside the ledger, so that who looks through a
/// long one can pass over whole stretches; or from many such stretches, so that what has to be read for that hardly
/// grows with the ledger.
///
///     genesis hash
///     u32(count) ‖ hash of the last entry of the stretch ‖ count bytes      for each stretch in order
///
/// It is derived from the records alone and can be derived again at any time, so it is neither synced nor believed about
/// an entry: what it leads to is read and checked as ever, and verification derives it anew. Where the ledger is sealed,
/// the bytes are sealed as records are.
package final class Outline: Sendable {
    package static let stretch: Int64 = 4_096

    /// Of all kinds that there are.
    static let suffixes = [".outline", ".sums", ".text"]

    package struct Kind: Sendable {
        /// What follows the ledger's name in that of the file.
        let suffix: String

        enum Source: Sendable {
            /// The same bytes for the same entries, whoever derives them.
            case entries(derive: @Sendable ([Entry]) -> [UInt8])
            /// What so many pieces of another kind come to together; nil where one of them is not of that kind.
            indirect case pieces(of: Kind, every: Int, sum: @Sendable ([[UInt8]]) -> [UInt8]?)
        }

        let source: Source

        package init(suffix: String, derive: @escaping @Sendable ([Entry]) -> [UInt8]) {
            self.suffix = suffix
            source = .entries(derive: derive)
        }

        /// - Parameter every: how many pieces make one of this kind.
        package init(
            suffix: String, of kind: Kind, every: Int, sum: @escaping @Sendable ([[UInt8]]) -> [UInt8]?
        ) {
            self.suffix = suffix
            source = .pieces(of: kind, every: every, sum: sum)
        }

        /// How many entries a piece is of.
        package var length: Int64 {
            switch source {
            case .entries: Outline.stretch
            case .pieces(let kind, let every, _): kind.length * Int64(every)
            }
        }
    }

    private struct Place: Sendable {
        var offset: Int64
        var count: Int
        var hash: Digest
    }

    private struct State: Sendable {
        var places: [Place] = []
        /// Where the next stretch goes; 0 where nothing in the file is any good.
        var end: Int64 = 0
        /// What could not be written.
        var kept: [[UInt8]] = []
        var descriptor: Int32 = -1
        /// Changes with the file behind `descriptor`, of which `places` and `end` are.
        var generation = 0
    }

    private let ledger: Ledger
    private let kind: Kind
    /// Nil: a ledger in memory, which has none.
    private let path: String?
    private let genesis: Digest
    private let state = Locked(State())

    private static let headerCount = 4 + Digest.byteCount
    private static let longest = 16 << 20

    init(_ kind: Kind, of ledger: Ledger, path: String?) {
        self.kind = kind
        self.ledger = ledger
        self.path = path
        genesis = Chain.genesis(identity: ledger.identity)
        state.withLock { load(&$0) }
    }

    deinit {
        state.withLock { state in
            if state.descriptor >= 0 { close(state.descriptor) }
        }
    }

    /// The entries of a stretch, counted from 0.
    package static func entries(of stretch: Int) -> ClosedRange<Int64> {
        Int64(stretch) * Self.stretch + 1...(Int64(stretch) + 1) * Self.stretch
    }

    /// How many of the first stretches it has.
    package var count: Int { state.withLock { $0.places.count + $0.kept.count } }

    /// What was derived of a stretch; nil where it cannot be read.
    package subscript(stretch: Int) -> [UInt8]? {
        let bytes: [UInt8]? = state.withLock { state in
            if stretch >= state.places.count { return state.kept[stretch - state.places.count] }
            let place = state.places[stretch]
            return Self.read(place.count, at: place.offset, from: state.descriptor)
        }
        guard let bytes, case .record(let opened) = ledger.sealing.open(bytes, in: ledger.identity) else { return nil }
        return opened
    }

    // MARK: - Growing

    /// Derives what it does not have yet.
    ///
    /// - Parameters:
    ///   - keeping: also what cannot be written, in memory.
    ///   - goesOn: asked before each stretch, with how many there are.
    package func extend(
        keeping: Bool = false, while goesOn: (_ done: Int, _ all: Int) -> Bool = { _, _ in true }
    ) throws(LedgerError) {
        let all = Int(try ledger.head.size / kind.length)
        while count < all, goesOn(count, all) {
            // The file is opened before the entries are read. Whoever takes contents out of the ledger removes it
            // afterwards: so what was read before that goes into a file that has no name any more, and what is read
            // later has nothing of it.
            let (generation, isWritable) = state.withLock { openForWriting(&$0) }
            let number = count
            guard number < all else { return }
            guard let (bytes, hash) = try derived(number) else { return }
            let isKept = try state.withLock { state throws(LedgerError) in
                // Somebody else may have written it meanwhile, here or in another process.
                guard state.generation == generation, state.places.count + state.kept.count == number else {
                    return true
                }
                if isWritable, state.kept.isEmpty, try append(bytes, hash: hash, to: &state) { return true }
                if keeping { state.kept.append(bytes) }
                return keeping
            }
            guard isKept else { return }
        }
    }

    /// Of a piece that is missing; nil where that cannot be said yet.
    fileprivate func derived(_ number: Int) throws(LedgerError) -> (bytes: [UInt8], hash: Digest)? {
        switch kind.source {
        case .entries(let derive):
            let entries = try ledger.entries(
                from: Self.entries(of: number).lowerBound, limit: Int(Self.stretch), briefs: .omitted)
            guard entries.count == Int(Self.stretch), let last = entries.last else { return nil }
            return (derive(entries), last.hash)
        case .pieces(let kind, let every, let sum):
            // Opened anew, after the file that this goes to: for the reason above.
            let parts = ledger.outline(kind)
            guard parts.count >= (number + 1) * every else { return nil }
            var pieces: [[UInt8]] = []
            for part in number * every..<(number + 1) * every {
                guard let piece = parts[part] else { return nil }
                pieces.append(piece)
            }
            guard let bytes = sum(pieces), let hash = try ledger.hash(at: Int64(number + 1) * self.kind.length) else {
                return nil
            }
            return (bytes, hash)
        }
    }

    /// - Returns: the file that `append` would write to, and false where it cannot be written, or must not: what was sealed
    ///   would be open in it.
    private func openForWriting(_ state: inout State) -> (generation: Int, isWritable: Bool) {
        guard let path, ledger.sealing.current != nil || !ledger.sealing.hasKeys else {
            return (state.generation, false)
        }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return (state.generation, false) }
        if Self.isSameFile(descriptor, state.descriptor) {
            close(state.descriptor)
            state.descriptor = descriptor
        } else {
            enter(descriptor, &state)
            walk(&state)
        }
        return (state.generation, true)
    }

    /// Another file, of which nothing is known yet.
    private func enter(_ descriptor: Int32, _ state: inout State) {
        if state.descriptor >= 0 { close(state.descriptor) }
        state = State(descriptor: descriptor, generation: state.generation + 1)
    }

    private static func isSameFile(_ one: Int32, _ other: Int32) -> Bool {
        var (first, second) = (stat(), stat())
        return other >= 0 && fstat(one, &first) == 0 && fstat(other, &second) == 0 && first.st_ino == second.st_ino
            && first.st_dev == second.st_dev
    }

    /// - Returns: false where it cannot be written.
    private func append(_ bytes: [UInt8], hash: Digest, to state: inout State) throws(LedgerError) -> Bool {
        let stored = try ledger.sealing.sealed(bytes, in: ledger.identity)
        let descriptor = state.descriptor
        guard uninterrupted({ flock(descriptor, LOCK_EX) }) == 0 else { return false }
        defer { _ = flock(descriptor, LOCK_UN) }
        let before = state.places.count
        walk(&state)
        guard state.places.count == before else { return true }
        var piece: [UInt8] = []
        if state.end == 0 {
            guard ftruncate(descriptor, 0) == 0 else { return false }
            piece += genesis.bytes
        }
        let start = state.end
        withUnsafeBytes(of: UInt32(stored.count).bigEndian) { piece += $0 }
        piece += hash.bytes
        let offset = start + Int64(piece.count)
        piece += stored
        var done = 0
        while done < piece.count {
            let from = done
            let written = piece.withUnsafeBytes { bytes in
                uninterrupted {
                    pwrite(
                        descriptor, bytes.baseAddress?.advanced(by: from), bytes.count - from,
                        off_t(start) + off_t(from))
                }
            }
            // A part of a stretch at the end is as if it were not there.
            guard written > 0 else { return false }
            done += written
        }
        state.places.append(Place(offset: offset, count: stored.count, hash: hash))
        state.end = start + Int64(piece.count)
        return true
    }

    // MARK: - Reading

    private func load(_ state: inout State) {
        guard let path else { return }
        do throws(LedgerError) { try LedgerFile.check(path, isDirectory: false, forWriting: false) } catch { return }
        state.descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard state.descriptor >= 0 else { return }
        walk(&state)
    }

    /// Takes in what the file has from `end` on; all of it is another ledger's, or of another history, where the last
    /// stretch does not end with the entry that is there.
    private func walk(_ state: inout State) {
        if state.end == 0 {
            guard Self.read(Digest.byteCount, at: 0, from: state.descriptor) == genesis.bytes else { return }
            state.end = Int64(Digest.byteCount)
        }
        var status = stat()
        guard fstat(state.descriptor, &status) == 0 else { return }
        while let header = Self.read(Self.headerCount, at: state.end, from: state.descriptor) {
            let count = header[..<4].reduce(0) { $0 << 8 | Int($1) }
            guard count <= Self.longest, let hash = Digest(bytes: Array(header[4...])) else { break }
            let offset = state.end + Int64(Self.headerCount)
            guard offset + Int64(count) <= Int64(status.st_size) else { break }
            state.places.append(Place(offset: offset, count: count, hash: hash))
            state.end = offset + Int64(count)
        }
        guard let last = state.places.last else { return }
        let sequence = Int64(state.places.count) * kind.length
        var isOurs = false
        do throws(LedgerError) { isOurs = try ledger.hash(at: sequence) == last.hash } catch {}
        if !isOurs { (state.places, state.end) = ([], 0) }
    }

    private static func read(_ count: Int, at offset: Int64, from descriptor: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let from = done
            let got = bytes.withUnsafeMutableBytes { bytes in
                uninterrupted {
                    pread(descriptor, bytes.baseAddress?.advanced(by: from), count - from, off_t(offset) + off_t(from))
                }
            }
            guard got > 0 else { return nil }
            done += got
        }
        return bytes
    }

    /// Whether it says of a piece what the records give, which end with an entry of this hash.
    fileprivate func agrees(_ number: Int, with bytes: [UInt8]?, _ last: Digest?) -> Bool {
        guard let hash = state.withLock({ number < $0.places.count ? $0.places[number].hash : nil }) else {
            return true
        }
        return hash == last && self[number] == bytes
    }
}

extension Ledger {
    /// What there is of this kind beside the ledger.
    package func outline(_ kind: Outline.Kind) -> Outline {
        Outline(kind, of: self, path: file.map { $0 + kind.suffix })
    }

    /// Derives these on threads of its own, now and as the ledger grows, until it is closed.
    package func keepOutlines(_ kinds: [Outline.Kind]) {
        keptOutlines.withLock { $0 = kinds }
        WorkerThread { [weak self] in self?.extendOutlines() }?.leave()
    }

    /// What fails is derived by whoever needs it.
    func extendOutlines() {
        for kind in keptOutlines.withLock({ $0 }) {
            do throws(LedgerError) { try outline(kind).extend() } catch {}
        }
    }

    /// So that nothing of what they were derived from is left in them, whoever derived them.
    func removeOutlines() {
        guard let file else { return }
        for suffix in Outline.suffixes { unlink(file + suffix) }
    }

    /// Whether what lies beside says what the records do of the stretch with this entry. Stretches are derived in order: where
    /// this one was derived after something was taken out, so were all later ones.
    func outlinesFit(_ sequence: Int64) throws(LedgerError) -> Bool {
        let kinds = keptOutlines.withLock { $0 }
        let number = Int((sequence - 1) / Outline.stretch)
        let range = Outline.entries(of: number)
        guard try head.size >= range.upperBound else { return true }
        let entries = try entries(from: range.lowerBound, limit: Int(Outline.stretch), briefs: .omitted)
        guard !kinds.isEmpty else { return false }
        for kind in kinds {
            let outline = outline(kind)
            switch kind.source {
            case .entries(let derive):
                guard outline.agrees(number, with: derive(entries), entries.last?.hash) else { return false }
            case .pieces:
                // The sum of what lies beside, of which the part with this entry is looked at by itself.
                let place = Int((sequence - 1) / kind.length)
                guard place < outline.count else { continue }
                guard let (bytes, hash) = try outline.derived(place), outline.agrees(place, with: bytes, hash) else {
                    return false
                }
            }
        }
        return true
    }

    /// The first entries of which a file of these kinds says something else than their records, if there are any.
    package func wrongOutline(
        _ kinds: [Outline.Kind], progress: (Int64) -> Void = { _ in }
    ) throws(LedgerError) -> VerificationFailure? {
        var checks = kinds.map { (kind: $0, outline: outline($0), pieces: [[UInt8]]()) }
        let entries = checks.map { Int64($0.outline.count) * $0.kind.length }.max() ?? 0
        for number in 0..<Int(entries / Outline.stretch) {
            let range = Outline.entries(of: number)
            let entries = try self.entries(from: range.lowerBound, limit: Int(Outline.stretch), briefs: .omitted)
            for place in checks.indices {
                let kind = checks[place].kind
                checks[place].pieces.append(kind.piece(of: entries))
                guard range.upperBound % kind.length == 0 else { continue }
                let piece = kind.sum(checks[place].pieces)
                checks[place].pieces = []
                let last = Int(range.upperBound / kind.length) - 1
                guard checks[place].outline.agrees(last, with: piece, entries.last?.hash) else {
                    return .outline(
                        suffix: kind.suffix, first: range.upperBound - kind.length + 1, last: range.upperBound)
                }
            }
            progress(range.upperBound)
        }
        return nil
    }

    func hash(at sequence: Int64) throws(LedgerError) -> Digest? {
        try hashes(from: sequence, limit: 1).first
    }
}

extension Outline.Kind {
    /// Of one stretch.
    fileprivate func piece(of entries: [Entry]) -> [UInt8] {
        switch source {
        case .entries(let derive): derive(entries)
        case .pieces(let kind, _, _): kind.piece(of: entries)
        }
    }

    /// Of all stretches of one piece.
    fileprivate func sum(_ stretches: [[UInt8]]) -> [UInt8]? {
        switch source {
        case .entries: stretches.first
        case .pieces(let kind, _, let sum):
            // No kind is of pieces that are themselves of pieces.
            kind.length == Outline.stretch ? sum(stretches) : nil
        }
    }
}
