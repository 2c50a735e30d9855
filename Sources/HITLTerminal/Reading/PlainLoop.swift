import CLibedit
import Glibc

/// The thread of a `PlainReader`. Belongs to one thread; made and used there.
final class PlainLoop {
    private let input: Int32
    private let isInteractive: Bool
    private let presentation: Presentation
    private let options: TerminalOptions
    private let mailbox: Mailbox
    private let events: AsyncStream<TerminalEvent>.Continuation
    private let writer: ByteWriter

    private var lines: LineSplitter
    private var read: Mailbox.Read?
    /// What arrived while a line may be half typed.
    private var waiting: [OutputQueue.Item] = []
    private var source = Source.open

    private enum Source {
        case open
        case ended
        case hungUp
    }

    init(
        input: Int32, output: Int32, presentation: Presentation, options: TerminalOptions, mailbox: Mailbox,
        events: AsyncStream<TerminalEvent>.Continuation
    ) {
        self.input = input
        self.presentation = presentation
        self.options = options
        self.mailbox = mailbox
        self.events = events
        isInteractive = isatty(input) == 1
        lines = LineSplitter(isScript: !isInteractive)
        writer = ByteWriter(descriptor: output)
        for signal in options.signals { _ = cle_watch_signal(signal, mailbox.wakeDescriptor) }
        writer.isStopping = { [unowned self] in
            // A signal may be what is to stop it.
            takeSignals()
            return mailbox.isStopping
        }
    }

    func run() {
        while !mailbox.isStopping {
            // Taken before the output is: what was written before a line was asked for stands before its prompt.
            let next = read == nil ? mailbox.takeRead() : nil
            serve()
            if let next { begin(next) }
            answer()
            if !mailbox.isStopping && needsWaiting { wait() }
        }
        if let read { end(read, .cancelled) }
        serve()
        for signal in options.signals { cle_unwatch_signal(signal) }
        events.finish()
        mailbox.closeForGood()
    }

    /// After a line was given out, what it brought about may be in the mailbox already.
    private var needsWaiting: Bool { read != nil || !mailbox.hasReads }

    // MARK: A line

    private func begin(_ next: Mailbox.Read) {
        read = next
        if isInteractive { put(prompt(of: next)) }
    }

    /// Gives the active read what there is for it.
    private func answer() {
        guard let read else { return }
        if mailbox.activeIsCancelled {
            if isInteractive { put("\n") }
            end(read, .cancelled)
        } else if let line = lines.next() {
            if !isInteractive { echo(line, after: read.prompt) }
            end(read, .line(line))
        } else if source == .hungUp {
            end(read, .hangup)
        } else if source == .ended {
            if isInteractive {
                // Ctrl-D: the terminal goes on.
                source = .open
                put("\n")
            }
            end(read, .endOfInput)
        }
    }

    private func end(_ ended: Mailbox.Read, _ event: LineEvent) {
        read = nil
        mailbox.finish(ended, with: event)
        let held = waiting
        waiting = []
        for item in held { write(item) }
    }

    private func prompt(of read: Mailbox.Read) -> String {
        read.prompt.rows(for: unwrapped).first ?? ""
    }

    private func echo(_ line: TypedLine, after prompt: StyledText) {
        var text = prompt
        text.join(StyledText(DisplayText(untrusted: line.text)))
        put(text.rendered(for: unwrapped))
    }

    private var unwrapped: Presentation {
        var presentation = presentation
        presentation.columns = nil
        return presentation
    }

    // MARK: Output

    private func serve() {
        takeSignals()
        for item in mailbox.takeOutput() {
            if isInteractive && read != nil {
                if waiting.isEmpty, options.rings, case .announcement = item { put("\u{07}") }
                waiting.append(item)
            } else {
                write(item)
            }
        }
        let loans = mailbox.takeLoans()
        if !loans.isEmpty { lend(to: loans) }
    }

    private func write(_ item: OutputQueue.Item) {
        switch item {
        case .announcement(let text, let drawn), .output(let text, let drawn):
            drawn(put(text.rendered(for: presentation)) ? .at(.now) : .never)
        case .bell:
            if isInteractive && options.rings { put("\u{07}") }
        case .notification, .clear:
            break
        }
    }

    @discardableResult
    private func put(_ text: String) -> Bool {
        writer.write(Array(text.utf8)) == .written
    }

    // MARK: Waiting

    private static let burstGap: Int32 = 25  // milliseconds

    private func wait() {
        // A script is read when it is asked; a terminal always, to know when its lines came.
        let reads = source == .open && (isInteractive || read != nil)
        var polled = [
            pollfd(fd: mailbox.wakeDescriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: reads ? input : -1, events: Int16(POLLIN), revents: 0),
        ]
        let count = poll(&polled, 2, lines.isHolding ? Self.burstGap : -1)
        if count == 0 { lines.endBurst() }
        guard count > 0 else { return }
        if polled[0].revents != 0 { mailbox.silence() }
        if polled[1].revents != 0 { fill() }
    }

    private func fill() {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 65_536) { buffer in
            let count = Glibc.read(input, buffer.baseAddress!, buffer.count)
            if count > 0 {
                lines.feed(buffer[..<count], at: .now)
            } else if count == 0 {
                lines.finish(at: .now)
                source = .ended
            } else if errno != EAGAIN && errno != EINTR {
                source = .hungUp
                events.yield(.hangup)
            }
        }
    }

    private func takeSignals() {
        let bits = cle_take_signals()
        var signals = mailbox.takeSignals()
        for number: Int32 in 1..<64 where bits & 1 << UInt64(number) != 0 { signals.insert(number) }
        for signal in signals {
            switch signal {
            case SIGINT:
                if let read, isInteractive {
                    put("\n")
                    end(read, .interrupted)
                } else {
                    events.yield(.interrupted)
                }
            case SIGWINCH, SIGCONT:
                break
            default:
                events.yield(.signalled(signal))
            }
        }
    }

    /// Until all loans are given back.
    private func lend(to loans: [Mailbox.Loan]) {
        for loan in loans { loan.begin.resume(returning: true) }
        while mailbox.isLent && !mailbox.isStopping {
            for loan in mailbox.takeLoans() { loan.begin.resume(returning: true) }
            var polled = pollfd(fd: mailbox.wakeDescriptor, events: Int16(POLLIN), revents: 0)
            if poll(&polled, 1, -1) > 0 { mailbox.silence() }
        }
        // What was left in the meantime rang a bell that was silenced here.
        cle_ring(mailbox.wakeDescriptor)
    }
}
