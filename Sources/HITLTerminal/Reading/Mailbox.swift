import CLibedit
import Glibc
import HITLPlatform

/// What everybody else leaves for the thread that owns the terminal.
///
/// A bell that can be polled rings when something is left. The thread takes what it can use; what it takes it
/// answers, and `close` answers the rest.
final class Mailbox: Sendable {
    struct Read {
        let id: Int
        let prompt: StyledText
        let answer: CheckedContinuation<LineEvent, Never>
    }

    struct Loan {
        let begin: CheckedContinuation<Bool, Never>
    }

    private struct Contents {
        var reads: [Read] = []
        var active: Int?
        var cancelled: Set<Int> = []
        var lastID = 0
        var prompt: StyledText?
        var output = OutputQueue()
        var loans: [Loan] = []
        var openLoans = 0
        var signals: Set<Int32> = []
        var stops: [CheckedContinuation<Void, Never>] = []
        var stopping = false
        var closed = false
        /// The bell rings, and the thread has still to look.
        var isRinging = false
    }

    private let contents = Locked(Contents())
    let wakeDescriptor: Int32

    init() throws(TerminalError) {
        wakeDescriptor = cle_open_bell()
        guard wakeDescriptor >= 0 else { throw .noDescriptor(errno: errno) }
    }

    deinit { close(wakeDescriptor) }

    private func wake() {
        let isFirst = contents.withLock { contents in
            defer { contents.isRinging = true }
            return !contents.isRinging
        }
        if isFirst { cle_ring(wakeDescriptor) }
    }

    // MARK: For everybody

    func readLine(prompt: StyledText) async -> LineEvent {
        let id = contents.withLock { contents in
            contents.lastID += 1
            return contents.lastID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { answer in
                let taken = contents.withLock { contents in
                    guard !contents.closed else { return false }
                    contents.reads.append(Read(id: id, prompt: prompt, answer: answer))
                    return true
                }
                if taken { wake() } else { answer.resume(returning: .cancelled) }
            }
        } onCancel: {
            contents.withLock { _ = $0.cancelled.insert(id) }
            wake()
        }
    }

    func setPrompt(_ prompt: StyledText) {
        contents.withLock { if $0.active != nil { $0.prompt = prompt } }
        wake()
    }

    func add(_ item: OutputQueue.Item) {
        let refused = contents.withLock { contents in
            contents.closed ? item.drawn : contents.output.add(item)
        }
        refused?(.never)
        wake()
    }

    /// False where the reader has stopped: there is nothing to lend.
    func borrow() async -> Bool {
        await withCheckedContinuation { begin in
            let taken = contents.withLock { contents in
                guard !contents.closed else { return false }
                contents.loans.append(Loan(begin: begin))
                return true
            }
            if taken { wake() } else { begin.resume(returning: false) }
        }
    }

    func giveBack() {
        contents.withLock { $0.openLoans -= 1 }
        wake()
    }

    func signalled(_ number: Int32) {
        contents.withLock { _ = $0.signals.insert(number) }
        wake()
    }

    func stop() async {
        await withCheckedContinuation { continuation in
            let open = contents.withLock { contents in
                contents.stopping = true
                if !contents.closed { contents.stops.append(continuation) }
                return !contents.closed
            }
            if open { wake() } else { continuation.resume() }
        }
    }

    // MARK: For the thread

    /// Before it looks: what is left from here on rings again.
    func silence() {
        cle_silence(wakeDescriptor)
        contents.withLock { $0.isRinging = false }
    }

    var isStopping: Bool { contents.withLock(\.stopping) }

    var hasReads: Bool { contents.withLock { !$0.reads.isEmpty } }

    /// The next read that still wants an answer. The one it returns is the active one until `finish`.
    func takeRead() -> Read? {
        let (read, abandoned) = contents.withLock { contents in
            var abandoned: [Read] = []
            while !contents.reads.isEmpty {
                let read = contents.reads.removeFirst()
                guard contents.cancelled.remove(read.id) == nil else {
                    abandoned.append(read)
                    continue
                }
                contents.active = read.id
                contents.prompt = nil
                return (Optional(read), abandoned)
            }
            return (nil, abandoned)
        }
        for read in abandoned { read.answer.resume(returning: .cancelled) }
        return read
    }

    func finish(_ read: Read, with event: LineEvent) {
        contents.withLock { contents in
            contents.active = nil
            contents.cancelled.remove(read.id)
        }
        read.answer.resume(returning: event)
    }

    var activeIsCancelled: Bool {
        contents.withLock { contents in contents.active.map(contents.cancelled.contains) ?? false }
    }

    func takePrompt() -> StyledText? {
        contents.withLock { contents in
            defer { contents.prompt = nil }
            return contents.prompt
        }
    }

    func takeOutput() -> [OutputQueue.Item] {
        contents.withLock { $0.output.isEmpty ? [] : $0.output.takeAll() }
    }

    func takeSignals() -> Set<Int32> {
        contents.withLock { contents in
            defer { contents.signals = [] }
            return contents.signals
        }
    }

    /// Loans that wait to begin, now counted as open.
    func takeLoans() -> [Loan] {
        contents.withLock { contents in
            defer { contents.loans = [] }
            contents.openLoans += contents.loans.count
            return contents.loans
        }
    }

    var isLent: Bool { contents.withLock { $0.openLoans > 0 } }

    /// The thread ends: everybody who still waits is answered, and from now on at once.
    func closeForGood() {
        let left = contents.withLock { contents in
            contents.closed = true
            defer {
                contents.reads = []
                contents.loans = []
                contents.stops = []
            }
            return (contents.reads, contents.loans, contents.stops, contents.output.takeAll())
        }
        for read in left.0 { read.answer.resume(returning: .cancelled) }
        for loan in left.1 { loan.begin.resume(returning: false) }
        for item in left.3 { item.drawn?(.never) }
        for stop in left.2 { stop.resume() }
    }
}

extension OutputQueue.Item {
    var drawn: (@Sendable (Drawn) -> Void)? {
        switch self {
        case .announcement(_, let drawn), .output(_, let drawn): drawn
        case .bell, .notification, .clear: nil
        }
    }
}
