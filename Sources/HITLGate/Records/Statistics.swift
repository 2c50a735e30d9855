public import HITLCore
import HITLLedger

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
    /// How often people took so many milliseconds. Kept to three digits, so that there are never many.
    private var responseTimes: [Int64: Int] = [:]
    private var sortedTimes: [(time: Int64, count: Int)] = []

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
            if let waited = history.waited { responseTimes[Self.kept(waited), default: 0] += 1 }
        case .pending?, .expired?, .withdrawn?, .superseded?, nil: break
        }
    }

    /// What one record tells of a decision, without risk and rules.
    mutating func count(_ decision: RecordedDecision) {
        add(1, decision.word, tool: decision.tool)
        guard let reviewer = decision.reviewer else { return }
        perReviewer[reviewer, default: Counts()].decisions[decision.word, default: 0] += 1
        responseTimes[Self.kept(decision.waited), default: 0] += 1
    }

    /// A whole stretch of the ledger, in the same way.
    mutating func count(_ facts: StretchFacts) {
        for (key, count) in facts.perTool { add(count, key.decision.text, tool: key.name.text) }
        for (key, count) in facts.perReviewer {
            perReviewer[key.name.text, default: Counts()].decisions[key.decision.text, default: 0] += count
        }
        for (time, count) in facts.responseTimes { responseTimes[time, default: 0] += count }
    }

    fileprivate mutating func add(_ count: Int, _ word: String, tool: String) {
        all.decisions[word, default: 0] += count
        perTool[tool, default: Counts()].decisions[word, default: 0] += count
    }

    /// Rounded up to three digits: a decision is never said to have been faster than it was.
    static func kept(_ time: Milliseconds) -> Int64 {
        var (digits, unit): (Int64, Int64) = (max(0, time.count), 1)
        while digits >= 1000 {
            digits = (digits + 9) / 10
            unit *= 10
        }
        return digits.multipliedReportingOverflow(by: unit).overflow ? .max : digits * unit
    }

    public mutating func finish() { sortedTimes = responseTimes.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }

    /// How many decisions of people took less than each of these times, and at least the one before; last, how many took
    /// longer than all.
    public func responseCounts(below limits: [Milliseconds]) -> [Int] {
        var counts = [Int](repeating: 0, count: limits.count + 1)
        for (time, count) in responseTimes {
            counts[limits.firstIndex { time < $0.count } ?? limits.count] += count
        }
        return counts
    }

    /// The response time that `share` of the decisions did not exceed (nearest rank); nil without decisions.
    public func responseTime(_ share: Double) -> Milliseconds? {
        let all = sortedTimes.reduce(0) { $0 + $1.count }
        guard all > 0 else { return nil }
        var left = min(max(Int((Double(all) * share).rounded(.up)), 1), all)
        for (time, count) in sortedTimes {
            left -= count
            if left <= 0 { return Milliseconds(time) }
        }
        return nil
    }

    public static func == (one: Statistics, other: Statistics) -> Bool {
        one.all == other.all && one.perTool == other.perTool && one.perReviewer == other.perReviewer
            && one.perRisk == other.perRisk && one.deniedBy == other.deniedBy
            && one.responseTimes == other.responseTimes
    }
}

extension Records {
    /// All decisions, or those on what was asked for since. Without risks and rules, which decisions do not record.
    ///
    /// Sums up what the ledger's outline has, and reads what came after it: the time that takes hardly depends on the
    /// ledger's length. Whoever asks first derives the outline.
    ///
    /// - Parameter progress: told how many entries are derived, where any have to be.
    public func statistics(
        since: WallTime? = nil, progress: (_ done: Int64, _ all: Int64) -> Void = { _, _ in }
    ) throws(EventLedgerError) -> Statistics {
        var statistics = Statistics()
        let start = since?.milliseconds ?? .min
        let walk = StretchWalk(events.ledger, sums: sums)
        try events.read { _ throws(LedgerError) in
            try walk.extend { done, all in
                progress(Int64(done) * Outline.stretch, Int64(all) * Outline.stretch)
                return true
            }
        }
        let outlined = walk.outline.count
        var next = 0
        while next < outlined {
            let (stretches, facts) = walk.part(from: next) { $0.latest < start || $0.earliestOpening >= start }
            next = stretches.upperBound
            if let facts, facts.latest < start { continue }
            if let facts, facts.earliestOpening >= start {
                statistics.count(facts)
            } else {
                for number in stretches { try count(Outline.entries(of: number), since: start, in: &statistics) }
            }
        }
        try count(Int64(outlined) * Outline.stretch + 1...Int64.max, since: start, in: &statistics)
        for request in try pending() where request.openedAt.milliseconds >= start {
            statistics.add(1, Status.pending.word, tool: request.call.tool)
        }
        statistics.finish()
        return statistics
    }

    private func count(
        _ range: ClosedRange<Int64>, since start: Int64, in statistics: inout Statistics
    ) throws(EventLedgerError) {
        var next = range.lowerBound
        while next <= range.upperBound {
            let from = next
            let page = try events.read { ledger throws(LedgerError) in
                try ledger.entries(from: from, limit: Int(min(range.upperBound - from, 499)) + 1, briefs: .omitted)
            }
            guard let last = page.last else { return }
            for entry in page {
                guard let decision = try RecordedDecision(entry), decision.openedAt.milliseconds >= start else {
                    continue
                }
                statistics.count(decision)
            }
            next = last.sequence + 1
        }
    }
}
