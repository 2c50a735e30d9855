import CSQLite
import CWriteAhead

/// Writes a ledger, owns it while it exists, and is the only one that checkpoints it: SQLite 3.40 can
/// lose commits where one connection commits while another checkpoints.
package final class SQLiteWriter: LedgerWriting, @unchecked Sendable {
    // Sendable because `LedgerWriting` is used by one thread at a time, with a lock between two.
    private let path: String
    private let genesis: Digest
    package let identity: [UInt8]
    private let ownership: LedgerLock
    private let logPages: UnsafeMutablePointer<Int32>
    private var open: Statements?
    private var durability = Durability.synced

    private var log = Log.sound
    private let schema: SQLiteSchema

    /// How it came to be of the present version; nil where it was before.
    package let migration: LedgerMigration?

    private enum Log {
        case sound

        /// Beyond the last commit it may hold one that failed only at its sync: after a crash SQLite
        /// would find that and take it for made.
        case holdsFailedCommit

        /// What is in it may not be on the disk, whatever the next sync says: after a failed sync the
        /// system may call pages clean that it never wrote.
        case unsynced
    }

    /// The log is copied into the database, and then overwritten from its start, when it has this many
    /// pages (4 MB): who opens a ledger that nobody has open reads all of it.
    private static let logPagesToKeep: Int32 = 2_000

    /// Opens the ledger, or creates it.
    ///
    /// - Parameters:
    ///   - file: canonical, checked, and locked by `ownership`.
    ///   - reached: told of each step of bringing an older ledger forward.
    package init(
        _ file: LedgerFile, ownership: LedgerLock, schema: SQLiteSchema = .current,
        migrating reached: (MigrationStep) -> Void = { _ in }
    ) throws(LedgerError) {
        path = file.path
        self.schema = schema
        self.ownership = ownership
        logPages = .allocate(capacity: 1)
        logPages.initialize(to: 0)
        do throws(LedgerError) {
            let connection = try SQLiteConnection(
                name: path, path: path, flags: SQLITE_OPEN_READWRITE, layer: hitl_write_ahead())
            var found = try schema.examine(connection)
            // Before the first write, so that the file never has a rollback journal. An append changes six pages
            // or more and most of them by a few bytes, so small ones are written and synced sooner; of a record
            // with its index they still hold all.
            try connection.execute(
                """
                PRAGMA page_size = 2048; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = ON
                """)
            if case .nothing = found {
                try schema.create(on: connection, identity: try Randomness.bytes(SQLiteSchema.identityCount))
                found = try schema.examine(connection)
            }
            var migration: LedgerMigration?
            if case .ledger(_, let version) = found, version < schema.version {
                migration = try SQLiteMigration(connection, to: schema).run(from: version, reached: reached)
                found = try schema.examine(connection)
            }
            self.migration = migration
            guard case .ledger(let identity, schema.version) = found else { throw LedgerError.notALedger(path: path) }
            self.identity = identity
            genesis = Chain.genesis(identity: identity)
            open = try Statements(connection)
            // Asked, not assumed: without either of them a sync is silently missing.
            guard try connection.text("PRAGMA journal_mode") == "wal" else {
                throw LedgerError.damaged(path: path, .structure("the journal is not a write-ahead log"))
            }
            guard try connection.number("PRAGMA synchronous") == 2 else {
                throw LedgerError.damaged(path: path, .structure("commits are not synced"))
            }
            connection.keepLogFiles()
            connection.reportLogPages(to: logPages)
        } catch {
            open = nil
            logPages.deallocate()
            throw error
        }
    }

    deinit {
        open = nil
        logPages.deallocate()
    }

    package func begin(_ durability: Durability) throws(LedgerError) {
        let statements = try opened()
        try mendLog()
        if durability != self.durability {
            // It has no effect inside a transaction.
            try statements.connection.execute("PRAGMA synchronous = \(durability == .synced ? "FULL" : "NORMAL")")
            self.durability = durability
        }
        try statements.begin.run()
    }

    package func claimant(of key: String) throws(LedgerError) -> StoredEntry? {
        let claimant = try opened().claimant
        defer { claimant.reset() }
        claimant.bind(key, at: 1)
        return try claimant.step() ? claimant.entry(genesis: genesis, path: path) : nil
    }

    package func hasEntries(of subject: String) throws(LedgerError) -> Bool {
        let about = try opened().about
        defer { about.reset() }
        about.bind(subject, at: 1)
        return try about.step()
    }

    package func insert(_ entry: Entry) throws(LedgerError) {
        let statements = try opened()
        try statements.insert(entry)
        try statements.settle(entry)
        if entry.sequence % SQLiteRuns.length == 0 { try statements.completeRun(endingAt: entry.sequence) }
    }

    package func commit() throws(LedgerError) {
        let statements = try opened()
        do throws(LedgerError) {
            try statements.commit.run()
        } catch {
            log = .holdsFailedCommit
            throw error
        }
    }

    package func rollback() throws(LedgerError) {
        try opened().connection.rollback()
        try mendLog()
    }

    package func sync() throws(LedgerError) {
        try mendLog()
        do throws(LedgerError) {
            try opened().connection.syncLog()
        } catch {
            log = .unsynced
            throw error
        }
    }

    private func mendLog() throws(LedgerError) {
        if case .sound = log { return }
        let connection = try opened().connection
        if case .holdsFailedCommit = log {
            // Any commit goes where the failed one begins, and what is left of that fits no checksum
            // any more. This one changes nothing, and needs no sync for a crash of this process.
            do throws(LedgerError) {
                try connection.execute(
                    """
                    PRAGMA synchronous = NORMAL;
                    BEGIN IMMEDIATE; PRAGMA user_version = \(schema.version); COMMIT
                    """)
            } catch {
                try connection.rollback()
                throw error
            }
            durability = .written
            log = .unsynced
        }
        // Written once more, into the database, and synced there; then the log is empty.
        try connection.checkpoint(.truncate)
        log = .sound
    }

    package func replace(_ replacement: Replacement) throws(LedgerError) {
        try mendLog()
        durability = .synced
        do throws(LedgerError) {
            try SQLiteReplacing(opened().connection).run(replacement)
        } catch {
            // A commit may have failed at its sync, which a mended log ends.
            log = .holdsFailedCommit
            throw error
        }
    }

    package func endReplacing() throws(LedgerError) {
        try mendLog()
        try opened().connection.checkpoint(.truncate)
    }

    package var needsMaintenance: Bool {
        logPages.pointee >= SQLiteWriter.logPagesToKeep
    }

    package func maintain() throws(LedgerError) {
        logPages.pointee = 0
        try opened().connection.checkpoint(.passive)
    }

    package func close() {
        // So that a copy of the database alone has everything. Where it fails, the log still has it.
        do { try open?.connection.checkpoint(.passive) } catch {}
        open = nil
        ownership.release()
    }

    private func opened() throws(LedgerError) -> Statements {
        guard let open else { throw .closed }
        return open
    }
}

