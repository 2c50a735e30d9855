import CSQLite
import Glibc

/// A ledger of an older version was brought forward when its owner opened it.
public struct LedgerMigration: Sendable, Equatable {
    public let from: Int
    public let to: Int

    /// Where the ledger stands as it was before.
    public let backup: String
}

/// Where a test makes the process die.
package enum MigrationStep: String, Sendable, CaseIterable { case copying, naming, migrating, committing, done }

/// Brings a ledger of an older version forward, in three steps that a killed process leaves done or not done:
///
///     copy   ──► ledger.db.v1-20260131T143000Z.new     worth nothing until it has its name
///     rename ──► ledger.db.v1-20260131T143000Z         whole and on the disk; found and kept by the next attempt
///     migrate    one transaction: all statements and the new number, or the ledger as it was
struct SQLiteMigration {
    private let connection: SQLiteConnection
    private let schema: SQLiteSchema
    private let calls: FileCalls
    private var path: String { connection.path }

    init(_ connection: SQLiteConnection, to schema: SQLiteSchema, calls: FileCalls = .system) {
        self.connection = connection
        self.schema = schema
        self.calls = calls
    }

    /// - Parameter reached: told before each step, for tests that die there.
    func run(from version: Int, reached: (MigrationStep) -> Void = { _ in }) throws(LedgerError) -> LedgerMigration {
        reached(.copying)
        let backup: String
        if let kept = try keptBackup(of: version) {
            backup = kept
        } else {
            backup = try makeBackup(of: version, reached)
        }
        reached(.migrating)
        try connection.transaction { () throws(LedgerError) in
            for next in schema.versions[version...] {
                for statement in next.migration { try connection.execute(statement) }
            }
            reached(.committing)
            try connection.execute("PRAGMA user_version = \(schema.version)")
        }
        reached(.done)
        return LedgerMigration(from: version, to: schema.version, backup: backup)
    }

    // MARK: - The copy

    private func makeBackup(of version: Int, _ reached: (MigrationStep) -> Void) throws(LedgerError) -> String {
        let name = "\(path).v\(version)-\(Self.timestamp())"
        let draft = name + Self.draft
        // Those of attempts that died.
        for left in try backups(of: version, ending: Self.draft) { unlink(left) }
        let descriptor = open(draft, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileCalls.error(errno, .create, draft) }
        close(descriptor)
        try connection.copy(to: draft)
        reached(.naming)
        // The library has synced what it wrote; asked again, because the name says that it is so.
        let copy = open(draft, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard copy >= 0 else { throw FileCalls.error(errno, .open, draft) }
        defer { close(copy) }
        guard calls.syncAll(copy) == 0 else { throw FileCalls.error(errno, .sync, draft) }
        guard calls.rename(draft, name) == 0 else { throw FileCalls.error(errno, .create, name) }
        try calls.syncDirectory(of: path)
        return name
    }

    /// Of an attempt that died after it: a ledger of that version with the head that this one has.
    private func keptBackup(of version: Int) throws(LedgerError) -> String? {
        let newest = "SELECT coalesce(max(sequence), 0) FROM entry"
        let hash = "SELECT lower(hex(hash)) FROM entry ORDER BY sequence DESC LIMIT 1"
        for name in try backups(of: version, ending: "").sorted().reversed() {
            do throws(LedgerError) {
                let copy = try SQLiteReader.connect(toUnchanging: name)
                guard case .ledger(_, version) = try schema.examine(copy) else { continue }
                let size = try copy.number(newest)
                guard try size == connection.number(newest) else { continue }
                if size > 0, try copy.text(hash) != connection.text(hash) { continue }
                return name
            } catch {
                // Not one of ours, or no good: another is made.
                continue
            }
        }
        return nil
    }

    private static let draft = ".new"

    private func backups(of version: Int, ending: String) throws(LedgerError) -> [String] {
        let beside = FilesBeside(path)
        let middle = ".v\(version)-"
        return try beside.endings(after: middle).filter {
            $0.utf8.count == Self.timestamp().utf8.count + ending.utf8.count
                && $0.utf8.suffix(ending.utf8.count).elementsEqual(ending.utf8)
        }.map { beside.directory + beside.ledger + middle + $0 }
    }

    /// `20260131T143000Z`
    private static func timestamp() -> String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%Y%m%dT%H%M%SZ", &parts)
        return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension SQLiteConnection {
    /// All or nothing of `body`.
    func transaction(_ body: () throws(LedgerError) -> Void) throws(LedgerError) {
        try execute("BEGIN EXCLUSIVE")
        do throws(LedgerError) {
            try body()
            try execute("COMMIT")
        } catch {
            try rollback()
            throw error
        }
    }

    /// Page by page, with what is in the log, and synced.
    fileprivate func copy(to path: String) throws(LedgerError) {
        let target = try SQLiteConnection(name: path, path: path, flags: SQLITE_OPEN_READWRITE)
        try target.execute("PRAGMA synchronous = FULL")
        try copyPages(to: target)
    }
}
