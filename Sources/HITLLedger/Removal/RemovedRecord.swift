/// What is kept in the place of a record that was removed, with the number of the entry that says so:
///
///     {"by":57,"erased":{…}}    its contents are gone, and this is what is left of the record
///     {"by":57,"erased":null}   all of it is gone
///
/// Number, time and hash of the entry stay as they were. Its hash cannot be computed any more; the entry after it holds
/// it, and so do tree and checkpoints.
struct RemovedRecord: Equatable {
    let by: Int64

    /// As it is stored: sealed where records are.
    let left: [UInt8]?

    private static let head = Array("{\"by\":".utf8)
    private static let middle = Array(",\"erased\":".utf8)
    private static let nothing = Array("null".utf8)

    init(by: Int64, left: [UInt8]?) {
        (self.by, self.left) = (by, left)
    }

    /// Nil for a record that is one. No record of ours has a number there.
    init?(_ stored: [UInt8]) {
        guard let found = stored.withUnsafeBytes(Self.parts) else { return nil }
        by = found.by
        let rest = stored[found.left]
        left = rest.elementsEqual(Self.nothing) ? nil : Array(rest)
    }

    static func isOne(_ stored: UnsafeRawBufferPointer) -> Bool { parts(of: stored) != nil }

    private static func parts(of stored: UnsafeRawBufferPointer) -> (by: Int64, left: Range<Int>)? {
        let start = head.count
        // Most records are told apart by these bytes.
        guard stored.count > start, (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(stored[start]),
            stored.prefix(start).elementsEqual(head)
        else { return nil }
        var end = start
        while end < stored.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(stored[end]) { end += 1 }
        guard let by = Int64(String(decoding: stored[start..<end], as: UTF8.self)),
            stored[end...].starts(with: middle), stored.last == UInt8(ascii: "}")
        else { return nil }
        let left = end + middle.count..<stored.count - 1
        return left.isEmpty ? nil : (by, left)
    }

    var bytes: [UInt8] {
        Self.head + Array(String(by).utf8) + Self.middle + (left ?? Self.nothing) + [UInt8(ascii: "}")]
    }
}

extension Index {
    /// Of an entry of which nothing is left.
    static let removedKind = "removed"
}
