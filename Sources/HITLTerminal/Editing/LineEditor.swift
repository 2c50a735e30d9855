import CLibedit
import Glibc

/// The thread that owns the terminal: it reads keys, lets libedit edit, draws, and does what is in the mailbox.
///
/// Everything happens in `wait`, whether a line is being read or not, and whatever libedit is in the middle of.
/// Belongs to one thread; made and used there.
final class LineEditor {
    private let input: Int32
    private let writer: ByteWriter
    private let mailbox: Mailbox
    private let options: TerminalOptions
    private let events: AsyncStream<TerminalEvent>.Continuation
    private let showPresentation: (Presentation) -> Void
    private let modes: TerminalModes
    private let libedit: Libedit
    private let history: HistoryFile?

    private var presentation: Presentation
    private var decoder = KeyDecoder(now: .now)
    private var view = LineView()
    /// Keys that came while no line was read, with their times.
    private var ahead: [(key: Key, time: ContinuousClock.Instant)] = []
    private var isHungUp = false
    private var settling = Settling()

    /// The line that is being read, if one is.
    private var line: Reading?

    private struct Reading {
        var prompt: StyledText
        var below = Below.nothing
        /// Why it ends without a line.
        var ending: LineEvent?
        var hasPaste = false
        var keyTime: ContinuousClock.Instant
        /// What is still to be given to libedit of a key that is several characters to it.
        var expansion: [Unicode.Scalar] = []
    }

    /// What is to be written with the next drawing.
    private var above = ""
    private var signs = ""
    private var acknowledgements: [@Sendable (Drawn) -> Void] = []

    private static let mostKeysAhead = 65_536
    /// libedit's search neither limits its pattern nor checks its buffer.
    private static let longestPattern = 200

    init(
        input: Int32, output: Int32, presentation: Presentation, options: TerminalOptions, mailbox: Mailbox,
        events: AsyncStream<TerminalEvent>.Continuation, showPresentation: @escaping (Presentation) -> Void
    ) throws(TerminalError) {
        self.input = input
        self.presentation = presentation
        self.options = options
        self.mailbox = mailbox
        self.events = events
        self.showPresentation = showPresentation
        modes = try TerminalModes(descriptor: input)
        libedit = try Libedit(terminal: input)
        writer = ByteWriter(descriptor: output)
        history = options.historyPath.map { HistoryFile(path: $0) }

        writer.isStopping = { [unowned self] in
            // A signal may be what is to stop it.
            takeSignals()
            return mailbox.isStopping
        }
        decoder.interruptKey = modes.interrupt
        decoder.suspendKey = modes.suspend
        libedit.nextCharacter = { [unowned self] in nextCharacter() }
        libedit.complete = { [unowned self] in complete() }
        libedit.clear = { [unowned self] in clear() }
        libedit.readSettings(options.readsSettings)
        for entry in history?.load() ?? [] { libedit.remember(Array(entry.unicodeScalars)) }
        for signal in options.signals { _ = cle_watch_signal(signal, mailbox.wakeDescriptor) }
    }

    /// Until the mailbox says stop.
    func run() {
        enter()
        while !mailbox.isStopping {
            if let read = mailbox.takeRead() {
                mailbox.finish(read, with: readLine(prompt: read.prompt))
                continue
            }
            serve()
            keepKeys()
            draw()
            wait()
        }
        serve()
        draw()
        leave()
        for signal in options.signals { cle_unwatch_signal(signal) }
        events.finish()
        mailbox.closeForGood()
    }
}

// MARK: - A line

extension LineEditor {
    private func readLine(prompt: StyledText) -> LineEvent {
        guard !isHungUp else { return .hangup }
        line = Reading(prompt: prompt, keyTime: .now)
        let text = libedit.readLine()
        guard let reading = line else { preconditionFailure("a line ends here only") }
        line = nil

        guard let text else {
            let ending = reading.ending ?? .endOfInput
            leaveLine(reading, ending)
            return ending
        }
        put(view.finish(layout(reading.prompt, text, cursor: text.count), above: takeAbove()))
        let result = String(String.UnicodeScalarView(text))
        if !text.isEmpty { remember(text, result) }
        return .line(
            TypedLine(text: result, entered: reading.keyTime, origin: reading.hasPaste ? .pasted : .typed))
    }

