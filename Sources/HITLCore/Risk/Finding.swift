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

    /// Refused whatever anybody sets: it would change what will be allowed, or what runs later unasked.
    package let isFloor: Bool

    package init(factor: String, weight: Int, effect: Effect?, words: String, isFloor: Bool = false) {
        self.factor = factor
        self.weight = weight
        self.effect = effect == .allow ? nil : effect
        self.words = words
        self.isFloor = effect == .deny && (isFloor || !Self.liftable.contains(factor))
    }

    /// Factors whose refusals an operator may turn into questions.
    package static let liftable = [
        "credentials", "device", "file_access", "foreign_scheme", "internal_address", "internal_network",
        "obfuscation", "personal_data", "privilege", "process_control", "remote_execution", "remote_shell",
        "resources", "system_command", "system_path", "whole_database", "whole_tree",
    ]
}
