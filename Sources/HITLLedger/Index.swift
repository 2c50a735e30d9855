import Glibc

/// What is known of a record without reading it: how it is found again.
///
/// The appender gives it with the record, and it can be derived from the record alone (`Indexer`), so
/// verification finds an index that says anything else than its record.
public struct Index: Sendable {
    /// Unique in the ledger: a second record with the same claim is refused. Nil claims nothing.
    public var claim: String?

    /// What the record is about.
    public var subject: String?

    /// The type of what happened.
    public var kind: String

    /// A second key for lists, on the records that lists start from.
    public var label: String?

    /// Whether the subject is unresolved after this record; without a subject it has no effect.
    public var standing: Standing

    /// Which earlier records may be gone because of this one. Not stored: only the record says it.
    public var removes: Removes

    public init(
        claim: String? = nil,
        subject: String? = nil,
        kind: String,
        label: String? = nil,
        standing: Standing = .unchanged,
        removes: Removes = .nothing
    ) {
        self.removes = removes
        self.claim = claim
        self.subject = subject
        self.kind = kind
        self.label = label
        self.standing = standing
    }
}

/// What a record does to its subject.
public enum Standing: Sendable, Equatable {
    /// Nothing: it stays as unresolved or resolved as it was.
    case unchanged

    /// The subject is unresolved from here on. `brief` is a few bytes that rebuild what waits for it
    /// without reading records; it replaces an earlier one.
    case open(brief: [UInt8])

    /// The subject is resolved.
    case settled
}

/// What a record lets be taken out of the ledger.
public enum Removes: Sendable, Equatable {
    case nothing
    /// The contents of these entries.
    case contents([Removed])
    /// All records from the first on.
    case prefix(through: Int64)

    public struct Removed: Sendable, Equatable {
        public let sequence: Int64
        /// The hash of the entry with what is left in the place of its record.
        public let left: Digest

        public init(sequence: Int64, left: Digest) {
            (self.sequence, self.left) = (sequence, left)
        }
    }
}

/// Derives the index of a record from its bytes; nil when they are no record.
public typealias Indexer = @Sendable (_ record: [UInt8]) -> Index?

extension Index: Equatable {
    // By bytes: `==` on strings would call two spellings of an accented letter the same key.
    public static func == (one: Index, other: Index) -> Bool {
        ByteKey(one.kind) == ByteKey(other.kind)
            && one.claim.map(ByteKey.init) == other.claim.map(ByteKey.init)
            && one.subject.map(ByteKey.init) == other.subject.map(ByteKey.init)
            && one.label.map(ByteKey.init) == other.label.map(ByteKey.init)
            && one.standing == other.standing
    }
}

/// A string as a key compared, ordered and hashed by its UTF-8 bytes.
package struct ByteKey: Sendable, Hashable, Comparable {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package static func == (one: ByteKey, other: ByteKey) -> Bool {
        one.withBytes { bytes in other.withBytes { $0.hasBytes(of: bytes) } }
    }

    package static func < (one: ByteKey, other: ByteKey) -> Bool {
        one.text.utf8.lexicographicallyPrecedes(other.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: $0) }
        hasher.combine(0xff as UInt8)
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        var text = text
        return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}

/// What entries are counted by.
package struct TallyKey: Sendable, Hashable, Comparable {
    package let kind: ByteKey
    package let label: ByteKey?

    package init(_ index: Index) {
        self.init(kind: index.kind, label: index.label)
    }

    package init(kind: String, label: String?) {
        self.kind = ByteKey(kind)
        self.label = label.map(ByteKey.init)
    }

    /// By kind, then by label, none first.
    package static func < (one: TallyKey, other: TallyKey) -> Bool {
        guard one.kind == other.kind else { return one.kind < other.kind }
        guard let label = other.label else { return false }
        return one.label.map { $0 < label } ?? true
    }
}

extension UnsafeRawBufferPointer {
    /// `elementsEqual` compares byte by byte through generic code; this is on the path of every row.
    func hasBytes(of other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        guard count > 0, let mine = baseAddress, let others = other.baseAddress else { return true }
        return memcmp(mine, others, count) == 0
    }
}
