/// Why a ledger did not do what was asked. Whatever failed, nothing of it is in the ledger.
public enum LedgerError: Error, Sendable, Equatable {
    /// `key` was claimed before, by this entry. (A batch that claims a key twice names its own first
    /// draft, which is not in the ledger either.)
    case claimed(key: String, by: Entry)

    /// Another process has the ledger open for writing; its pid, where its lock file tells.
    case owned(path: String, by: Int32?)

    /// Other users could change the ledger.
    case insecure(path: String, Insecurity)

    case notALedger(path: String)

    /// Written by a later version of the program.
    case newer(path: String, version: Int, known: Int)

    /// Of a version that only its owner can bring forward.
    case older(path: String, version: Int, known: Int)

    /// What is there contradicts itself.
    case damaged(path: String, Damage)

    /// The last append was not finished when its process ended: so many bytes follow the entry that nobody was told of.
    case torn(path: String, after: Int64, bytes: Int64)

    /// It is not what was written down or signed of it.
    case lost(path: String, VerificationFailure)

    /// No space, quota or file size left.
    case full(path: String)

    case readOnly(path: String)

    /// Another program holds a lock inside the database.
    case locked(path: String)

    /// The system refused; `errno` 0 where it gave no number.
    case system(path: String, Operation, errno: Int32)

    case tooLarge(bytes: Int, limit: Int)

    case closed

    /// The file with the key of the ledger's checkpoints cannot be used; the end of a sentence about it.
    case logKey(path: String, String)
    /// The record of this entry is sealed with a key that is not here.
    case sealed(path: String, sequence: Int64, key: String)

    /// libcrypto did not do what it always does; what was to be done.
    case cryptography(String)

    public enum Insecurity: Sendable, Equatable {
        case writableByOthers(mode: UInt32)
        case ownedBy(uid: UInt32)
        case notARegularFile
        case hardLinked(count: Int)
    }

    public enum Operation: String, Sendable, Equatable {
        case open, lock, read, write, sync, create, close
    }

    public enum Damage: Sendable, Equatable {
        /// The database's own structure does not hold; SQLite's sentence.
        case structure(String)

        /// Its tables are not the ones a ledger has.
        case schema(String)

        case identity

        /// The entry's hash is not the hash of its bytes.
        case changed(sequence: Int64)

        case missing(sequence: Int64)

        /// A sealed record that does not open with the key that it names.
        case unopenable(sequence: Int64)

        /// What is left of an erased entry is not what any entry says was to be left.
        case removed(sequence: Int64)

        /// The entry's index says something else than its record.
        case index(sequence: Int64)

        /// The table of unresolved subjects contradicts this entry.
        case unresolved(sequence: Int64)

        /// It does not begin with the entries whose checkpoint of this size was signed.
        case forked(size: Int64)

        /// The file of checkpoints has what is none.
        case checkpoints

        /// Another entry stands where the next one should go.
        case occupied(sequence: Int64)
    }
}

extension LedgerError: CustomStringConvertible {
    /// What, where, and what to do next.
    public var description: String {
        switch self {
        case .claimed(let key, let entry):
            "`\(key)` was already claimed by entry \(entry.sequence)."
        case .owned(let path, let pid?):
            "The ledger `\(path)` is in use by process \(pid). End that one first, or choose another ledger."
        case .owned(let path, nil):
            "The ledger `\(path)` is in use by another process. End that one first, or choose another ledger."
        case .insecure(let path, let insecurity):
            insecurity.sentence(about: path)
        case .notALedger(let path):
            "`\(path)` is not a ledger. Move it away, or choose another path."
        case .newer(let path, let version, let known):
            """
            The ledger `\(path)` has format version \(version), and this program knows \(known) at most. \
            Use the newer program that wrote it.
            """
        case .older(let path, let version, let known):
            """
            The ledger `\(path)` has format version \(version), and this program reads \(known). Open it once with \
            `hitl loop`: that brings it forward and keeps the former one beside it.
            """
        case .damaged(let path, let damage):
            """
            The ledger `\(path)` is damaged: \(damage.clause). `hitl audit verify` says more; \
            `hitl audit repair --set-aside` keeps it as it is, and begins a new one.
            """
        case .torn(let path, let after, let bytes):
            """
            The ledger `\(path)` has a torn tail: \(bytes) bytes after entry \(after) are of an append that was never \
            finished or acknowledged. `hitl audit repair` takes them off and records it.
            """
        case .lost(let path, let loss):
            """
            The ledger `\(path)` is not what was signed and written down of it. \(loss) `hitl audit verify` says what is \
            left. No repair brings back the rest; `hitl audit repair --set-aside` keeps the ledger as it is and begins a \
            new one.
            """
        case .full(let path):
            "No space is left for the ledger `\(path)`. Nothing was recorded; make room and try again."
        case .readOnly(let path):
            "The ledger `\(path)` cannot be written. Nothing was recorded; make it and its directory writable."
        case .locked(let path):
            "Another program holds a lock on the ledger `\(path)`. Nothing was recorded; end it and try again."
        case .system(let path, let operation, let errno):
            "Cannot \(operation.rawValue) `\(path)`: \(reason(of: errno))."
        case .tooLarge(let bytes, let limit):
            "A record of \(bytes) bytes was refused: the ledger takes \(limit) at most."
        case .sealed(let path, let sequence, let key):
            """
            Entry \(sequence) of the ledger `\(path)` is sealed with the key `\(key)`, which is not here. Name it in \
            `security.auditKeys`; without it nobody can read what was recorded.
            """
        case .closed:
            "The ledger was closed. Nothing was recorded."
        case .logKey(let path, let clause):
            """
            The key of the ledger's checkpoints `\(path)` \(clause). Put it back. If it is lost, move it and the file \
            `.checkpoints` beside it away: the next checkpoint begins with a new key.
            """
        case .cryptography(let sentence):
            "OpenSSL's library failed: \(sentence)."
        }
    }
}

extension LedgerError.Insecurity {
    fileprivate func sentence(about path: String) -> String {
        switch self {
        case .writableByOthers(let mode):
            """
            Other users can write `\(path)` (mode 0\(String(mode, radix: 8))), so it proves nothing. \
            Run `chmod go-w '\(path)'`, and verify the ledger.
            """
        case .ownedBy(let uid):
            "`\(path)` belongs to the user with id \(uid). Choose a ledger of your own."
        case .notARegularFile:
            "`\(path)` is not a regular file. Choose another path."
        case .hardLinked(let count):
            "`\(path)` has \(count) names (hard links), so another program could own it too. Remove the others."
        }
    }
}

extension LedgerError.Damage {
    fileprivate var clause: String {
        switch self {
        case .structure(let sentence): "the database says `\(sentence)`"
        case .schema(let name): "`\(name)` is not as a ledger has it"
        case .identity: "its identity is missing"
        case .changed(let sequence): "entry \(sequence) was changed"
        case .missing(let sequence): "entry \(sequence) is missing"
        case .unopenable(let sequence): "entry \(sequence) does not open with its key"
        case .removed(let sequence): "what is left of entry \(sequence) was not recorded to be left"
        case .index(let sequence): "the index of entry \(sequence) contradicts its record"
        case .unresolved(let sequence): "the list of what is unresolved contradicts entry \(sequence)"
        case .forked(let size): "it is not the one of whose \(size) entries a checkpoint was signed"
        case .checkpoints: "its file of checkpoints has something else in it"
        case .occupied(let sequence): "entry \(sequence) was written by somebody else"
        }
    }
}
