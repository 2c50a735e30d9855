import CLibedit
import Glibc
import HITLPlatform

/// A terminal with line editing: libedit edits, this module draws, one thread does both and owns the terminal
/// from `init` to `stop`.
///
/// What is typed while no line is read is kept, with the times it was typed at, and belongs to the next line.
package final class Terminal: LineReader {
    package let events: AsyncStream<TerminalEvent>

    private let mailbox: Mailbox
    private let current: Locked<Presentation>

    /// Throws where the descriptors are no terminal, or the system refuses what an editor needs; `PlainReader`
    /// works then.
    package init(
        input: Int32 = 0, output: Int32 = 1, presentation: Presentation, options: TerminalOptions = TerminalOptions()
    ) throws(TerminalError) {
        Self.useUTF8()
        let mailbox = try Mailbox()
        let current = Locked(presentation)
        let (events, continuation) = AsyncStream.makeStream(
            of: TerminalEvent.self, bufferingPolicy: .bufferingNewest(64))
        (self.mailbox, self.current, self.events) = (mailbox, current, events)

        // The editor is made on its thread, which alone may use it, and says here whether that worked.
        let started = Locked(Result<Void, TerminalError>?.none)
        let bell = cle_open_bell()
        guard bell >= 0 else { throw .noDescriptor(errno: errno) }
        defer { close(bell) }
        try OwnThread.start {
            let editor = Result { () throws(TerminalError) in
                try LineEditor(
                    input: input, output: output, presentation: presentation, options: options, mailbox: mailbox,
                    events: continuation, showPresentation: { new in current.withLock { $0 = new } })
            }
            started.withLock { result in
                // Under the lock: once the result can be seen, the bell may be closed.
                cle_ring(bell)
                result = editor.map { _ in }
            }
            switch editor {
            case .success(let editor): editor.run()
            case .failure: mailbox.closeForGood()
            }
        }
        var polled = pollfd(fd: bell, events: Int16(POLLIN), revents: 0)
        while started.withLock({ $0 == nil }) { _ = poll(&polled, 1, -1) }
        try started.withLock { result throws(TerminalError) in try result?.get() }
    }

    package var presentation: Presentation { current.withLock { $0 } }

    package func readLine(prompt: StyledText) async -> LineEvent {
        await mailbox.readLine(prompt: prompt)
    }

    package func setPrompt(_ prompt: StyledText) {
        mailbox.setPrompt(prompt)
    }

    package func post(_ announcement: StyledText, drawn: @escaping @Sendable (Drawn) -> Void) {
        mailbox.add(.announcement(announcement, drawn: drawn))
    }

    package func write(_ text: StyledText, drawn: @escaping @Sendable (Drawn) -> Void) {
        mailbox.add(.output(text, drawn: drawn))
    }

    package func bell() {
        mailbox.add(.bell)
    }

    package func notify(title: DisplayText, body: DisplayText) {
        mailbox.add(.notification(title: title, body: body))
    }

    package func clear() {
        mailbox.add(.clear)
    }

    package func lend<Result: Sendable>(_ body: @Sendable () async -> Result) async -> Result {
        guard await mailbox.borrow() else { return await body() }
        defer { mailbox.giveBack() }
        return await body()
    }

    package func stop() async {
        await mailbox.stop()
    }

    /// Tells of a signal that the program caught itself: SIGWINCH, SIGCONT, SIGINT.
    package func signalled(_ number: Int32) {
        mailbox.signalled(number)
    }

    /// libedit reads and classifies characters by the process's locale, and knows only ASCII in the C locale.
    private static func useUTF8() {
        if setlocale(LC_CTYPE, "") != nil, let set = nl_langinfo(Int32(CODESET)), strcmp(set, "UTF-8") == 0 { return }
        setlocale(LC_CTYPE, "C.UTF-8")
    }
}
