/// A manual page in the language of man(7), as far as groff and mandoc agree on it.
///
/// Texts are plain, with one mark: what stands between backticks is set in bold, as something to be typed.
struct Roff {
    private(set) var text: String
    /// Right after a heading, which begins a paragraph itself.
    private var isAtHeading = true

    /// - Parameter date: of the text, `2026-01-31`.
    init(_ title: String, section: Int, date: String, source: String, manual: String, origin: String) {
        text = """
            .\\" \(origin)
            .TH \(title) \(section) \(date) \(Self.argument(source)) \(Self.argument(manual))
            .\\" A name that is broken in two cannot be copied.
            .nh
            .ad l

            """
    }

    /// The line that whatis(1) reads.
    mutating func name(_ name: String, _ words: String) { text += "\(Self.literal(name)) \\- \(Self.prose(words))\n" }

    mutating func section(_ title: String) { heading(".SH \(Self.argument(title))") }

    mutating func subsection(_ title: String) { heading(".SS \(Self.argument(title))") }

    private mutating func heading(_ line: String) {
        text += line + "\n"
        isAtHeading = true
    }

    private mutating func beginParagraph() {
        if !isAtHeading { text += ".PP\n" }
        isAtHeading = false
    }

    /// Paragraphs are parted by empty lines.
    mutating func paragraphs(_ words: String) {
        for paragraph in words.split(separator: "\n\n") {
            beginParagraph()
            text += Self.line(paragraph.split(separator: "\n").joined(separator: " "))
        }
    }

    /// A paragraph that is markup already; see `typed` and `synopsis`.
    mutating func markup(_ line: String) {
        beginParagraph()
        text += line + "\n"
    }

    /// What `body` adds stands further in.
    mutating func nested(_ body: (inout Roff) -> Void) {
        text += ".RS\n"
        body(&self)
        text += ".RE\n"
    }

    /// A term and what there is to say of it. `term` is markup already; see `typed` and `synopsis`.
    mutating func item(_ term: String, _ words: String) {
        isAtHeading = false
        text += ".TP\n\(term)\n"
        let paragraphs = words.split(separator: "\n\n").map { Self.line(String($0)) }
        text += paragraphs.joined(separator: ".IP\n")
    }

    /// Lines as they are, indented.
    mutating func example(_ lines: String) {
        isAtHeading = false
        text += ".PP\n.RS 4\n.EX\n"
        for line in lines.split(separator: "\n", omittingEmptySubsequences: false) {
            text += line.isEmpty ? "\n" : Self.guarded(Self.literal(String(line))) + "\n"
        }
        text += ".EE\n.RE\n"
    }

    /// Something in bold, to be typed as it stands.
    static func typed(_ words: String) -> String { "\\fB\(literal(words))\\fR" }

    /// `approve N … [--reason R]`: words in capitals stand for something else, the rest is typed.
    static func synopsis(_ words: String) -> String {
        words.split(separator: " ").map { word in
            let inner = word.drop { "[".contains($0) }
            let brackets = String(word.prefix(word.count - inner.count))
            let end = String(inner.reversed().prefix { "]".contains($0) })
            let core = String(inner.dropLast(end.count))
            guard !core.isEmpty, core != "…" else { return brackets + literal(core) + end }
            let isName = !core.utf8.starts(with: "-".utf8) && core.unicodeScalars.contains { ("A"..."Z").contains($0) }
            return brackets + (isName ? "\\fI" : "\\fB") + literal(core) + "\\fR" + end
        }.joined(separator: " ")
    }

    // MARK: Escapes

    /// Text in which every character is itself: a minus stays a minus.
    static func literal(_ words: String) -> String {
        var out = ""
        for scalar in words.unicodeScalars {
            switch scalar {
            case "\\": out += "\\e"
            case "-": out += "\\-"
            case "'": out += "\\(aq"
            case "`": out += "\\(ga"
            case "^": out += "\\(ha"
            case "~": out += "\\(ti"
            case "\"": out += "\\(dq"
            case _ where !scalar.isASCII: out += "\\[u\(hexadecimal(scalar))]"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    private static func hexadecimal(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// One line of running text, with its marks.
    private static func line(_ words: String) -> String {
        var out = ""
        for (place, part) in words.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
            out += place % 2 == 1 ? typed(String(part)) : prose(String(part))
        }
        return guarded(out) + "\n"
    }

    /// Options are to be typed wherever they stand; other hyphens join words.
    private static func prose(_ words: String) -> String {
        words.split(separator: " ", omittingEmptySubsequences: false).map { word in
            guard word.utf8.starts(with: "--".utf8), word.utf8.count > 2 else {
                return literal(String(word)).replacing("\\-", with: "-")
            }
            let end = word.utf8.reversed().prefix { ",.;:)".utf8.contains($0) }.count
            return typed(String(word.dropLast(end))) + String(word.suffix(end))
        }.joined(separator: " ")
    }

    /// A line that begins with a dot or a quote would be a request to the formatter.
    private static func guarded(_ line: String) -> String {
        line.utf8.first == UInt8(ascii: ".") || line.utf8.first == UInt8(ascii: "'") ? "\\&" + line : line
    }

    private static func argument(_ words: String) -> String { "\"\(literal(words))\"" }
}
