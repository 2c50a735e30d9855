/// One piece of a statement.
enum SQLToken: Equatable {
    /// A bare word in small letters: a keyword or a name.
    case word([UInt8])
    /// A name in quotes, brackets or backticks.
    case name([UInt8])
    /// A literal; what stands in it is not code.
    case text([UInt8])
    case number([UInt8])
    /// `?`, `:name`, `$1`, `@variable`.
    case parameter
    case sign(UInt8)

    func isWord(_ word: String) -> Bool {
        if case .word(let bytes) = self { bytes.elementsEqual(word.utf8) } else { false }
    }

    func isSign(_ sign: String) -> Bool {
        if case .sign(let byte) = self { sign.utf8.elementsEqual([byte]) } else { false }
    }

    var wordBytes: [UInt8]? { if case .word(let bytes) = self { bytes } else { nil } }
}

/// What makes it uncertain what a server would make of the bytes.
package enum SQLDoubt: Sendable, CaseIterable {
    case unterminated
    case executableComment
    case hiddenCharacter
    case foreignWord
    case controlCharacter
    case metaCommand
    case tooLong

    var words: String {
        switch self {
        case .unterminated: "a text, a name or a comment does not end"
        case .executableComment: "a comment holds code that some servers run"
        case .hiddenCharacter: "characters that are not visible, or turn the line round, stand outside a text"
        case .foreignWord: "letters outside ASCII stand where a keyword could, and some drivers fold them"
        case .controlCharacter: "control characters stand in it"
        case .metaCommand: "a line is a command to the client program, not SQL"
        case .tooLong: "it is longer than is analysed"
        }
    }
}
