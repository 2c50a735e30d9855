/// How much harm a call could do, and why.
public struct Risk: Sendable, Equatable {
    public enum Level: String, Sendable, CaseIterable, Comparable {
        case critical, high, medium, low, none

        private var rank: Int { Level.allCases.count - (Level.allCases.firstIndex(of: self) ?? 0) }

        public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

        /// The level that a score of 0 to 100 stands for.
        public init(score: Int) {
            self =
                switch score {
                case ..<1: .none
                case ..<25: .low
                case ..<50: .medium
                case ..<80: .high
                default: .critical
                }
        }
    }

    public struct Factor: Sendable, Equatable {
        public let name: String
        public let weight: Int

        public init(name: String, weight: Int) {
            self.name = name
            self.weight = weight
        }
    }

    public let level: Level
    /// 0 to 100.
    public let score: Int
    public let factors: [Factor]
    /// Whether it can be taken back; nil where nobody looked.
    package let reversibility: Reversibility?

    /// The sum of the factors' weights, cut at 100, decides score and level.
    public init(factors: [Factor]) {
        self.init(factors: factors, reversibility: nil)
    }

    package init(factors: [Factor], reversibility: Reversibility?) {
        self.reversibility = reversibility
        score = min(100, max(0, factors.reduce(0) { $0.addingSaturated($1.weight) }))
        level = Level(score: score)
        self.factors = factors
    }
}
