/// What a command's words most likely become. A guess, made in order to see danger: it only ever raises.
///
/// Variables have the values that the same script gave them, or none; substitutions of `echo` and `printf` have their
/// text; home directories, braces and `$IFS` are expanded. Whatever else is opaque counts as empty.
struct ShellExpansion {
    var variables: [String: [[UInt8]]] = [:]
    let home: [UInt8]
    let workingDirectory: [UInt8]?

    /// Brace expansions multiply; more words than these are not looked at.
    private static let mostWords = 64
    private static let mostBraces = 8

    func arguments(of words: [ShellWord]) -> [CommandArgument] {
        var result: [CommandArgument] = []
        result.reserveCapacity(words.count)
        for word in words {
            if let literal = word.literal {
                result.append(CommandArgument(literal, isQuoted: word.isQuoted))
            } else {
                result += arguments(of: word)
            }
        }
        return result
    }

    func arguments(of word: ShellWord) -> [CommandArgument] {
        if let literal = word.literal { return [CommandArgument(literal, isQuoted: word.isQuoted)] }
        let opacity = word.opacity
        let braces = word.parts.count { $0 == .braceOpen }
        let spellings = braces > Self.mostBraces ? [word.parts] : alternatives(word.parts[...])
        return spellings.flatMap { fields(of: $0, isQuoted: word.isQuoted) }
            .prefix(Self.mostWords)
            .map { CommandArgument($0, opacity: opacity, isQuoted: word.isQuoted) }
    }

    /// The bytes of a word that stands where there is no splitting.
    func value(of word: ShellWord) -> [UInt8] {
        if let literal = word.literal { return literal }
        return Array(arguments(of: word).map(\.bytes).joined(separator: [0x20]))
    }

    // MARK: Braces

    private func alternatives(_ parts: ArraySlice<ShellWord.Part>) -> [[ShellWord.Part]] {
        guard let open = parts.firstIndex(of: .braceOpen) else { return [Array(parts)] }
        var depth = 0
        var starts = [open + 1]
        var pieces: [ArraySlice<ShellWord.Part>] = []
        var close = parts.endIndex
        scan: for index in (open + 1)..<parts.endIndex {
            switch parts[index] {
            case .braceOpen: depth += 1
            case .braceComma where depth == 0:
                pieces.append(parts[(starts.last ?? index)..<index])
                starts.append(index + 1)
            case .braceClose:
                if depth == 0 {
                    pieces.append(parts[(starts.last ?? index)..<index])
                    close = index
                    break scan
                }
                depth -= 1
            default: break
            }
        }
        guard close < parts.endIndex else { return [Array(parts)] }
        let head = Array(parts[parts.startIndex..<open])
        let tails = alternatives(parts[(close + 1)...])
        var result: [[ShellWord.Part]] = []
        for piece in pieces.prefix(Self.mostWords) {
            for middle in alternatives(piece) {
                for tail in tails {
                    result.append(head + middle + tail)
                    if result.count >= Self.mostWords { return result }
                }
            }
        }
        return result
    }

    // MARK: Variables, substitutions and splitting

    private func fields(of parts: [ShellWord.Part], isQuoted: Bool) -> [[UInt8]] {
        var fields: [[UInt8]] = []
        var field: [UInt8] = []
        var hasField = isQuoted
        func flush() {
            if hasField || !field.isEmpty { fields.append(field) }
            field = []
            hasField = false
        }
        func add(_ value: [UInt8], split: Bool) {
            guard split else {
                field += value
                return
            }
            for byte in value {
                if byte == 0x20 || byte == 0x09 || byte == 0x0A { flush() } else { field.append(byte) }
            }
        }
        for part in parts {
            switch part {
            case .literal(let bytes): field += bytes
            case .glob(let pattern): field += pattern
            case .tilde(let user): field += directory(ofUser: user)
            case .variable(let name, let fallback, _, let isQuoted):
                let values = values(of: name) ?? fallback.map { [value(of: $0)] } ?? []
                for (index, value) in values.enumerated() {
                    if index > 0 { flush() }
                    add(value, split: !isQuoted)
                }
            case .substitution(let script, let isQuoted): add(output(of: script), split: !isQuoted)
            case .process: field += Array("/dev/fd/63".utf8)
            case .braceOpen, .braceComma, .braceClose, .arithmetic: break
            }
        }
        flush()
        return fields
    }

