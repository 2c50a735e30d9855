import HITLCore
package import HITLTerminal

/// Why a command line was not understood. Nothing was done.
package enum UsageError: Error, Equatable, Sendable {
    case unterminatedQuote
    case severalLines
    case unknownCommand(String, nearest: String?)
    case unknownOption(String, command: String, nearest: String?)
    case missingValue(option: String, value: String)
    case superfluousValue(option: String)
    case givenTwice(option: String)
    case missing(argument: String, command: String)
    case superfluous(argument: String, command: String)
    case badValue(String, of: String, expected: String)
    case contradiction(String, String)
}

extension UsageError {
    /// One sentence on what is wrong and one on what to type, for people who have never seen the code.
    package var message: DisplayText {
        func shown(_ text: String) -> DisplayText { "`\(DisplayText(untrusted: text))`" }
        switch self {
        case .unterminatedQuote: return "A quote or backslash at the end is not closed."
        case .severalLines:
            return "This is more than one line. Commands are run one at a time: type or paste them singly."
        case .unknownCommand(let name, let nearest?):
            return "There is no command \(shown(name)). Did you mean \(shown(nearest))?"
        case .unknownCommand(let name, nil): return "There is no command \(shown(name)). `/help` lists them."
        case .unknownOption(let option, let command, let nearest?):
            return "\(shown(command)) has no option \(shown(option)). Did you mean \(shown(nearest))?"
        case .unknownOption(let option, let command, nil):
            return "\(shown(command)) has no option \(shown(option)). See \(shown("/help " + command))."
        case .missingValue(let option, let value): return "\(shown("--" + option)) needs a value: \(shown(value))."
        case .superfluousValue(let option): return "\(shown("--" + option)) takes no value."
        case .givenTwice(let option): return "\(shown("--" + option)) was given twice."
        case .missing(let argument, let command): return "\(shown(command)) needs \(shown(argument))."
        case .superfluous(let argument, let command):
            return "\(shown(command)) does not expect \(shown(argument))."
        case .badValue(let text, let name, let expected):
            return "\(shown(text)) is no value for \(shown(name)): expected \(DisplayText(untrusted: expected))."
        case .contradiction(let one, let other):
            return "\(shown(one)) and \(shown(other)) contradict each other."
        }
    }
}
