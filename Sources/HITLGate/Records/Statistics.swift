public import HITLCore

/// Counts and response times over decisions: the answer to `stats`.
public struct Statistics: Sendable, Equatable {
    public struct Counts: Sendable, Equatable {
        /// Per word of the contract: `approved`, `rejected`, `expired`, `allowed`, …
        public fileprivate(set) var decisions: [String: Int] = [:]

        public var total: Int { decisions.values.reduce(0, +) }

        /// Of what people decided, the share that they approved; nil before the first decision.
        public var approvalRate: Double? {
            let approved = decisions["approved", default: 0]
            let decided = approved + decisions["rejected", default: 0]
            return decided == 0 ? nil : Double(approved) / Double(decided)
        }
    }

    public private(set) var all = Counts()
    public private(set) var perTool: [String: Counts] = [:]
    public private(set) var perReviewer: [String: Counts] = [:]
    /// How long people took, in ascending order once `finish` was called.
    private var responseTimes: [Int64] = []

    public init() {}

    public mutating func count(_ history: RequestHistory) {
        guard let call = history.call else { return }
        let word = history.decision
        all.decisions[word, default: 0] += 1
        perTool[call.tool, default: Counts()].decisions[word, default: 0] += 1
        switch history.status {
        case .approved(let review)?, .rejected(let review)?:
            perReviewer[review.reviewer.name, default: Counts()].decisions[word, default: 0] += 1
            if let waited = history.waited { responseTimes.append(waited.count) }
        case .pending?, .expired?, .withdrawn?, .superseded?, nil: break
        }
    }

    public mutating func finish() { responseTimes.sort() }

    /// The response time that `share` of the decisions did not exceed (nearest rank); nil without decisions.
    public func responseTime(_ share: Double) -> Milliseconds? {
        guard !responseTimes.isEmpty else { return nil }
        let rank = Int((Double(responseTimes.count) * share).rounded(.up))
        return Milliseconds(responseTimes[min(max(rank, 1), responseTimes.count) - 1])
    }
}

extension Records {
    public func statistics(since: WallTime? = nil) throws(EventLedgerError) -> Statistics {
        var statistics = Statistics()
        try forEach { history throws(EventLedgerError) in
            if let since, let openedAt = history.openedAt, openedAt < since { return }
            statistics.count(history)
        }
        statistics.finish()
        return statistics
    }
}
