import Glibc

/// Puts another file in the place of one of a ledger's: the same entries, some of them with another record.
///
/// The new one is whole and on the disk before it gets the name, so whoever is killed leaves the one or the other.
struct SegmentRewriting {
    private let segment: FileSegment
    private let calls: FileCalls

    private static let piece = 1 << 20

    init(_ segment: FileSegment, _ calls: FileCalls) {
        (self.segment, self.calls) = (segment, calls)
    }

    func run(_ replacement: Replacement) throws(LedgerError) {
        let draft = segment.path + ".new"
        let descriptor = open(draft, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileCalls.error(errno, .create, draft) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var written: Int64 = 0
        var scanner = FileScanner([segment])
        try scanner.run { line, at throws(LedgerError) in
            append(line, isHeader: at.offset == 0, replacement, to: &bytes)
            if bytes.count >= Self.piece {
                try calls.writeAll(bytes, to: descriptor, at: written, of: draft)
                written += Int64(bytes.count)
                bytes.removeAll(keepingCapacity: true)
            }
            return true
        }
        try calls.writeAll(bytes, to: descriptor, at: written, of: draft)
        guard calls.syncAll(descriptor) == 0 else { throw FileCalls.error(errno, .sync, draft) }
        guard calls.rename(draft, segment.path) == 0 else { throw FileCalls.error(errno, .create, segment.path) }
    }

    private func append(
        _ line: UnsafeRawBufferPointer, isHeader: Bool, _ replacement: Replacement, to bytes: inout [UInt8]
    ) {
        guard !isHeader, let entry = FileLine(line), let record = replacement.record(of: entry.sequence) else {
            bytes.append(contentsOf: line)
            bytes.append(UInt8(ascii: "\n"))
            return
        }
        FileLine.append(
            Entry(
                sequence: entry.sequence, time: entry.time, previous: .zero, record: record, hash: entry.hash,
                index: Index(kind: Index.removedKind)),
            last: entry.last, to: &bytes)
    }
}
