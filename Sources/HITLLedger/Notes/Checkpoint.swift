import HITLPlatform

/// The size of a log's tree and its root: the text of a C2SP `tlog-checkpoint`.
///
/// ```
/// hitl/ledger/f95ed2…        origin: which log
/// 20852163                   size
/// CsUYapGGPo4dkMg…=          root
/// ```
package struct Checkpoint: Sendable, Hashable {
    package let origin: String
    package let size: Int64
    package let root: Digest

    package init(origin: String, size: Int64, root: Digest) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// Lines after the third are another log's own affair: they are signed, and mean nothing here.
    package init?(text: String) {
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        guard lines.count >= 4, lines.last?.isEmpty == true, lines.dropLast().allSatisfy({ !$0.isEmpty }),
            let size = Int64(canonical: lines[1]),
            let bytes = Base64.decode(String(decoding: lines[2], as: UTF8.self)), let root = Digest(bytes: bytes)
        else { return nil }
        self.init(origin: String(decoding: lines[0], as: UTF8.self), size: size, root: root)
    }

    package var text: String { "\(origin)\n\(size)\n\(Base64.encode(root.bytes))\n" }

    package static func == (one: Checkpoint, other: Checkpoint) -> Bool {
        ByteKey(one.origin) == ByteKey(other.origin) && one.size == other.size && one.root == other.root
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(ByteKey(origin))
        hasher.combine(size)
        hasher.combine(root)
    }
}

/// A checkpoint as it was signed.
package struct SignedCheckpoint: Sendable, Hashable {
    package let checkpoint: Checkpoint
    package let note: Note

    package init(_ note: Note) throws(NoteError) {
        guard let checkpoint = Checkpoint(text: note.text) else { throw .notACheckpoint }
        self.checkpoint = checkpoint
        self.note = note
    }

    package init(_ bytes: [UInt8]) throws(NoteError) {
        try self.init(Note(bytes))
    }

    init(_ checkpoint: Checkpoint, by signer: NoteSigner) throws(LedgerError) {
        self.checkpoint = checkpoint
        note = try Note(text: checkpoint.text).signed(by: signer)
    }

    package var size: Int64 { checkpoint.size }
    package var root: Digest { checkpoint.root }

    /// With a witness's signature more, who saw nothing that contradicts it until `time`, in seconds since 1970 UTC.
    package func cosigned(by witness: NoteSigner, at time: Int64) throws(LedgerError) -> SignedCheckpoint {
        SignedCheckpoint(checkpoint, try note.signed(by: witness, at: time))
    }

    private init(_ checkpoint: Checkpoint, _ note: Note) {
        self.checkpoint = checkpoint
        self.note = note
    }
}
