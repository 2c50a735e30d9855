/// Where an operator's lines come from and what `hitl` says goes to.
///
/// Two implementations: `Terminal`, which edits lines, and `PlainReader`, for scripts and for terminals that
/// cannot move their cursor. Everything that is written goes through one of them; a `print` elsewhere would
/// land in the middle of the line being typed.
package protocol LineReader: Sendable {
    /// What the text is shown on, as it is now: the number of columns changes with the window.
    var presentation: Presentation { get }

    /// What happens while nobody reads a line, and what concerns the whole terminal. For one consumer.
    var events: AsyncStream<TerminalEvent> { get }

    /// Asks for a line. One at a time; a second one waits for the first. Cancelling the task takes the
    /// prompt away and returns `.cancelled`.
    func readLine(prompt: StyledText) async -> LineEvent

    /// Changes the prompt of the line that is being typed, if one is.
    func setPrompt(_ prompt: StyledText)

    /// Puts an announcement above the line being typed, whole, once, and without disturbing the line.
    /// Where too many wait because the terminal does not take them, the oldest are counted and left out.
    /// `drawn` is called on the reader's thread once the bytes have left, or will never leave.
    func post(_ announcement: StyledText, drawn: @escaping @Sendable (Drawn) -> Void)

    /// Writes the output of a command. Never left out.
    func write(_ text: StyledText, drawn: @escaping @Sendable (Drawn) -> Void)

    /// Sounds the bell, unless it is turned off.
    func bell()

    /// Shows a notification of the desktop, where one of the two protocols for it is configured.
    func notify(title: DisplayText, body: DisplayText)

    /// Clears the screen, where there is one.
    func clear()

    /// Leaves the terminal to another program while `body` runs: its modes are as they were at the start,
    /// nothing is read from it, and what is posted waits.
    func lend<Result: Sendable>(_ body: @Sendable () async -> Result) async -> Result

    /// Writes what is still to be written, puts the terminal back as it was and ends. Pending reads return
    /// `.cancelled`. May be called more than once.
    func stop() async
}

extension LineReader {
    package func post(_ announcement: StyledText) {
        post(announcement) { _ in }
    }

    package func write(_ text: StyledText) {
        write(text) { _ in }
    }

    /// Writes and waits until the bytes have left.
    package func written(_ text: StyledText) async -> Drawn {
        await withCheckedContinuation { continuation in
            write(text) { continuation.resume(returning: $0) }
        }
    }

    /// Posts and waits until the bytes have left.
    package func posted(_ announcement: StyledText) async -> Drawn {
        await withCheckedContinuation { continuation in
            post(announcement) { continuation.resume(returning: $0) }
        }
    }
}
