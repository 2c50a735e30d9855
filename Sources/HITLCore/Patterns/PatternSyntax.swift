/// What a pattern means, before it becomes states.
indirect enum PatternSyntax: Hashable, Sendable {
    case empty
    case bytes(ByteSet)
    case scalars(ScalarSet)
    case assertion(Assertion)
    case sequence([PatternSyntax])
    case alternatives([PatternSyntax])
    /// - `most`: nil is without end.
    case repetition(PatternSyntax, least: Int, most: Int?, greedy: Bool)

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
