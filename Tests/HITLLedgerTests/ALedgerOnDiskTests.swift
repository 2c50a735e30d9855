import Glibc
import HITLLedger
import Testing

@Suite struct `A ledger on disk` {
    @Test func `is the same after it was closed and opened`() async throws {
        let directory = TemporaryDirectory()
        let clock = CountingClock()
        let first = try openLedger(directory.ledger, clock: clock)
        let written = try await first.append([
            draft("one", subject: "a", claim: "k", standing: .open(brief: [65])), draft("two"),
        ])
        let (head, identity) = (try first.head, first.identity)
        first.close()

        let second = try openLedger(directory.ledger, clock: clock)
        #expect(try second.entries(from: 1, limit: 9) == written)
        #expect(try second.head == head)
        #expect(second.identity == identity)
        #expect(try second.unresolved() == [Unresolved(subject: "a", sequence: 1, brief: [65])])
        #expect(await ledgerError { try await second.append([draft(claim: "k")]) } != nil)
        let third = try await second.append([draft("three")])[0]
        #expect(third.sequence == 3)
        #expect(third.previous == head.hash)
        #expect(try await second.verify().failures == [])
        second.close()
    }

    @Test func `has an identity and a genesis of its own`() throws {
        let directory = TemporaryDirectory()
        let one = try openLedger(directory.path + "/one.db")
        let other = try openLedger(directory.path + "/other.db")
        #expect(one.identity.count == 32)
        #expect(one.identity != other.identity)
        #expect(try one.head != other.head)
        one.close()
        other.close()
    }

    @Test func `belongs to its user alone`() async throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/state/hitl/ledger.db"
        let ledger = try openLedger(path)
        try await ledger.append([draft()])
        try ledger.rememberHead()
        #expect(mode(directory.path + "/state") == 0o700)
        #expect(mode(directory.path + "/state/hitl") == 0o700)
        for suffix in ["", "-wal", "-shm", ".lock", ".heads"] { #expect(mode(path + suffix) == 0o600) }
        ledger.close()
    }

