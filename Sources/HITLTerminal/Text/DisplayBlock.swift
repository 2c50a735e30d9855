/// Text of several lines, each safe to show. The view that shows it indents every line.
package struct DisplayBlock: Sendable, Hashable {
    package let lines: [DisplayText]

    init(untrusted bytes: UnsafeBufferPointer<UInt8>) {
        lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { DisplayText(untrusted: UnsafeBufferPointer(rebasing: $0)) }
    }

    package init(_ lines: [DisplayText]) {
        self.lines = lines
    }

    /// The lines as editors and diffs count them: what follows a final line feed is no line.
    package var closedLines: ArraySlice<DisplayText> {
        lines.count > 1 && lines.last == .empty ? lines.dropLast() : lines[...]
    }

    package var notes: TextNotes { lines.reduce(.none) { $0 + $1.notes } }
}
