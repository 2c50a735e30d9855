/// Patterns that are looked for together, each once however many rules have it.
struct PatternSet: Sendable {
    private(set) var program = PatternProgram()
    private var ids: [Pattern: Int32] = [:]

    var count: Int { ids.count }

    /// - Returns: what stands for the pattern in `PatternHits`; nil where all together have become too many.
    mutating func insert(_ pattern: Pattern) -> Int32? {
        if let known = ids[pattern] { return known }
        let id = Int32(ids.count)
        do throws(PatternError.Fault) { try program.add(pattern.meaning, id: id) } catch { return nil }
        ids[pattern] = id
        return id
    }
}
