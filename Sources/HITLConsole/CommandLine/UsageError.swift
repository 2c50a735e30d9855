import HITLCore
package import HITLTerminal

/// Why a command line was not understood. Nothing was done.
package enum UsageError: Error, Equatable, Sendable {
    case unterminatedQuote
    case severalLines
    case unknownCommand(String, nearest: String?)
    /// In a shell: there is such a command, at the loop's prompt.
    case onlyInLoop(String)
    case unknownOption(String, command: String, nearest: String?)
    case missingValue(option: String, value: String)
    case superfluousValue(option: String)
    case givenTwice(option: String)
    case missing(argument: String, command: String)
    case missingWord(of: [String], command: String)
    /// An option that means nothing without another one.
    case incomplete(String, needs: String, command: String)
    case superfluous(argument: String, command: String)
    case badValue(String, of: String, expected: String)
    case contradiction(String, String)
}

extension UsageError {
    /// At the loop's prompt.
    package var message: DisplayText { message(in: .loop) }

    /// One sentence on what is wrong and one on what to type, for people who have never seen the code.
    package func message(in place: CommandPlace) -> DisplayText {
        func shown(_ text: String) -> DisplayText { "`\(DisplayText(untrusted: text))`" }
        func typed(_ command: String) -> DisplayText { shown(place.typed(command)) }
        switch self {
        case .unterminatedQuote: return "A quote or backslash at the end is not closed."
        case .severalLines:
            return "This is more than one line. Commands are run one at a time: type or paste them singly."
        case .unknownCommand(let name, let nearest?):
            return "There is no command \(shown(name)). Did you mean \(shown(nearest))?"
        case .unknownCommand(let name, nil):
            return "There is no command \(shown(name)). \(shown(place.help)) lists them."
        case .onlyInLoop(let command): return "\(shown(command)) is typed at the prompt of \(shown("hitl loop"))."
        case .unknownOption(let option, let command, let nearest?):
            return "\(typed(command)) has no option \(shown(option)). Did you mean \(shown(nearest))?"
        case .unknownOption(let option, let command, nil):
            return "\(typed(command)) has no option \(shown(option)). See \(shown(place.help(on: command)))."
        case .missingValue(let option, let value): return "\(shown("--" + option)) needs a value: \(shown(value))."
        case .superfluousValue(let option): return "\(shown("--" + option)) takes no value."
        case .givenTwice(let option): return "\(shown("--" + option)) was given twice."
        case .missing(let argument, let command):
            return "\(typed(command)) needs \(shown(argument)). See \(shown(place.help(on: command)))."
        case .missingWord(let words, let command):
            let choice = [words.dropLast().joined(separator: ", "), words.last ?? ""].joined(separator: " or ")
            return
                "\(typed(command)) needs to know what to do: \(DisplayText(untrusted: choice)). See \(shown(place.help(on: command)))."
        case .incomplete(let option, let others, let command):
            return
                "\(shown(option)) needs \(DisplayText(untrusted: others)) beside it. See \(shown(place.help(on: command)))."
        case .superfluous(let argument, let command):
            return "\(typed(command)) does not expect \(shown(argument))."
        case .badValue(let text, let name, let expected):
            return "\(shown(text)) is no value for \(typed(name)): expected \(DisplayText(untrusted: expected))."
        case .contradiction(let one, let other):
            return "\(shown(one)) and \(shown(other)) contradict each other."
        }
    }
}
