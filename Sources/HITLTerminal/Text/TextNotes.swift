/// What a reader of a text should be told beside it.
package struct TextNotes: Sendable, Hashable {
    /// How many characters could not be seen or would have changed what is seen, and are shown escaped.
    /// Line feeds and tabs, which deceive nobody, are escaped in one-line text without being counted.
    package var hidden: Int
    /// How many words mix Latin with letters that look Latin, and characters that imitate ASCII
    /// (full-width and mathematical letters, a second semicolon, a second slash).
    package var lookalikes: Int
    /// Whether anything is outside ASCII. Ordinary in prose; worth a mark in an identifier or a host name.
    package var hasNonASCII: Bool

    package static let none = TextNotes(hidden: 0, lookalikes: 0, hasNonASCII: false)

    package static func + (left: TextNotes, right: TextNotes) -> TextNotes {
        TextNotes(
            hidden: left.hidden + right.hidden,
            lookalikes: left.lookalikes + right.lookalikes,
            hasNonASCII: left.hasNonASCII || right.hasNonASCII
        )
    }
}
