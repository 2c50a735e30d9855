import Glibc
import HITLTestSupport
import Testing

@testable import HITLLedger

/// Every system call by which a removal reaches its disk fails in turn. What is called done has left every file; what is
/// not is found by verification, and ended by the next owner.
@Suite(.oneAtATime) struct `A removal on a disk at fault` {
    typealias Store = `A system call that fails`.Store

    /// The probe's: a record `gone N` lets the first N go.
    private static let indexer: Indexer = { record in
        let fields = record.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
        guard fields.count == 6 else { return nil }
        let words = String(decoding: fields[5], as: UTF8.self).split(separator: " ")
        let last = words.count == 2 && words[0] == "gone" ? Int64(words[1]) : nil
        return Index(
            subject: String(decoding: fields[1], as: UTF8.self), kind: "number",
            removes: last.map { .prefix(through: $0) } ?? .nothing)
    }

    private static let secret = "annaxexample"

    /// Forty records with a secret, of which the later are in the log alone and the earlier in the database.
    private static func make(_ store: Store, _ directory: TemporaryDirectory) async throws {
        for part in 0..<2 {
            let ledger = try open(store, directory)
            for number in 1...20 {
                let record = Array("number\tsubject \(part).\(number)\t\t\t-\t\(secret) \(number) x".utf8)
                try await ledger.append([Draft(record: record, index: try #require(indexer(record)))])
            }
            try ledger.rememberHead()
            ledger.close()
        }
    }

    private static func open(_ store: Store, _ directory: TemporaryDirectory) throws -> Ledger {
        try Ledger.open(
            path: store.path(directory), storage: store == .database ? .database : .file, indexer: indexer,
            clock: { 0 })
    }

    /// Not the index of the log: it has no contents, and whoever closes it loses the locks that this process has on it.
    private static func holding(_ directory: TemporaryDirectory) -> [String] {
        directory.names.filter { name in
            !name.hasSuffix("-shm")
                && contents(of: directory.path + "/" + name).firstRange(of: Array(secret.utf8)) != nil
        }
    }

    /// What the probe says that it made of it.
    private static func end(_ store: Store, _ directory: TemporaryDirectory, _ tracing: [String] = []) async throws
        -> String
    {
        let probe = try ProbeProcess(
            command: tracing + [ProbeProcess.executable, "end", store.path(directory)])
        let lines = await probe.lines()
        await probe.wait()
        return lines.first ?? ""
    }

    private static let faults: [(call: String, error: String, when: [String])] = [
        ("pwrite64", "EIO", ["1", "2", "3", "4", "6", "8", "1+", "2+", "3+", "4+", "6+", "9+"]),
        ("pwrite64", "ENOSPC", ["2", "3", "5", "2+", "5+"]), ("pwrite64", "EROFS", ["3+"]),
        ("pwrite64", "EDQUOT", ["2+", "4+"]),
        ("fdatasync", "EIO", ["1", "2", "3", "4", "1+", "2+", "3+"]), ("fdatasync", "ENOSPC", ["2+"]),
        ("fsync", "EIO", ["1", "2", "3", "1+", "2+"]), ("ftruncate", "EIO", ["1", "2", "1+", "2+"]),
        ("ftruncate", "EROFS", ["1+"]), ("rename", "EIO", ["1", "2", "1+"]), ("rename", "EROFS", ["1+"]),
    ]

    @Test(
        .enabled(if: Tracer.works, "strace is missing or may not trace: no call was made to fail"),
        arguments: Store.allCases, 0..<11)
    func `is called done only where it is, and is ended by the next owner`(_ store: Store, _ place: Int) async throws {
        let fault = Self.faults[place]
        for when in fault.when {
            let directory = TemporaryDirectory()
            try await Self.make(store, directory)
            let said = try await Self.end(
                store, directory,
                [
                    Tracer.path, "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(fault.call)",
                    "-e", "inject=\(fault.call):error=\(fault.error):when=\(when)",
                ])
            let what = "\(fault.call) \(fault.error) \(when): \(said)"
            if said == "done" {
                #expect(Self.holding(directory) == [], "\(what)")
            } else {
                #expect(said.hasPrefix("undone") || said.hasPrefix("error"), "\(what)")
            }

            // As the next desk does. What was not recorded was not begun.
            let ledger = try Self.open(store, directory)
            let between = try await ledger.verify()
            #expect(
                between.failures.allSatisfy { if case .notYetRemoved = $0 { true } else { false } },
                "\(what): \(between.failures)")
            #expect(between.head.size == 41 || between.head.size == 40 && between.removed.purgedThrough == 0, "\(what)")
            ledger.close()
            #expect(try await Self.end(store, directory) == "done", "\(what)")
            #expect(Self.holding(directory) == [], "\(what)")
            let after = try Self.open(store, directory)
            let verification = try await after.verify()
            #expect(verification.failures == [] && verification.removed.purgedThrough == 40, "\(what)")
            after.close()
        }
    }

    /// The log cannot be emptied as long as somebody reads what is in it.
    @Test func `is not called done while a reader keeps what was removed in the log, by nobody`() async throws {
        let directory = TemporaryDirectory()
        try await Self.make(.database, directory)
        let reader = try Ledger.openReadOnly(path: directory.ledger, indexer: Self.indexer, clock: { 0 })
        var snapshot: (any LedgerSnapshot)? = try reader.snapshot()
        #expect(snapshot?.size == 40)
        #expect(try await Self.end(.database, directory).hasPrefix("undone"))
        #expect(Self.holding(directory) != [])
        // The next one has nothing to replace any more, and the same to wait for.
        #expect(try await Self.end(.database, directory).hasPrefix("undone"))
        #expect(Self.holding(directory) != [])
        snapshot = nil
        reader.close()
        #expect(try await Self.end(.database, directory) == "done")
        #expect(Self.holding(directory) == [])
    }
}
