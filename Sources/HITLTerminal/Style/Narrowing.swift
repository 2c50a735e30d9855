/// What a terminal does with rows that its window has become too narrow for.
package enum Narrowing: Sendable {
    /// They lose what no longer fits, or have it out of sight: the rows stay as many as they were.
    case cutsRows
    /// They are broken into several, and joined again where the window gets wider.
    case breaksRows

    /// Where the environment does not say, rows are taken for cut: of a line on a terminal that breaks rows a piece may
    /// then stay above, while the other mistake would erase what others wrote there.
    package init(environment: [String: String]) {
        let term = environment["TERM"] ?? ""
        // What runs in another terminal has that one's variables too, and its own TERM.
        if term.utf8.starts(with: "tmux".utf8) {
            self = .breaksRows
        } else if term.utf8.starts(with: "screen".utf8) {
            self = environment["TMUX"] == nil ? .cutsRows : .breaksRows
        } else if Self.breakingTerms.contains(where: { term.utf8.starts(with: $0.utf8) }) {
            self = .breaksRows
        } else if environment["XTERM_VERSION"] != nil || !term.utf8.starts(with: "xterm".utf8) {
            self = .cutsRows
        } else if Self.breakingVariables.contains(where: { environment[$0] != nil })
            || Self.breakingPrograms.contains(environment["TERM_PROGRAM"] ?? "")
        {
            self = .breaksRows
        } else {
            self = .cutsRows
        }
    }

    private static let breakingTerms = ["xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour"]
    private static let breakingVariables = ["VTE_VERSION", "KONSOLE_VERSION", "WT_SESSION", "ALACRITTY_WINDOW_ID"]
    private static let breakingPrograms = ["iTerm.app", "WezTerm", "ghostty", "vscode"]
}
