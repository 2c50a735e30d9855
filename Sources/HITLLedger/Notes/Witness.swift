package import HITLPlatform

/// Remembers the newest checkpoint of each log that was shown to it and signs only what continues that, so that a log
/// cannot show one history to some and another to others. C2SP `tlog-witness`, without the network.
///
/// In its directory: `witness.key`, made at first use, and for each log a file with the log's key in the first line
/// and the checkpoint that was cosigned last after it.
package struct Witness {
    package let signer: NoteSigner
    private let directory: String

    /// While it exists no other process is this witness.
    private let lock: LockFile

    package init(directory: String) throws(WitnessError) {
        self.directory = directory
        do throws(FileError) {
            try PrivateDirectory.prepare(directory)
        } catch {
            throw .file(error)
        }
        do throws(LockFile.Failure) { lock = try LockFile(directory + "/lock") } catch {
            switch error {
            case .held: throw .busy
            case .file(let error): throw .file(error)
            }
        }
        signer = try Self.key(in: directory + "/witness.key")
    }

    private static func key(in path: String) throws(WitnessError) -> NoteSigner {
        do throws(FileError) {
            let text = String(decoding: try PrivateFile.read(path, limit: 4096), as: UTF8.self)
            guard text.utf8.last == 0x0A, let signer = NoteSigner(String(text.dropLast())),
                signer.verifier.algorithm == .cosignature
            else { throw FileError(path: path, reason: .changedSinceShown) }
            return signer
        } catch {
            switch error.reason {
            case .notFound: break
            case .changedSinceShown: throw .unreadable(path)
            default: throw .file(error)
            }
        }
        let signer: NoteSigner
        do throws(LedgerError) {
            let key = try SigningKey.random()
            let name = "hitl/witness/" + Digest(hashing: key.verifying.bytes).hex.prefix(16)
            guard let made = NoteSigner(name: name, algorithm: .cosignature, key: key) else {
                preconditionFailure("a name that no note can have")
            }
            signer = made
        } catch {
            throw .ledger(error)
        }
        do throws(FileError) { try PrivateFile.write(Array((signer.secret + "\n").utf8), to: path) } catch {
            throw .file(error)
        }
        return signer
    }

    /// Signs the checkpoint where it continues what was seen of its log, once that is remembered.
    ///
    /// - Parameters:
    ///   - keys: of logs that are seen for the first time.
    ///   - time: in seconds since 1970 UTC.
    package func cosign(
        _ request: CheckpointRequest, keys: [NoteVerifier], at time: Int64
    ) throws(WitnessError) -> SignedCheckpoint {
        let checkpoint = request.checkpoint
        let origin = checkpoint.checkpoint.origin
        let file = directory + "/" + Digest(hashing: Array(origin.utf8)).hex
        let seen = try Self.seen(in: file, of: origin)
        let given = CheckpointTrust(origin: origin, keys: keys).log
        let key: NoteVerifier
        switch (seen?.key, given.first) {
        case (let known?, let other?) where known != other: throw .otherKey(origin: origin)
        case (let known?, _): key = known
        case (nil, let first?): key = first
        case (nil, nil): throw .unknownLog(origin: origin)
        }
        do throws(NoteError) { try checkpoint.note.check(by: [key]) } catch { throw .note(error) }
        if let seen { try Self.check(request, against: seen.checkpoint) }
        if seen == nil, request.old != 0 { throw .wrongStart(old: request.old, seen: 0) }
        let cosigned: SignedCheckpoint
        do throws(LedgerError) { cosigned = try checkpoint.cosigned(by: signer, at: time) } catch {
            throw .ledger(error)
        }
        do throws(FileError) { try PrivateFile.write(Array("\(key)\n\(cosigned.note)".utf8), to: file) } catch {
            throw .file(error)
        }
        return cosigned
    }

    private static func check(
        _ request: CheckpointRequest, against seen: SignedCheckpoint
    ) throws(WitnessError) {
        let new = request.checkpoint
        guard new.size >= seen.size else { throw .older(size: new.size, seen: seen.size) }
        if new.size == seen.size {
            guard new.root == seen.root else { throw .forked(seen: seen.size, new: new.size) }
            return
        }
        guard request.old == seen.size else { throw .wrongStart(old: request.old, seen: seen.size) }
        guard ConsistencyProof.holds(request.proof, from: seen.size, seen.root, to: new.size, new.root) else {
            throw .forked(seen: seen.size, new: new.size)
        }
    }

    private static func seen(
        in path: String, of origin: String
    ) throws(WitnessError) -> (key: NoteVerifier, checkpoint: SignedCheckpoint)? {
        let bytes: [UInt8]
        do throws(FileError) { bytes = try PrivateFile.read(path) } catch {
            if error.reason == .notFound { return nil }
            throw .file(error)
        }
        guard let end = bytes.firstIndex(of: 0x0A),
            let key = NoteVerifier(String(decoding: bytes[..<end], as: UTF8.self))
        else { throw .unreadable(path) }
        do throws(NoteError) {
            let checkpoint = try SignedCheckpoint(Array(bytes[(end + 1)...]))
            guard ByteKey(checkpoint.checkpoint.origin) == ByteKey(origin) else { throw NoteError.notACheckpoint }
            return (key, checkpoint)
        } catch {
            throw .unreadable(path)
        }
    }
}

/// Why a witness did not sign.
package enum WitnessError: Error, Sendable, Equatable {
    /// Two trees that no one history has: the one that was cosigned, and the new one.
    case forked(seen: Int64, new: Int64)
    case older(size: Int64, seen: Int64)

    /// The proof begins at another size than the one that was seen last.
    case wrongStart(old: Int64, seen: Int64)
    case unknownLog(origin: String)
    case otherKey(origin: String)
    case note(NoteError)

    /// Another process is this witness at the moment.
    case busy

    /// What the witness wrote down is something else now.
    case unreadable(String)
    case file(FileError)
    case ledger(LedgerError)
}

extension WitnessError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .forked(let seen, let new):
            """
            This log has two histories: its tree of \(new) entries does not continue the tree of \(seen) entries that \
            was cosigned. Keep both checkpoints, and ask its operator.
            """
        case .older(let size, let seen):
            "It is of \(size) entries, and one of \(seen) was cosigned already."
        case .wrongStart(let old, let seen) where old == 0:
            """
            \(seen) entries of this log were cosigned, and nothing proves that these continue them. Ask for the proof: \
            `hitl audit checkpoint --continues \(seen) --export FILE`.
            """
        case .wrongStart(let old, let seen):
            """
            It comes with a proof that it continues \(old) entries, and \(seen) were cosigned. Ask for another: \
            `hitl audit checkpoint --continues \(seen) --export FILE`.
            """
        case .unknownLog(let origin):
            "The log `\(origin)` is new to this witness. Give its key with --key, as its operator told it to you."
        case .otherKey(let origin):
            "The log `\(origin)` had another key when it was cosigned."
        case .note(let error): "It \(error)."
        case .busy: "Another process is cosigning at the moment. Try again."
        case .unreadable(let path): "`\(path)` is not what this witness wrote."
        case .file(let error): "\(error)"
        case .ledger(let error): error.description
        }
    }
}
