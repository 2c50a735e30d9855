/// Turns what a terminal sends into keys, and tells typing from pasting and from the terminal's own replies.
///
/// A value without a clock: bytes come with the time they arrived at, and `deadline` says when to ask again.
///
///     ESC [ 200 ~ … ESC [ 201 ~     a paste; nothing in it is a key
///     Enter with more after it      a paste, too: from a terminal that does not mark them, or of a text that
///                                   brought its own end mark; a reply of the terminal is not more
///     ESC [ … , ESC ] … , ESC P …   a key that is known, else a reply to a question: swallowed
///     ESC, and nothing for 40 ms    the key Escape
///
/// After a paste Enter is dead for 400 ms, so that no text brings its own.
struct KeyDecoder {
    typealias Instant = ContinuousClock.Instant

    /// How long the rest of a sequence may take.
    static let escapeWait = Duration.milliseconds(40)
    /// Bytes of one burst arrive closer together than two keys that a person presses. An Enter at the end of
    /// a burst is held for as long, to see whether the burst goes on.
    static let burstGap = Duration.milliseconds(25)
    static let deadTime = Duration.milliseconds(400)
    /// A marked paste whose end mark never comes ends after this silence.
    static let pasteSilence = Duration.milliseconds(1000)
    static let longestPaste = 16_384

    /// The operator's keys, from the terminal's settings; 0 where there is none.
    var interruptKey: UInt8 = 0x03
    var suspendKey: UInt8 = 0x1A

    /// When the first byte of the key that `next` returned last arrived.
    private(set) var keyTime: Instant
    /// When `next`, which has just returned nil, would return something else without further bytes.
    private(set) var deadline: Instant?

    private var bytes: [UInt8] = []
    private var times: [Instant] = []
    private var start = 0
    private var state = State.typing
    private var lastByteTime: Instant?
    private var lastPasteTime: Instant?
    private var paste = Paste()
    /// A paste that was cut has ended, and nobody knows yet.
    private var hasCutPaste = false

    private enum State {
        case typing
        /// Between the marks of a paste.
        case markedPaste
        /// In a burst that had an Enter in its middle.
        case burst
        /// In a reply that runs to its terminator.
        case string
    }

    init(now: Instant) {
        keyTime = now
    }

    mutating func feed(_ new: some Collection<UInt8>, at time: Instant) {
        bytes.removeFirst(start)
        times.removeFirst(start)
        start = 0
        bytes.append(contentsOf: new)
        times.append(contentsOf: repeatElement(time, count: new.count))
    }

    /// The next key. Nil when more bytes, or the deadline, have to be waited for.
    mutating func next(at now: Instant) -> Key? {
        deadline = nil
        if hasCutPaste {
            hasCutPaste = false
            return .cutPaste
        }
        while start < bytes.count {
            keyTime = times[start]
            let step =
                switch state {
                case .typing: typed(at: now)
                case .markedPaste: insideMarks(at: now)
                case .burst: insideBurst(at: now)
                case .string: insideString()
                }
            switch step {
            case .key(let key): return key
            case .nothing where hasCutPaste:
                hasCutPaste = false
                return .cutPaste
            case .nothing: continue
            case .wait(let until):
                deadline = until
                return nil
            }
        }
        return idle(at: now)
    }

    private enum Step {
        case key(Key)
        /// Bytes were taken, or the state has changed.
        case nothing
        case wait(until: Instant)
    }

    /// Nothing is left: states that end by silence say when.
    private mutating func idle(at now: Instant) -> Key? {
        let silence: Duration
        switch state {
        case .typing: return nil
        case .markedPaste: silence = Self.pasteSilence
        case .burst: silence = Self.burstGap
        case .string: silence = Self.escapeWait
        }
        let end = (lastByteTime ?? now).advanced(by: silence)
        if end <= now {
            endPaste(at: lastByteTime ?? now)
        } else {
            deadline = end
        }
        defer { hasCutPaste = false }
        return hasCutPaste ? .cutPaste : nil
    }

