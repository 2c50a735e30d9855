/// The tables of a ledger, version by version, as `docs/formats/ledger.md` §6 has the latest.
///
/// To change them, add a version at the end of `current`: what is there afterwards, and the statements that make it
/// out of the version before. The number of a version is its place, from 1; none is ever changed or removed, because
/// ledgers of it exist. `SQLiteMigration` does the rest.
package struct SQLiteSchema: Sendable {
    package struct Version: Sendable {
        /// By name, in the order they are made. A ledger has exactly these: a trigger or a view in its place could
        /// change what an append writes or a list shows.
        package let objects: [(name: String, sql: String)]

        /// What makes it of the version before, with all that is in there. One transaction with the number.
        package let migration: [String]

        package init(objects: [(name: String, sql: String)], migration: [String]) {
            self.objects = objects
            self.migration = migration
        }

        /// The version before with these objects beside its own.
        package init(adding objects: [(name: String, sql: String)], to before: Version, filling: [String] = []) {
            self.init(objects: before.objects + objects, migration: objects.map(\.sql) + filling)
        }
    }

    package let versions: [Version]

    /// Whoever only reads does without what later versions brought, from this one on. Queries for what came after it
    /// have to look at `Found.ledger`'s version first.
    package let oldestReadable: Int

    package init(versions: [Version], oldestReadable: Int) {
        self.versions = versions
        self.oldestReadable = oldestReadable
    }

    package static let current = SQLiteSchema(versions: [first, second], oldestReadable: 1)

    /// The number of the latest.
    package var version: Int { versions.count }

    /// What a ledger of the latest version has.
    package var objects: [(name: String, sql: String)] { versions[versions.count - 1].objects }

    /// "hitl", in the header of the file, where file(1) and others look for what a database is.
    static let applicationID: Int64 = 0x6869_746c
    static let identityCount = 32

    package static let first = Version(
        objects: [
            (
                "meta",
                "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID"
            ),
            (
                "entry",
                """
                CREATE TABLE entry (sequence INTEGER PRIMARY KEY, time INTEGER NOT NULL, hash BLOB NOT NULL, \
                kind TEXT NOT NULL, subject TEXT, label TEXT, claim TEXT, standing INTEGER NOT NULL, \
                record BLOB NOT NULL) STRICT
                """
            ),
            // SQLite ends every index with the row's sequence, so each is a list in order.
            ("entry_claim", "CREATE UNIQUE INDEX entry_claim ON entry (claim) WHERE claim IS NOT NULL"),
            ("entry_subject", "CREATE INDEX entry_subject ON entry (subject) WHERE subject IS NOT NULL"),
            ("entry_kind", "CREATE INDEX entry_kind ON entry (kind)"),
            ("entry_label", "CREATE INDEX entry_label ON entry (label) WHERE label IS NOT NULL"),
            (
                "unresolved",
                """
                CREATE TABLE unresolved (subject TEXT PRIMARY KEY, sequence INTEGER NOT NULL, \
                brief BLOB NOT NULL) STRICT, WITHOUT ROWID
                """
            ),
            ("tally", "CREATE TABLE tally (kind TEXT NOT NULL, label TEXT, count INTEGER NOT NULL) STRICT"),
            ("tally_key", "CREATE INDEX tally_key ON tally (kind, label)"),
        ], migration: [])

    /// Kinds and labels of each full run of entries instead of each entry, and counts that are those of full runs. An
    /// index of every entry's kind is filled in its middle, a page for each kind, and a count changes a page too.
    package static let second = Version(
        objects: first.objects.filter { !["entry_kind", "entry_label"].contains($0.name) } + SQLiteRuns.tables,
        migration: SQLiteRuns.migration)

    func create(on connection: SQLiteConnection, identity: [UInt8]) throws(LedgerError) {
        try connection.transaction { () throws(LedgerError) in
            try connection.execute("PRAGMA application_id = \(Self.applicationID)")
            try connection.execute("PRAGMA user_version = \(version)")
            for object in objects { try connection.execute(object.sql) }
            let insert = try connection.prepare("INSERT INTO meta (name, value) VALUES ('identity', ?1)")
            insert.bind(identity, at: 1)
            try insert.run()
        }
    }

    enum Found {
        case nothing
        case ledger(identity: [UInt8], version: Int)
    }

    /// What the database is. Everything but a ledger of a version that is known and an empty file is an error.
    func examine(_ connection: SQLiteConnection) throws(LedgerError) -> Found {
        let path = connection.path
        let application = try connection.number("PRAGMA application_id")
        let number = try connection.number("PRAGMA user_version")
        let rows = try connection.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
        var schema: [String: String] = [:]
        while try rows.step() {
            schema[rows.text(0) ?? ""] = rows.text(1) ?? ""
        }

        if application == 0, number == 0, schema.isEmpty { return .nothing }
        guard application == Self.applicationID else { throw .notALedger(path: path) }
        let found = Int(clamping: number)
        guard found <= version else { throw .newer(path: path, version: found, known: version) }
        guard found >= 1 else { throw .notALedger(path: path) }

        for object in versions[found - 1].objects where schema.removeValue(forKey: object.name) != object.sql {
            throw .damaged(path: path, .schema(object.name))
        }
        if let stranger = schema.keys.min() { throw .damaged(path: path, .schema(stranger)) }

        let meta = try connection.prepare("SELECT value, name = 'identity' FROM meta")
        guard try meta.step(), meta.integer(1) == 1, meta.borrowed(0).count == Self.identityCount else {
            throw .damaged(path: path, .identity)
        }
        let identity = meta.bytes(0)
        guard try !meta.step() else { throw .damaged(path: path, .schema("meta")) }
        return .ledger(identity: identity, version: found)
    }
}