    private func directory(ofUser user: [UInt8]) -> [UInt8] {
        if user.isEmpty { return home }
        if user == [UInt8(ascii: "+")] { return workingDirectory ?? [UInt8(ascii: ".")] }
        if user == [UInt8(ascii: "-")] { return [UInt8(ascii: ".")] }
        if user.elementsEqual("root".utf8) { return Array("/root".utf8) }
        return Array("/home/".utf8) + user
    }

    private func values(of name: [UInt8]) -> [[UInt8]]? {
        let name = CommandArgument.text(of: name)
        if let known = variables[name] { return known }
        return switch name {
        case "HOME": [home]
        case "PWD", "OLDPWD": [workingDirectory ?? [UInt8(ascii: ".")]]
        case "IFS": [[0x20]]
        case "SHELL", "BASH": [Array("/bin/sh".utf8)]
        // As they are where nobody sets them.
        case "CLAUDE_CONFIG_DIR": [home + Array("/.claude".utf8)]
        case "CODEX_HOME": [home + Array("/.codex".utf8)]
        case "XDG_CONFIG_HOME": [home + Array("/.config".utf8)]
        case "XDG_STATE_HOME": [home + Array("/.local/state".utf8)]
        case "XDG_DATA_HOME": [home + Array("/.local/share".utf8)]
        case "ZDOTDIR": [home]
        case "GNUPGHOME": [home + Array("/.gnupg".utf8)]
        case "DOCKER_CONFIG": [home + Array("/.docker".utf8)]
        case "KUBECONFIG": [home + Array("/.kube/config".utf8)]
        default: nil
        }
    }

    /// What `echo`, `printf` and `pwd` would print.
    func output(of script: ShellScript) -> [UInt8] {
        guard script.segments.count == 1, let segment = script.segments.first else { return [] }
        return output(of: segment)
    }

    func output(of segment: ShellScript.Segment) -> [UInt8] {
        let arguments = arguments(of: segment.words)
        guard let program = arguments.first else { return [] }
        switch program.programName {
        case "echo":
            let shown = arguments.dropFirst().drop { $0.text == "-n" || $0.text == "-e" || $0.text == "-E" }
            let text = Array(shown.map(\.bytes).joined(separator: [0x20]))
            let hasEscapes = arguments.count > 1 && arguments[1].hasLetter("e")
            return hasEscapes ? printed(text.flatMap { $0 == UInt8(ascii: "%") ? [$0, $0] : [$0] }, []) : text
        case "printf":
            guard arguments.count > 1 else { return [] }
            return printed(arguments[1].bytes, Array(arguments.dropFirst(2)))
        // Whatever file it names, it is run as that program.
        case "which", "command", "type":
            let words = arguments.dropFirst().filter { !$0.isOption }
            return words.count == 1 ? words[0].bytes : []
        case "pwd": return workingDirectory ?? [UInt8(ascii: ".")]
        case "cat":
            // A here-document or here-string is its own text.
            for redirection in segment.redirections {
                switch redirection.op {
                case .here, .hereTabs, .hereString: return value(of: redirection.target)
                default: continue
                }
            }
            return []
        default: return []
        }
    }

    /// `printf` with its escapes and `%s`.
    private func printed(_ format: [UInt8], _ arguments: [CommandArgument]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = arguments[...]
        var index = 0
        while index < format.count {
            let byte = format[index]
            index += 1
            if byte == UInt8(ascii: "%"), index < format.count {
                let sign = format[index]
                index += 1
                if sign == UInt8(ascii: "%") {
                    result.append(sign)
                } else if let next = rest.popFirst() {
                    result += next.bytes
                }
            } else if byte == UInt8(ascii: "\\"), index < format.count {
                result += unescaped(format, &index)
            } else {
                result.append(byte)
            }
        }
        return result
    }

    private func unescaped(_ format: [UInt8], _ index: inout Int) -> [UInt8] {
        let sign = format[index]
        index += 1
        switch sign {
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "\\"): return [0x5C]
        case UInt8(ascii: "x"), UInt8(ascii: "0")...UInt8(ascii: "7"):
            let isHexadecimal = sign == UInt8(ascii: "x")
            if !isHexadecimal { index -= 1 }
            let base = isHexadecimal ? 16 : 8
            var value = 0
            var count = 0
            while count < (isHexadecimal ? 2 : 3), index < format.count,
                let digit = Character(Unicode.Scalar(format[index])).hexDigitValue, digit < base
            {
                value = value * base + digit
                index += 1
                count += 1
            }
            return [UInt8(truncatingIfNeeded: value)]
        default: return [0x5C, sign]
        }
    }
}
