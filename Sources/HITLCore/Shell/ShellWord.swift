/// One word of a command: its bytes after quoting is removed, or the parts that only a shell could turn into bytes.
package struct ShellWord: Sendable, Equatable {
    /// Why a word's bytes are not known.
    package struct Opacity: OptionSet, Sendable, Hashable {
        package let rawValue: Int

        package init(rawValue: Int) { self.rawValue = rawValue }

        package static let variable = Opacity(rawValue: 1)
        package static let substitution = Opacity(rawValue: 2)
        package static let arithmetic = Opacity(rawValue: 4)
        package static let glob = Opacity(rawValue: 8)
        package static let braces = Opacity(rawValue: 16)
        package static let tilde = Opacity(rawValue: 32)

        /// In our own words.
        package var words: String {
            let names: [(Opacity, String)] = [
                (.variable, "a variable"), (.substitution, "a substituted command"), (.arithmetic, "arithmetic"),
                (.glob, "a pattern of file names"), (.braces, "a brace expansion"), (.tilde, "a home directory"),
            ]
            return names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
        }
    }

    package indirect enum Part: Sendable, Equatable {
        case literal([UInt8])
        /// `$name`, `${name}`, `${name:-fallback}`; `isPlain` is false for operators that are not looked into.
        case variable(name: [UInt8], fallback: ShellWord?, isPlain: Bool, isQuoted: Bool)
        /// `$(…)` or backticks.
        case substitution(ShellScript, isQuoted: Bool)
        /// `<(…)` or `>(…)`.
        case process(ShellScript)
        case arithmetic
        /// `*`, `?`, `[…]`.
        case glob([UInt8])
        /// `~` or `~user`, in front of a slash or the end.
        case tilde(user: [UInt8])
        case braceOpen, braceComma, braceClose
    }

    package var offset = 0
    /// The bytes, when they are known.
    package var literal: [UInt8]? = []
    /// Empty for a literal word.
    package var parts: [Part] = []
    package var isQuoted = false

    package var opacity: Opacity {
        parts.reduce(into: []) { opacity, part in
            switch part {
            case .literal: break
            case .variable: opacity.insert(.variable)
            case .substitution, .process: opacity.insert(.substitution)
            case .arithmetic: opacity.insert(.arithmetic)
            case .glob: opacity.insert(.glob)
            case .tilde: opacity.insert(.tilde)
            case .braceOpen, .braceComma, .braceClose: opacity.insert(.braces)
            }
        }
    }

    init(literal: [UInt8] = [], offset: Int = 0) {
        self.literal = literal
        self.offset = offset
    }

    /// Whether it is this text, written without any quoting.
    func isBare(_ text: StaticString) -> Bool {
        guard !isQuoted, let literal, literal.count == text.utf8CodeUnitCount else { return false }
        return literal.elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// `--include=*.swift`: whatever files it may match, each begins with the option and stays a pattern for it.
    package var isPatternOption: Bool {
        guard opacity == .glob, case .literal(let start)? = parts.first else { return false }
        return ["--include=", "--exclude=", "--exclude-dir=", "--glob=", "--iglob="]
            .contains { start.starts(with: $0.utf8) }
    }

    mutating func append(_ byte: UInt8) {
        if literal != nil {
            literal?.append(byte)
        } else if case .literal(var bytes)? = parts.last {
            parts.removeLast()
            bytes.append(byte)
            parts.append(.literal(bytes))
        } else {
            parts.append(.literal([byte]))
        }
    }

    mutating func append(_ bytes: ArraySlice<UInt8>) {
        if literal != nil {
            literal?.append(contentsOf: bytes)
        } else if !bytes.isEmpty {
            parts.append(.literal(Array(bytes)))
        }
    }

    mutating func append(_ part: Part) {
        if let known = literal {
            if !known.isEmpty { parts.append(.literal(known)) }
            literal = nil
        }
        parts.append(part)
    }

    /// Braces that expand to nothing (`{}`, `HEAD@{1}`) are ordinary characters, and a word of such is literal.
    mutating func settle() {
        guard literal == nil else { return }
        if parts.contains(.braceOpen) || parts.contains(.braceClose) || parts.contains(.braceComma) { settleBraces() }
        var bytes: [UInt8] = []
        for part in parts {
            guard case .literal(let piece) = part else { return }
            bytes += piece
        }
        literal = bytes
        parts = []
    }

    private mutating func settleBraces() {
        var open: [(index: Int, commas: Int)] = []
        var expanding = Set<Int>()
        var commas: [Int] = []
        for (index, part) in parts.enumerated() {
            switch part {
            case .braceOpen: open.append((index, commas.count))
            case .braceComma: commas.append(index)
            case .braceClose:
                guard let (start, before) = open.popLast() else { continue }
                // A comma at this level, or a range such as `1..9`.
                let own = commas[before...]
                if !own.isEmpty || isRange(start + 1..<index) { expanding.formUnion([start, index]) }
                expanding.formUnion(own)
                commas.removeSubrange(before...)
            default: continue
            }
        }
        for index in parts.indices where !expanding.contains(index) {
            switch parts[index] {
            case .braceOpen: parts[index] = .literal([UInt8(ascii: "{")])
            case .braceComma: parts[index] = .literal([UInt8(ascii: ",")])
            case .braceClose: parts[index] = .literal([UInt8(ascii: "}")])
            default: continue
            }
        }
    }

    private func isRange(_ range: Range<Int>) -> Bool {
        guard !range.isEmpty, case .literal(let bytes) = parts[range.lowerBound] else { return false }
        let dot = UInt8(ascii: ".")
        return bytes.indices.dropLast().contains { bytes[$0] == dot && bytes[$0 + 1] == dot }
    }
}
