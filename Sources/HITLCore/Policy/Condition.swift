/// When a rule applies: where all of its clauses hold. Without a clause it applies to every call.
public struct Condition: Sendable, Equatable {
    public let clauses: [Clause]

    public init(_ clauses: [Clause]) {
        self.clauses = clauses
    }

    /// One field of a rule's `when`. Of several values in one clause one is enough.
    ///
    /// Paths and commands are the exception, because a call may have several of them: to a rule that allows, each
    /// must match; to any other, one that matches is enough.
    public enum Clause: Sendable, Equatable {
        case tool([ToolTest])
        case kind([ToolKind])
        /// All of the comparisons hold for that argument.
        case argument(ArgumentPath, [Comparison])
        /// In any name, text or number of the arguments, at any depth.
        case content([Pattern])
        case riskAtLeast(Risk.Level)
        /// Of a call about which everything could be found out.
        case riskAtMost(Risk.Level)
        /// The confidence is below this, or not given, or nothing between 0 and 1: silence and nonsense are no
        /// assurance.
        case confidenceBelow(ExactDecimal)
        case agent([Pattern])
        case session([Pattern])
        /// The directory that the call runs in.
        case directory([Pattern])
        case path([Pattern])
        /// Word by word: `git push **`. A first word without `/` names a program: a rule that allows takes it for
        /// the word as it is written, any other for the last component too (`/bin/rm` is `rm`).
        case command([Pattern])
        case time([TimeWindow])
        case usage(UsageLimit)
        /// Risk level none, of a call whose effects `hitl` itself confines.
        case provenReadOnly
        /// Commands that only read, git's own included, of a call that can be held within this.
        case readsWithin(Confinement)
        /// Commands that could do no harm within this, of a call that can be held within it.
        case harmlessWithin(Confinement)
        /// The call would touch the gate's own files.
        case gateFiles
    }

    public enum ToolTest: Sendable, Equatable {
        /// Byte by byte.
        case named(String)
        case like(Pattern)
        /// A word of the name, whatever the case; several words are a run of words.
        case word(String)

        public static func == (left: ToolTest, right: ToolTest) -> Bool {
            switch (left, right) {
            case (.named(let left), .named(let right)), (.word(let left), .word(let right)):
                left.utf8.elementsEqual(right.utf8)
            case (.like(let left), .like(let right)): left == right
            case (.named, _), (.like, _), (.word, _): false
            }
        }
    }

    public static let anyCall = Condition([])
    public static let provenReadOnly = Condition([.provenReadOnly])
    public static let gateFiles = Condition([.gateFiles])
    public static func toolNamed(_ names: [String]) -> Condition { Condition([.tool(names.map(ToolTest.named))]) }
    public static func toolWord(_ words: [String]) -> Condition { Condition([.tool(words.map(ToolTest.word))]) }
    public static func confidenceBelow(_ threshold: ExactDecimal) -> Condition {
        Condition([.confidenceBelow(threshold)])
    }
}
