/// How one list of lines becomes another, after E. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986).
enum LineDifference {
    struct Step: Equatable {
        enum Kind { case keep, remove, insert }
        let kind: Kind
        /// The place in the old list that the step is at, and in the new one.
        let old: Int
        let new: Int
    }

    /// A shortest list of steps. Where the lists have little in common (more than `effort` lines differ) the middle is
    /// replaced as a whole instead, which is right and only longer.
    static func steps(
        from old: [ArraySlice<UInt8>], to new: [ArraySlice<UInt8>], effort: Int = 1000
    ) -> [Step] {
        let (before, after) = numbered(old, new)
        var start = 0
        while start < before.count, start < after.count, before[start] == after[start] { start += 1 }
        var end = 0
        while end < before.count - start, end < after.count - start,
            before[before.count - 1 - end] == after[after.count - 1 - end]
        { end += 1 }

        var steps = (0..<start).map { Step(kind: .keep, old: $0, new: $0) }
        let middle = (before[start..<before.count - end], after[start..<after.count - end])
        steps += shortest(middle.0, middle.1, effort: effort) ?? replaced(middle.0, middle.1)
        for place in 0..<end {
            steps.append(Step(kind: .keep, old: before.count - end + place, new: after.count - end + place))
        }
        return steps
    }

    /// Lines as numbers, equal where their bytes are.
    private static func numbered(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]) -> ([Int], [Int]) {
        var numbers: [ArraySlice<UInt8>: Int] = [:]
        func number(_ line: ArraySlice<UInt8>) -> Int {
            if let number = numbers[line] { return number }
            numbers[line] = numbers.count
            return numbers.count - 1
        }
        return (old.map(number), new.map(number))
    }

    private static func replaced(_ old: ArraySlice<Int>, _ new: ArraySlice<Int>) -> [Step] {
        old.indices.map { Step(kind: .remove, old: $0, new: new.startIndex) }
            + new.indices.map { Step(kind: .insert, old: old.endIndex, new: $0) }
    }

    private static func shortest(_ old: ArraySlice<Int>, _ new: ArraySlice<Int>, effort: Int) -> [Step]? {
        guard !old.isEmpty, !new.isEmpty else { return replaced(old, new) }
        let (n, m) = (old.count, new.count)
        let limit = min(n + m, effort)
        // reach[k + limit + 1]: how far along the old list the furthest path on diagonal k = x - y has come.
        var reach = [Int](repeating: 0, count: 2 * limit + 3)
        var trace: [[Int]] = []
        for depth in 0...limit {
            trace.append(Array(reach[(limit + 1 - depth)...(limit + 1 + depth)]))
            for k in stride(from: -depth, through: depth, by: 2) {
                let down = k == -depth || (k != depth && reach[limit + k] < reach[limit + k + 2])
                var x = down ? reach[limit + k + 2] : reach[limit + k] + 1
                var y = x - k
                while x < n, y < m, old[old.startIndex + x] == new[new.startIndex + y] { (x, y) = (x + 1, y + 1) }
                reach[limit + k + 1] = x
                if x >= n && y >= m { return walkBack(old, new, trace, depth) }
            }
        }
        return nil
    }

    private static func walkBack(
        _ old: ArraySlice<Int>, _ new: ArraySlice<Int>, _ trace: [[Int]], _ depth: Int
    ) -> [Step] {
        var steps: [Step] = []
        var (x, y) = (old.count, new.count)
        func step(_ kind: Step.Kind) {
            steps.append(Step(kind: kind, old: old.startIndex + x, new: new.startIndex + y))
        }
        for depth in stride(from: depth, to: 0, by: -1) {
            // What `reach` was before this depth: diagonals -depth...depth, of which only those of depth - 1 are used.
            let before = trace[depth]
            func reach(_ k: Int) -> Int { before[k + depth] }
            let k = x - y
            let down = k == -depth || (k != depth && reach(k - 1) < reach(k + 1))
            let (previousX, previousK) = down ? (reach(k + 1), k + 1) : (reach(k - 1), k - 1)
            let previousY = previousX - previousK
            while x > previousX && y > previousY {
                (x, y) = (x - 1, y - 1)
                step(.keep)
            }
            if x == previousX { y -= 1 } else { x -= 1 }
            step(down ? .insert : .remove)
        }
        while x > 0 && y > 0 {
            (x, y) = (x - 1, y - 1)
            step(.keep)
        }
        return steps.reversed()
    }
}
