import HITLPlatform

/// The key that a ledger signs its checkpoints with, in the file of its name with `.key` after it: made when
/// the first checkpoint is, readable by the owner alone.
///
/// ```
/// PRIVATE+KEY+hitl/ledger/f95ed2…+c74f20a3+AYEKFALV…
/// heads 2
/// ```
struct LogKey: Sendable {
    let signer: NoteSigner

    /// How many heads had been remembered before: those have no checkpoint, all later ones have.
    let headsBefore: Int

    init(signer: NoteSigner, headsBefore: Int) {
        self.signer = signer
        self.headsBefore = headsBefore
    }

    static func random(for origin: String, headsBefore: Int) throws(LedgerError) -> LogKey {
        guard let signer = NoteSigner(name: origin, key: try SigningKey.random()) else {
            preconditionFailure("an origin that no note can name")
        }
        return LogKey(signer: signer, headsBefore: headsBefore)
    }

    /// Nil where there is none, or where it is not ours to read: a ledger can be verified without it.
    static func read(_ path: String, for origin: String) throws(LedgerError) -> LogKey? {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try PrivateFile.read(path, limit: 4096)
        } catch {
            switch error.reason {
            case .notFound, .permissionDenied, .notPrivate(.ownedBy): return nil
            default: throw .logKey(path: path, error.reason.description)
            }
        }
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard lines.count == 3, lines[2].isEmpty, let signer = NoteSigner(lines[0]),
            ByteKey(signer.verifier.name) == ByteKey(origin), signer.verifier.algorithm == .ed25519,
            lines[1].utf8.starts(with: "heads ".utf8), let heads = Int64(canonical: lines[1].dropFirst(6).utf8)
        else { throw .logKey(path: path, "is not this ledger's key") }
        return LogKey(signer: signer, headsBefore: Int(heads))
    }

    func write(to path: String) throws(LedgerError) {
        do throws(FileError) {
            try PrivateFile.write(Array("\(signer.secret)\nheads \(headsBefore)\n".utf8), to: path)
        } catch {
            switch error.reason {
            case .noSpace: throw .full(path: path)
            case .permissionDenied, .readOnlyFileSystem: throw .readOnly(path: path)
            default: throw .logKey(path: path, error.reason.description)
            }
        }
    }
}
