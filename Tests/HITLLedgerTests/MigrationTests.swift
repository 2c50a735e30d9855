import Glibc
import HITLPlatform
import Testing

@testable import HITLLedger

/// Ledgers of the first version, written by hand as its document has it, and a second version that only tests have.
@Suite struct `A ledger of an older version` {
    private static let next = SQLiteSchema(
        versions: [
            SQLiteSchema.first,
            .init(
                adding: [("remark", "CREATE TABLE remark (sequence INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")],
                to: SQLiteSchema.first, filling: ["INSERT INTO remark SELECT sequence, kind FROM entry"]),
        ], oldestReadable: 1)

    /// As the first version of the program wrote it: two entries, one of them unresolved. Not made by this program, so
    /// that nothing it changes changes this.
    private static func firstVersion(at path: String) {
        write([], to: path)
        let schema = SQLiteSchema.first.objects.map { $0.sql + ";" }.joined(separator: "\n")
        let identity = String(repeating: "5a", count: 32)
        sql(
            path,
            """
            PRAGMA page_size = 2048; PRAGMA journal_mode = WAL;
            PRAGMA application_id = 1751741548; PRAGMA user_version = 1;
            \(schema)
            INSERT INTO meta VALUES ('identity', x'\(identity)');
            """)
        var previous = Chain.genesis(identity: [UInt8](repeating: 0x5a, count: 32))
        for (sequence, draft) in [
            (
                1,
                draft("first", kind: "opened", subject: "7", claim: "opened/7", standing: .open(brief: Array("b".utf8)))
            ),
            (2, draft("second", kind: "closed", subject: "8", label: "tool")),
        ] as [(Int64, Draft)] {
            let hash = draft.record.withUnsafeBytes {
                Chain.leaf(sequence: sequence, time: 1000 * sequence, previous: previous, record: $0)
            }
            previous = hash
            let index = draft.index
            func text(_ value: String?) -> String { value.map { "'\($0)'" } ?? "NULL" }
            sql(
                path,
                """
                INSERT INTO entry (sequence, time, hash, kind, subject, label, claim, standing, record) VALUES
                (\(sequence), \(1000 * sequence), x'\(hash.hex)', \(text(index.kind)), \(text(index.subject)),
                 \(text(index.label)), \(text(index.claim)), \(index.standing.code.rawValue),
                 CAST('\(String(decoding: draft.record, as: UTF8.self))' AS BLOB));
                INSERT INTO tally VALUES (\(text(index.kind)), \(text(index.label)), 1);
                """)
        }
        sql(path, "INSERT INTO unresolved VALUES ('7', 1, x'62')")
    }

    private static func open(_ path: String, _ schema: SQLiteSchema) throws(LedgerError) -> SQLiteWriter {
        let (file, lock) = try LedgerFile.forWriting(path)
        return try SQLiteWriter(file, ownership: lock, schema: schema)
    }

    private static func backups(of path: String) -> [String] {
        names(in: String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
            .filter { $0.hasPrefix("ledger.db.v1-") }
    }

    private static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names.sorted()
    }

    @Test func `opens with this program, which finds nothing wrong in it`() async throws {
        let directory = TemporaryDirectory()
        Self.firstVersion(at: directory.ledger)
        let ledger = try openLedger(directory.ledger)
        #expect(try ledger.entries(from: 1, limit: 9).map(\.payload) == ["first", "second"])
        #expect(try await ledger.append([draft("third")]).map(\.sequence) == [3])
        #expect(try await ledger.verify().failures == [])
        #expect((ledger.migration == nil) == (SQLiteSchema.current.version == 1))
        ledger.close()
    }

    /// Two runs and a part of a third, with a kind in the second alone, as the first version had them.
    @Test func `has the lists and counts afterwards that it would have had from the start`() async throws {
        let directory = TemporaryDirectory()
        let ledger = try openLedger(directory.ledger)
        for number in 1...150 {
            let kind = number == 100 ? "rare" : number % 2 == 0 ? "closed" : "opened"
            try await ledger.append(
                [draft("\(number)", kind: kind, label: kind == "closed" ? "tool" : nil)], durability: .written)
        }
        let tallies = try ledger.tallies()
        ledger.close()
        let derived = ["kind_run", "label_run", "tally"].map { "SELECT * FROM \($0) ORDER BY 1, 2" }
        let before = derived.map { rows(directory.ledger, $0) }
        #expect(before[0] == ["closed|0", "closed|1", "opened|0", "opened|1", "rare|1"])
        #expect(before[1] == ["tool|0", "tool|1"])
        #expect(before[2] == ["closed|tool|63", "opened|NULL|64", "rare|NULL|1"])
        sql(
            directory.ledger,
            """
            DROP TABLE kind_run; DROP TABLE label_run; DELETE FROM tally;
            INSERT INTO tally SELECT kind, label, count(*) FROM entry GROUP BY kind, label;
            CREATE INDEX entry_kind ON entry (kind);
            CREATE INDEX entry_label ON entry (label) WHERE label IS NOT NULL;
            PRAGMA user_version = 1
            """)

        let former = try readLedger(directory.ledger)
        #expect(try await former.verify().failures == [])
        #expect(try former.tallies() == tallies)
        #expect(try former.latest(kind: "rare", limit: 9).map(\.sequence) == [100])
        #expect(try former.latest(label: "tool", limit: 2).map(\.sequence) == [150, 148])
        former.close()

        let forward = try openLedger(directory.ledger)
        #expect(forward.migration?.from == 1 && forward.migration?.to == 2)
        #expect(try forward.tallies() == tallies)
        #expect(try await forward.verify().failures == [])
        forward.close()
        #expect(derived.map { rows(directory.ledger, $0) } == before)
    }

