/// A notification of the desktop by way of the terminal.
enum Notification {
    /// The sequence, or nothing where notifications are off. The text is display text, so no control character
    /// can end the sequence early.
    static func sequence(
        title: DisplayText, body: DisplayText, protocol notifications: TerminalOptions.Notifications,
        encoding: Presentation.Encoding
    ) -> String {
        func shown(_ text: DisplayText) -> String { encoding == .ascii ? Escape.ascii(text.text) : text.text }
        switch notifications {
        case .off:
            return ""
        case .osc9:
            // Some terminals run commands for a number and a semicolon after "9;" (ConEmu's 9;7 starts a
            // program), so the text never begins with a digit.
            let text = title.isEmpty ? shown(body) : shown(title) + ": " + shown(body)
            let first = text.utf8.first ?? 0
            let isWord = (0x41...0x5A).contains(first) || (0x61...0x7A).contains(first)
            return "\u{1B}]9;" + (isWord ? "" : "- ") + text + "\u{07}"
        case .osc777:
            // Its fields end at semicolons.
            let title = String(shown(title).map { $0 == ";" ? "," : $0 })
            return "\u{1B}]777;notify;" + title + ";" + shown(body) + "\u{07}"
        }
    }
}
