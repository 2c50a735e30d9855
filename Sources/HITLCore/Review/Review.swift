/// One reviewer's answer to one request.
public struct Review: Sendable, Equatable {
    /// Rejecting comes first: what is not said is no.
    public enum Answer: String, Sendable, CaseIterable { case reject, approve }

    public let answer: Answer
    public let reviewer: Principal
    public let reason: String?
    public let conditions: [String]
    /// When the request was first shown in full at the desk, where that is known.
    public let shownAt: WallTime?
    /// How many of the request's lines had not been on the desk's screen when it was decided: 0 where all had; nil where
    /// that is not known.
    public let hiddenLines: Int?
    public private(set) var signature: DecisionSignature?
    /// What the signature is over in the place of reason and conditions.
    public private(set) var words: Words

    /// What a reviewer says in words may have to be erased, and the signature has to hold afterwards: so it is over a
    /// salted digest of them.
    public enum Words: Sendable, Equatable {
        /// They stand in the statement themselves; the form for a review without any.
        case plain
        /// The digest is over them and this salt.
        case salted(String)
        /// They are gone, and this is the digest; empty where none was signed.
        case erased(digest: String)
    }

    public init(
        answer: Answer, reviewer: Principal, reason: String? = nil, conditions: [String] = [], shownAt: WallTime? = nil,
        hiddenLines: Int? = nil, signature: DecisionSignature? = nil, words: Words = .plain
    ) {
        self.words = words
        self.answer = answer
        self.reviewer = reviewer
        self.reason = reason
        self.conditions = conditions
        self.shownAt = shownAt
        self.hiddenLines = hiddenLines
        self.signature = signature
    }

    /// The same review with another signature or none.
    public func signed(_ signature: DecisionSignature?) -> Review {
        var review = self
        review.signature = signature
        return review
    }

    /// The same review, whose words can be erased and leave its signature as it is. One without words stays as it is.
    public func salted(_ salt: String) -> Review {
        guard reason != nil || !conditions.isEmpty else { return self }
        var review = self
        review.words = .salted(salt)
        return review
    }

    /// The same review with a digest in the place of its words: what is signed, and what is left when they are erased.
    public func committed(sha256: ([UInt8]) -> String) -> Review {
        guard case .salted(let salt) = words else { return self }
        let said: JSONValue = .members([
            "conditions": conditions.isEmpty ? nil : .array(conditions.map(JSONValue.string)),
            "reason": reason.map(JSONValue.string), "salt": .string(salt),
        ])
        return without(words: sha256(said.canonical))
    }

    /// With its words erased.
    func erased(sha256: ([UInt8]) -> String) -> Review {
        switch words {
        case .plain: reason == nil && conditions.isEmpty ? self : without(words: "")
        case .salted, .erased: committed(sha256: sha256)
        }
    }

    private func without(words digest: String) -> Review {
        Review(
            answer: answer, reviewer: reviewer, shownAt: shownAt, hiddenLines: hiddenLines, signature: signature,
            words: .erased(digest: digest))
    }

    /// Whether the reason says anything: blanks and what cannot be seen do not.
    var givesReason: Bool {
        reason?.unicodeScalars.contains { scalar in
            let properties = scalar.properties
            guard !properties.isWhitespace, !properties.isDefaultIgnorableCodePoint else { return false }
            switch properties.generalCategory {
            case .control, .format, .unassigned, .privateUse, .surrogate: return false
            default: return true
            }
        } ?? false
    }
}
