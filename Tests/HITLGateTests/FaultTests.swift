import Glibc
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTestSupport
import Testing

/// The gate on a ledger of files of which every write, sync and rename fails in turn, once or from then on: nothing ran and
/// nobody was told of a decision that the files do not have.
@Suite struct `No record, no action` {
    private struct Told {
        var approved: [Int64] = []
        var rejected: [Int64] = []
    }

    /// A read that a rule allows, an approval and a rejection.
    private static func work(_ fixture: GateFixture) async -> Told {
        var told = Told()
        let read = await fixture.ask(.reading("a"), from: Cast.scout)
        _ = await read.ending
        for (number, approves) in [(1, true), (2, false), (3, true)] {
            let asking = await fixture.ask(.deleting("\(number)"))
            guard let request = asking.request else { continue }
            do {
                let review = approves ? Cast.ada.approval() : Cast.ada.rejection("no")
                _ = try await fixture.gate.review(request.number, review)
                if approves { told.approved.append(request.number) } else { told.rejected.append(request.number) }
                _ = await asking.ending
            } catch {
                asking.task.cancel()
            }
        }
        return told
    }

    private static func ledger(_ path: String, _ clock: ManualClock, _ calls: FileCalls = .system) throws -> Ledger {
        let (file, lock) = try LedgerFile.forWriting(path)
        try FileWriter.create(file.path, calls: calls)
        let store = try FileStore(path: file.path, indexer: EventIndex.index(of:))
        return try Ledger(
            reading: store, writing: FileWriter(store, ownership: lock, segmentLimit: 2_500, calls: calls),
            file: nil, indexer: EventIndex.index(of:), clock: { clock.wall.milliseconds })
    }

    private static let rules = [Rule(name: "reads", source: "built-in", when: .provenReadOnly, action: .allow)]

    @Test(arguments: FaultyCalls.Fault.allCases, [1, Int.max])
    func `whichever call fails`(_ fault: FaultyCalls.Fault, _ count: Int) async throws {
        for place in stride(from: 0, to: 24, by: fault == .error ? 1 : 3) {
            let directory = ScratchDirectory()
            let clock = ManualClock()
            let faulty = FaultyCalls(fault)
            let ledger = try Self.ledger(directory.path + "/ledger.jsonl", clock, faulty.calls)
            let fixture = try await GateFixture(ledger: ledger, clock: clock, rules: Self.rules)
            faulty.fail(after: place, count: count)
            let told = await Self.work(fixture)
            let effects = fixture.workshop.effects
            #expect(fixture.workshop.faults == [])

            // As after a kill: what the files have at this moment.
            directory.copy(to: directory.path + "/copy")
            let found = try Ledger.openReadOnly(
                path: directory.path + "/copy/ledger.jsonl", storage: .file, indexer: EventIndex.index(of:),
                clock: { 0 })
            let events = try found.entries(from: 1, limit: .max).map { try Event(record: $0.record) }
            for effect in effects {
                let isStarted = events.contains { if case .started(effect.subject, _) = $0 { true } else { false } }
                #expect(isStarted, "call \(place): \(effect.subject) ran")
            }
            for (numbers, word) in [(told.approved, "approved"), (told.rejected, "rejected")] {
                for number in numbers {
                    let isClosed = events.contains { event in
                        guard case .closed(let closed) = event else { return false }
                        return closed.request == number && closed.status.word == word
                    }
                    #expect(isClosed, "call \(place): \(number) was told \(word)")
                }
            }
            found.close()
            faulty.heal()
            await fixture.close()
            ledger.close()
        }
    }
}

/// A fresh directory (0700) that is removed with the files in it.
private final class ScratchDirectory {
    let path: String

    init() {
        var template = Array("/tmp/hitl-gate-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { preconditionFailure("no temporary directory") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for directory in [path + "/copy", path] {
            for name in Self.names(in: directory) { unlink(directory + "/" + name) }
            rmdir(directory)
        }
    }

    func copy(to target: String) {
        mkdir(target, 0o700)
        for name in Self.names(in: path) where name.hasPrefix("ledger.jsonl") && !name.hasSuffix(".lock") {
            let bytes = (try? SmallFile.read(path + "/" + name, limit: 1 << 24)) ?? []
            let descriptor = open(target + "/" + name, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            _ = write(descriptor, bytes, bytes.count)
            close(descriptor)
        }
    }

    private static func names(in path: String) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != "..", name != "copy" { names.append(name) }
        }
        return names
    }
}
