/// Bytes become lines.
///
/// On a terminal, lines that come faster than anybody presses Enter were pasted, the first of them, too. So the
/// newest line is held until its burst has gone on or has ended. A script's lines are never held.
struct LineSplitter {
    typealias Instant = ContinuousClock.Instant

    let isScript: Bool
    private var partial: [UInt8] = []
    private var lines: [TypedLine] = []
    private var burstIsOpen = false

    init(isScript: Bool) {
        self.isScript = isScript
    }

    /// Whether the newest line waits for the end of its burst, which the caller tells with `endBurst`.
    var isHolding: Bool { burstIsOpen && !lines.isEmpty }

    mutating func feed(_ bytes: some Sequence<UInt8>, at time: Instant) {
        partial += bytes
        while let end = partial.firstIndex(of: UInt8(ascii: "\n")) {
            add(Array(partial[..<end]), at: time)
            partial.removeFirst(end + 1)
        }
    }

    /// The end of the input. A last line need not have an end of its own.
    mutating func finish(at time: Instant) {
        if !partial.isEmpty { add(partial, at: time) }
        partial = []
        endBurst()
    }

    /// Nothing has followed for as long as a burst may pause.
    mutating func endBurst() {
        burstIsOpen = false
    }

    /// The next line, once it is known how it came.
    mutating func next() -> TypedLine? {
        guard lines.count > (burstIsOpen ? 1 : 0) else { return nil }
        return lines.removeFirst()
    }

    private mutating func add(_ bytes: [UInt8], at time: Instant) {
        let text = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes[...]
        let origin: TypedLine.Origin = isScript ? .script : burstIsOpen ? .pasted : .typed
        if burstIsOpen, let previous = lines.popLast() {
            lines.append(TypedLine(text: previous.text, entered: previous.entered, origin: .pasted))
        }
        lines.append(TypedLine(text: String(decoding: text, as: UTF8.self), entered: time, origin: origin))
        burstIsOpen = !isScript
    }
}
