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
    /// By the level that the call was assessed at.
    public private(set) var perRisk: [Risk.Level: Counts] = [:]
    /// How many calls each rule had a part in denying, by its name.
    public private(set) var deniedBy: [String: Int] = [:]
    /// How long people took, in ascending order once `finish` was called.
    private var responseTimes: [Int64] = []

    public init() {}

    public mutating func count(_ history: RequestHistory) {
        guard let call = history.call else { return }
        let word = history.decision
        all.decisions[word, default: 0] += 1
        perTool[call.tool, default: Counts()].decisions[word, default: 0] += 1
        if let verdict = history.verdict {
            perRisk[verdict.risk.level, default: Counts()].decisions[word, default: 0] += 1
            if history.ruled != nil, verdict.effect == .deny {
                for rule in verdict.rules { deniedBy[rule.name, default: 0] += 1 }
            }
        }
        switch history.status {
        case .approved(let review)?, .rejected(let review)?:
            perReviewer[review.reviewer.name, default: Counts()].decisions[word, default: 0] += 1
            if let waited = history.waited { responseTimes.append(waited.count) }
        case .pending?, .expired?, .withdrawn?, .superseded?, nil: break
        }
    }

    public mutating func finish() { responseTimes.sort() }

    /// How many decisions of people took less than each of these times, and at least the one before; last, how many took
    /// longer than all.
    public func responseCounts(below limits: [Milliseconds]) -> [Int] {
        var counts = [Int](repeating: 0, count: limits.count + 1)
        for time in responseTimes {
            counts[limits.firstIndex { time < $0.count } ?? limits.count] += 1
        }
        return counts
    }

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
