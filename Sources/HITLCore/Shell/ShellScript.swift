/// A line or text for a POSIX shell (with the extensions of bash), taken apart but never evaluated.
///
/// Reading never fails: what cannot be analysed is named in `doubts`, and whoever judges the script asks then.
/// The commands inside of groups, loops, conditions and functions are segments like all others.
/// Linear in the length of the text.
package struct ShellScript: Sendable, Equatable {
    /// The simple commands in order of their text.
    package var segments: [Segment] = []
    package var doubts: [ShellDoubt] = []

    package static func parse(_ bytes: [UInt8]) -> ShellScript {
        // What lies behind the limit is not read; such a text asks in any case.
        var parser = ShellParser(bytes.count > longest ? Array(bytes.prefix(longest)) : bytes)
        return parser.script()
    }

    private static let longest = 1 << 17

    /// A simple command.
    package struct Segment: Sendable, Equatable {
        package var assignments: [Assignment] = []
        package var words: [ShellWord] = []
        package var redirections: [ShellRedirection] = []
        /// What stands between the segment before and this one.
        package var before: Separator = .start
        /// Whether it runs in the background.
        package var inBackground = false
        /// The segments whose output is its standard input, when it reads a pipe.
        package var input: Range<Int>?
        /// The function in whose body it stands.
        package var function: [UInt8]?
        /// Where its first byte is.
        package var offset = 0

        var isEmpty: Bool { words.isEmpty && assignments.isEmpty && redirections.isEmpty }
    }

    package enum Separator: String, Sendable, Equatable {
        case start = "", semicolon = ";", background = "&", and = "&&", or = "||", pipe = "|", pipeBoth = "|&"
        case newline = "newline"

        var isPipe: Bool { self == .pipe || self == .pipeBoth }
    }

    package struct Assignment: Sendable, Equatable {
        package let name: [UInt8]
        package let value: ShellWord
    }
}

/// `2>&1`, `> file`, `<<EOF`: one redirection of a command.
package struct ShellRedirection: Sendable, Equatable {
    package enum Operator: String, Sendable, Equatable {
        case read = "<", write = ">", append = ">>", clobber = ">|", readWrite = "<>", both = "&>", bothAppend = "&>>"
        case duplicateOutput = ">&", duplicateInput = "<&", here = "<<", hereTabs = "<<-", hereString = "<<<"
    }

    package let op: Operator
    /// The descriptor in front of the operator.
    package let descriptor: [UInt8]?
    /// The file, the descriptor, the here-string's text; the text itself of a here-document.
    package var target: ShellWord
}

/// Something in a script that is not analysed, with the place of its first byte.
package struct ShellDoubt: Sendable, Equatable {
    package enum Kind: String, Sendable, Equatable, CaseIterable {
        case unbalancedQuote = "a quotation mark without its partner"
        case unbalancedParenthesis = "a parenthesis or brace without its partner"
        case unexpectedOperator = "an operator where none can be"
        case controlStructure = "a control structure"
        /// All of whose commands are segments, and which adds nothing to what they do.
        case branch = "a condition or a loop"
        case function = "a function is defined"
        case array = "an array is assigned"
        case condition = "a condition in double brackets"
        case arithmetic = "arithmetic"
        case encodedQuote = "characters given by their codes"
        case translatedQuote = "text that the shell translates"
        case openHereDocument = "a here-document without its end"
        case expandedHereDocument = "a here-document that the shell expands"
        case controlCharacter = "a control character"
        case carriageReturn = "a carriage return"
        case invalidText = "bytes that are no UTF-8"
        case hiddenCharacter = "a character that is not seen or changes what is seen"
        case lookAlike = "a character that looks like another and is none"
        case tooDeep = "nested too deep"
        case tooLong = "too long to be looked over"
        case padding = "a long run of blanks that could hide what follows"
    }

    package let kind: Kind
    package let offset: Int

    /// In our own words.
    package var words: String { "\(kind.rawValue) at byte \(offset)" }
}
