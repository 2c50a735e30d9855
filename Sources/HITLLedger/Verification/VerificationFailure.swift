/// One way in which a ledger contradicts itself or what was written down about it.
public enum VerificationFailure: Sendable, Equatable {
    /// The hash of the entry is not the hash of its bytes and the entry before: time, record or hash
    /// was changed, or something else was put in its place.
    case changed(sequence: Int64)

    /// The entry is not there, but later ones are.
    case missing(sequence: Int64)

    /// What stands at `sequence` was appended as `belongsAt`.
    case reordered(sequence: Int64, belongsAt: Int64)

    /// An entry where none can be: before the first, or twice.
    case unexpected(sequence: Int64)

    /// The ledger ends at `size`, but was at `head` before.
    case cut(size: Int64, head: Head)

    /// The chain holds, but is another one than when `head` was written down. Up to `after`, the last
    /// head before that still fits, nothing was rewritten.
    case rewritten(head: Head, after: Int64)

    /// The file of heads has a line that is none, counted from 1.
    case unreadableHeads(line: Int)

    /// The chain holds, but its first `checkpoint` entries are not the ones of the signed checkpoint: there are
    /// two histories. Up to `after`, the last checkpoint before that still fits, they are one.
    case forked(checkpoint: Int64, after: Int64)

    /// The ledger ends at `size`, but a checkpoint of more entries was signed.
    case cutBelowCheckpoint(size: Int64, checkpoint: Int64)

    /// The signature of the checkpoint of so many entries is not what it should be: the end of a sentence about it.
    case checkpoint(size: Int64, String)

    /// A checkpoint of another log, by its origin.
    case foreignCheckpoint(origin: String)

    /// The file with the key of the checkpoints cannot be used; the end of a sentence about it.
    case logKey(String)

    /// The file of checkpoints has something that is none, counted from 1.
    case unreadableCheckpoints(number: Int)

    /// The head of so many entries was remembered with a checkpoint, which is not there any more.
    case missingCheckpoint(size: Int64)

    /// The file of block hashes contradicts the entries.
    case tree(first: Int64, last: Int64)

    /// A file of what stretches of entries come to contradicts them.
    case outline(suffix: String, first: Int64, last: Int64)

    /// The database cannot be read beyond this entry; SQLite's sentence.
    case unreadable(after: Int64, String)

    /// After the last entry stand bytes of an append that was not finished. Nobody was told of it.
    case torn(after: Int64, bytes: Int64)

    /// All rows are there in order, and the store would not find each of them, or would break at a later append: its words.
    case structure(String)

    /// The bytes are no record.
    case notARecord(sequence: Int64)

    /// The record is sealed with a key that is not here; nothing that follows from records was checked.
    case sealed(sequence: Int64, key: String)

    /// Something was taken out of the entry, and no record lets it.
    case removedUnrecorded(sequence: Int64)

    /// A record says that something is to be taken out of the entry, and it is still there.
    case notYetRemoved(sequence: Int64, by: Int64)

    /// The column says something else than the record.
    case index(sequence: Int64, column: IndexColumn)

    /// The list that finds entries by this column lacks the entry, or has it in the wrong place.
    case list(IndexColumn, sequence: Int64)

    case claimedTwice(key: String, first: Int64, second: Int64)

    /// The table of unresolved subjects says something else than the records.
    case unresolved(subject: String, recorded: Unresolved?, found: Unresolved?)

    /// The number of entries of a kind and label is another one.
    case tally(kind: String, label: String?, recorded: Int64, found: Int64)
}

extension VerificationFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .changed(let sequence):
            "Entry \(sequence) was changed: its hash does not fit its time, record and the entry before."
        case .missing(let sequence):
            "Entry \(sequence) is missing, and later ones are there."
        case .reordered(let sequence, let place):
            "What stands as entry \(sequence) was appended as entry \(place)."
        case .unexpected(let sequence):
            "There is an entry \(sequence) where none can be."
        case .cut(let size, let head):
            "The ledger ends at entry \(size), but had \(head.size) when its head was written down."
        case .rewritten(let head, let after):
            "The ledger was rewritten after entry \(after): at \(head.size) its hash is not \(head.hash.hex)."
        case .unreadableHeads(let line):
            "Line \(line) of the file of remembered heads is not a head."
        case .forked(let checkpoint, let after):
            """
            The ledger is not the one that was signed: its first \(checkpoint) entries have another root than the \
            checkpoint of them. The two are the same up to entry \(after) at least.
            """
        case .cutBelowCheckpoint(let size, let checkpoint):
            "The ledger ends at entry \(size), but had \(checkpoint) when a checkpoint of it was signed."
        case .checkpoint(let size, let clause):
            "The checkpoint of \(size) entries \(clause)."
        case .foreignCheckpoint(let origin):
            "The checkpoint of `\(origin)` is of another ledger."
        case .logKey(let clause):
            "The key of the checkpoints \(clause)."
        case .unreadableCheckpoints(let number):
            "Checkpoint \(number) of the file of checkpoints is none."
        case .missingCheckpoint(let size):
            "The checkpoint of \(size) entries is missing from the file of checkpoints."
        case .tree(let first, let last):
            "The file of block hashes is wrong about entries \(first) to \(last). Remove it: it is derived again."
        case .outline(let suffix, let first, let last):
            """
            The file `\(suffix)` beside the ledger is wrong about entries \(first) to \(last). Remove it: it is derived \
            again.
            """
        case .unreadable(let after, let sentence):
            "Nothing can be read beyond entry \(after): `\(sentence)`."
        case .structure(let sentence):
            "The database does not hold together: `\(sentence)`."
        case .torn(let after, let bytes):
            """
            After entry \(after) stand \(bytes) bytes of an append that was never finished or acknowledged. \
            `hitl audit repair` takes them off and records it.
            """
        case .notARecord(let sequence):
            "The bytes of entry \(sequence) are no record."
        case .removedUnrecorded(let sequence):
            """
            Entry \(sequence) says that it was erased, and no entry records that what is left of it was to be left.
            """
        case .notYetRemoved(let sequence, let by):
            """
            Entry \(by) records that entry \(sequence) is erased, and it is still there: whoever erased was stopped. \
            The next desk ends it.
            """
        case .sealed(let sequence, let key):
            "Entry \(sequence) is sealed with the key `\(key)`, which is not here."
        case .index(let sequence, let column):
            "The \(column.rawValue) of entry \(sequence) says something else than its record."
        case .list(let column, let sequence):
            "The list by \(column.rawValue) does not have entry \(sequence) where it belongs."
        case .claimedTwice(let key, let first, let second):
            "Entries \(first) and \(second) both claim `\(key)`."
        case .unresolved(let subject, let recorded, let found):
            switch (recorded, found) {
            case (let recorded?, nil):
                "`\(subject)` is unresolved since entry \(recorded.sequence), and not listed as unresolved."
            case (nil, let found?):
                "`\(subject)` is listed as unresolved since entry \(found.sequence), and is not."
            default:
                "`\(subject)` is unresolved, and listed with another entry or brief."
            }
        case .tally(let kind, let label, let recorded, let found):
            """
            There are \(recorded) entries of kind `\(kind)`\(label.map { " and label `\($0)`" } ?? ""), \
            and \(found) are counted.
            """
        }
    }
}