    private mutating func take(_ count: Int) {
        start += count
        lastByteTime = times[start - 1]
    }

    private mutating func taking(_ count: Int, _ key: Key?) -> Step {
        take(count)
        return key.map(Step.key) ?? .nothing
    }

    private var rest: ArraySlice<UInt8> { bytes[start...] }
}

// MARK: - Typing

extension KeyDecoder {
    private mutating func typed(at now: Instant) -> Step {
        let byte = bytes[start]
        switch byte {
        case 0x0A, 0x0D: return enter(at: now)
        case 0x1B: return escape(at: now)
        case 0x00: return taking(1, nil)
        default: break
        }
        if byte == interruptKey { return taking(1, .interrupt) }
        if byte == suspendKey { return taking(1, .suspend) }
        switch UTF8Step(rest, at: 0) {
        case .scalar(let scalar, let length):
            // C1 controls are commands to libedit and nothing to a keyboard.
            return taking(length, (0x80..<0xA0).contains(scalar.value) ? nil : .character(scalar))
        case .invalid: return taking(1, nil)
        case .incomplete:
            let end = times[bytes.count - 1].advanced(by: Self.escapeWait)
            return end <= now ? taking(1, nil) : .wait(until: end)
        }
    }

    /// At a carriage return or line feed.
    private mutating func enter(at now: Instant) -> Step {
        var end = start + 1
        while end < bytes.count, bytes[end] == 0x0A || bytes[end] == 0x0D, isSameBurst(end) { end += 1 }

        let last = lastByte(ofRepliesFrom: end)
        if last + 1 < bytes.count && isSameBurst(last + 1) {
            // Something follows faster than anybody types.
            state = .burst
            lastByteTime = times[start]
            return .nothing
        }
        let isAlone = lastByteTime.map { $0.duration(to: times[start]) > Self.burstGap } ?? true
        let holdEnd = times[last].advanced(by: Self.burstGap)
        // Text may stand behind a reply too.
        let isDoubtful = !isAlone || last >= end
        if isDoubtful && last + 1 == bytes.count && now < holdEnd { return .wait(until: holdEnd) }
        return taking(end - start, isDead(times[start]) ? .deadEnter : .enter)
    }

    /// The last byte of what the terminal itself says in the same burst, which begins at `end`; the byte before it where
    /// it says nothing.
    private func lastByte(ofRepliesFrom end: Int) -> Int {
        var next = end
        while next < bytes.count, bytes[next] == 0x1B, isSameBurst(next),
            case .key(nil, let length) = ControlSequence(bytes[next...])
        {
            next += length
        }
        return next - 1
    }

    private func isSameBurst(_ index: Int) -> Bool {
        times[index - 1].duration(to: times[index]) <= Self.burstGap
    }

    private func isDead(_ time: Instant) -> Bool {
        lastPasteTime.map { $0.duration(to: time) < Self.deadTime } ?? false
    }

    /// At an escape.
    private mutating func escape(at now: Instant) -> Step {
        switch ControlSequence(rest) {
        case .key(let key, let length):
            return taking(length, key)
        case .pasteBegins(let length):
            take(length)
            state = .markedPaste
            paste = Paste()
            return .nothing
        case .stringBegins(let length):
            take(length)
            state = .string
            return .nothing
        case .incomplete(let otherwise, let length):
            let end = times[bytes.count - 1].advanced(by: Self.escapeWait)
            return end <= now ? taking(length, otherwise) : .wait(until: end)
        }
    }

    private mutating func insideString() -> Step {
        switch bytes[start] {
        case 0x07:
            state = .typing
            take(1)
        case 0x1B:
            // ESC \ ends it; any other escape begins something new.
            state = .typing
            if rest.dropFirst().first == UInt8(ascii: "\\") { take(2) } else if rest.count == 1 { take(1) }
        case 0x00..<0x20:
            state = .typing
        default:
            take(1)
        }
        return .nothing
    }
}

// MARK: - Pasting

