public import HITLCore
import HITLLedger

/// Carries out what was approved to be erased or removed, and records it first.
public struct RecordKeeping: Sendable {
    private let events: EventLedger
    private let clocks: Clocks
    /// How long entries have to be kept; nil for ever.
    private let floor: @Sendable () -> Milliseconds?
    /// Takes away what is kept of a call outside of the ledger.
    private let forget: @Sendable (Subject) -> Void

    public init(
        _ events: EventLedger, clocks: Clocks, floor: @escaping @Sendable () -> Milliseconds?,
        forget: @escaping @Sendable (Subject) -> Void = { _ in }
    ) {
        (self.events, self.clocks, self.floor, self.forget) = (events, clocks, floor, forget)
    }

    // MARK: Asking

    /// The call that asks for it. Its arguments are kept, so they name entries and not what is in them.
    public static func call(toErase plan: ErasurePlan, reason: String?, session: String) -> ToolCall {
        call(
            .erase,
            .members([
                "entries": .array(plan.entries.map { .integer($0) }), "left": .string(plan.left),
                "reason": reason.map(JSONValue.string),
                "requests": .array(plan.items.compactMap { $0.subject.map { .string($0.description) } }),
            ]),
            preview: """
                Erases the contents of \(plan.entries.count) entries for good. Hashes, proofs and signatures stay, and \
                so does that there was a call, when, by which tool, and who decided how.
                """, session)
    }

    public static func call(
        toPurge report: RetentionReport, floor: Milliseconds, export: String, reason: String?, session: String
    ) -> ToolCall {
        call(
            .purge,
            .members([
                "entries": .integer(report.entries), "export": .string(export), "floor": .integer(floor.count),
                "newest": report.times.map { .string($0.upperBound.timestamp) },
                "reason": reason.map(JSONValue.string), "through": .integer(report.removable),
            ]),
            preview: """
                Removes the records of entries \(report.removedBefore + 1) to \(report.removable) for good. Their \
                hashes stay, so that checkpoints and proofs of all others hold.
                """, session)
    }

    private static func call(
        _ tool: RemovalTool, _ arguments: JSONValue, preview: String, _ session: String
    ) -> ToolCall {
        var facts = Facts()
        facts.preview = preview
        return ToolCall(
            tool: tool.rawValue, kind: .delete, arguments: arguments.object ?? JSONObject(),
            origin: Origin(agent: RemovalTool.agent, session: session), performer: .desk, facts: facts)
    }

    // MARK: Carrying out

    /// Why it cannot be carried out now; empty where it can.
    public func changes(since call: ToolCall) -> [String] {
        do {
            switch RemovalTool(call) {
            case .erase?: _ = try contents(call)
            case .purge?: _ = try prefix(call)
            case nil: return ["it is no call for this"]
            }
            return []
        } catch {
            return [error.description]
        }
    }

    public func run(_ permit: consuming Permit) async -> Outcome {
        let (call, subject) = (permit.call, permit.subject)
        guard case .review(let review) = permit.grounds, review.reviewer.role == .person,
            case .request(let request) = subject
        else { return .refused("no person approved it") }
        do {
            switch RemovalTool(call) {
            case .erase?: return try await erase(call, request, by: review.reviewer)
            case .purge?: return try await purge(call, request, by: review.reviewer)
            case nil: return .refused("it is no call for this")
            }
        } catch {
            return .refused(error.description)
        }
    }

    private func erase(
        _ call: ToolCall, _ request: Int64, by principal: Principal
    ) async throws(EventLedgerError) -> Outcome {
        let contents = try contents(call)
        let entries = try await record(
            .erased(
                .init(
                    request: request,
                    entries: contents.map { .init(sequence: $0.sequence, left: $0.left.hex) },
                    reason: call.arguments["reason"]?.string, by: principal)))
        try await carryOut(entries)
        return Outcome(
            status: .succeeded, summary: "erased the contents of \(contents.count) entries",
            result: ["entries": .integer(Int64(contents.count)), "recordedBy": .integer(entries)])
    }

    private func purge(
        _ call: ToolCall, _ request: Int64, by principal: Principal
    ) async throws(EventLedgerError) -> Outcome {
        let (report, floor) = try prefix(call)
        let entries = try await record(
            .purged(
                .init(
                    request: request, through: report.removable, lastNumber: report.lastNumber, floor: floor,
                    export: call.arguments["export"]?.string ?? "", reason: call.arguments["reason"]?.string,
                    by: principal)))
        try await carryOut(entries)
        return Outcome(
            status: .succeeded, summary: "removed entries \(report.removedBefore + 1) to \(report.removable)",
            result: ["through": .integer(report.removable), "recordedBy": .integer(entries)])
    }