    @Test func `is brought forward by its owner, with what is in it, and kept as it was`() async throws {
        let directory = TemporaryDirectory()
        Self.firstVersion(at: directory.ledger)
        let writer = try Self.open(directory.ledger, Self.next)
        let migration = try #require(writer.migration)
        writer.close()
        #expect(migration.from == 1 && migration.to == 2)
        #expect(rows(directory.ledger, "PRAGMA user_version") == ["2"])
        #expect(rows(directory.ledger, "SELECT * FROM remark") == ["1|opened", "2|closed"])

        // Beside it, for its owner alone, and a ledger that this program still reads.
        let names = Self.backups(of: directory.ledger)
        #expect(names.count == 1 && migration.backup == directory.path + "/" + (names.first ?? ""))
        var status = stat()
        #expect(stat(migration.backup, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(rows(migration.backup, "PRAGMA user_version") == ["1"])
        let former = try readLedger(migration.backup)
        #expect(try former.entries(from: 1, limit: 9).map(\.payload) == ["first", "second"])
        #expect(try await former.verify().failures == [])
        former.close()

        // Once.
        let again = try Self.open(directory.ledger, Self.next)
        #expect(again.migration == nil)
        again.close()
        #expect(
            Self.names(in: directory.path).filter { $0.hasPrefix("ledger.db.v1-") && !$0.contains("Z-") }.count == 1)
    }

    @Test func `is read as it is, and by who needs more only once it was brought forward`() async throws {
        let directory = TemporaryDirectory()
        Self.firstVersion(at: directory.ledger)
        #expect(try SQLiteReader(path: directory.ledger, schema: Self.next).head().size == 2)
        let later = SQLiteSchema(versions: Self.next.versions, oldestReadable: 2)
        let error = await ledgerError { _ = try SQLiteReader(path: directory.ledger, schema: later) }
        #expect(error == .older(path: directory.ledger, version: 1, known: 2))
        #expect(
            error?.description == """
                The ledger `\(directory.ledger)` has format version 1, and this program reads 2. Open it once with \
                `hitl loop`: that brings it forward and keeps the former one beside it.
                """)
        #expect(rows(directory.ledger, "PRAGMA user_version") == ["1"])
    }

    @Test func `that was brought forward is refused by the older program`() async throws {
        let directory = TemporaryDirectory()
        Self.firstVersion(at: directory.ledger)
        try Self.open(directory.ledger, Self.next).close()
        let first = SQLiteSchema(versions: [SQLiteSchema.first], oldestReadable: 1)
        let expected = LedgerError.newer(path: directory.ledger, version: 2, known: 1)
        #expect(await ledgerError { _ = try Self.open(directory.ledger, first) } == expected)
        #expect(await ledgerError { _ = try SQLiteReader(path: directory.ledger, schema: first) } == expected)
    }

    @Test func `stays as it was where a step of the migration fails`() async throws {
        let directory = TemporaryDirectory()
        Self.firstVersion(at: directory.ledger)
        let broken = SQLiteSchema(
            versions: [
                SQLiteSchema.first,
                .init(
                    objects: SQLiteSchema.first.objects,
                    migration: ["DELETE FROM tally", "INSERT INTO absent VALUES (1)"]),
            ], oldestReadable: 1)
        let error = await ledgerError { _ = try Self.open(directory.ledger, broken) }
        #expect(error == .damaged(path: directory.ledger, .structure("no such table: absent")))
        #expect(rows(directory.ledger, "PRAGMA user_version") == ["1"])
        #expect(rows(directory.ledger, "SELECT count(*) FROM tally") == ["2"])
        try Self.open(directory.ledger, Self.next).close()
        #expect(rows(directory.ledger, "SELECT * FROM remark") == ["1|opened", "2|closed"])
    }

    @Test(arguments: MigrationStep.allCases)
    func `is whole after its owner was killed while it brought it forward`(_ step: MigrationStep) async throws {
        let directory = TemporaryDirectory()
        Self.firstVersion(at: directory.ledger)
        let victim = try ProbeProcess("migrate", directory.ledger, step.rawValue)
        #expect(await victim.lines() == [])
        #expect(await victim.wait() == -SIGKILL)
        let version = step == .done ? "2" : "1"
        #expect(rows(directory.ledger, "PRAGMA user_version") == [version])

        let next = try ProbeProcess("migrate", directory.ledger, "never")
        let lines = await next.lines()
        #expect(
            lines.count == 1
                && lines[0].hasPrefix(step == .done ? "migrated nothing" : "migrated \(directory.ledger).v1-"))
        #expect(await next.wait() == 0)
        #expect(rows(directory.ledger, "SELECT * FROM remark") == ["1|opened", "2|closed"])
        // One copy, whenever it died, and nothing half done beside it.
        let backups = Self.backups(of: directory.ledger)
        #expect(backups.count == 1 && backups.allSatisfy { !$0.hasSuffix(".new") })
        #expect(rows(directory.path + "/" + backups[0], "SELECT count(*) FROM entry") == ["2"])
    }

    private static let faults: [(call: String, error: String, when: [String])] = [
        ("pwrite64", "EIO", (1...18).map { "\($0)" } + ["1+", "4+", "8+", "12+"]),
        ("pwrite64", "ENOSPC", ["2", "5", "9", "3+", "10+"]), ("pwrite64", "EROFS", ["6+"]),
        ("fdatasync", "EIO", ["1", "2", "3", "4", "1+", "2+", "3+"]), ("fsync", "EIO", ["1", "2", "3", "1+", "2+"]),
        ("rename", "EROFS", ["1", "1+"]), ("ftruncate", "EIO", ["1", "2", "1+"]),
    ]

    @Test(
        .enabled(if: Tracer.works, "strace is missing or may not trace: no call was made to fail"), arguments: 0..<7)
    func `is as it was, or brought forward, where the disk fails meanwhile, and is brought forward later`(
        _ place: Int
    ) async throws {
        let fault = Self.faults[place]
        for when in fault.when {
            let directory = TemporaryDirectory()
            Self.firstVersion(at: directory.ledger)
            let victim = try ProbeProcess(
                command: [
                    Tracer.path, "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(fault.call)",
                    "-e", "inject=\(fault.call):error=\(fault.error):when=\(when)",
                    ProbeProcess.executable, "migrate", directory.ledger, "never",
                ])
            let said = await victim.lines().first ?? ""
            await victim.wait()
            let what = "\(fault.call) \(fault.error) \(when): \(said)"
            let version = rows(directory.ledger, "PRAGMA user_version")
            let isDone = said.hasPrefix("migrated ")
            #expect(isDone || said.hasPrefix("error"), "\(what)")
            #expect(version == ["2"] || !isDone && version == ["1"], "\(what)")
            #expect(rows(directory.ledger, "SELECT count(*) FROM entry") == ["2"], "\(what)")

            let next = try ProbeProcess("migrate", directory.ledger, "never")
            #expect(await next.lines().first?.hasPrefix("migrated ") == true, "\(what)")
            #expect(await next.wait() == 0)
            #expect(rows(directory.ledger, "SELECT * FROM remark") == ["1|opened", "2|closed"], "\(what)")
            // What has the name of a copy is one.
            let backups = Self.backups(of: directory.ledger).filter { !$0.hasSuffix(".new") }
            #expect(!backups.isEmpty, "\(what)")
            for backup in backups {
                #expect(rows(directory.path + "/" + backup, "PRAGMA integrity_check") == ["ok"], "\(what)")
                #expect(rows(directory.path + "/" + backup, "SELECT count(*) FROM entry") == ["2"], "\(what)")
            }
        }
    }
}

