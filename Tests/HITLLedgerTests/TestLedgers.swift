import Glibc
import HITLLedger
import HITLPlatform
import Testing

/// Records of the tests: six fields with tabs between them,
/// `kind subject label claim standing payload`, an empty one for nil.
func draft(
    _ payload: String = "",
    kind: String = "noted",
    subject: String? = nil,
    label: String? = nil,
    claim: String? = nil,
    standing: Standing = .unchanged
) -> Draft {
    let standingField =
        switch standing {
        case .unchanged: "-"
        case .settled: "settled"
        case .open(let brief): "open " + String(decoding: brief, as: UTF8.self)
        }
    let fields = [kind, subject ?? "", label ?? "", claim ?? "", standingField, payload]
    return Draft(
        record: Array(fields.joined(separator: "\t").utf8),
        index: Index(claim: claim, subject: subject, kind: kind, label: label, standing: standing)
    )
}

let testIndexer: Indexer = { record in
    let fields = record.split(separator: UInt8(ascii: "\t"), maxSplits: 5, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
    guard fields.count == 6 else { return nil }
    let standing: Standing
    switch fields[4] {
    case "-": standing = .unchanged
    case "settled": standing = .settled
    case let open where open.hasPrefix("open "): standing = .open(brief: Array(open.utf8.dropFirst(5)))
    default: return nil
    }
    return Index(
        claim: fields[3].isEmpty ? nil : fields[3], subject: fields[1].isEmpty ? nil : fields[1],
        kind: fields[0], label: fields[2].isEmpty ? nil : fields[2], standing: standing
    )
}

extension Entry {
    var payload: String {
        String(decoding: record, as: UTF8.self).split(separator: "\t", omittingEmptySubsequences: false).last
            .map(String.init) ?? ""
    }
}

/// A clock that moves a second at every look.
final class CountingClock: Sendable {
    private let time = Locked<Int64>(1_767_225_600_000)

    @Sendable func now() -> Int64 {
        time.withLock { time in
            defer { time += 1_000 }
            return time
        }
    }
}

/// A fresh directory (0700) that is removed with all in it.
final class TemporaryDirectory {
    let path: String

    init() {
        var template = Array("/tmp/hitl-ledger-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { preconditionFailure("no temporary directory") }
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    deinit {
        TemporaryDirectory.remove(path)
    }

    var ledger: String { path + "/ledger.db" }
    var lines: String { path + "/ledger.jsonl" }

    var names: [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        chmod(path, 0o700)
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            closedir(directory)
        }
        rmdir(path)
    }
}

/// Where the conformance suite runs.
enum StoreKind: CaseIterable, Sendable, CustomTestStringConvertible {
    case disk, files, smallFiles, memory

    var testDescription: String {
        switch self {
        case .disk: "on disk"
        case .files: "in files"
        case .smallFiles: "in files that are rotated after every few entries"
        case .memory: "in memory"
        }
    }

    func withLedger(_ body: (Ledger) async throws -> Void) async throws {
        let clock = CountingClock()
        switch self {
        case .memory:
            let ledger = try Ledger.inMemory(indexer: testIndexer, clock: clock.now)
            defer { ledger.close() }
            try await body(ledger)
        case .files, .smallFiles:
            let directory = TemporaryDirectory()
            let limit = self == .files ? FileWriter.defaultSegmentLimit : 1_000
            let ledger = try openLinesLedger(directory.lines, clock: clock, segmentLimit: limit)
            defer {
                ledger.close()
                withExtendedLifetime(directory) {}
            }
            try await body(ledger)
        case .disk:
            let directory = TemporaryDirectory()
            let ledger = try openLedger(directory.ledger, clock: clock)
            defer {
                ledger.close()
                withExtendedLifetime(directory) {}
            }
            try await body(ledger)
        }
    }
}

func openLedger(_ path: String, clock: CountingClock = CountingClock()) throws(LedgerError) -> Ledger {
    try Ledger.open(path: path, indexer: testIndexer, clock: clock.now)
}

func readLedger(_ path: String) throws(LedgerError) -> Ledger {
    try Ledger.openReadOnly(path: path, indexer: testIndexer, clock: CountingClock().now)
}

/// A ledger of files, with limits and system calls of the test's.
func openLinesLedger(
    _ path: String, clock: CountingClock = CountingClock(), segmentLimit: Int64 = FileWriter.defaultSegmentLimit,
    calls: FileCalls = .system
) throws(LedgerError) -> Ledger {
    let (file, lock) = try LedgerFile.forWriting(path)
    try FileWriter.create(file.path, calls: calls)
    let store = try FileStore(path: file.path, indexer: testIndexer)
    let writer = try FileWriter(store, ownership: lock, segmentLimit: segmentLimit, calls: calls)
    return try Ledger(
        reading: store, writing: writer, file: file.path, indexer: testIndexer, clock: clock.now)
}

func readLinesLedger(_ path: String) throws(LedgerError) -> Ledger {
    try Ledger.openReadOnly(path: path, storage: .file, indexer: testIndexer, clock: CountingClock().now)
}

/// The error that `body` throws; nil when it throws none.
func ledgerError(_ body: () async throws -> Void) async -> LedgerError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? LedgerError
    }
}

func contents(of path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(descriptor, &part, part.count)
        guard count > 0 else { return bytes }
        bytes += part[..<count]
    }
}

func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o600) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else { return }
    _ = write(descriptor, bytes, bytes.count)
    close(descriptor)
}
