/// Patterns with `*`, of bytes, characters or words.
///
/// Greedy with one way back: the last star takes one element more at each failure, and whatever came before it is matched
/// as well as it can be. So the time is at most that of both lengths multiplied.
package enum Wildcard {
    /// - Parameters:
    ///   - isStar: whether a sign stands for any elements or none.
    ///   - fits: whether a sign that is no star stands for this element.
    package static func matches<Sign, Element>(
        _ signs: [Sign], _ elements: [Element], isStar: (Sign) -> Bool, fits: (Sign, Element) -> Bool
    ) -> Bool {
        var (sign, place) = (0, 0)
        var star: (sign: Int, place: Int)?
        while place < elements.count {
            if sign < signs.count, isStar(signs[sign]) {
                star = (sign, place)
                sign += 1
            } else if sign < signs.count, fits(signs[sign], elements[place]) {
                sign += 1
                place += 1
            } else if let last = star {
                star = (last.sign, last.place + 1)
                (sign, place) = (last.sign + 1, last.place + 1)
            } else {
                return false
            }
        }
        return signs[sign...].allSatisfy(isStar)
    }
}
