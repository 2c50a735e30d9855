import HITLPlatform

/// That one entry is in a log, for somebody who has nothing but the log's public key: a C2SP `tlog-proof`.
///
/// ```
/// c2sp.org/tlog-proof@v1
/// extra …                    the entry's bytes, which hash to the leaf
/// index 73893                its place, from 0
/// gSKyXoYZUgZ6…=             hashes from its sibling up to the root's child
///
/// hitl/ledger/f95ed2…        the checkpoint, verbatim
/// …
/// ```
package struct TreeProof: Sendable, Hashable {
    /// From 0; an entry's sequence is one more.
    package let index: Int64
    package let hashes: [Digest]
    package let checkpoint: SignedCheckpoint

    /// The leaf. Nobody vouches for it before `check`.
    package let extra: [UInt8]?

    private static let header = "c2sp.org/tlog-proof@v1"

    package init(index: Int64, hashes: [Digest], checkpoint: SignedCheckpoint, extra: [UInt8]?) {
        self.index = index
        self.hashes = hashes
        self.checkpoint = checkpoint
        self.extra = extra
    }

    package init(_ bytes: [UInt8]) throws(NoteError) {
        guard let gap = bytes.indices.dropLast().first(where: { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A })
        else { throw .notAProof }
        var lines = bytes[..<gap].split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }[...]
        guard lines.popFirst()?.utf8.elementsEqual(Self.header.utf8) == true else { throw .notAProof }
        var extra: [UInt8]?
        if let line = lines.first, let text = Self.value(of: "extra", in: line) {
            guard let decoded = Base64.decode(text) else { throw .notAProof }
            extra = decoded
            lines.removeFirst()
        }
        guard let line = lines.popFirst(), let text = Self.value(of: "index", in: line),
            let index = Int64(canonical: text[...].utf8), lines.count <= 64
        else { throw .notAProof }
        var hashes: [Digest] = []
        for line in lines {
            guard let bytes = Base64.decode(line), let hash = Digest(bytes: bytes) else { throw .notAProof }
            hashes.append(hash)
        }
        self.init(
            index: index, hashes: hashes, checkpoint: try SignedCheckpoint(Array(bytes[(gap + 2)...])), extra: extra)
        guard description.utf8.elementsEqual(bytes) else { throw .notAProof }
    }

    private static func value(of name: String, in line: String) -> String? {
        let start = "\(name) "
        guard line.utf8.starts(with: start.utf8) else { return nil }
        return String(decoding: line.utf8.dropFirst(start.utf8.count), as: UTF8.self)
    }

    /// The entry that it proves, to somebody who trusts these keys.
    ///
    /// - Throws: why it proves nothing.
    package func entry(trusting trust: CheckpointTrust) throws(NoteError) -> EntryBytes {
        try trust.check(checkpoint)
        guard let extra, let entry = EntryBytes(extra, at: index) else { throw .withoutEntry }
        guard leadsToRoot, entry.sequence == index + 1 else { throw .notInTheTree }
        return entry
    }

    /// Whether the leaf in `extra` is where the proof says, in the tree whose root the checkpoint has.
    package var leadsToRoot: Bool {
        guard let extra, let entry = EntryBytes(extra, at: index) else { return false }
        return leadsToRoot(from: entry.leaf)
    }

    package func leadsToRoot(from leaf: Digest) -> Bool {
        InclusionProof.root(of: leaf, at: index, size: checkpoint.size, hashes) == checkpoint.root
    }
}

extension TreeProof: CustomStringConvertible {
    package var description: String {
        var text = Self.header + "\n"
        if let extra { text += "extra \(Base64.encode(extra))\n" }
        text += "index \(index)\n"
        for hash in hashes { text += Base64.encode(hash.bytes) + "\n" }
        return text + "\n" + checkpoint.note.description
    }
}
