/// What a reviewer signs: which decision, on what, in which ledger. Everything in it can be read back from the records,
/// so that whoever has them and the public key can check the signature.
///
///     hitl decision v1
///     {"at":…,"digest":…,"id":…,"key":…,"ledger":…,"number":…,"opened":…,"review":{…}}
///
/// In form v2 the review has `said`, a salted digest, in the place of `reason` and `conditions`. The first line keeps the signature from meaning anything elsewhere: what SSH signs with the same key begins with
/// the length of a text or with `SSHSIG`. The ledger's identity keeps it from being moved to another ledger, number
/// and id to another request, and `opened` binds everything that was shown.
public struct DecisionStatement: Sendable, Equatable {
    /// The identity of the ledger, in hexadecimal digits.
    public let ledger: String
    public let number: Int64
    public let id: RequestID
    public let digest: CallDigest
    /// SHA-256 of the record with which the request was opened, in hexadecimal digits.
    public let opened: String
    /// The review without its signature; in the second form with a digest in the place of its words
    /// (`Review.committed`), so that they can be erased.
    public let review: Review
    /// When it was decided.
    public let at: WallTime
    /// The name of the key that signs.
    public let key: String

    public init(
        ledger: String, number: Int64, id: RequestID, digest: CallDigest, opened: String, review: Review, at: WallTime,
        key: String
    ) {
        self.ledger = ledger
        self.number = number
        self.id = id
        self.digest = digest
        self.opened = opened
        self.review = review.signed(nil)
        self.at = at
        self.key = key
    }

    public var bytes: [UInt8] {
        let facts: JSONValue = [
            "at": .integer(at.milliseconds), "digest": .string(digest.description), "id": .string(id.description),
            "key": .string(key), "ledger": .string(ledger), "number": .integer(number), "opened": .string(opened),
            "review": review.json,
        ]
        let form =
            switch review.words {
            case .plain: "hitl decision v1\n"
            case .salted, .erased: "hitl decision v2\n"
            }
        return Array(form.utf8) + facts.canonical + [0x0A]
    }
}

/// That a reviewer's key signed the statement of a decision.
public struct DecisionSignature: Sendable, Equatable {
    /// The name of the key: `SHA256:` and the digest of the public key, as OpenSSH writes it.
    public let key: String
    /// When it was decided, as the statement says.
    public let at: WallTime
    /// 64 bytes in Base64.
    public let value: String

    public init(key: String, at: WallTime, value: String) {
        self.key = key
        self.at = at
        self.value = value
    }

    /// As much of the key's name as people compare: `SHA256:nThbg6kXUpJW`.
    public var shortKey: String { Self.short(key) }

    public static func short(_ key: String) -> String { String(decoding: key.utf8.prefix(19), as: UTF8.self) }
}
