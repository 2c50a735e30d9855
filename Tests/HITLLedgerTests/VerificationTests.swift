import Glibc
import HITLLedger
import HITLPlatform
import Testing

@Suite struct `Verifying a ledger` {
    /// Ten requests of three records each: opened, noted, and, but for the last two, closed; 28 records. Of 30 requests
    /// there are 88, of which the first 64 are a full run.
    private static func fill(_ ledger: Ledger, requests: Int = 10) async throws {
        for number in 1...requests {
            let subject = "request \(number)"
            var drafts = [
                draft(
                    "{}", kind: "opened", subject: subject, standing: .open(brief: Array("brief \(number)".utf8))),
                draft("{}", kind: "noted", subject: subject),
            ]
            if number <= requests - 2 {
                drafts.append(
                    draft(
                        "{}", kind: "closed", subject: subject, label: "writeFile", claim: "closed/\(number)",
                        standing: .settled))
            }
            try await ledger.append(drafts, durability: .written)
        }
    }

    /// What verification says of a filled ledger after `statements` changed it behind its back.
    private static func verify(
        headAt size: Int64? = nil, requests: Int = 10, after statements: String, change: (String) -> Void = { _ in }
    ) async throws -> Verification {
        let directory = TemporaryDirectory()
        let ledger = try openLedger(directory.ledger)
        if size == 0 { try ledger.rememberHead() }
        try await fill(ledger, requests: requests)
        if size == 28 { try ledger.rememberHead() }
        ledger.close()
        sql(directory.ledger, statements)
        change(directory.ledger)
        let reader = try readLedger(directory.ledger)
        defer { reader.close() }
        return try await reader.verify()
    }

    @Test(arguments: StoreKind.allCases)
    func `finds an untouched ledger whole`(_ store: StoreKind) async throws {
        try await store.withLedger { ledger async throws in
            try await `Verifying a ledger`.fill(ledger)
            let progress = Locked<[VerificationProgress]>([])
            let verification = try await ledger.verify(progress: { seen in progress.withLock { $0.append(seen) } })
            #expect(verification == Verification(head: try ledger.head, protected: nil, failures: []))
            #expect(verification.notYetProtected == 28)
            #expect(progress.withLock { $0.map(\.checked) } == [28])
        }
    }

    @Test func `finds an empty ledger whole`() async throws {
        let directory = TemporaryDirectory()
        let ledger = try openLedger(directory.ledger)
        #expect(try await ledger.verify().failures == [])
        ledger.close()
    }

    @Test func `names an entry of which any byte was changed`() async throws {
        for sequence in [1, 2, 14, 28] {
            for place in [1, 5, 20] {
                let found = try await Self.verify(
                    after: """
                        UPDATE entry SET record =
                            CAST(substr(record, 1, \(place - 1)) || '~' || substr(record, \(place + 1)) AS BLOB)
                        WHERE sequence = \(sequence)
                        """)
                #expect(found.failures == [.changed(sequence: Int64(sequence))])
                #expect(found.head.size == Int64(sequence) - 1)
            }
            for change in [
                "time = time + 1", "hash = zeroblob(32)", "hash = x''", "record = x''",
                "hash = CAST(substr(hash, 1, 31) || iif(substr(hash, 32) = x'00', x'01', x'00') AS BLOB)",
            ] {
                let found = try await Self.verify(after: "UPDATE entry SET \(change) WHERE sequence = \(sequence)")
                #expect(found.failures == [.changed(sequence: Int64(sequence))], "\(change)")
            }
        }
    }

    @Test(arguments: [
        ("claim = 'closed/99'", IndexColumn.claim), ("claim = NULL", .claim), ("claim = ''", .claim),
        ("subject = 'request 1'", .subject), ("subject = NULL", .subject), ("kind = 'denied'", .kind),
        ("label = 'readFile'", .label), ("label = NULL", .label),
        ("standing = 0", .standing), ("standing = 7", .standing),
    ])
    func `names the entry and the column of an index that disagrees`(
        _ change: String, _ column: IndexColumn
    ) async throws {
        let found = try await Self.verify(after: "UPDATE entry SET \(change) WHERE sequence = 15")
        #expect(found.failures == [.index(sequence: 15, column: column)])
    }

