/// A value in a YAML document, with the place where it is written. Which file that is in, or what else the value came
/// from, its `Reading` knows: a large policy has a hundred thousand of these.
package struct Node: Sendable {
    package enum Content: Sendable {
        case scalar(String, Style)
        case list([Node])
        case map([Entry])
    }

    package enum Style: Sendable {
        /// Without quotes: `true`, `null` and numbers are what they look like.
        case plain
        /// In quotes, or a block of text: always text.
        case quoted
        /// Not from YAML but from a variable, an option or the prompt: whatever its reader expects,
        /// lists with commas.
        case words
    }

    package struct Entry: Sendable {
        package let key: String
        package let position: Position
        package let value: Node
    }

    /// Lines and columns count from 1, columns in Unicode scalars; 0 in what is from no file.
    package struct Position: Sendable, Equatable {
        package let line: Int32
        package let column: Int32

        package static let nowhere = Position(line: 0, column: 0)
    }

    package let content: Content
    package let position: Position

    package init(_ content: Content, at position: Position = .nowhere) {
        self.content = content
        self.position = position
    }
}
