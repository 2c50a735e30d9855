/// A record on its way into the ledger.
public struct Draft: Sendable {
    public var record: [UInt8]
    public var index: Index

    public init(record: [UInt8], index: Index) {
        self.record = record
        self.index = index
    }
}

/// One link of the chain.
///
/// `hash` covers sequence, time, previous hash and record (`docs/formats/ledger.md` §2); the index is
/// derived from the record and not covered.
public struct Entry: Sendable, Equatable {
    /// From 1, without gaps.
    public let sequence: Int64

    /// When it was appended, in milliseconds since 1970 UTC. The wall clock may step back, so later
    /// entries can have earlier times; order is by sequence.
    public let time: Int64

    /// The hash of the entry before; of the first entry, the ledger's genesis hash.
    public let previous: Digest

    public let record: [UInt8]
    public let hash: Digest
    public let index: Index

    /// The entry that records why this one's record is no longer what was appended: `record` is what is left of it
    /// then, and empty where nothing is. Nil for an entry that is whole.
    public let removedBy: Int64?

    init(
        sequence: Int64, time: Int64, previous: Digest, record: [UInt8], hash: Digest, index: Index,
        removedBy: Int64? = nil
    ) {
        (self.sequence, self.time, self.previous, self.record) = (sequence, time, previous, record)
        (self.hash, self.index, self.removedBy) = (hash, index, removedBy)
    }
}

extension Entry {
    /// The entry that follows `head`.
    package init(_ draft: Draft, after head: Head, at time: Int64) {
        sequence = head.size + 1
        self.time = time
        previous = head.hash
        record = draft.record
        let (sequence, previous) = (sequence, previous)
        hash = record.withUnsafeBytes { Chain.leaf(sequence: sequence, time: time, previous: previous, record: $0) }
        index = draft.index
        removedBy = nil
    }
}

extension Entry {
    /// The hash that the entry would have with `left` in the place of its record. Whoever records it binds number, time and
    /// the entry before, which the hash of an entry that was erased no longer shows.
    package func hash(leaving left: [UInt8]) -> Digest {
        left.withUnsafeBytes { Chain.leaf(sequence: sequence, time: time, previous: previous, record: $0) }
    }
}

extension Entry {
    /// The same entry with its record open. `hash` stays that of what is stored.
    func with(record: [UInt8]) -> Entry {
        Entry(
            sequence: sequence, time: time, previous: previous, record: record, hash: hash, index: index,
            removedBy: removedBy)
    }
}

/// How much of a ledger there is: its size in entries, and the hash of the last one (of an empty
/// ledger: the genesis hash). Two ledgers with the same head are the same up to it.
public struct Head: Sendable, Hashable {
    public let size: Int64
    public let hash: Digest

    public init(size: Int64, hash: Digest) {
        self.size = size
        self.hash = hash
    }

    /// `1027 9f86d0…`, as in the file of remembered heads.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2,
            let size = Int64(canonical: parts[0]),
            let hash = Digest(hex: String(decoding: parts[1], as: UTF8.self))
        else { return nil }
        self.init(size: size, hash: hash)
    }
}

extension Head: CustomStringConvertible {
    public var description: String { "\(size) \(hash.hex)" }
}

extension Int64 {
    /// A count as its formatter writes it: no sign, no leading zeros, in range.
    init?(canonical digits: Substring.UTF8View) {
        let text = String(decoding: digits, as: UTF8.self)
        guard let value = Int64(text), value >= 0, String(value).utf8.elementsEqual(digits) else { return nil }
        self = value
    }
}

/// A subject that a record left open.
public struct Unresolved: Sendable, Equatable {
    public let subject: String

    /// The entry that opened it: the last one about it whose standing was `.open`.
    public let sequence: Int64

    public let brief: [UInt8]

    public init(subject: String, sequence: Int64, brief: [UInt8]) {
        self.subject = subject
        self.sequence = sequence
        self.brief = brief
    }

    public static func == (one: Unresolved, other: Unresolved) -> Bool {
        ByteKey(one.subject) == ByteKey(other.subject)
            && one.sequence == other.sequence && one.brief == other.brief
    }
}

/// How many entries there are of one kind and label.
public struct Tally: Sendable, Equatable {
    public let kind: String
    public let label: String?
    public let count: Int64

    public init(kind: String, label: String?, count: Int64) {
        self.kind = kind
        self.label = label
        self.count = count
    }

    public static func == (one: Tally, other: Tally) -> Bool {
        ByteKey(one.kind) == ByteKey(other.kind)
            && one.label.map(ByteKey.init) == other.label.map(ByteKey.init) && one.count == other.count
    }
}

/// When an append may return.
public enum Durability: Sendable {
    /// After the sync: it survives the loss of power.
    case synced

    /// After the write: it survives the death of this process, and of the machine once it was synced,
    /// with the next `.synced` append or within a second.
    case written
}
