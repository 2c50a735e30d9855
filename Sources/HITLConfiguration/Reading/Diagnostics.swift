/// Everything that is wrong, at once, in the order in which it was written.
package struct Diagnostics: Error, Sendable, Equatable, CustomStringConvertible {
    package let all: [Diagnostic]

    package init(_ all: [Diagnostic]) {
        // Stable, so that what comes from elsewhere than the file keeps its place.
        let numbered = all.enumerated().sorted { left, right in
            guard case .file(let one) = left.element.source, case .file(let other) = right.element.source,
                one.file.utf8.elementsEqual(other.file.utf8)
            else { return left.offset < right.offset }
            return (one.line, one.column, left.offset) < (other.line, other.column, right.offset)
        }
        self.all = numbered.map(\.element)
    }

    package var description: String { all.map(\.description).joined(separator: "\n") }
}