    private func leaveLine(_ reading: Reading, _ ending: LineEvent) {
        switch ending {
        case .cancelled:
            put(view.erase() + takeAbove())
        case .interrupted:
            let text = libedit.line.text + "^C".unicodeScalars
            put(view.finish(layout(reading.prompt, text, cursor: text.count), above: takeAbove()))
        case .endOfInput, .hangup, .line:
            let text = libedit.line.text
            put(view.finish(layout(reading.prompt, text, cursor: text.count), above: takeAbove()))
        }
    }

    private func remember(_ text: [Unicode.Scalar], _ line: String) {
        libedit.remember(text)
        if let history, let kept = options.historyFilter(line), !kept.isEmpty { history.append(kept) }
    }

    /// What libedit gets next. Looks after everything else while there is nothing.
    private func nextCharacter() -> Unicode.Scalar? {
        while true {
            guard line?.ending == nil else { return nil }
            if line?.expansion.isEmpty == false { return line?.expansion.removeFirst() }
            if let (key, time) = nextKey() {
                line?.keyTime = time
                line?.below = .nothing
                if let scalar = apply(key) { return scalar }
                continue
            }
            serve()
            guard line?.ending == nil else { return nil }
            draw()
            wait()
        }
    }

    private func nextKey() -> (key: Key, time: ContinuousClock.Instant)? {
        if !ahead.isEmpty { return ahead.removeFirst() }
        guard let key = decoder.next(at: .now) else { return nil }
        return (key, decoder.keyTime)
    }

    /// No line is read: keys wait for the next one, except those that mean something now.
    private func keepKeys() {
        while let key = decoder.next(at: .now) {
            switch key {
            case .interrupt:
                // As in a shell, it takes with it what was typed before.
                ahead.removeAll()
                events.yield(.interrupted)
            case .suspend:
                suspend()
            default:
                if ahead.count < Self.mostKeysAhead { ahead.append((key, decoder.keyTime)) } else { ring() }
            }
        }
    }
}

// MARK: - Keys

extension LineEditor {
    /// The character that libedit gets for a key, nil where it is done without it.
    private func apply(_ key: Key) -> Unicode.Scalar? {
        let pattern = libedit.searchPattern
        switch key {
        case .character(let scalar):
            if let pattern, pattern.count >= Self.longestPattern, scalar.value >= 0x20, scalar.value != 0x7F {
                ring()
                return nil
            }
            return scalar
        case .meta(let scalar): return expand(["\u{1B}", scalar])
        case .enter: return "\r"
        case .up: return expand(["\u{1B}", "[", "A"])
        case .down: return expand(["\u{1B}", "[", "B"])
        case .left where pattern != nil || !libedit.isVi: return expand(["\u{1B}", "[", "D"])
        case .right where pattern != nil || !libedit.isVi: return expand(["\u{1B}", "[", "C"])
        case .home where pattern != nil || !libedit.isVi: return expand(["\u{1B}", "[", "H"])
        case .end where pattern != nil || !libedit.isVi: return expand(["\u{1B}", "[", "F"])
        case .pasted(let text) where pattern != nil:
            return expand(text.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(Self.longestPattern))
        case .left, .right, .home, .end, .wordLeft, .wordRight, .deleteForward:
            // To vi's insert mode, their sequences would be Escape and some commands.
            if pattern == nil { edit(key) }
        case .pasted(let text):
            line?.hasPaste = true
            libedit.insert(text)
        case .deadEnter:
            line?.below = .hint(Self.deadEnterHint)
        case .cutPaste:
            line?.hasPaste = true
            line?.below = .hint(Self.cutPasteHint)
            ring()
        case .interrupt:
            line?.ending = .interrupted
        case .suspend:
            suspend()
        }
        return nil
    }