@Suite struct `A ledger of files of an older version` {
    private static func open(_ path: String, knowing latest: Int64) throws(LedgerError) -> FileWriter {
        let (file, lock) = try LedgerFile.forWriting(path)
        return try FileWriter(
            FileStore(path: file.path, indexer: testIndexer, knowing: latest), ownership: lock)
    }

    @Test func `goes on in a new file, and what was written stays as it is`() async throws {
        let directory = TemporaryDirectory()
        let ledger = try openLinesLedger(directory.lines)
        try await ledger.append([draft("one")])
        ledger.close()
        let before = contents(of: directory.lines)

        try Self.open(directory.lines, knowing: 2).close()
        #expect(contents(of: directory.lines) == before)
        #expect(contents(of: directory.lines + ".2").starts(with: Array("{\"ledger\":\"hitl\",\"version\":2,".utf8)))
        let store = try FileStore(path: directory.lines, indexer: testIndexer, knowing: 2)
        #expect(try store.head().size == 1)
        // Once.
        try Self.open(directory.lines, knowing: 2).close()
        #expect(contents(of: directory.lines + ".3") == [])
        // And no longer for who knows the first only.
        #expect(
            await ledgerError { _ = try readLinesLedger(directory.lines).head }
                == .newer(path: directory.lines, version: 2, known: 1))
    }
}
