import HITLLedger

/// A ledger's outline and the sums of many stretches of it, as one list from which most is passed over at once.
struct StretchWalk {
    let outline: Outline
    private let sums: Outline

    /// How many stretches a sum is of.
    private let every: Int

    init(_ ledger: Ledger, sums kind: Outline.Kind) {
        outline = ledger.outline(StretchFacts.kind)
        sums = ledger.outline(kind)
        every = Int(kind.length / Outline.stretch)
    }

    /// Derives what is missing, the stretches in memory where they cannot be written.
    func extend(while goesOn: (_ done: Int, _ all: Int) -> Bool) throws(LedgerError) {
        try outline.extend(keeping: true, while: goesOn)
        try sums.extend()
    }

    /// The stretches from `first` on that one look tells about: all of a sum, or one.
    ///
    /// - Returns: nil for facts that cannot be read.
    func part(from first: Int, whole: (StretchFacts) -> Bool) -> (stretches: Range<Int>, facts: StretchFacts?) {
        if first % every == 0, first / every < sums.count,
            let facts = sums[first / every].flatMap({ StretchFacts($0) }),
            whole(facts)
        {
            return (first..<first + every, facts)
        }
        return (first..<first + 1, outline[first].flatMap { StretchFacts($0) })
    }

    /// The last stretch up to `last` of which it is not known that nothing was decided so; -1 where there is none.
    func last(upTo last: Int, with decision: String, tool: String?) -> Int {
        var stretch = last
        while stretch >= 0 {
            if (stretch + 1) % every == 0, lacks(sums, stretch / every, decision, tool) {
                stretch -= every
            } else if lacks(outline, stretch, decision, tool) {
                stretch -= 1
            } else {
                break
            }
        }
        return stretch
    }

    private func lacks(_ outline: Outline, _ number: Int, _ decision: String, _ tool: String?) -> Bool {
        guard number < outline.count, let facts = outline[number].flatMap({ StretchFacts($0, times: false) }) else {
            return false
        }
        return !facts.has(decision, tool: tool)
    }
}
