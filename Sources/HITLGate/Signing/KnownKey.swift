public import HITLCore
public import HITLLedger

/// A reviewer's public key, as far as whoever verifies trusts it.
public struct KnownKey: Sendable, Equatable {
    /// Whose decisions it signs: the login name that stands in the reviews.
    public let reviewer: String
    public let key: VerifyingKey
    /// What was signed before counts, what was signed from then on does not.
    public let revokedAt: WallTime?

    public init(reviewer: String, key: VerifyingKey, revokedAt: WallTime? = nil) {
        self.reviewer = reviewer
        self.key = key
        self.revokedAt = revokedAt
    }
}

/// Which decisions of people must be signed.
public enum SignatureRequirement: String, Sendable {
    /// All of them.
    case always
    /// All that came after the first signed one: who stops signing is noticed.
    case onceBegun
    /// None; the signatures that are there must hold all the same.
    case never
}

/// What is wrong with the signature of a decision.
public enum SignatureFailure: Sendable, Equatable {
    case unsigned(request: Int64)
    /// Nothing can be said: whose key it is is not known here.
    case unknownKey(request: Int64, key: String)
    /// The record is not what was signed.
    case invalid(request: Int64, key: String)
    case revoked(request: Int64, key: String, at: WallTime)
    /// The key is another person's than the reviewer that the record names.
    case otherPerson(request: Int64, key: String, reviewer: String, owner: String)
    /// The records do not say what was decided on.
    case unreadable(request: Int64)
    /// A record takes something out of the ledger in its name, and no person approved that.
    case unapprovedRemoval(request: Int64, entry: Int64)

    public var request: Int64 {
        switch self {
        case .unsigned(let request), .unknownKey(let request, _), .invalid(let request, _),
            .revoked(let request, _, _), .otherPerson(let request, _, _, _), .unreadable(let request),
            .unapprovedRemoval(let request, _):
            request
        }
    }
}

extension SignatureFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unsigned(let request): "The decision on request \(request) is not signed."
        case .unknownKey(let request, let key):
            "The decision on request \(request) is signed with `\(key)`, which is not known here."
        case .invalid(let request, let key):
            "The decision on request \(request) is not what was signed with `\(key)`: its record was changed."
        case .revoked(let request, let key, let at):
            "The decision on request \(request) is signed with `\(key)`, which was revoked at \(at.timestamp)."
        case .otherPerson(let request, let key, let reviewer, let owner):
            "The decision on request \(request) names `\(reviewer)`, and is signed with `\(key)` of `\(owner)`."
        case .unapprovedRemoval(let request, let entry):
            "Entry \(entry) takes something out of the ledger, and no person approved that as request \(request)."
        case .unreadable(let request): "What the decision on request \(request) was about cannot be read."
        }
    }
}
