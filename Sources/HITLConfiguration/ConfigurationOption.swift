/// A value from the command line.
package struct ConfigurationOption: Sendable {
    package enum Value: Sendable {
        case text(String)
        /// Taken as it is: commas and `none` are part of the words.
        case words([String])
    }

    package let key: String
    package let value: Value
    /// As it was typed: `--agent`.
    package let option: String

    package init(_ key: String, _ value: Value, option: String) {
        self.key = key
        self.value = value
        self.option = option
    }

    var node: Node {
        switch value {
        case .text(let text): Node(.scalar(text, .words))
        case .words(let words): Node(.list(words.map { Node(.scalar($0, .quoted)) }))
        }
    }
}
