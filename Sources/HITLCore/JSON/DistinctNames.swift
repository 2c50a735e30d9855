/// The names of one object, of which no two may be alike.
///
/// `==` on strings is canonical equivalence, and here that is what is wanted: a reader that normalises
/// would see one member where others see two.
struct DistinctNames {
    private var names: [String] = []
    private var index: Set<String> = []

    /// - Returns: false where there was one like it.
    mutating func insert(_ name: String) -> Bool {
        // Nearly all objects are small, and a look at each name is faster than its hash.
        if names.count < 16 {
            if names.contains(name) { return false }
        } else {
            if index.isEmpty { index = Set(names) }
            if !index.insert(name).inserted { return false }
        }
        names.append(name)
        return true
    }
}
