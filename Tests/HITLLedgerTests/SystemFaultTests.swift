import Glibc
import HITLTestSupport
import Testing

@testable import HITLLedger

/// Every system call by which a store reaches its disk fails in turn, under a process of its own that is then gone without
/// closing anything; what is found afterwards is what it acknowledged.
@Suite(.oneAtATime, .enabled(if: Tracer.works, "strace is missing or may not trace: no call was made to fail"))
struct `A system call that fails` {
    enum Store: CaseIterable {
        case database, files

        func path(_ directory: TemporaryDirectory) -> String { self == .database ? directory.ledger : directory.lines }

        func open(_ directory: TemporaryDirectory) throws -> Ledger {
            switch self {
            case .database: try openLedger(directory.ledger)
            case .files:
                try Ledger.open(path: directory.lines, storage: .file, indexer: testIndexer, clock: CountingClock().now)
            }
        }
    }

    /// Once, or from then on.
    static let faults: [(call: String, error: String, when: [String])] = [
        ("pwrite64", "ENOSPC", (1...26).map { "\($0)" }),
        ("pwrite64", "EIO", stride(from: 1, to: 27, by: 2).map { "\($0)+" }),
        ("pwrite64", "EROFS", ["14+"]), ("pwrite64", "EDQUOT", ["15", "18+"]),
        ("fdatasync", "EIO", (1...14).map { "\($0)" }), ("fdatasync", "ENOSPC", ["3+", "8+", "9+", "11+"]),
        ("fdatasync", "EDQUOT", ["9"]), ("fdatasync", "EROFS", ["9+"]),
        ("fsync", "EIO", ["1", "2", "3", "1+", "2+", "3+"]), ("ftruncate", "EIO", ["1", "2", "3", "1+", "2+"]),
        ("rename", "EIO", ["1", "1+"]), ("rename", "ENOSPC", ["1"]),
    ]

    @Test(arguments: Store.allCases, 0..<12)
    func `refuses what it keeps from being recorded, and loses nothing that was acknowledged`(
        _ store: Store, _ place: Int
    ) async throws {
        let fault = Self.faults[place]
        for when in fault.when {
            let directory = TemporaryDirectory()
            let probe = try ProbeProcess(
                command: [
                    Tracer.path, "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(fault.call)",
                    "-e", "inject=\(fault.call):error=\(fault.error):when=\(when)",
                    ProbeProcess.executable, "persist", store.path(directory), "8",
                ])
            let lines = await probe.lines()
            await probe.wait()
            let acknowledged = lines.compactMap { Int64($0) }
            #expect(acknowledged == Array(1...8).prefix(acknowledged.count).map(Int64.init), "\(when): \(lines)")
            // A fault of one call costs one append at most, and an opening none of the records.
            let refused = lines.count { $0.hasPrefix("refused") || $0.hasPrefix("error") }
            if !when.hasSuffix("+") { #expect(refused <= 1, "\(when): \(lines)") }

            let ledger = try store.open(directory)
            #expect(try ledger.head.size == acknowledged.last ?? 0, "\(fault.call) \(fault.error) \(when): \(lines)")
            #expect(try await ledger.verify().failures == [])
            ledger.close()
        }
    }

    private static let signingFaults: [(call: String, error: String, when: [String])] = [
        ("write", "EIO", ["1", "2", "3", "4", "5", "1+", "3+", "6+"]),
        ("pwrite64", "EIO", ["3", "6", "9", "12", "15", "18", "8+", "14+"]),
        ("pwrite64", "ENOSPC", ["7", "13", "10+"]),
        ("fsync", "EIO", ["1", "2", "3", "4", "5", "2+", "4+"]), ("fsync", "EROFS", ["3+"]),
        ("fdatasync", "EIO", ["1", "2", "3", "4", "6", "2+", "5+"]), ("ftruncate", "EIO", ["1", "1+"]),
        ("rename", "EIO", ["1", "2", "3", "2+"]), ("openat", "EIO", ["60", "70", "80", "90", "100"]),
        ("openat", "EROFS", ["75+", "95+"]),
    ]

    /// The probe's files are small, so they are rotated meanwhile.
    @Test(arguments: Store.allCases, 0..<10)
    func `while checkpoints are signed costs none that was acknowledged, and no ledger is taken for another`(
        _ store: Store, _ place: Int
    ) async throws {
        let fault = Self.signingFaults[place]
        for when in fault.when {
            let directory = TemporaryDirectory()
            let probe = try ProbeProcess(
                command: [
                    Tracer.path, "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(fault.call)",
                    "-e", "inject=\(fault.call):error=\(fault.error):when=\(when)",
                    ProbeProcess.executable, "signed", store.path(directory), "6",
                ])
            let lines = await probe.lines()
            await probe.wait()
            let signed = lines.compactMap { Int64($0) }.last ?? 0
            let what = "\(fault.call) \(fault.error) \(when): \(lines)"

            let ledger = try store.open(directory)
            let size = try ledger.head.size
            #expect(size >= signed, "\(what)")
            let between = try await ledger.verify()
            #expect(between.failures == [], "\(what)")
            #expect(between.checkpoints.last ?? 0 >= signed, "\(what)")
            // It goes on and signs on.
            try await ledger.append([draft("next")])
            #expect(try ledger.rememberHead().size == size + 1, "\(what)")
            #expect(try await ledger.verify().failures == [], "\(what)")
            ledger.close()
        }
    }
}
