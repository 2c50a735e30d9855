/// A sign of our own that has a picture and words: the words, which may be none, where pictures are not wanted.
package struct Glyph: Sendable {
    package let picture: StaticString
    package let words: StaticString

    package init(_ picture: StaticString, words: StaticString = "") {
        self.picture = picture
        self.words = words
    }
}
