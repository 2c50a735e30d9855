/// One reviewer's answer to one request.
public struct Review: Sendable, Equatable {
    /// Rejecting comes first: what is not said is no.
    public enum Answer: String, Sendable, CaseIterable { case reject, approve }

    public let answer: Answer
    public let reviewer: Principal
    public let reason: String?
    public let conditions: [String]
    /// When the request was first shown in full to this reviewer, where that is known.
    public let shownAt: WallTime?

    public init(
        answer: Answer, reviewer: Principal, reason: String? = nil, conditions: [String] = [], shownAt: WallTime? = nil
    ) {
        self.answer = answer
        self.reviewer = reviewer
        self.reason = reason
        self.conditions = conditions
        self.shownAt = shownAt
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
