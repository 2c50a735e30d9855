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

    public init(
        answer: Answer, reviewer: Principal, reason: String? = nil, conditions: [String] = [], shownAt: WallTime? = nil,
        hiddenLines: Int? = nil, signature: DecisionSignature? = nil
    ) {
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
