public import HITLCore
import HITLLedger

extension Records {
    /// The contents of these requests and calls, and of all in whose records one of `texts` occurs.
    ///
    /// A text is found as it stands in the records, whatever the case of its ASCII letters. The whole ledger is read
    /// for it, in memory bounded by one page and what is found.
    ///
    /// - Parameter includingLinked: what they replaced or undid, or were replaced or undone by, too.
    public func erasure(
        of subjects: [Subject], containing texts: [String] = [], includingLinked: Bool = false
    ) throws(EventLedgerError) -> ErasurePlan {
        var plan = ErasurePlan()
        let copies = try events.read { ledger throws(LedgerError) in try ledger.copiesBeside() }
        if !copies.isEmpty { plan.obstacles.append(.copies(copies)) }
        var wanted = subjects
        var alone: [ErasurePlan.Item] = []
        if !texts.isEmpty {
            let needles = texts.map { ContentSearch($0) }
            var kept: [Int64] = []
            try forEachEntry { entry throws(EventLedgerError) in
                guard needles.contains(where: { $0.occurs(in: entry.record) }) else { return }
                let rest = entry.removedBy == nil ? Event.residue(of: entry.record) ?? entry.record : entry.record
                if needles.contains(where: { $0.occurs(in: rest) }) { kept.append(entry.sequence) }
                guard entry.removedBy == nil else { return }
                if let name = entry.index.subject, let subject = Subject(name) {
                    if !wanted.contains(subject) { wanted.append(subject) }
                } else if let left = try Event.left(of: entry) {
                    alone.append(
                        .init(
                            subject: nil, tool: nil, at: WallTime(milliseconds: entry.time),
                            entries: [entry.sequence], left: [left]))
                }
            }
            if !kept.isEmpty { plan.obstacles.append(.kept(entries: kept)) }
        }
        let linked = try linked(to: wanted)
        if includingLinked { wanted += linked } else { plan.linked = linked }
        let unfinished = Set(try events.unfinished().map { $0.0.description })
        for subject in wanted { try add(subject, isUnfinished: unfinished.contains(subject.description), to: &plan) }
        plan.items += alone
        return plan
    }

    /// What is linked to these, however far, and has contents.
    private func linked(to subjects: [Subject]) throws(EventLedgerError) -> [Subject] {
        var (known, waiting) = (Set(subjects), subjects)
        var linked: [Subject] = []
        while let subject = waiting.popLast() {
            for other in try events.history(of: subject).linked where known.insert(other).inserted {
                waiting.append(other)
                var hasContents = false
                for entry in try events.entries(of: other) where !hasContents {
                    hasContents = try Event.left(of: entry) != nil
                }
                if hasContents { linked.append(other) }
            }
        }
        return linked.sorted { $0.description.utf8.lexicographicallyPrecedes($1.description.utf8) }
    }

    private func add(
        _ subject: Subject, isUnfinished: Bool, to plan: inout ErasurePlan
    ) throws(EventLedgerError) {
        let entries = try events.read { ledger throws(LedgerError) in try ledger.entries(of: subject.description) }
        guard let first = entries.first else { return plan.obstacles.append(.unknown(subject.description)) }
        guard !isUnfinished else { return plan.obstacles.append(.unfinished(subject)) }
        var (sequences, left): ([Int64], [Digest]) = ([], [])
        for entry in entries {
            guard let rest = try Event.left(of: entry) else { continue }
            sequences.append(entry.sequence)
            left.append(rest)
        }
        guard !sequences.isEmpty else { return plan.obstacles.append(.nothingLeft(subject)) }
        let history = try RequestHistory(subject: subject, entries: entries)
        plan.items.append(
            .init(
                subject: subject, tool: history.call?.tool, at: WallTime(milliseconds: first.time), entries: sequences,
                left: left))
    }

    func forEachEntry(
        from first: Int64 = 1, _ body: (Entry) throws(EventLedgerError) -> Void
    ) throws(EventLedgerError) {
        var next = first
        while true {
            let start = next
            let page = try events.read { ledger throws(LedgerError) in try ledger.entries(from: start, limit: 500) }
            guard let last = page.last else { return }
            for entry in page { try body(entry) }
            next = last.sequence + 1
        }
    }
}

extension RequestHistory {
    /// Those that it replaced or undid, and that replaced or undid it.
    var linked: [Subject] {
        var linked: [Subject] = []
        if let number = request?.supersedes { linked.append(.request(number)) }
        if case .superseded(let number)? = status { linked.append(.request(number)) }
        if let undone = call?.compensates { linked.append(undone) }
        if let undoing = rolledBack?.value { linked.append(undoing) }
        return linked
    }
}
