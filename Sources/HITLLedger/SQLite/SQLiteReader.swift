import CReadAhead
import CSQLite
import Glibc
import HITLPlatform

/// Reads a ledger through a connection of its own, which never writes and never checkpoints.
package final class SQLiteReader: LedgerReading {
    package let path: String
    package let identity: [UInt8]
    private let queries: Locked<Queries?>
    /// Of its tables.
    private let version: Int

    /// - Parameter path: canonical.
    package init(path: String, schema: SQLiteSchema = .current) throws(LedgerError) {
        let connection = try SQLiteReader.connect(to: path)
        guard case .ledger(let identity, let version) = try schema.examine(connection) else {
            throw .notALedger(path: path)
        }
        guard version >= schema.oldestReadable else {
            throw .older(path: path, version: version, known: schema.version)
        }
        self.path = path
        self.identity = identity
        self.version = version
        queries = Locked(Queries(connection, version: version, genesis: Chain.genesis(identity: identity)))
    }

    package func close() {
        queries.withLock { $0 = nil }
    }

    private func query<Value>(
        _ body: (Queries) throws(LedgerError) -> Value
    ) throws(LedgerError) -> Value {
        try queries.withLock { queries throws(LedgerError) in
            guard let queries else { throw .closed }
            return try body(queries)
        }
    }

    package func head() throws(LedgerError) -> Head {
        try query { queries throws(LedgerError) in try queries.head() }
    }

    package func entry(at sequence: Int64) throws(LedgerError) -> StoredEntry? {
        try query { queries throws(LedgerError) in
            let statement = try queries.statement(.at)
            statement.bind(sequence, at: 1)
            return try queries.first(of: statement)
        }
    }

    package func entry(claiming key: String) throws(LedgerError) -> StoredEntry? {
        try query { queries throws(LedgerError) in
            let statement = try queries.statement(.claiming)
            statement.bind(key, at: 1)
            return try queries.first(of: statement)
        }
    }

    package func entries(of subject: String) throws(LedgerError) -> [StoredEntry] {
        try query { queries throws(LedgerError) in
            let statement = try queries.statement(.ofSubject)
            statement.bind(subject, at: 1)
            return try queries.all(of: statement)
        }
    }

    package func entries(from sequence: Int64, limit: Int) throws(LedgerError) -> [StoredEntry] {
        try query { queries throws(LedgerError) in
            let statement = try queries.statement(.from)
            statement.bind(sequence, at: 1)
            statement.bind(Int64(limit), at: 2)
            return try queries.all(of: statement)
        }
    }

    package func latest(
        kind: String?, label: String?, before: Int64, limit: Int
    ) throws(LedgerError) -> [StoredEntry] {
        try query { queries throws(LedgerError) in
            if kind == nil, label == nil || queries.version < 2 {
                return try queries.latest(label == nil ? .latest : .latestOfLabel, kind, label, before, limit)
            }
            if queries.version < 2 {
                return try queries.latest(label == nil ? .latestOfKind : .latestOfBoth, kind, label, before, limit)
            }
            // All runs up to here are full, whatever is appended between the two questions.
            let end = SQLiteRuns.end(of: try queries.head().size)
            var found: [StoredEntry] = []
            if before > end + 1 { found = try queries.latest(.latestOfRest, kind, label, before, limit, after: end) }
            if found.count < limit {
                found += try queries.latest(
                    label == nil ? .latestOfKindRuns : .latestOfLabelRuns, kind, label, min(before, end + 1),
                    limit - found.count)
            }
            return found
        }
    }

    package func matches(_ text: [UInt8], in range: ClosedRange<Int64>) throws(LedgerError) -> [Int64] {
        try query { queries throws(LedgerError) in
            let statement = try queries.statement(.records)
            defer { statement.reset() }
            statement.bind(range.lowerBound, at: 1)
            statement.bind(range.upperBound, at: 2)
            var found: [Int64] = []
            while try statement.step() {
                if statement.borrowed(1).contains(text) { found.append(statement.integer(0)) }
            }
            return found
        }
    }

    package func hashes(from sequence: Int64, limit: Int) throws(LedgerError) -> [Digest] {
        try query { queries throws(LedgerError) in
            let statement = try queries.statement(.hashes)
            defer { statement.reset() }
            statement.bind(sequence, at: 1)
            statement.bind(Int64(limit), at: 2)
            var hashes: [Digest] = []
            while try statement.step() {
                let found = statement.integer(0)
                guard found == sequence + Int64(hashes.count) else { break }
                guard let hash = statement.digest(1) else { throw .damaged(path: path, .changed(sequence: found)) }
                hashes.append(hash)
            }
            return hashes
        }
    }

    /// What is not in the log any more was synced when it was copied into the database.
    package func makeDurable() throws(LedgerError) {
        let log = path + "-wal"
        let descriptor = Glibc.open(log, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw .system(path: log, .open, errno: errno)
        }
        defer { Glibc.close(descriptor) }
        guard fdatasync(descriptor) == 0 else { throw .system(path: log, .sync, errno: errno) }
    }

    package func unresolved() throws(LedgerError) -> [Unresolved] {
        try query { queries throws(LedgerError) in try queries.connection.unresolved() }
    }

    package func unresolved(_ subject: String) throws(LedgerError) -> Unresolved? {
        try query { queries throws(LedgerError) in
            let statement = try queries.statement(.unresolved)
            defer { statement.reset() }
            statement.bind(subject, at: 1)
            guard try statement.step() else { return nil }
            return Unresolved(subject: subject, sequence: statement.integer(0), brief: statement.bytes(1))
        }
    }

    package func tallies() throws(LedgerError) -> [Tally] {
        try query { queries throws(LedgerError) in try queries.connection.tallies(queries.version) }
    }

    package func snapshot() throws(LedgerError) -> any LedgerSnapshot {
        try SQLiteSnapshot(SQLiteReader.connect(to: path, layer: hitl_read_ahead()), version: version)
    }
}

