import HITLPlatform

/// Hides records from whoever can read the ledger's file and has no key.
///
/// A record is sealed before it enters the chain: hashes are over what is stored, so the chain can be verified by
/// anybody, and whoever has the key reads records as if they had never been sealed. Each sealed record names its key;
/// so another key can be taken at any time, and what was sealed before stays as it is.
public struct RecordSealing: Sendable {
    /// What is appended is sealed with it; nil where records are kept open.
    public let current: RecordKey?
    private let keys: [String: RecordKey]

    public static let none = RecordSealing(current: nil, others: [])

    /// - Parameter others: keys that were taken before.
    public init(current: RecordKey?, others: [RecordKey]) {
        self.current = current
        keys = Dictionary((([current].compactMap { $0 }) + others).map { ($0.name, $0) }) { first, _ in first }
    }

    /// Whether there is any key at all.
    public var hasKeys: Bool { !keys.isEmpty }

    /// What is kept in the place of a record, in the ledger with that identity.
    func sealed(_ record: [UInt8], in identity: [UInt8]) throws(LedgerError) -> [UInt8] {
        guard let current else { return record }
        let bytes = try current.key.seal(record, for: Self.context(identity, current.name))
        return Array("{\"key\":\"\(current.name)\",\"sealed\":\"\(Base64.encode(bytes))\"}".utf8)
    }

    enum Opened {
        case record([UInt8])
        /// Sealed with a key that is not here.
        case missing(key: String)
        /// Sealed with a key that is here, and does not open: it was not sealed for this ledger, or not with that key.
        case wrong
    }

    func open(_ stored: [UInt8], in identity: [UInt8]) -> Opened {
        guard let (name, text) = Self.parts(of: stored) else { return .record(stored) }
        guard let key = keys[name] else { return .missing(key: name) }
        guard let bytes = Base64.decode(text), let record = key.key.open(bytes, for: Self.context(identity, name))
        else {
            return .wrong
        }
        return .record(record)
    }

    /// The index of what is stored, looked through to the record.
    func index(of stored: [UInt8], in identity: [UInt8], by indexer: Indexer) -> Index? {
        if let removed = RemovedRecord(stored) {
            guard let left = removed.left else { return Index(kind: Index.removedKind) }
            return index(of: left, in: identity, by: indexer)
        }
        guard case .record(let record) = open(stored, in: identity) else { return nil }
        return indexer(record)
    }

    /// - Throws: `sealed` where the key is not here, `damaged` where it is and does not fit.
    func record(of stored: StoredEntry, in identity: [UInt8], path: String) throws(LedgerError) -> [UInt8] {
        let removed = RemovedRecord(stored.record)
        switch open(removed.map { $0.left ?? [] } ?? stored.record, in: identity) {
        case .record(let record): return record
        case .missing(let key): throw .sealed(path: path, sequence: stored.sequence, key: key)
        case .wrong: throw .damaged(path: path, .unopenable(sequence: stored.sequence))
        }
    }

    /// So that a sealed record belongs to one ledger.
    private static func context(_ identity: [UInt8], _ name: String) -> [UInt8] {
        Array("hitl sealed record v1\n".utf8) + identity + Array(name.utf8)
    }

    private static let head = Array("{\"key\":\"".utf8)
    private static let middle = Array("\",\"sealed\":\"".utf8)
    private static let tail = Array("\"}".utf8)

    /// Name and Base64 of exactly the form that `sealed` gives; nil for anything else.
    private static func parts(of stored: [UInt8]) -> (name: String, text: String)? {
        let nameEnd = head.count + RecordKey.nameCount
        guard stored.count >= nameEnd + middle.count + tail.count, stored.starts(with: head),
            stored[nameEnd...].starts(with: middle), stored.suffix(tail.count).elementsEqual(tail)
        else { return nil }
        return (
            String(decoding: stored[head.count..<nameEnd], as: UTF8.self),
            String(decoding: stored[(nameEnd + middle.count)..<(stored.count - tail.count)], as: UTF8.self)
        )
    }
}

/// A key that records are sealed with (AES-256-GCM).
public struct RecordKey: Sendable {
    /// `aes:` and 16 hexadecimal digits, derived from the key and telling nothing of it.
    public let name: String
    let key: SealingKey

    static let nameCount = 20

    /// Nil unless `bytes` are 32. They must be random: from a guessable key the name could be found by trying.
    public init?(bytes: [UInt8]) {
        guard let key = SealingKey(bytes: bytes) else { return nil }
        self.key = key
        let digest = Digest(hashing: Array("hitl record key v1\n".utf8) + bytes)
        name = "aes:" + digest.hex.prefix(16)
    }
}
