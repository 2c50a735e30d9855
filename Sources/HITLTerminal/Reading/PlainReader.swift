import CLibedit
import Glibc
import HITLPlatform

/// Lines as the system gives them: from a script, or from a terminal that cannot move its cursor.
///
/// A script is echoed, each line after its prompt, when it is read; it is not read ahead of what it asks for
/// more than a pipe makes necessary. On a terminal the system edits the line, and because nobody can tell
/// whether one has been begun, announcements wait, with a bell, until it is finished.
package final class PlainReader: LineReader {
    package let events: AsyncStream<TerminalEvent>
    package let presentation: Presentation

    private let mailbox: Mailbox

    package init(
        input: Int32 = 0, output: Int32 = 1, presentation: Presentation, options: TerminalOptions = TerminalOptions()
    ) throws(TerminalError) {
        let mailbox = try Mailbox()
        let (events, continuation) = AsyncStream.makeStream(
            of: TerminalEvent.self, bufferingPolicy: .bufferingNewest(64))
        (self.mailbox, self.presentation, self.events) = (mailbox, presentation, events)
        try OwnThread.start {
            PlainLoop(
                input: input, output: output, presentation: presentation, options: options, mailbox: mailbox,
                events: continuation
            ).run()
        }
    }

    package func readLine(prompt: StyledText) async -> LineEvent {
        await mailbox.readLine(prompt: prompt)
    }

    /// Holds from the next line on: what is written here cannot be changed.
    package func setPrompt(_ prompt: StyledText) {}

    package func post(_ announcement: StyledText, drawn: @escaping @Sendable (Drawn) -> Void) {
        mailbox.add(.announcement(announcement, drawn: drawn))
    }

    package func write(_ text: StyledText, drawn: @escaping @Sendable (Drawn) -> Void) {
        mailbox.add(.output(text, drawn: drawn))
    }

    package func bell() {
        mailbox.add(.bell)
    }

    package func notify(title: DisplayText, body: DisplayText) {}

    package func clear() {}

    package func lend<Result: Sendable>(_ body: @Sendable () async -> Result) async -> Result {
        guard await mailbox.borrow() else { return await body() }
        defer { mailbox.giveBack() }
        return await body()
    }

    package func stop() async {
        await mailbox.stop()
    }

    /// Tells of a signal that the program caught itself; SIGINT ends the line that is being read.
    package func signalled(_ number: Int32) {
        mailbox.signalled(number)
    }
}
