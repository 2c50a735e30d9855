/// One thing that an analysis saw in a call, and what follows from it.
package struct Finding: Sendable, Equatable {
    /// The risk factor that it counts as: `file_deletion`, `credentials`. Equal factors of one call count once.
    package let factor: String
    /// What it adds to the score of 0 to 100.
    package let weight: Int
    /// What it demands by itself; nil where it only raises the risk. Never `allow`.
    package let effect: Effect?
    /// What was seen, in our own words; a part of the call is quoted only where it is a name, never a value.
    package let words: String

    package init(factor: String, weight: Int, effect: Effect?, words: String) {
        self.factor = factor
        self.weight = weight
        self.effect = effect == .allow ? nil : effect
        self.words = words
    }
}
