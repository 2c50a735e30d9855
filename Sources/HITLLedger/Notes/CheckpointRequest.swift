import HITLPlatform

/// A checkpoint on its way to a witness, with the proof that it continues the one that the witness saw last: the body
/// of `add-checkpoint` in C2SP `tlog-witness`.
///
/// ```
/// old 20852014
/// PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
///
/// example.com/behind-the-sofa
/// …
/// ```
package struct CheckpointRequest: Sendable, Hashable {
    /// The size that the proof begins at.
    package let old: Int64
    package let proof: [Digest]
    package let checkpoint: SignedCheckpoint

    package init(old: Int64, proof: [Digest], checkpoint: SignedCheckpoint) {
        self.old = old
        self.proof = proof
        self.checkpoint = checkpoint
    }

    /// A checkpoint alone is a request from size 0.
    package init(_ bytes: [UInt8]) throws(NoteError) {
        guard bytes.starts(with: "old ".utf8) else {
            self.init(old: 0, proof: [], checkpoint: try SignedCheckpoint(bytes))
            return
        }
        guard let gap = bytes.indices.dropLast().first(where: { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A })
        else { throw .notACheckpoint }
        let lines = bytes[..<gap].split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard let old = Int64(canonical: lines[0].dropFirst(4).utf8), lines.count <= 64 else { throw .notACheckpoint }
        var proof: [Digest] = []
        for line in lines.dropFirst() {
            guard let bytes = Base64.decode(line), let hash = Digest(bytes: bytes) else { throw .notACheckpoint }
            proof.append(hash)
        }
        self.init(old: old, proof: proof, checkpoint: try SignedCheckpoint(Array(bytes[(gap + 2)...])))
        guard description.utf8.elementsEqual(bytes) else { throw .notACheckpoint }
    }
}

extension CheckpointRequest: CustomStringConvertible {
    package var description: String {
        "old \(old)\n" + proof.map { Base64.encode($0.bytes) + "\n" }.joined() + "\n" + checkpoint.note.description
    }
}