extension KeyDecoder {
    /// Line feeds are held until something follows: the one that ends a copied line is not part of it.
    private struct Paste {
        var heldLineFeeds = 0
        var afterReturn = false
        var length = 0
        var isCut = false
    }

    private static let endMark = Array("\u{1B}[201~".utf8)

    private mutating func insideMarks(at now: Instant) -> Step {
        var text: [Unicode.Scalar] = []
        while start < bytes.count {
            if bytes[start] == 0x1B {
                let mark = rest.prefix(Self.endMark.count)
                if mark.elementsEqual(Self.endMark) {
                    if !text.isEmpty { return .key(.pasted(text)) }
                    let time = times[start + mark.count - 1]
                    take(mark.count)
                    endPaste(at: time)
                    return .nothing
                }
                if Self.endMark.starts(with: mark) {
                    if !text.isEmpty { return .key(.pasted(text)) }
                    return waitInPaste(at: now)
                }
            }
            guard takePasted(into: &text) else {
                return text.isEmpty ? waitInPaste(at: now) : .key(.pasted(text))
            }
        }
        return text.isEmpty ? .nothing : .key(.pasted(text))
    }

    /// At something incomplete.
    private mutating func waitInPaste(at now: Instant) -> Step {
        let silence = state == .burst ? Self.burstGap : Self.pasteSilence
        let end = times[bytes.count - 1].advanced(by: silence)
        guard end <= now else { return .wait(until: end) }
        take(rest.count)
        endPaste(at: lastByteTime ?? now)
        return .nothing
    }

    private mutating func insideBurst(at now: Instant) -> Step {
        var text: [Unicode.Scalar] = []
        while start < bytes.count, !endsBurst {
            guard takePasted(into: &text) else {
                return text.isEmpty ? waitInPaste(at: now) : .key(.pasted(text))
            }
        }
        if start < bytes.count {
            // What is held stood before something that is not text, a mark or a reply.
            if bytes[start] == 0x1B { text += repeatElement("\n", count: paste.heldLineFeeds) }
            endPaste(at: lastByteTime ?? now)
        }
        return text.isEmpty ? .nothing : .key(.pasted(text))
    }

    /// A pause, the escape of a mark or a reply, or nothing but Enters up to the end. These are looked at as
    /// keys, and as keys they are too soon after a paste.
    private var endsBurst: Bool {
        if let last = lastByteTime, last.duration(to: times[start]) > Self.burstGap { return true }
        return bytes[start] == 0x1B || bytes[start...].allSatisfy { $0 == 0x0A || $0 == 0x0D }
    }

    /// Takes one character of a paste. False where it is incomplete.
    private mutating func takePasted(into text: inout [Unicode.Scalar]) -> Bool {
        switch UTF8Step(rest, at: 0) {
        case .incomplete:
            return false
        case .invalid:
            take(1)
            append("\u{FFFD}", to: &text)
        case .scalar("\r", _):
            take(1)
            paste.heldLineFeeds += 1
            paste.afterReturn = true
        case .scalar("\n", _):
            take(1)
            if !paste.afterReturn { paste.heldLineFeeds += 1 }
            paste.afterReturn = false
        case .scalar(let scalar, let length):
            take(length)
            // libedit's strings end at a NUL.
            append(scalar.value == 0 ? "\u{FFFD}" : scalar, to: &text)
        }
        return true
    }

    private mutating func append(_ scalar: Unicode.Scalar, to text: inout [Unicode.Scalar]) {
        paste.length += paste.heldLineFeeds + 1
        guard paste.length <= Self.longestPaste else {
            paste.heldLineFeeds = 0
            paste.isCut = true
            return
        }
        text.append(contentsOf: repeatElement("\n", count: paste.heldLineFeeds))
        text.append(scalar)
        paste.heldLineFeeds = 0
        paste.afterReturn = false
    }

    private mutating func endPaste(at time: Instant) {
        if paste.isCut { hasCutPaste = true }
        if state == .markedPaste || state == .burst { lastPasteTime = time }
        state = .typing
        paste = Paste()
    }
}
