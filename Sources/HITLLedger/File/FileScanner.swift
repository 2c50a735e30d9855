import Glibc

/// Where in a file ledger something stands.
struct FilePosition: Sendable, Equatable {
    /// Counted from 0.
    var segment: Int
    var offset: Int64

    static let start = FilePosition(segment: 0, offset: 0)
}

/// Goes through the lines of a ledger's files in order, in memory bounded by one line and a buffer.
struct FileScanner {
    private let segments: [FileSegment]
    private let end: FilePosition?
    private(set) var position: FilePosition

    /// What was read and not yet passed, from `position`.
    private var buffer: [UInt8] = []
    private var used = 0

    private static let piece = 1 << 18

    /// - Parameter end: nil for the end of the last file.
    init(_ segments: [FileSegment], from position: FilePosition = .start, to end: FilePosition? = nil) {
        self.segments = segments
        self.position = position
        self.end = end
    }

    /// Gives each line, without its line feed, to `visit` with where it begins, until that returns false. Stops before a
    /// line that has no end yet; `isAtEnd` says whether anything is left.
    mutating func run(
        _ visit: (_ line: UnsafeRawBufferPointer, _ at: FilePosition) throws(LedgerError) -> Bool
    ) throws(LedgerError) {
        while true {
            if let end, position == end { return }
            guard let length = try lineLength() else {
                guard used == buffer.count, position.segment + 1 < segments.count else { return }
                position = FilePosition(segment: position.segment + 1, offset: 0)
                (buffer, used) = ([], 0)
                continue
            }
            let start = used
            let at = position
            used += length + 1
            position.offset += Int64(length) + 1
            var goesOn = true
            var failure: LedgerError?
            buffer.withUnsafeBytes { bytes in
                do throws(LedgerError) {
                    goesOn = try visit(UnsafeRawBufferPointer(rebasing: bytes[start..<(start + length)]), at)
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            guard goesOn else { return }
        }
    }

    /// What is left after the last whole line, where `run` came to the end.
    var remainder: Int { buffer.count - used }

    /// Of the next line; nil where the file ends before its line feed.
    private mutating func lineLength() throws(LedgerError) -> Int? {
        var looked = used
        while true {
            let found = buffer.withUnsafeBytes { bytes -> Int? in
                guard looked < bytes.count, let base = bytes.baseAddress else { return nil }
                guard let place = memchr(base + looked, 0x0A, bytes.count - looked) else { return nil }
                return UnsafeRawPointer(place) - base
            }
            if let found { return found - used }
            looked = buffer.count
            let more = try segments[position.segment].read(
                max(Self.piece, buffer.count - used), at: position.offset + Int64(buffer.count - used))
            guard !more.isEmpty else { return nil }
            if used > 0 {
                buffer.removeFirst(used)
                looked -= used
                used = 0
            }
            buffer += more
        }
    }
}