    /// Synced, before anything is taken out.
    private func record(_ event: Event) async throws(EventLedgerError) -> Int64 {
        do {
            return try await events.ledger.append([Draft(event)]).last?.sequence ?? 0
        } catch .claimed(let key, _) {
            throw .claimed(key)
        } catch {
            throw .unavailable(error.description)
        }
    }

    private func carryOut(_ sequence: Int64) async throws(EventLedgerError) {
        do {
            guard let entry = try events.ledger.entry(at: sequence) else { return }
            // What is kept of a call elsewhere goes first: afterwards a removed entry does not say whose it was.
            switch try EventLedger.event(of: entry) {
            case .erased(let erased): for removed in erased.entries { try forget(at: removed.sequence) }
            case .purged(let purged):
                for one in stride(from: 1, through: purged.through, by: 1) { try forget(at: one) }
            default: return
            }
            try await events.ledger.carryOut(removalBy: sequence, residue: Event.residue(of:))
        } catch {
            throw .unavailable("It is recorded, and not yet done: \(error) The next desk ends it.")
        }
    }

    private func forget(at sequence: Int64) throws(LedgerError) {
        guard let name = try events.ledger.entry(at: sequence)?.index.subject else { return }
        if let subject = Subject(name) { forget(subject) }
    }

    /// Ends what a desk that was killed had recorded and not done.
    ///
    /// - Returns: the entries whose removal could not be ended, with why.
    public func complete() async -> [(entry: Int64, because: String)] {
        var failures: [(entry: Int64, because: String)] = []
        for kind in [EventIndex.purged, EventIndex.erased] {
            let entries: [Entry]
            do throws(LedgerError) { entries = try events.ledger.latest(kind: kind, limit: Self.looksBack) } catch {
                failures.append((0, error.description))
                continue
            }
            for entry in entries.reversed() {
                do throws(EventLedgerError) {
                    guard try !isEnded(entry) else { continue }
                    try await carryOut(entry.sequence)
                } catch {
                    failures.append((entry.sequence, error.description))
                }
            }
        }
        return failures
    }

    /// That a removal succeeded is recorded once all of it is done.
    private func isEnded(_ entry: Entry) throws(EventLedgerError) -> Bool {
        let request: Int64
        switch try EventLedger.event(of: entry) {
        case .erased(let erased): request = erased.request
        case .purged(let purged): request = purged.request
        default: return true
        }
        return try events.history(of: .request(request)).finished?.value.status == .succeeded
    }

    /// Each is done before the desk ends, unless it is killed: so few can be left.
    private static let looksBack = 16

    // MARK: Looking again

    private func contents(_ call: ToolCall) throws(EventLedgerError) -> [(sequence: Int64, left: Digest)] {
        let sequences = (call.arguments["entries"]?.array ?? []).compactMap(\.integer)
        guard !sequences.isEmpty else { throw .unavailable("no entry is named") }
        let copies = try events.read { ledger throws(LedgerError) in try ledger.copiesBeside() }
        guard copies.isEmpty else {
            throw .unavailable("these have copies of its records: \(copies.joined(separator: ", "))")
        }
        let unfinished = Set(try events.unfinished().map { $0.0.description })
        var contents: [(sequence: Int64, left: Digest)] = []
        for sequence in sequences.sorted() {
            let entry = try events.read { ledger throws(LedgerError) in try ledger.entry(at: sequence) }
            guard let entry, let left = try Event.left(of: entry) else {
                throw .unavailable("entry \(sequence) has no contents any more")
            }
            if let subject = entry.index.subject, unfinished.contains(subject) {
                throw .unavailable("entry \(sequence) is about \(subject), which is not finished")
            }
            contents.append((sequence, left))
        }
        // What was signed is what will be recorded, to the byte.
        guard call.arguments["left"]?.string == Event.Erased.left(contents.map(\.left)) else {
            throw .unavailable("what would be left is not what was approved")
        }
        return contents
    }

    private func prefix(_ call: ToolCall) throws(EventLedgerError) -> (RetentionReport, floor: Milliseconds) {
        guard let floor = floor() else { throw .unavailable("entries are kept for ever: audit.retention") }
        guard let through = call.arguments["through"]?.integer, through > 0 else {
            throw .unavailable("no entry is named")
        }
        let report = try Records(events: events).retention(floor: floor, now: clocks.wall(), through: through)
        guard report.removable == through, report.entries > 0 else {
            throw .unavailable("not all entries up to \(through) can be removed, or all of them are gone")
        }
        return (report, floor)
    }
}

extension Outcome {
    fileprivate static func refused(_ reason: String) -> Outcome {
        Outcome(status: .failed, summary: "not executed: \(reason)")
    }
}
