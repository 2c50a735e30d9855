import Glibc

/// What the place where text is shown can do. Computed once from the environment and the descriptor.
package struct Presentation: Sendable, Equatable {
    package enum Colour: Sendable {
        case none
        case ansi
    }

    package enum Glyphs: Sendable {
        case words
        case emoji
    }

    package enum Encoding: Sendable {
        /// Everything else is escaped: to such a screen, bytes of UTF-8 may be control characters.
        case ascii
        case utf8
    }

    /// How lines are read and notices are placed.
    package enum Kind: Sendable {
        /// A file or a pipe.
        case stream
        /// A terminal that cannot move its cursor (`TERM=dumb`).
        case dumbTerminal
        case terminal
    }

    package var kind: Kind
    package var colour: Colour
    package var glyphs: Glyphs
    package var encoding: Encoding
    /// Nil where rows have no end: text is not wrapped.
    package var columns: Int?
    package var rows: Int?
    package var narrowing = Narrowing.cutsRows

    package var isTerminal: Bool { kind != .stream }

    package init(
        kind: Kind, colour: Colour = .none, glyphs: Glyphs = .words, encoding: Encoding = .utf8,
        columns: Int? = nil, rows: Int? = nil
    ) {
        self.kind = kind
        self.colour = colour
        self.glyphs = glyphs
        self.encoding = encoding
        self.columns = columns
        self.rows = rows
    }

    /// From facts alone. `plain` is the operator's wish for words instead of pictures.
    package init(
        environment: [String: String], isTerminal: Bool, columns: Int? = nil, rows: Int? = nil, plain: Bool = false
    ) {
        let movable = isTerminal && !Self.isDumb(environment["TERM"])
        kind = !isTerminal ? .stream : movable ? .terminal : .dumbTerminal
        let refusesColour = !(environment["NO_COLOR"] ?? "").isEmpty
        colour = movable && !refusesColour ? .ansi : .none
        encoding = Self.isUTF8(environment) ? .utf8 : .ascii
        narrowing = Narrowing(environment: environment)
        glyphs = encoding == .utf8 && !plain ? .emoji : .words
        self.columns = isTerminal ? max(columns ?? 80, 1) : nil
        self.rows = isTerminal ? max(rows ?? 24, 1) : nil
    }

    /// Of an open descriptor.
    package init(descriptor: Int32, environment: [String: String], plain: Bool = false) {
        let size = Self.size(of: descriptor)
        self.init(
            environment: environment, isTerminal: isatty(descriptor) == 1,
            columns: size?.columns, rows: size?.rows, plain: plain
        )
    }

    /// The window's size, where there is a window that knows it.
    static func size(of descriptor: Int32) -> (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    private static func isDumb(_ term: String?) -> Bool {
        switch term {
        case nil, "", "dumb", "emacs", "unknown": true
        default: false
        }
    }

    /// The locale's character set by the order of POSIX: LC_ALL, LC_CTYPE, LANG; the first that is not empty counts.
    private static func isUTF8(_ environment: [String: String]) -> Bool {
        for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
            guard let value = environment[name], !value.isEmpty else { continue }
            // `de_DE.UTF-8@euro`: the character set stands last, but for a variant.
            let charset = value.split(separator: ".").last?.prefix { $0 != "@" } ?? ""
            return ["utf-8", "utf8"].contains(charset.lowercased())
        }
        return false
    }
}