extension SQLiteReader {
    /// A connection that only reads, whatever the directory allows.
    private static func connect(
        to path: String, layer: UnsafePointer<CChar>? = nil
    ) throws(LedgerError) -> SQLiteConnection {
        do {
            return try open(name: path, path: path, layer: layer)
        } catch {
            // SQLite shares its index of the log through `-shm`. Where that is missing and cannot be
            // made, nobody is writing; the log, if there is one, is indexed in our own memory.
            switch error {
            case .system(_, .open, _), .readOnly: break
            default: throw error
            }
            let log = LedgerFile.size(of: path + "-wal") ?? 0
            let how = log > 0 ? "vfs=unix-none" : "immutable=1"
            return try open(name: "file:\(escaped(path))?\(how)", path: path)
        }
    }

    /// Where nobody writes: nothing appears beside it.
    static func connect(toUnchanging path: String) throws(LedgerError) -> SQLiteConnection {
        try open(name: "file:\(escaped(path))?immutable=1", path: path)
    }

    private static func open(
        name: String, path: String, layer: UnsafePointer<CChar>? = nil
    ) throws(LedgerError) -> SQLiteConnection {
        let connection = try SQLiteConnection(
            name: name, path: path, flags: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, layer: layer)
        connection.neverCheckpointOnClose()
        if name.utf8.starts(with: "file:".utf8) {
            // Before the first read: then SQLite keeps the log's index in memory.
            try connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        }
        try connection.execute("PRAGMA wal_autocheckpoint = 0; PRAGMA query_only = 1")
        // The first statement that looks into the file, so that what is wrong is known here.
        _ = try connection.number("SELECT count(*) FROM sqlite_schema")
        return connection
    }

    /// For a `file:` URI.
    private static func escaped(_ path: String) -> String {
        let plain = Set("/-._~".utf8)
        var text = ""
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            case _ where plain.contains(byte):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                text += byte < 16 ? "%0" : "%"
                text += String(byte, radix: 16)
            }
        }
        return text
    }
}

/// What a reader asks its database, each prepared when it is first asked: who looks at ten entries once would wait
/// longer for the other statements than for the answer.
private final class Queries {
    enum Question: Int, CaseIterable {
        case last, at, claiming, ofSubject, from, hashes, records, unresolved
        case latest, latestOfRest, latestOfKindRuns, latestOfLabelRuns
        /// Of the first version.
        case latestOfKind, latestOfLabel, latestOfBoth

        var sql: String {
            let newest = "e.sequence < ?1 ORDER BY e.sequence DESC LIMIT ?2"
            let wanted = Self.wanted
            return switch self {
            case .last: "SELECT sequence, hash FROM entry ORDER BY sequence DESC LIMIT 1"
            case .at: SQLiteConnection.entries("WHERE e.sequence = ?1")
            case .claiming: SQLiteConnection.entries("WHERE e.claim = ?1")
            case .ofSubject: SQLiteConnection.entries("WHERE e.subject = ?1 ORDER BY e.sequence")
            case .from: SQLiteConnection.entries("WHERE e.sequence >= ?1 ORDER BY e.sequence LIMIT ?2")
            case .latest: SQLiteConnection.entries("WHERE \(newest)")
            case .latestOfRest: SQLiteConnection.entries("WHERE e.sequence > ?5 AND \(wanted) AND \(newest)")
            case .latestOfKindRuns: Self.runs("kind_run r", "r.kind = ?3")
            case .latestOfLabelRuns: Self.runs("label_run r", "r.label = ?4")
            case .latestOfKind: SQLiteConnection.entries("WHERE e.kind = ?3 AND \(newest)")
            case .latestOfLabel: SQLiteConnection.entries("WHERE e.label = ?4 AND \(newest)")
            // The `+` keeps the planner from the list of the kind, which is the longer one.
            case .latestOfBoth: SQLiteConnection.entries("WHERE e.label = ?4 AND +e.kind = ?3 AND \(newest)")
            case .hashes: "SELECT sequence, hash FROM entry WHERE sequence >= ?1 ORDER BY sequence LIMIT ?2"
            case .records: "SELECT sequence, record FROM entry WHERE sequence BETWEEN ?1 AND ?2 ORDER BY sequence DESC"
            case .unresolved: "SELECT sequence, brief FROM unresolved WHERE subject = ?1"
            }
        }