    private static let deadEnterHint = StyledText("Pasted text sends nothing by itself. Press Enter once more.", .dim)
    private static let cutPasteHint = StyledText(
        "The paste was longer than \(KeyDecoder.longestPaste) characters; the rest was not taken.", .warning)

    private func expand(_ text: some Collection<Unicode.Scalar>) -> Unicode.Scalar? {
        line?.expansion = Array(text.dropFirst())
        return text.first
    }

    /// Moves and deletes without libedit's commands.
    private func edit(_ key: Key) {
        let (text, cursor) = libedit.line
        switch key {
        case .left where cursor > 0: libedit.move(by: -1)
        case .right where cursor < text.count: libedit.move(by: 1)
        case .home: libedit.move(by: -cursor)
        case .end: libedit.move(by: text.count - cursor)
        case .wordLeft: libedit.move(by: WordMotion.left(of: cursor, in: text) - cursor)
        case .wordRight: libedit.move(by: WordMotion.right(of: cursor, in: text) - cursor)
        case .deleteForward where cursor < text.count:
            libedit.move(by: 1)
            libedit.delete(before: 1)
        default: ring()
        }
    }

    private func complete() {
        guard libedit.searchPattern == nil else { return }
        let (text, cursor) = libedit.line
        let completions = options.complete(String(String.UnicodeScalarView(text)), cursor)
        guard let step = CompletionStep(of: completions, typed: text[..<cursor]) else { return ring() }
        libedit.delete(before: step.deleting)
        libedit.insert(step.inserting)
        if step.lists { line?.below = .completions(completions) }
    }
}

// MARK: - The screen

extension LineEditor {
    private func draw() {
        guard let line else {
            put(takeAbove())
            return
        }
        // A key may be read before the signal is heard that was sent before it.
        if case .breaksRows = presentation.narrowing, let size = Presentation.size(of: input),
            size.columns != presentation.columns
        {
            resize()
        }
        guard !isSettling else { return }
        let (text, cursor) = libedit.line
        let layout = layout(line.prompt, text, cursor: cursor)
        let height = presentation.rows ?? 24
        let room = height - layout.rows.count
        let frame = LineView.Frame(layout: layout, below: line.below.rows(for: presentation, room: room))
        put(view.draw(frame, above: takeAbove(), height: height))
    }

    private func layout(_ prompt: StyledText, _ text: [Unicode.Scalar], cursor: Int) -> LineLayout {
        LineLayout(prompt: prompt, line: text, cursor: cursor, presentation: presentation)
    }

    private func takeAbove() -> String {
        defer { above = "" }
        return above
    }

    /// Writes, and tells whoever waits for what is in it.
    private func put(_ text: String) {
        guard !text.isEmpty || !signs.isEmpty || !acknowledgements.isEmpty else { return }
        let bytes = Array((signs + text).utf8)
        let told = acknowledgements
        (signs, acknowledgements) = ("", [])
        if !isHungUp, writer.write(bytes) == .lost { hangUp() }
        let drawn: Drawn = isHungUp ? .never : .at(.now)
        for tell in told { tell(drawn) }
    }

    private func ring() {
        if options.rings { signs += "\u{07}" }
    }

    private func clear() {
        put(takeAbove())
        put("\u{1B}[H\u{1B}[2J")
        view.forget()
    }

    private func take(_ item: OutputQueue.Item) {
        switch item {
        case .announcement(let text, let drawn), .output(let text, let drawn):
            for row in text.rows(for: presentation) { above += row + "\r\n" }
            acknowledgements.append(drawn)
        case .bell:
            ring()
        case .notification(let title, let body):
            signs += Notification.sequence(
                title: title, body: body, protocol: options.notifications, encoding: presentation.encoding)
        case .clear:
            clear()
        }
    }
}

// MARK: - Waiting

extension LineEditor {
    /// Everything that others left, up to the drawing.
    private func serve() {
        takeSignals()
        // While it cannot be drawn, it stays where its amount is limited.
        if !isSettling { for item in mailbox.takeOutput() { take(item) } }
        if line != nil {
            if let prompt = mailbox.takePrompt() { line?.prompt = prompt }
            if mailbox.isStopping || mailbox.activeIsCancelled { line?.ending = .cancelled }
        }
        let loans = mailbox.takeLoans()
        if !loans.isEmpty { lend(to: loans) }
    }