    @Test(arguments: ["", "-wal", ".heads", ".lock"])
    func `is refused when others can write`(_ suffix: String) async throws {
        let directory = TemporaryDirectory()
        let ledger = try openLedger(directory.ledger)
        try await ledger.append([draft()])
        try ledger.rememberHead()
        ledger.close()
        chmod(directory.ledger + suffix, 0o620)

        let expected = LedgerError.insecure(
            path: directory.ledger + suffix, .writableByOthers(mode: 0o620))
        #expect(await ledgerError { _ = try openLedger(directory.ledger) } == expected)
        #expect(await ledgerError { _ = try readLedger(directory.ledger) } == expected)
        #expect(
            expected.description == """
                Other users can write `\(directory.ledger + suffix)` (mode 0620), so it proves nothing. \
                Run `chmod go-w '\(directory.ledger + suffix)'`, and verify the ledger.
                """)
    }

    @Test func `is refused in a directory that others can write`() async throws {
        let directory = TemporaryDirectory()
        chmod(directory.path, 0o777)
        #expect(
            await ledgerError { _ = try openLedger(directory.ledger) }
                == .insecure(path: directory.path, .writableByOthers(mode: 0o777)))
    }

    @Test func `is refused under a second name`() async throws {
        let directory = TemporaryDirectory()
        try openLedger(directory.ledger).close()
        link(directory.ledger, directory.path + "/other.db")
        #expect(
            await ledgerError { _ = try openLedger(directory.ledger) }
                == .insecure(path: directory.ledger, .hardLinked(count: 2)))
    }

    @Test func `has one owner, whichever name it is called by`() async throws {
        let directory = TemporaryDirectory()
        let owner = try openLedger(directory.ledger)
        symlink(directory.ledger, directory.path + "/alias.db")
        for name in [directory.ledger, directory.path + "/alias.db", directory.path + "/./ledger.db"] {
            #expect(await ledgerError { _ = try openLedger(name) } == .owned(path: directory.ledger, by: getpid()))
        }
        owner.close()
        try openLedger(directory.path + "/alias.db").close()
    }

    @Test func `is not opened twice after its lock file was removed and made again`() async throws {
        let directory = TemporaryDirectory()
        let owner = try openLedger(directory.ledger)
        try await owner.append([draft("one")])
        unlink(directory.ledger + ".lock")
        // The lock is gone by force; the chain still has one end.
        let thief = try openLedger(directory.ledger)
        try await thief.append([draft("two")])
        let error = await ledgerError { try await owner.append([draft("fork")]) }
        guard case .damaged = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try thief.entries(from: 1, limit: 9).map(\.payload) == ["one", "two"])
        #expect(try await thief.verify().failures == [])
        owner.close()
        thief.close()
    }

    @Test func `can be read beside its owner, who need not know`() async throws {
        let directory = TemporaryDirectory()
        let owner = try openLedger(directory.ledger)
        try await owner.append([draft("one")])
        let reader = try readLedger(directory.ledger)
        #expect(try reader.entries(from: 1, limit: 9).map(\.payload) == ["one"])
        try await owner.append([draft("two")])
        #expect(try reader.head == owner.head)
        #expect(try await reader.verify().failures == [])
        #expect(await ledgerError { try await reader.append([draft()]) } == .readOnly(path: directory.ledger))
        reader.close()
        try await owner.append([draft("three")])
        owner.close()
    }

    /// The files a reader may find: as its owner left it, as a kill left it, and a copy of the database.
    enum Remains: CaseIterable {
        case closed, open, withoutIndexOfLog, databaseAlone
    }

    @Test(
        .enabled(if: canMakeReadOnly, "root without the right to mount cannot make a directory read-only"),
        arguments: Remains.allCases
    )
    func `can be read where nothing can be written`(_ remains: Remains) async throws {
        let directory = TemporaryDirectory()
        let copy = directory.path + "/copy"
        mkdir(copy, 0o700)
        let path = copy + "/ledger.db"
        let ledger = try openLedger(directory.ledger)
        try await ledger.append((1...50).map { draft("\($0)") })
        if remains == .closed || remains == .databaseAlone { ledger.close() }
        let suffixes =
            switch remains {
            case .closed, .open: ["", "-wal", "-shm"]
            case .withoutIndexOfLog: ["", "-wal"]
            case .databaseAlone: [""]
            }
        for suffix in suffixes { write(contents(of: directory.ledger + suffix), to: path + suffix, mode: 0o444) }
        ledger.close()
        try #require(makeReadOnly(copy))
        defer { makeWritable(copy) }

        let reader = try readLedger(path)
        #expect(try reader.latest(limit: 1).map(\.payload) == ["50"])
        #expect(try await reader.verify().failures == [])
        #expect(await ledgerError { try reader.rememberHead() } == .readOnly(path: path + ".checkpoints"))
        reader.close()

        let error = await ledgerError { _ = try openLedger(path) }
        #expect(error == .readOnly(path: path))
    }

    @Test func `of a later version is refused with a clear sentence`() async throws {
        let directory = TemporaryDirectory()
        try openLedger(directory.ledger).close()
        sql(directory.ledger, "PRAGMA user_version = 3")
        for open in [openLedgerOnce, readLedgerOnce] {
            let error = await ledgerError { try open(directory.ledger) }
            #expect(error == .newer(path: directory.ledger, version: 3, known: 2))
            #expect(
                error?.description == """
                    The ledger `\(directory.ledger)` has format version 3, and this program knows 2 at most. \
                    Use the newer program that wrote it.
                    """)
        }
    }

    @Test func `is not made of another program's database, nor of any other file`() async throws {
        let directory = TemporaryDirectory()
        write([], to: directory.ledger)
        sql(directory.ledger, "CREATE TABLE song (title TEXT)")
        #expect(await ledgerError { _ = try openLedger(directory.ledger) } == .notALedger(path: directory.ledger))

        let text = directory.path + "/notes.txt"
        write(Array(String(repeating: "not a database at all\n", count: 500).utf8), to: text)
        #expect(await ledgerError { _ = try openLedger(text) } == .notALedger(path: text))
        #expect(await ledgerError { _ = try readLedger(text) } == .notALedger(path: text))
        #expect(contents(of: text).count == 11_000)
    }

    @Test func `is made of an empty file, as a crash at its creation leaves one`() async throws {
        let directory = TemporaryDirectory()
        write([], to: directory.ledger)
        let ledger = try openLedger(directory.ledger)
        try await ledger.append([draft()])
        ledger.close()
    }

    @Test func `is refused with a trigger, a view or another table in it`() async throws {
        for (name, statement) in [
            ("erase", "CREATE TRIGGER erase AFTER INSERT ON entry BEGIN DELETE FROM unresolved; END"),
            ("shadow", "CREATE VIEW shadow AS SELECT * FROM entry"),
            ("other", "CREATE TABLE other (x)"),
            ("entry_subject", "DROP INDEX entry_subject"), ("kind_run", "DROP TABLE kind_run"),
        ] {
            let directory = TemporaryDirectory()
            try openLedger(directory.ledger).close()
            sql(directory.ledger, statement)
            #expect(
                await ledgerError { _ = try openLedger(directory.ledger) }
                    == .damaged(path: directory.ledger, .schema(name)))
        }
    }

    @Test func `with a damaged end is not opened, and not mended`() async throws {
        for (change, damage) in [
            ("UPDATE entry SET record = x'00' WHERE sequence = 9", LedgerError.Damage.changed(sequence: 9)),
            ("UPDATE entry SET time = time + 1 WHERE sequence = 10", .changed(sequence: 10)),
            ("DELETE FROM entry WHERE sequence = 9", .missing(sequence: 9)),
            ("UPDATE entry SET label = 'x' WHERE sequence = 9", .index(sequence: 9)),
            ("DELETE FROM unresolved", .unresolved(sequence: 10)),
            ("UPDATE unresolved SET sequence = 1", .unresolved(sequence: 10)),
            ("DELETE FROM meta", .identity),
        ] {
            let directory = TemporaryDirectory()
            let ledger = try openLedger(directory.ledger)
            try await ledger.append((1...9).map { draft("\($0)") })
            try await ledger.append([draft(subject: "s", standing: .open(brief: [65]))])
            ledger.close()
            sql(directory.ledger, change)
            #expect(
                await ledgerError { _ = try openLedger(directory.ledger) }
                    == .damaged(path: directory.ledger, damage), "\(change)")
        }
    }

    @Test func `never hands out an entry whose bytes were changed`() async throws {
        let directory = TemporaryDirectory()
        let ledger = try openLedger(directory.ledger)
        try await ledger.append((1...200).map { draft("\($0)", subject: "s") })
        ledger.close()
        // Further back than the check at opening looks.
        sql(directory.ledger, "UPDATE entry SET record = CAST(replace(record, '7', '8') AS BLOB) WHERE sequence = 77")
        let reader = try openLedger(directory.ledger)
        let expected = LedgerError.damaged(path: directory.ledger, .changed(sequence: 77))
        #expect(await ledgerError { _ = try reader.entry(at: 77) } == expected)
        #expect(await ledgerError { _ = try reader.entries(of: "s") } == expected)
        #expect(try reader.entry(at: 76) != nil)
        reader.close()
    }

    @Test func `goes on in another process's log after many checkpoints`() async throws {
        let directory = TemporaryDirectory()
        let ledger = try openLedger(directory.ledger)
        for _ in 0..<40 {
            let drafts = (0..<50).map { draft(String(repeating: "\($0)", count: 400)) }
            try await ledger.append(drafts, durability: .written)
        }
        ledger.close()
        let again = try openLedger(directory.ledger)
        #expect(try again.head.size == 2_000)
        #expect(try await again.verify().failures == [])
        again.close()
        // Copied into the database as it went: the log stays a few megabytes.
        #expect(contents(of: directory.ledger + "-wal").count < 8 << 20)
    }
}

private func openLedgerOnce(_ path: String) throws { try openLedger(path).close() }
private func readLedgerOnce(_ path: String) throws { try readLedger(path).close() }

private func mode(_ path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
}

/// Makes a directory read-only. Root may write everywhere except on a file system mounted so.
private func makeReadOnly(_ directory: String) -> Bool {
    guard geteuid() == 0 else { return chmod(directory, 0o555) == 0 }
    return mount(directory, directory, nil, UInt(MS_BIND), nil) == 0
        && mount(nil, directory, nil, UInt(MS_BIND | MS_REMOUNT | MS_RDONLY), nil) == 0
}

private func makeWritable(_ directory: String) {
    if geteuid() == 0 {
        umount2(directory, Int32(MNT_DETACH))
    } else {
        chmod(directory, 0o700)
    }
}

private let canMakeReadOnly: Bool = {
    let directory = TemporaryDirectory()
    defer { makeWritable(directory.path) }
    return makeReadOnly(directory.path)
}()
