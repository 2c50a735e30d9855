/// What a pattern means, before it becomes states.
enum PatternSyntax: Hashable, Sendable {
    case empty
    case bytes(ByteSet)
    case scalars(ScalarSet)
    case assertion(Assertion)
    case sequence([PatternSyntax])
    case alternatives([PatternSyntax])
    /// - `most`: nil is without end.
    indirect case repetition(PatternSyntax, least: Int, most: Int?, greedy: Bool)

    enum Assertion: Hashable, Sendable {
        case startOfText, endOfText, startOfLine, endOfLine
        /// Between a byte of `\w` and one that is none.
        case wordBoundary, noWordBoundary
    }

    static func text(_ bytes: some Sequence<UInt8>) -> PatternSyntax {
        .sequence(bytes.map { .bytes(ByteSet($0)) })
    }

    /// Any bytes, as many as there are.
    static let anything = PatternSyntax.repetition(.bytes(.all), least: 0, most: nil, greedy: true)
}

extension PatternSyntax {
    /// No fewer than its program has, the one that ends it included.
    var mostInstructions: Int { 1 + mostInside }

    private var mostInside: Int {
        switch self {
        case .empty: 0
        case .bytes, .assertion: 1
        // Two for each byte of each sequence: one that consumes it, one that leads to it.
        case .scalars(let set): set.isASCII ? 1 : 2 + 2 * set.utf8Sequences.reduce(0) { $0 + $1.count }
        case .sequence(let parts): parts.reduce(0) { $0.addingSaturated($1.mostInside) }
        case .alternatives(let branches): branches.reduce(0) { $0.addingSaturated($1.mostInside).addingSaturated(1) }
        case .repetition(let part, let least, let most, _):
            (part.mostInside.addingSaturated(1)).multipliedSaturated(by: max(least.addingSaturated(1), most ?? 0))
        }
    }
}

extension Int {
    fileprivate func multipliedSaturated(by factor: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}