    /// Until a key, the bell or the decoder's deadline.
    private func wait() {
        let deadline = [decoder.deadline, isSettling ? settling.end : nil].compactMap { $0 }.min()
        let timeout = deadline.map(Self.milliseconds) ?? -1
        var polled = [
            pollfd(fd: mailbox.wakeDescriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: isHungUp ? -1 : input, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&polled, 2, timeout) > 0 else { return }
        if polled[0].revents != 0 { mailbox.silence() }
        if polled[1].revents != 0 { read() }
    }

    /// Rounded up, so that the deadline has passed afterwards.
    private static func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
        let left = ContinuousClock.now.duration(to: deadline).components
        guard left.seconds >= 0, left.attoseconds >= 0 else { return 0 }
        return Int32(clamping: left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000 + 1)
    }

    private func read() {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { buffer in
            let count = Glibc.read(input, buffer.baseAddress!, buffer.count)
            if count > 0 {
                decoder.feed(buffer[..<count], at: .now)
            } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
                // A terminal has no end; it only goes away.
                hangUp()
            }
        }
    }

    private func hangUp() {
        guard !isHungUp else { return }
        isHungUp = true
        line?.ending = .hangup
        events.yield(.hangup)
    }

    private func takeSignals() {
        let bits = cle_take_signals()
        var signals = mailbox.takeSignals()
        for number: Int32 in 1..<64 where bits & 1 << UInt64(number) != 0 { signals.insert(number) }
        for signal in signals {
            switch signal {
            case SIGWINCH:
                resize()
            case SIGCONT:
                modes.editAgain()
                signs += Self.pasteMarksOn
                view.forget()
            case SIGINT:
                if line != nil { line?.ending = .interrupted } else { events.yield(.interrupted) }
            default:
                events.yield(.signalled(signal))
            }
        }
    }

    /// Whether a line is on the screen of which nobody can say yet where it is.
    private var isSettling: Bool { line != nil && settling.isUnderWay(at: .now) }

    private func resize() {
        guard let size = Presentation.size(of: input) else { return }
        if case .breaksRows = presentation.narrowing, size.columns != presentation.columns { settling.moved(at: .now) }
        presentation.columns = size.columns
        presentation.rows = size.rows
        view.resize(columns: size.columns, presentation.narrowing)
        showPresentation(presentation)
        events.yield(.resized(columns: size.columns, rows: size.rows))
    }
}

// MARK: - Giving the terminal away

extension LineEditor {
    private static let pasteMarksOn = "\u{1B}[?2004h"
    private static let pasteMarksOff = "\u{1B}[?2004l"

    private func enter() {
        modes.edit()
        put(Self.pasteMarksOn)
    }

    private func leave() {
        put(Self.pasteMarksOff)
        modes.restore()
    }

    private func suspend() {
        if let line {
            let text = libedit.line.text
            put(view.finish(layout(line.prompt, text, cursor: text.count), above: takeAbove()))
        }
        leave()
        // This thread stops with the signal and goes on right here; sent to the process, another thread would
        // take it while this one went on drawing.
        raise(SIGTSTP)
        enter()
        resize()
        settling = Settling()
    }

    /// Until all loans are given back.
    private func lend(to loans: [Mailbox.Loan]) {
        draw()
        if line != nil { put(view.erase()) }
        leave()
        for loan in loans { loan.begin.resume(returning: true) }
        while mailbox.isLent && !mailbox.isStopping {
            for loan in mailbox.takeLoans() { loan.begin.resume(returning: true) }
            var polled = pollfd(fd: mailbox.wakeDescriptor, events: Int16(POLLIN), revents: 0)
            if poll(&polled, 1, -1) > 0 { mailbox.silence() }
        }
        // What was left in the meantime rang a bell that was silenced here.
        cle_ring(mailbox.wakeDescriptor)
        enter()
        resize()
        settling = Settling()
        view.forget()
    }
}
