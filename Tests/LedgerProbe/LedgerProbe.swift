import Glibc
import HITLLedger

/// A process that appends numbered records and says which were acknowledged, for tests that kill it,
/// trace it, or take its disk away.
///
///     LedgerProbe append PATH COUNT       one synced append each, `N` when acknowledged; COUNT 0: for ever
///     LedgerProbe persist PATH COUNT      the same, and goes on after an error, which it says instead
///     LedgerProbe mixed PATH COUNT        COUNT times one append without a sync and one with
///     LedgerProbe group PATH COUNT        COUNT appends at once from tasks of their own
///     LedgerProbe written PATH COUNT      appends without a sync, then waits for the end of its input
///     LedgerProbe limited PATH BYTES      appends until no file may grow beyond BYTES, then lifts the limit
///     LedgerProbe signed PATH COUNT       as append, with a checkpoint after each, and files of a few entries where it has files
///     LedgerProbe migrate PATH STEP       brings it to a version that only tests have, and dies at STEP
///     LedgerProbe remove PATH             for ever: 60 appends, a record by which all before it go, `N`; removes them, `done N`
///     LedgerProbe end PATH                ends the newest such removal, or begins one, `done` or `undone`
///     LedgerProbe hold PATH               opens, says `open`, waits for the end of its input
@main
struct LedgerProbe {
    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        let arguments = CommandLine.arguments
        guard arguments.count >= 3 else { exit(2) }
        let number = arguments.count > 3 ? Int(arguments[3]) ?? 0 : 0
        do {
            if arguments[1] == "migrate" { return try migrate(arguments[2], dyingAt: arguments[3]) }
            let storage: LedgerStorage = arguments[2].hasSuffix(".jsonl") ? .file : .database
            let ledger =
                arguments[1] == "signed" && storage == .file
                ? try openSmallFiles(arguments[2])
                : try Ledger.open(path: arguments[2], storage: storage, indexer: index, clock: milliseconds)
            switch arguments[1] {
            case "append": try await append(number, to: ledger)
            case "persist": try await persist(number, with: ledger)
            case "mixed": try await mix(number, into: ledger)
            case "group": try await group(number, to: ledger)
            case "written": try await leaveUnsynced(number, to: ledger)
            case "limited": try await fill(ledger, limit: number)
            case "signed": try await sign(number, of: ledger)
            case "remove": try await remove(from: ledger)
            case "end": try await endRemoval(in: ledger)
            case "hold":
                say("open")
                waitForEndOfInput()
            default: exit(2)
            }
            say("closing")
            ledger.close()
        } catch {
            say("error \(error)")
            exit(1)
        }
    }

    private static func migrate(_ path: String, dyingAt step: String) throws(LedgerError) {
        let (file, lock) = try LedgerFile.forWriting(path)
        let next = SQLiteSchema.Version(
            adding: [("remark", "CREATE TABLE remark (sequence INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")],
            to: SQLiteSchema.first, filling: ["INSERT INTO remark SELECT sequence, kind FROM entry"])
        let schema = SQLiteSchema(versions: [SQLiteSchema.first, next], oldestReadable: 1)
        let writer = try SQLiteWriter(file, ownership: lock, schema: schema) { reached in
            guard reached.rawValue == step else { return }
            kill(getpid(), SIGKILL)
        }
        say("migrated \(writer.migration?.backup ?? "nothing")")
        writer.close()
    }

    private static func append(_ count: Int, to ledger: Ledger) async throws {
        var number = 0
        while count == 0 || number < count {
            number += 1
            let entries = try await ledger.append([draft(number)])
            say("\(entries[0].sequence)")
        }
    }

    private static func openSmallFiles(_ path: String) throws(LedgerError) -> Ledger {
        let (file, lock) = try LedgerFile.forWriting(path)
        try FileWriter.create(file.path)
        let store = try FileStore(path: file.path, indexer: index)
        let writer = try FileWriter(store, ownership: lock, segmentLimit: 700)
        return try Ledger(reading: store, writing: writer, file: file.path, indexer: index, clock: milliseconds)
    }

    private static func sign(_ count: Int, of ledger: Ledger) async throws {
        var number = 0
        while count == 0 || number < count {
            number += 1
            let entries = try await ledger.append([draft(number)])
            try ledger.rememberHead()
            say("\(entries[0].sequence)")
        }
    }

    private static func persist(_ count: Int, with ledger: Ledger) async throws {
        for number in 1...count {
            do throws(LedgerError) {
                let entries = try await ledger.append([draft(number)])
                say("\(entries[0].sequence)")
            } catch {
                say("refused \(name(error))")
            }
        }
        say("head \(try ledger.head.size)")
        // As after a kill: nothing is synced or copied at the end.
        _exit(0)
    }

    private static func mix(_ count: Int, into ledger: Ledger) async throws {
        for number in 1...count {
            for durability in [Durability.written, .synced] {
                let entries = try await ledger.append([draft(number)], durability: durability)
                say("\(entries[0].sequence)")
            }
        }
    }

    private static func group(_ count: Int, to ledger: Ledger) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...count {
                group.addTask { try await ledger.append([draft(number)]) }
            }
            try await group.waitForAll()
        }
        say("\(count)")
    }

    private static func remove(from ledger: Ledger) async throws {
        while true {
            try await ledger.append((1...60).map(draft))
            let last = try ledger.head.size
            let record = Draft(record: Array("number\tsubject 0\t\t\t-\tgone \(last)".utf8), index: draft(0).index)
            let by = try await ledger.append([record])[0].sequence
            say("\(by)")
            try await ledger.carryOut(removalBy: by) { _ in nil }
            say("done \(by)")
        }
    }

    private static func endRemoval(in ledger: Ledger) async throws {
        do throws(LedgerError) {
            let size = try ledger.head.size
            var by: Int64?
            for entry in try ledger.entries(from: 1, limit: .max) where entry.removedBy == nil {
                if case .prefix? = index(entry.record)?.removes { by = entry.sequence }
            }
            if by == nil {
                let record = Draft(record: Array("number\tsubject 0\t\t\t-\tgone \(size)".utf8), index: draft(0).index)
                by = try await ledger.append([record])[0].sequence
            }
            try await ledger.carryOut(removalBy: by ?? 0) { _ in nil }
            say("done")
        } catch {
            say("undone \(name(error))")
        }
        // As after a kill.
        _exit(0)
    }

    private static func leaveUnsynced(_ count: Int, to ledger: Ledger) async throws {
        for number in 1...count {
            let entries = try await ledger.append([draft(number)], durability: .written)
            say("\(entries[0].sequence)")
        }
        waitForEndOfInput()
    }

    private static func fill(_ ledger: Ledger, limit: Int) async throws {
        var limits = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limits)
        let before = limits
        limits.rlim_cur = rlim_t(limit)
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limits)
        var refused: LedgerError?
        while refused == nil {
            do throws(LedgerError) {
                let entries = try await ledger.append([draft(1), draft(2)])
                say("\(entries[1].sequence)")
            } catch {
                refused = error
            }
        }
        say("refused \(refused.map(name) ?? "")")
        say("head \(try ledger.head.size)")

        limits = before
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limits)
        let entries = try await ledger.append([draft(3)])
        say("again \(entries[0].sequence)")
    }

    private static func name(_ error: LedgerError) -> String {
        switch error {
        case .full: "full"
        case .system(_, .sync, let number): "sync \(number)"
        default: "\(error)"
        }
    }

    private static func draft(_ number: Int) -> Draft {
        let record = Array("number\tsubject \(number)\t\t\t-\t\(String(repeating: "x", count: 400))".utf8)
        return Draft(record: record, index: Index(subject: "subject \(number)", kind: "number"))
    }

    private static let index: Indexer = { record in
        let fields = record.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
        guard fields.count == 6 else { return nil }
        let words = String(decoding: fields[5], as: UTF8.self).split(separator: " ")
        let last = words.count == 2 ? Int64(words[1]) : nil
        return Index(
            subject: String(decoding: fields[1], as: UTF8.self), kind: "number",
            removes: last.map { .prefix(through: $0) } ?? .nothing)
    }

    private static let milliseconds: @Sendable () -> Int64 = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// At once and whole, so that what was read was acknowledged before the kill.
    private static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = Glibc.write(1, bytes, bytes.count)
    }

    private static func waitForEndOfInput() {
        var byte: UInt8 = 0
        while read(0, &byte, 1) > 0 {}
    }
}
