/// Whose signatures make a checkpoint count.
package struct CheckpointTrust: Sendable {
    /// The log's own, of which one is enough; none: nothing is believed.
    package var log: [NoteVerifier]

    /// Where there are any, one of them must have signed too.
    package var witnesses: [NoteVerifier]

    package init(log: [NoteVerifier], witnesses: [NoteVerifier] = []) {
        self.log = log
        self.witnesses = witnesses
    }

    /// A log signs under its origin's name; whoever has another name is a witness.
    package init(origin: String, keys: [NoteVerifier]) {
        log = keys.filter { ByteKey($0.name) == ByteKey(origin) }
        witnesses = keys.filter { ByteKey($0.name) != ByteKey(origin) }
    }

    package func check(_ checkpoint: SignedCheckpoint) throws(NoteError) {
        try checkpoint.note.check(by: log)
        if witnesses.isEmpty { return }
        do throws(NoteError) {
            try checkpoint.note.check(by: witnesses)
        } catch .unsigned {
            throw .unwitnessed
        }
    }
}
