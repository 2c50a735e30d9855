/// A value in a YAML document, with the place where it is written.
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
        package let source: Source
        package let value: Node
    }

    package let content: Content
    package let source: Source

    package init(_ content: Content, source: Source) {
        self.content = content
        self.source = source
    }
}