        private static let wanted = "(?3 IS NULL OR e.kind = ?3) AND (?4 IS NULL OR e.label = ?4)"

        /// The order of both loops is the order that is asked for, so that nothing is sorted and the first rows are found
        /// without the others.
        private static func runs(_ list: String, _ listed: String) -> String {
            let length = SQLiteRuns.length
            return SQLiteConnection.entries(
                """
                WHERE \(listed) AND r.run <= (?1 - 2) / \(length)
                AND e.sequence BETWEEN r.run * \(length) + 1 AND min(r.run * \(length) + \(length), ?1 - 1)
                AND \(wanted) ORDER BY r.run DESC, e.sequence DESC LIMIT ?2
                """, of: list + " CROSS JOIN entry e")
        }
    }

    let connection: SQLiteConnection
    let version: Int
    private let genesis: Digest
    private var prepared: [SQLiteStatement?] = Array(repeating: nil, count: Question.allCases.count)

    init(_ connection: SQLiteConnection, version: Int, genesis: Digest) {
        self.connection = connection
        self.version = version
        self.genesis = genesis
    }

    func statement(_ question: Question) throws(LedgerError) -> SQLiteStatement {
        if let known = prepared[question.rawValue] { return known }
        let made = try connection.prepare(question.sql)
        prepared[question.rawValue] = made
        return made
    }

    func head() throws(LedgerError) -> Head {
        let last = try statement(.last)
        defer { last.reset() }
        guard try last.step() else { return Head(size: 0, hash: genesis) }
        let sequence = last.integer(0)
        guard let hash = last.digest(1) else { throw .damaged(path: connection.path, .changed(sequence: sequence)) }
        return Head(size: sequence, hash: hash)
    }

    func latest(
        _ question: Question, _ kind: String?, _ label: String?, _ before: Int64, _ limit: Int, after: Int64 = 0
    ) throws(LedgerError) -> [StoredEntry] {
        let statement = try statement(question)
        statement.bind(before, at: 1)
        statement.bind(Int64(limit), at: 2)
        // Places that a question does not have are passed over.
        statement.bind(kind, at: 3)
        statement.bind(label, at: 4)
        statement.bind(after, at: 5)
        return try all(of: statement)
    }

    func first(of statement: SQLiteStatement) throws(LedgerError) -> StoredEntry? {
        defer { statement.reset() }
        return try statement.step() ? statement.entry(genesis: genesis, path: connection.path) : nil
    }

    func all(of statement: SQLiteStatement) throws(LedgerError) -> [StoredEntry] {
        defer { statement.reset() }
        var entries: [StoredEntry] = []
        while try statement.step() {
            entries.append(try statement.entry(genesis: genesis, path: connection.path))
        }
        return entries
    }
}

extension SQLiteConnection {
    /// A query for whole entries, for `SQLiteStatement.entry(genesis:path:)`.
    static func entries(_ condition: String, of rows: String = "entry e") -> String {
        """
        SELECT e.sequence, e.time, e.hash, e.record, e.claim, e.subject, e.kind, e.label, e.standing,
               (SELECT p.hash FROM entry p WHERE p.sequence = e.sequence - 1)
        FROM \(rows) \(condition)
        """
    }

    func unresolved() throws(LedgerError) -> [Unresolved] {
        let statement = try prepare("SELECT subject, sequence, brief FROM unresolved")
        var rows: [Unresolved] = []
        while try statement.step() {
            rows.append(
                Unresolved(
                    subject: statement.text(0) ?? "", sequence: statement.integer(1), brief: statement.bytes(2)))
        }
        // Here and not in SQL, where it would copy the briefs through a temporary table.
        rows.sort { $0.sequence < $1.sequence }
        return rows
    }
}

extension SQLiteStatement {
    func entry(genesis: Digest, path: String) throws(LedgerError) -> StoredEntry {
        let sequence = integer(0)
        guard let standing = StandingCode(rawValue: integer(8)) else {
            throw .damaged(path: path, .index(sequence: sequence))
        }
        return StoredEntry(
            sequence: sequence, time: integer(1), previous: sequence == 1 ? genesis : digest(9), hash: digest(2),
            record: bytes(3), claim: text(4), subject: text(5), kind: text(6) ?? "", label: text(7),
            standing: standing
        )
    }
}
