/// The beginning and the end of a stream, and how much lay between.
package struct CapturedOutput: Sendable, Hashable {
    package private(set) var head: [UInt8] = []
    /// What followed the head, as far as it was kept. It continues the head directly where `cut` is 0.
    package var tail: [UInt8] { Array(ring[start...] + ring[..<start]) }
    /// Bytes that were thrown away between `head` and `tail`.
    package private(set) var cut: UInt64 = 0

    private let headLimit: Int
    private let tailLimit: Int
    private var ring: [UInt8] = []
    private var start = 0

    init(head: Int, tail: Int) {
        headLimit = max(head, 0)
        tailLimit = max(tail, 0)
    }

    package static let nothing = CapturedOutput(head: 0, tail: 0)

    /// Everything that the command wrote.
    package var total: UInt64 { UInt64(head.count + ring.count) + cut }

    /// Head and tail; all of it only where `cut` is 0.
    package var bytes: [UInt8] { head + tail }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        let toHead = min(headLimit - head.count, bytes.count)
        head.append(contentsOf: bytes[..<toHead])
        var rest = bytes[toHead...]
        let room = min(tailLimit - ring.count, rest.count)
        ring.append(contentsOf: rest.prefix(room))
        rest = rest.dropFirst(room)
        guard !rest.isEmpty else { return }
        cut += UInt64(rest.count)
        // The ring is full: the last of the rest take the place of the oldest.
        guard tailLimit > 0 else { return }
        for byte in rest.suffix(tailLimit) {
            ring[start] = byte
            start = start + 1 == tailLimit ? 0 : start + 1
        }
    }
}
