/// Which options a program has that are known to be harmless, and what its other words are. Unknown options are an
/// answer of their own: whoever reads with a grammar asks then.
///
/// Written as a line of text (see the tables): the names of the program, the kind of its operands, then
/// `-abc` for letters without a value, `-n:` for a letter with one, `-f@` for one whose value is a path that is
/// read, `-#` for a number as an option; `--name`, `--name:`, `--name@` the same, `--name?` where a value may follow
/// after `=`.
struct OptionGrammar: Sendable {
    enum Operands: String, Sendable {
        /// Words that are only text.
        case text
        /// No operands at all.
        case none
        /// Files that are read.
        case paths
        /// At most one file: a second would be written.
        case path
        /// The first is a pattern, unless an option gave it; the rest are files.
        case pattern
        /// A command follows, options and all.
        case command
    }

    enum Value: Sendable { case none, text, path, optional }

    let names: [String]
    let operands: Operands
    private(set) var letters: [UInt8: Value] = [:]
    private(set) var words: [String: Value] = [:]
    private(set) var takesNumbers = false

    init(_ line: Substring) {
        let fields = line.split(separator: " ")
        names = fields.first?.split(separator: ",").map(String.init) ?? []
        operands = fields.count > 1 ? Operands(rawValue: String(fields[1])) ?? .none : .none
        for field in fields.dropFirst(2) { add(field) }
    }

    private mutating func add(_ field: Substring) {
        let value: Value =
            switch field.utf8.last {
            case UInt8(ascii: ":"): .text
            case UInt8(ascii: "@"): .path
            case UInt8(ascii: "?"): .optional
            default: .none
            }
        let name = value == .none ? field[...] : field.dropLast()
        if name.utf8.starts(with: "--".utf8) {
            words[String(name.dropFirst(2))] = value
        } else if name == "-#" {
            takesNumbers = true
        } else {
            for letter in name.utf8.dropFirst() { letters[letter] = value }
        }
    }

    /// What a program was given.
    struct Reading {
        var operands: [CommandArgument] = []
        /// Values of options, by the option's letter or word.
        var values: [(name: String, value: [UInt8], kind: Value)] = []
        var unknown: CommandArgument?
        /// Where the operands of a wrapper begin.
        var firstOperand: Int?

        func has(_ name: String) -> Bool { values.contains { $0.name == name } }
        func value(_ name: String) -> [UInt8]? { values.last { $0.name == name }?.value }
    }

    /// - Parameter arguments: without the program's own name.
    func read(_ arguments: ArraySlice<CommandArgument>) -> Reading {
        var reading = Reading()
        var index = arguments.startIndex
        var isOver = false
        while index < arguments.endIndex {
            let argument = arguments[index]
            index += 1
            if isOver || !argument.isOption {
                if reading.firstOperand == nil { reading.firstOperand = index - 1 }
                reading.operands.append(argument)
                if operands == .command { return reading }
                continue
            }
            if argument.text == "--" {
                isOver = true
                continue
            }
            let isKnown =
                argument.isLongOption
                ? readLong(argument, arguments, &index, into: &reading)
                : readLetters(argument, arguments, &index, into: &reading)
            if !isKnown, reading.unknown == nil { reading.unknown = argument }
        }
        return reading
    }

    private func readLong(
        _ argument: CommandArgument, _ arguments: ArraySlice<CommandArgument>, _ index: inout Int,
        into reading: inout Reading
    ) -> Bool {
        let equals = argument.bytes.firstIndex(of: UInt8(ascii: "="))
        let name = CommandArgument.text(of: argument.bytes[2..<(equals ?? argument.bytes.count)])
        guard let kind = words[name] else { return false }
        switch kind {
        case .none:
            reading.values.append((name, [], kind))
            return equals == nil
        case .optional: reading.values.append((name, argument.valueAfterEquals ?? [], kind))
        case .text, .path:
            if let value = argument.valueAfterEquals {
                reading.values.append((name, value, kind))
            } else if index < arguments.endIndex {
                reading.values.append((name, arguments[index].bytes, kind))
                index += 1
            } else {
                return false
            }
        }
        return true
    }

    private func readLetters(
        _ argument: CommandArgument, _ arguments: ArraySlice<CommandArgument>, _ index: inout Int,
        into reading: inout Reading
    ) -> Bool {
        if takesNumbers, argument.bytes.dropFirst().allSatisfy(\.isDigit) {
            reading.values.append(("#", Array(argument.bytes.dropFirst()), .text))
            return true
        }
        var place = 1
        while place < argument.bytes.count {
            let letter = argument.bytes[place]
            place += 1
            guard let kind = letters[letter] else { return false }
            let name = String(Unicode.Scalar(letter))
            switch kind {
            case .none: reading.values.append((name, [], kind))
            case .optional:
                reading.values.append((name, Array(argument.bytes[place...]), kind))
                return true
            case .text, .path:
                if place < argument.bytes.count {
                    reading.values.append((name, Array(argument.bytes[place...]), kind))
                } else if index < arguments.endIndex {
                    reading.values.append((name, arguments[index].bytes, kind))
                    index += 1
                } else {
                    return false
                }
                return true
            }
        }
        return true
    }

    /// A table's lines by the programs' names.
    static func table(_ texts: String...) -> [String: OptionGrammar] {
        var table: [String: OptionGrammar] = [:]
        for text in texts {
            for line in text.split(separator: "\n") {
                let grammar = OptionGrammar(line)
                for name in grammar.names { table[name] = grammar }
            }
        }
        return table
    }
}