    @Test func `names what was taken out of the middle`() async throws {
        #expect(
            try await Self.verify(after: "DELETE FROM entry WHERE sequence = 12").failures
                == [.missing(sequence: 12)])
        #expect(
            try await Self.verify(after: "DELETE FROM entry WHERE sequence BETWEEN 1 AND 5").failures
                == [.missing(sequence: 1)])
    }

    @Test func `names what was taken out though the gap was closed`() async throws {
        let found = try await Self.verify(
            after: """
                DELETE FROM entry WHERE sequence = 12;
                UPDATE entry SET sequence = sequence + 1000 WHERE sequence > 12;
                UPDATE entry SET sequence = sequence - 1001 WHERE sequence > 1000;
                """)
        // The one that moved up still hashes as the thirteenth, but only behind the one that is gone.
        #expect(found.failures == [.changed(sequence: 12)])
    }

    @Test(arguments: [(11, 12), (3, 20), (1, 2), (1, 28)])
    func `names entries that changed places`(_ one: Int64, _ other: Int64) async throws {
        let found = try await Self.verify(
            after: """
                UPDATE entry SET sequence = -1 WHERE sequence = \(one);
                UPDATE entry SET sequence = \(one) WHERE sequence = \(other);
                UPDATE entry SET sequence = \(other) WHERE sequence = -1;
                """)
        #expect(found.failures.first == .reordered(sequence: one, belongsAt: other))
    }

    @Test func `names an entry where none can be`() async throws {
        #expect(
            try await Self.verify(after: "UPDATE entry SET sequence = 0 WHERE sequence = 1").failures
                == [.unexpected(sequence: 0)])
        #expect(
            try await Self.verify(
                after: """
                    INSERT INTO entry SELECT 40, time, hash, kind, subject, label, NULL, standing, record
                    FROM entry WHERE sequence = 2
                    """
            ).failures == [.missing(sequence: 29)])
    }

    private static let cutTail = """
        DELETE FROM entry WHERE sequence > 26;
        DELETE FROM unresolved WHERE sequence > 26;
        UPDATE tally SET count = 9 WHERE kind IN ('opened', 'noted');
        """

    @Test func `finds what was cut off below a remembered head`() async throws {
        let found = try await Self.verify(headAt: 28, after: Self.cutTail)
        guard case .cut(26, let head) = found.failures.first else {
            Issue.record("\(found)")
            return
        }
        #expect(found.failures.count == 1)
        #expect(head.size == 28)
    }

    @Test func `says what no head protects`() async throws {
        let whole = try await Self.verify(headAt: 28, after: "")
        #expect(whole.failures == [])
        #expect(whole.notYetProtected == 0)

        // Cut above the last head: nobody can know, which is why the number is told.
        let cut = try await Self.verify(headAt: 0, after: Self.cutTail)
        #expect(cut.failures == [])
        #expect(cut.notYetProtected == 26)
    }

    @Test func `finds what was cut off by a head kept elsewhere`() async throws {
        let directory = TemporaryDirectory()
        let ledger = try openLedger(directory.ledger)
        try await Self.fill(ledger)
        let kept = try ledger.head
        ledger.close()
        sql(directory.ledger, Self.cutTail)
        let reader = try readLedger(directory.ledger)
        #expect(try await reader.verify().failures == [])
        #expect(try await reader.verify(against: [kept]).failures == [.cut(size: 26, head: kept)])
        reader.close()
    }

    @Test(arguments: StoreKind.allCases)
    func `finds a chain that was written anew`(_ store: StoreKind) async throws {
        try await store.withLedger { ledger async throws in
            try await Self.fill(ledger)
            let genuine = try ledger.rememberHead()
            try await ledger.append([draft()])
            let forged = Head(size: 29, hash: Digest(hashing: [1]))
            let found = try await ledger.verify(against: [forged])
            #expect(found.failures == [.rewritten(head: forged, after: 28)])
            #expect(found.protected == genuine)
            let earlier = Head(size: 3, hash: Digest(hashing: [2]))
            #expect(try await ledger.verify(against: [earlier]).failures == [.rewritten(head: earlier, after: 0)])
        }
    }

    @Test func `finds a ledger that was put in the place of another`() async throws {
        let directory = TemporaryDirectory()
        let one = try openLedger(directory.ledger)
        try await Self.fill(one)
        let head = try one.rememberHead()
        let origin = one.origin
        one.close()
        let other = try openLedger(directory.path + "/other.db")
        try await Self.fill(other)
        try await other.append([draft()])
        other.close()
        for suffix in ["", "-wal"] {
            write(contents(of: directory.path + "/other.db" + suffix), to: directory.ledger + suffix)
        }
        unlink(directory.ledger + "-shm")
        let reader = try readLedger(directory.ledger)
        #expect(
            try await reader.verify().failures == [
                .rewritten(head: head, after: 0), .logKey("is not this ledger's key"),
                .foreignCheckpoint(origin: origin),
            ])
        reader.close()
    }

    @Test func `finds a second row of what there is one`() async throws {
        let directory = TemporaryDirectory()
        try openLedger(directory.ledger).close()
        sql(directory.ledger, "INSERT INTO meta VALUES ('remark', x'00')")
        let damage = LedgerError.damaged(path: directory.ledger, .schema("meta"))
        #expect(await ledgerError { try openLedger(directory.ledger).close() } == damage)
        #expect(await ledgerError { try readLedger(directory.ledger).close() } == damage)
    }

    /// Whoever scans the table reads the leaves; whoever looks for one entry goes by the keys above them.
    @Test func `finds a key by which nobody would find an entry`() async throws {
        let directory = TemporaryDirectory()
        let ledger = try openLedger(directory.ledger)
        try await ledger.append((1...400).map { draft("\($0)") })
        ledger.close()
        sql(directory.ledger, "PRAGMA wal_checkpoint(TRUNCATE)")
        let facts = rows(
            directory.ledger, "SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size WHERE name = 'entry'"
        )[0].split(separator: "|").map { Int($0)! }
        var bytes = contents(of: directory.ledger)
        let root = (facts[0] - 1) * facts[1]
        // An interior page; of its first cell, behind the number of the page below, the largest sequence there.
        #expect(bytes[root] == 5)
        let cell = root + (Int(bytes[root + 12]) << 8) + Int(bytes[root + 13])
        bytes[cell + 4] = 1
        write(bytes, to: directory.ledger)

        let reader = try readLedger(directory.ledger)
        defer { reader.close() }
        guard case .structure? = try await reader.verify().failures.first else {
            Issue.record("\(try await reader.verify().failures)")
            return
        }
    }

    @Test func `finds counts that are right in their table and not in its index`() async throws {
        let directory = TemporaryDirectory()
        let ledger = try openLedger(directory.ledger)
        try await ledger.append((1...64).map { draft("\($0)") })
        ledger.close()
        let index = rows(directory.ledger, "SELECT rootpage, sql FROM sqlite_schema WHERE name = 'tally_key'")[0]
            .split(separator: "|")
        sql(directory.ledger, "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'tally_key'")
        sql(directory.ledger, "UPDATE tally SET rowid = rowid + 100")
        sql(
            directory.ledger,
            """
            PRAGMA writable_schema = ON;
            INSERT INTO sqlite_schema VALUES ('index', 'tally_key', 'tally', \(index[0]), '\(index[1])')
            """)
        let reader = try readLedger(directory.ledger)
        defer { reader.close() }
        guard case .structure? = try await reader.verify().failures.first else {
            Issue.record("\(try await reader.verify().failures)")
            return
        }
    }

    @Test func `finds a spliced identity`() async throws {
        #expect(
            try await Self.verify(after: "UPDATE meta SET value = zeroblob(32)").failures == [.changed(sequence: 1)])
    }

    @Test func `holds the table of what is unresolved against the records`() async throws {
        let ninth = Unresolved(subject: "request 9", sequence: 25, brief: Array("brief 9".utf8))
        let first = Unresolved(subject: "request 1", sequence: 1, brief: [])
        let moved = Unresolved(subject: "request 9", sequence: 26, brief: ninth.brief)
        #expect(
            try await Self.verify(after: "DELETE FROM unresolved WHERE subject = 'request 9'").failures
                == [.unresolved(subject: "request 9", recorded: ninth, found: nil)])
        #expect(
            try await Self.verify(after: "INSERT INTO unresolved VALUES ('request 1', 1, x'')").failures
                == [.unresolved(subject: "request 1", recorded: nil, found: first)])
        #expect(
            try await Self.verify(after: "UPDATE unresolved SET sequence = 26 WHERE subject = 'request 9'").failures
                == [.unresolved(subject: "request 9", recorded: ninth, found: moved)])
    }

    @Test func `holds the counts against the records`() async throws {
        #expect(
            try await Self.verify(requests: 30, after: "UPDATE tally SET count = 20 WHERE kind = 'closed'").failures
                == [.tally(kind: "closed", label: "writeFile", recorded: 28, found: 27)])
        #expect(
            try await Self.verify(requests: 30, after: "DELETE FROM tally WHERE kind = 'noted'").failures
                == [.tally(kind: "noted", label: nil, recorded: 30, found: 9)])
        #expect(
            try await Self.verify(after: "INSERT INTO tally VALUES ('denied', NULL, 1)").failures
                == [.tally(kind: "denied", label: nil, recorded: 0, found: 1)])
    }

    @Test(arguments: [
        ("DELETE FROM kind_run WHERE kind = 'closed'", IndexColumn.kind, 3),
        ("DELETE FROM label_run", .label, 3),
        ("INSERT INTO kind_run VALUES ('denied', 0)", .kind, 1),
        // A run that is not full is in no list.
        ("INSERT INTO kind_run VALUES ('noted', 1)", .kind, 65),
        ("UPDATE label_run SET run = 7", .label, 3),
    ])
    func `holds the lists of runs against the records`(
        _ change: String, _ list: IndexColumn, _ sequence: Int64
    ) async throws {
        #expect(
            try await Self.verify(requests: 30, after: change).failures == [.list(list, sequence: sequence)])
    }

    @Test func `finds a ledger of full runs whole`() async throws {
        let found = try await Self.verify(requests: 300, after: "")
        #expect(found.failures == [] && found.head.size == 898)
    }

    /// An index of SQLite is a second copy of its column. It is taken out of the schema while a row is
    /// put back, so that it does not hear of it.
    @Test(arguments: [IndexColumn.claim, .subject])
    func `finds a list that hides an entry`(_ column: IndexColumn) async throws {
        let found = try await Self.verify(after: "") { path in
            let name = "entry_\(column.rawValue)"
            let kept = rows(path, "SELECT rootpage, sql FROM sqlite_schema WHERE name = '\(name)'")[0]
                .split(separator: "|")
            sql(
                path,
                """
                CREATE TABLE stash AS SELECT * FROM entry WHERE sequence = 15;
                DELETE FROM entry WHERE sequence = 15;
                PRAGMA writable_schema = ON;
                DELETE FROM sqlite_schema WHERE name = '\(name)';
                """)
            sql(
                path,
                """
                INSERT INTO entry SELECT * FROM stash;
                DROP TABLE stash;
                PRAGMA writable_schema = ON;
                INSERT INTO sqlite_schema VALUES ('index', '\(name)', 'entry', \(kept[0]), '\(kept[1])');
                """)
        }
        #expect(found.failures == [.list(column, sequence: 15)])
    }

    @Test func `tells where the file itself is broken`() async throws {
        let directory = TemporaryDirectory()
        let ledger = try openLedger(directory.ledger)
        try await ledger.append((1...500).map { draft("payload \($0) of many") })
        ledger.close()
        unlink(directory.ledger + "-wal")
        unlink(directory.ledger + "-shm")

        // The leaf of the table that has entry 250, found by what stands in it.
        var file = contents(of: directory.ledger)
        let page = try #require(
            stride(from: 4_096, to: file.count, by: 4_096).first { page in
                file[page] == 0x0d && file[page..<(page + 4_096)].contains(Array("payload 250 of many".utf8))
            })
        for place in page..<(page + 4_096) { file[place] = 0xff }
        write(file, to: directory.ledger)

        let reader = try readLedger(directory.ledger)
        let found = try await reader.verify()
        guard case .unreadable(let after, "database disk image is malformed") = found.failures.first else {
            Issue.record("\(found)")
            return
        }
        #expect(found.failures.count == 1)
        #expect((200..<250).contains(after))
        reader.close()
    }

    @Test func `finds bytes that are no record`() async throws {
        let directory = TemporaryDirectory()
        let anything = try Ledger.open(
            path: directory.ledger, indexer: { _ in Index(kind: "any") }, clock: CountingClock().now)
        try await anything.append([Draft(record: Array("no tabs".utf8), index: Index(kind: "any"))])
        anything.close()
        let reader = try readLedger(directory.ledger)
        #expect(try await reader.verify().failures == [.notARecord(sequence: 1)])
        reader.close()
    }

    @Test func `notices in memory what it notices on disk`() async throws {
        let store = try MemoryStore()
        let ledger = try Ledger(
            reading: store, writing: store, file: nil, indexer: testIndexer, clock: CountingClock().now)
        try await Self.fill(ledger)
        store.tamper { $0.rows[6].record[0] ^= 1 }
        #expect(try await ledger.verify().failures == [.changed(sequence: 7)])
        #expect(
            await ledgerError { _ = try ledger.entry(at: 7) } == .damaged(path: "memory", .changed(sequence: 7)))
        store.tamper {
            $0.rows[6].record[0] ^= 1
            $0.rows[6].label = "x"
        }
        #expect(try await ledger.verify().failures == [.index(sequence: 7, column: .label)])
        store.tamper {
            $0.rows[6].label = nil
            $0.rows.swapAt(3, 4)
            ($0.rows[3].sequence, $0.rows[4].sequence) = (4, 5)
        }
        #expect(try await ledger.verify().failures.first == .reordered(sequence: 4, belongsAt: 5))
        ledger.close()
    }
}

extension Collection<UInt8> {
    fileprivate func contains(_ part: [UInt8]) -> Bool {
        var rest = self[...]
        while rest.count >= part.count {
            if rest.starts(with: part) { return true }
            rest = rest.dropFirst()
        }
        return false
    }
}
