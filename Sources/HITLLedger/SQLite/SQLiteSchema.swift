/// The tables of a ledger, as `docs/formats/ledger.md` §6 has them.
enum SQLiteSchema {
    static let version: Int64 = 1

    /// "hitl", in the header of the file, where file(1) and others look for what a database is.
    static let applicationID: Int64 = 0x6869_746c

    /// By name, in the order they are made. A ledger has exactly these: a trigger or a view in its
    /// place could change what an append writes or a list shows.
    static let statements: [(name: String, sql: String)] = [
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
    ]

    static func create(on connection: SQLiteConnection, identity: [UInt8]) throws(LedgerError) {
        try connection.execute("BEGIN EXCLUSIVE")
        do throws(LedgerError) {
            try connection.execute("PRAGMA application_id = \(applicationID)")
            try connection.execute("PRAGMA user_version = \(version)")
            for statement in statements {
                try connection.execute(statement.sql)
            }
            let insert = try connection.prepare("INSERT INTO meta (name, value) VALUES ('identity', ?1)")
            insert.bind(identity, at: 1)
            try insert.run()
            try connection.execute("COMMIT")
        } catch {
            try connection.rollback()
            throw error
        }
    }

    enum Found {
        case nothing
        case ledger(identity: [UInt8])
    }

    /// What the database is. Everything but a ledger of this version and an empty file is an error.
    static func examine(_ connection: SQLiteConnection) throws(LedgerError) -> Found {
        let path = connection.path
        let application = try connection.number("PRAGMA application_id")
        let found = try connection.number("PRAGMA user_version")
        let objects = try connection.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
        var schema: [String: String] = [:]
        while try objects.step() {
            schema[objects.text(0) ?? ""] = objects.text(1) ?? ""
        }

        if application == 0, found == 0, schema.isEmpty { return .nothing }
        guard application == applicationID else { throw .notALedger(path: path) }
        guard found <= version else { throw .newer(path: path, version: Int(clamping: found), known: Int(version)) }
        guard found == version else { throw .notALedger(path: path) }

        for statement in statements where schema.removeValue(forKey: statement.name) != statement.sql {
            throw .damaged(path: path, .schema(statement.name))
        }
        if let stranger = schema.keys.min() { throw .damaged(path: path, .schema(stranger)) }

        let identity = try connection.prepare("SELECT value FROM meta WHERE name = 'identity'")
        guard try identity.step(), identity.borrowed(0).count == identityCount else {
            throw .damaged(path: path, .identity)
        }
        return .ledger(identity: identity.bytes(0))
    }

    static let identityCount = 32
}