/// The prepared statements of a writer.
private final class Statements {
    let connection: SQLiteConnection
    let begin, commit, claimant, about: SQLiteStatement
    private let insertEntry, openSubject, settleSubject: SQLiteStatement
    private var runs: SQLiteRunWriter?

    init(_ connection: SQLiteConnection) throws(LedgerError) {
        self.connection = connection
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        claimant = try connection.prepare(SQLiteConnection.entries("WHERE e.claim = ?1"))
        about = try connection.prepare("SELECT 1 FROM entry WHERE subject = ?1 LIMIT 1")
        insertEntry = try connection.prepare(
            """
            INSERT INTO entry (sequence, time, hash, record, claim, subject, kind, label, standing)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """)
        openSubject = try connection.prepare(
            """
            INSERT INTO unresolved (subject, sequence, brief) VALUES (?1, ?2, ?3)
            ON CONFLICT (subject) DO UPDATE SET sequence = excluded.sequence, brief = excluded.brief
            """)
        settleSubject = try connection.prepare("DELETE FROM unresolved WHERE subject = ?1")
    }

    func insert(_ entry: Entry) throws(LedgerError) {
        insertEntry.bind(entry.sequence, at: 1)
        insertEntry.bind(entry.time, at: 2)
        insertEntry.bind(entry.hash, at: 3)
        insertEntry.bind(entry.record, at: 4)
        insertEntry.bind(entry.index.claim, at: 5)
        insertEntry.bind(entry.index.subject, at: 6)
        insertEntry.bind(entry.index.kind, at: 7)
        insertEntry.bind(entry.index.label, at: 8)
        insertEntry.bind(entry.index.standing.code.rawValue, at: 9)
        try insertEntry.run()
    }

    func completeRun(endingAt last: Int64) throws(LedgerError) {
        if let runs { return try runs.complete(endingAt: last) }
        let runs = try SQLiteRunWriter(connection)
        self.runs = runs
        try runs.complete(endingAt: last)
    }

    func settle(_ entry: Entry) throws(LedgerError) {
        guard let subject = entry.index.subject else { return }
        switch entry.index.standing {
        case .unchanged:
            return
        case .open(let brief):
            openSubject.bind(subject, at: 1)
            openSubject.bind(entry.sequence, at: 2)
            openSubject.bind(brief, at: 3)
            try openSubject.run()
        case .settled:
            settleSubject.bind(subject, at: 1)
            try settleSubject.run()
        }
    }
}
