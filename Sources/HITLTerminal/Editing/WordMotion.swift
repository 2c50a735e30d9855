/// Ctrl and the arrow keys.
enum WordMotion {
    static func left(of cursor: Int, in line: [Unicode.Scalar]) -> Int {
        var cursor = cursor
        while cursor > 0, !isWord(line[cursor - 1]) { cursor -= 1 }
        while cursor > 0, isWord(line[cursor - 1]) { cursor -= 1 }
        return cursor
    }

    static func right(of cursor: Int, in line: [Unicode.Scalar]) -> Int {
        var cursor = cursor
        while cursor < line.count, !isWord(line[cursor]) { cursor += 1 }
        while cursor < line.count, isWord(line[cursor]) { cursor += 1 }
        return cursor
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            || scalar.properties.canonicalCombiningClass != .notReordered
    }
}
