/// The line that a diagnostic is about, with a caret below the place.
package struct Excerpt: Sendable, Equatable, CustomStringConvertible {
    package let line: String
    /// From 1, in Unicode scalars.
    package let column: Int

    /// Two lines. Of a long line only the neighbourhood of the place is shown, with `...` for the rest.
    package var description: String {
        let scalars = Array(line.unicodeScalars)
        let place = min(max(column - 1, 0), scalars.count)
        let isLong = scalars.count > 2 * Self.reach
        let first = isLong ? max(0, place - Self.reach) : 0
        let end = isLong ? min(scalars.count, place + Self.reach) : scalars.count

        let before = (first > 0 ? "... " : "") + Self.shown(scalars[first..<place])
        let after = Self.shown(scalars[place..<end]) + (end < scalars.count ? " ..." : "")
        return before + after + "\n" + String(repeating: " ", count: columns(before)) + "^"
    }

    private static let reach = 60

    private static func shown(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return visible(String(text))
    }
}
