/// Text that may reach a screen: one line, with everything in it visible.
///
/// It is the only kind of text that views, prompts and notifications accept. There are two ways to one:
/// words of our own, which are literals, and `init(untrusted:)`, which escapes. A `String` from an agent
/// can be neither passed nor interpolated, because neither has an overload for it.
///
///     let path = DisplayText(untrusted: "a\u{202E}b")     // a<U+202E>b
///     let line: DisplayText = "Path: \(path)"
///
/// The escape form is ASCII and reversible (`Escape`). Line feeds never occur in it: text of several lines
/// is a `DisplayBlock`, whose lines a view indents, so that no line of it can pass for one of ours.
package struct DisplayText: Sendable {
    /// The text as it is written to a UTF-8 screen. Contains no line feed and no other control character.
    package let text: String
    package let notes: TextNotes

    init(text: String, notes: TextNotes) {
        self.text = text
        self.notes = notes
    }
}

extension DisplayText {
    /// One line made of anybody's text. Line feeds and tabs are shown as escapes, too.
    package init(untrusted text: String) {
        var text = text
        self = text.withUTF8 { DisplayText(untrusted: $0) }
    }

    /// One line made of bytes that ought to be UTF-8. A byte that is not is shown as `<0xFF>`.
    package init(untrusted bytes: [UInt8]) {
        self = bytes.withUnsafeBufferPointer { DisplayText(untrusted: $0) }
    }

    init(untrusted bytes: UnsafeBufferPointer<UInt8>) {
        if Escape.isPlain(bytes) {
            self.init(text: String(decoding: bytes, as: UTF8.self), notes: .none)
        } else {
            self = Escape.apply(to: bytes)
        }
    }

    /// One line in which escapes stand already, as in the errors of a file's reader: they stay as they are, and whatever
    /// else needs it is escaped.
    package init(escaped text: String) {
        self.init(untrusted: Escape.undo(text))
    }

    /// Several lines of anybody's text: a line feed ends a line, everything else is shown as in one line.
    package static func block(untrusted text: String) -> DisplayBlock {
        var text = text
        return text.withUTF8 { DisplayBlock(untrusted: $0) }
    }

    package static func block(untrusted bytes: [UInt8]) -> DisplayBlock {
        bytes.withUnsafeBufferPointer { DisplayBlock(untrusted: $0) }
    }

    /// Words of our own.
    package init(trusted literal: StaticString) {
        // A control character in a literal is a slip of ours; shown, it is found.
        self.init(text: Escape.controls(of: literal.description), notes: .none)
    }

    package static let empty = DisplayText(text: "", notes: .none)

    package var isEmpty: Bool { text.isEmpty }

    /// How many columns of a terminal it takes.
    package var columns: Int { Columns.of(text) }

    /// With spaces after it, so that it takes at least `columns` columns.
    package func padded(to columns: Int) -> DisplayText {
        let missing = columns - self.columns
        guard missing > 0 else { return self }
        return DisplayText(text: text + String(repeating: " ", count: missing), notes: notes)
    }

    package static func + (left: DisplayText, right: DisplayText) -> DisplayText {
        DisplayText(text: left.text + right.text, notes: left.notes + right.notes)
    }

    package static func += (left: inout DisplayText, right: DisplayText) {
        left = left + right
    }
}

/// Equal when the bytes are: canonical equivalence would call two different texts one.
extension DisplayText: Hashable {
    package static func == (left: DisplayText, right: DisplayText) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

extension DisplayText: ExpressibleByStringInterpolation {
    package init(stringLiteral literal: StaticString) {
        self.init(trusted: literal)
    }

    package init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.result
    }

    /// Takes display text and whole numbers, and nothing else.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var result = DisplayText.empty

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ literal: StaticString) {
            result += DisplayText(trusted: literal)
        }

        package mutating func appendInterpolation(_ text: DisplayText) {
            result += text
        }

        package mutating func appendInterpolation(_ number: some BinaryInteger) {
            result += DisplayText(text: number.description, notes: .none)
        }
    }
}

extension Sequence<DisplayText> {
    package func joined(separator: DisplayText) -> DisplayText {
        var text = ""
        var notes = TextNotes.none
        for (index, part) in enumerated() {
            if index > 0 { text += separator.text }
            text += part.text
            notes = notes + part.notes
        }
        return DisplayText(text: text, notes: notes)
    }
}
