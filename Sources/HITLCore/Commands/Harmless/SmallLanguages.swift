/// Programs whose arguments are a little program. Only forms that can be seen to print and to do nothing else.
enum SmallLanguages {
    // MARK: sed

    static let sed = OptionGrammar("sed paths -nErsuz -e: --quiet --silent --regexp-extended --null-data --expression:")

    /// `5p`, `2,7p`, `$d`, `/x/p`, `s/a/b/g`, several of them with `;` between: commands that neither write nor run
    /// anything. Each must be whole by itself, so that no `;` lies within a pattern.
    static func isHarmlessSed(_ script: [UInt8]) -> Bool {
        guard !script.contains(0x0A), !script.contains(UInt8(ascii: "{")) else { return false }
        let parts = script.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        return parts.count <= 8 && parts.allSatisfy(isHarmlessSedCommand)
    }

    private static func isHarmlessSedCommand(_ command: ArraySlice<UInt8>) -> Bool {
        var rest = command
        guard dropAddress(&rest) else { return false }
        if rest.first == UInt8(ascii: ",") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "~") { rest = rest.dropFirst() }
            guard dropAddress(&rest) else { return false }
        }
        if rest.first == UInt8(ascii: "!") { rest = rest.dropFirst() }
        guard let command = rest.popFirst() else { return false }
        switch command {
        case UInt8(ascii: "p"), UInt8(ascii: "d"), UInt8(ascii: "="), UInt8(ascii: "q"): return rest.isEmpty
        case UInt8(ascii: "s"): return isHarmlessSubstitution(rest)
        default: return false
        }
    }

    private static func dropAddress(_ rest: inout ArraySlice<UInt8>) -> Bool {
        if rest.first == UInt8(ascii: "$") {
            rest = rest.dropFirst()
        } else if rest.first == UInt8(ascii: "/") {
            rest = rest.dropFirst()
            guard let end = rest.firstIndex(of: UInt8(ascii: "/")),
                !rest[rest.startIndex..<end].contains(UInt8(ascii: "\\"))
            else { return false }
            rest = rest[(end + 1)...]
        } else {
            rest = rest.drop(while: \.isDigit)
        }
        return true
    }

    /// Behind the `s`: three slashes and flags that do not write (`w`) or run (`e`).
    private static func isHarmlessSubstitution(_ text: ArraySlice<UInt8>) -> Bool {
        guard let mark = text.first, mark == UInt8(ascii: "/") || mark == UInt8(ascii: "|") || mark == UInt8(ascii: "#")
        else { return false }
        let pieces = text.dropFirst().split(separator: mark, omittingEmptySubsequences: false)
        guard pieces.count == 3 else { return false }
        // A backslash in front of the mark would move the borders.
        guard pieces[0].last != 0x5C, pieces[1].last != 0x5C else { return false }
        // A mark in brackets does not end the pattern everywhere.
        guard !pieces[0].contains(UInt8(ascii: "[")) || pieces[0].contains(UInt8(ascii: "]")) else { return false }
        return pieces[2].allSatisfy { $0.isDigit || "gpiI".utf8.contains($0) }
    }

    // MARK: awk

    static let awk = OptionGrammar("awk paths -F: -v: --field-separator: --assign: --version")

    private static let awkFunctions: Set<String> = [
        "length", "substr", "index", "split", "toupper", "tolower", "int", "sqrt", "sprintf", "match", "gsub", "sub",
        "if", "while", "for", "print", "printf", "exp", "log", "sin", "cos", "atan2", "return", "in", "else",
    ]
    private static let awkForbidden: Set<String> = [
        "system", "getline", "close", "fflush", "ENVIRON", "ARGV", "PROCINFO", "SYMTAB", "FUNCTAB", "include", "load",
        "function", "func", "extension", "namespace", "ARGC",
    ]

    /// Prints fields and sums: no pipes, no redirections, no functions but the pure ones.
    static func isHarmlessAwk(_ program: [UInt8]) -> Bool {
        var depth = 0
        var index = 0
        while index < program.count {
            let byte = program[index]
            let next = index + 1 < program.count ? program[index + 1] : 0
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                while index < program.count, program[index] != UInt8(ascii: "\"") {
                    if program[index] == 0x0A { return false }
                    index += program[index] == 0x5C ? 2 : 1
                }
                if index >= program.count { return false }
            case UInt8(ascii: "/"):
                // Whether a slash divides or opens a pattern depends on words that are not understood here, and what is
                // taken for a pattern hides code. So it may open one at the beginning of the program, and nowhere else.
                guard program[..<index].allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { return false }
                index += 1
                while index < program.count, program[index] != UInt8(ascii: "/") {
                    guard program[index].isPlainInPattern else { return false }
                    index += 1
                }
                if index >= program.count { return false }
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: ">"): if depth > 0 { return false }
            case UInt8(ascii: "|"), UInt8(ascii: "&"):
                guard next == byte else { return false }
                index += 1
            case UInt8(ascii: "@"), UInt8(ascii: "`"), UInt8(ascii: "\\"), UInt8(ascii: "#"): return false
            case _ where byte.isNameByte && !byte.isDigit:
                var end = index
                while end < program.count, program[end].isNameByte { end += 1 }
                let name = CommandArgument.text(of: program[index..<end])
                if awkForbidden.contains(name) { return false }
                var after = end
                while after < program.count, program[after] == 0x20 || program[after] == 0x09 { after += 1 }
                if after < program.count, program[after] == UInt8(ascii: "("), !awkFunctions.contains(name) {
                    return false
                }
                index = end - 1
            case 0x80...: return false
            default: break
            }
            index += 1
        }
        return depth == 0 && !program.isEmpty
    }

    // MARK: jq

    static let jq = OptionGrammar(
        """
        jq pattern -rcneSsjaMC --raw-output --compact-output --null-input --exit-status --sort-keys --slurp \
        --join-output --ascii-output --monochrome-output --color-output --tab --indent: --raw-input --version --help
        """)

    private static let jqForbidden: Set<String> = [
        "env", "ENV", "import", "include", "modulemeta", "get_search_list", "input_filename",
        "halt_error",
        "debug", "stderr", "__prog_args",
    ]

    static func isHarmlessFilter(_ filter: [UInt8]) -> Bool {
        !filter.split(whereSeparator: { !$0.isNameByte }).contains {
            jqForbidden.contains(CommandArgument.text(of: $0))
        }
    }

    // MARK: find

    private static let findFlags: Set<String> = [
        "-print", "-print0", "-ls", "-empty", "-not", "!", "-a", "-and", "-o", "-or", "(", ")", ",", "-prune", "-depth",
        "-d", "-xdev", "-mount", "-quit", "-true", "-false", "-readable", "-writable", "-executable", "-daystart",
        "-noleaf", "-nouser", "-nogroup", "-warn", "-nowarn", "-ignore_readdir_race", "-P", "-H", "-version",
        "--version",
        "--help", "-help",
    ]
    private static let findValues: Set<String> = [
        "-name", "-iname", "-path", "-ipath", "-wholename", "-iwholename", "-regex", "-iregex", "-regextype", "-type",
        "-xtype", "-size", "-mtime", "-mmin", "-atime", "-amin", "-ctime", "-cmin", "-maxdepth", "-mindepth", "-user",
        "-group", "-uid", "-gid", "-perm", "-links", "-inum", "-printf", "-fstype", "-used", "-lname", "-ilname",
    ]
    /// Tests that leave nearly everything in.
    private static let findUnselective: Set<String> = [
        "-type", "-xtype", "-maxdepth", "-mindepth", "-printf", "-fstype", "-regextype", "-perm", "-links", "-used",
    ]
    private static let findPaths: Set<String> = ["-newer", "-samefile", "-anewer", "-cnewer"]

    static func findTakesValue(_ test: String) -> Bool { findValues.contains(test) || findPaths.contains(test) }

    struct Find {
        var starts: [CommandArgument] = []
        var references: [CommandArgument] = []
        /// Every word is a known test or prints.
        var isHarmless = true
        /// It looks at names, ages or sizes, so that not everything is meant.
        var isSelective = false
    }

    static func find(_ arguments: ArraySlice<CommandArgument>) -> Find {
        var result = Find()
        var index = arguments.startIndex
        var inExpression = false
        while index < arguments.endIndex {
            let argument = arguments[index]
            let text = argument.text
            index += 1
            if !inExpression, !text.begins("-"), text != "!", text != "(" {
                result.starts.append(argument)
                continue
            }
            if text != "-P", text != "-H" { inExpression = true }
            if findFlags.contains(text) {
                if text == "-empty" { result.isSelective = true }
                continue
            }
            guard index < arguments.endIndex else {
                result.isHarmless = false
                continue
            }
            if findValues.contains(text) {
                let value = arguments[index].text
                if !findUnselective.contains(text), value != "*", value != ".*", value != "*.*" {
                    result.isSelective = true
                }
                index += 1
            } else if findPaths.contains(text) || text.begins("-newer") {
                result.references.append(arguments[index])
                result.isSelective = true
                index += 1
            } else {
                result.isHarmless = false
            }
        }
        return result
    }

    // MARK: test, printf, date

    private static let testOperators: Set<String> = [
        "-f", "-d", "-e", "-r", "-w", "-x", "-s", "-L", "-h", "-z", "-n", "-nt", "-ot", "-ef", "-eq", "-ne", "-lt",
        "-le",
        "-gt", "-ge", "=", "==", "!=", "!", "-a", "-o", "-b", "-c", "-p", "-S", "-k", "-u", "-g", "-O", "-G", "-t",
    ]

    /// The words of `test` that are operands, or nil where an operator is not known.
    static func testOperands(_ arguments: ArraySlice<CommandArgument>) -> [CommandArgument]? {
        var operands: [CommandArgument] = []
        for argument in arguments {
            if testOperators.contains(argument.text) { continue }
            // Brackets and dollar signs are evaluated by some operators.
            guard !argument.isOption || argument.bytes.dropFirst().allSatisfy(\.isDigit),
                !argument.bytes.contains(UInt8(ascii: "[")), !argument.bytes.contains(UInt8(ascii: "$")),
                !argument.bytes.contains(UInt8(ascii: "("))
            else { return nil }
            if !argument.bytes.isEmpty { operands.append(argument) }
        }
        return operands
    }

    /// `%n` assigns a variable.
    static func isHarmlessFormat(_ format: [UInt8]) -> Bool {
        var index = 0
        while index < format.count {
            if format[index] == UInt8(ascii: "%") {
                index += 1
                while index < format.count, "0123456789.*'+- #hlLqjzt".utf8.contains(format[index]) { index += 1 }
                if index < format.count, format[index] == UInt8(ascii: "n") { return false }
            }
            index += 1
        }
        return true
    }

    static let date = OptionGrammar(
        "date text -uR -d: -I? --date: --utc --universal --rfc-email --iso-8601? --rfc-3339: --version --help")
}

extension UInt8 {
    /// In a pattern of awk, whoever reads it: no end of it, no class, no quotation mark, no brace and no line's end.
    fileprivate var isPlainInPattern: Bool {
        isNameByte || [0x20, 0x2E, 0x2A, 0x2B, 0x5E, 0x24, 0x3A, 0x2C, 0x2D, 0x3D, 0x40, 0x25].contains(self)
    }
}
