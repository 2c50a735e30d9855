import HITLCore

/// What a typed line is compared with: words, and `*` for any words or none.
///
///     delete * temporary files     Delete the temporary files!
///
/// Compared word by word without case and punctuation; letters outside ASCII are compared as they are.
package struct Phrase: Sendable, Equatable {
    private enum Word: Sendable, Equatable {
        case exact([UInt8])
        case any
    }

    package let text: String
    private let words: [Word]

    /// Nil where no word is in it: it would match everything or nothing.
    package init?(_ text: String) {
        self.text = text
        words = text.utf8.split(separator: UInt8(ascii: " ")).flatMap { part -> [Word] in
            part.elementsEqual("*".utf8) ? [.any] : Self.words(of: part).map(Word.exact)
        }
        guard words.contains(where: { $0 != .any }) else { return nil }
    }

    package func matches(_ line: String) -> Bool {
        Wildcard.matches(words, Self.words(of: line.utf8[...]), isStar: { $0 == .any }) { $0 == .exact($1) }
    }

    private static func words(of text: Substring.UTF8View) -> [[UInt8]] {
        text.split(whereSeparator: { !isPartOfWord($0) }).map { $0.map(lowercased) }
    }

    /// An apostrophe too, so that `don't` is one word and not `don`.
    private static func isPartOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "'"), 0x80...:
            true
        default: false
        }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte + 32 : byte
    }
}
