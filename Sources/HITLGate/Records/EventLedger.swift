public import HITLCore
public import HITLLedger

/// The ledger as the gate sees it: events instead of bytes.
public struct EventLedger: Sendable {
    public let ledger: Ledger
    /// Takes out of what is written what must not be in a record.
    public let redactor: Redactor

    /// Hears what was written, after it was.
    private let trace: (@Sendable (Event) -> Void)?

    /// Makes what nobody can guess, for what may have to be erased.
    let salt: @Sendable () -> String

    public init(
        _ ledger: Ledger, redactor: Redactor = .none, trace: (@Sendable (Event) -> Void)? = nil
    ) {
        self.init(ledger, redactor: redactor, salt: Salt.random, trace: trace)
    }

    package init(
        _ ledger: Ledger, redactor: Redactor = .none, salt: @escaping @Sendable () -> String,
        trace: (@Sendable (Event) -> Void)? = nil
    ) {
        self.salt = salt
        self.ledger = ledger
        self.redactor = redactor
        self.trace = trace
    }

    /// All of `events` or none, in order.
    ///
    /// - Parameter durability: `.synced` returns when they survive the loss of power.
    /// - Returns: an entry for each.
    /// - Throws: `claimed` when one of them happened before, `unavailable` when they cannot be written, or could
    ///   not be read back: a call or a result that a program nested too deep or gave a name twice.
    @discardableResult
    public func append(
        _ events: [Event], durability: Durability = .synced
    ) async throws(EventLedgerError) -> [Entry] {
        for event in events {
            if let flaw = event.flaw { throw .unavailable("It cannot be put down in a record: \(flaw).") }
        }
        let recorded = events.map(redactor.recorded)
        do {
            let entries = try await ledger.append(recorded.map { Draft($0, salt: salt) }, durability: durability)
            if let trace { recorded.forEach(trace) }
            return entries
        } catch .claimed(let key, _) {
            throw .claimed(key)
        } catch {
            throw .unavailable(error.description)
        }
    }

    /// Writes what is worth knowing but decides nothing. A ledger that cannot take it says so at the
    /// next decision, which it then prevents.
    public func note(_ event: Event) async {
        _ = try? await append([event], durability: .written)
    }

    /// Everything that happened to one subject.
    public func history(of subject: Subject) throws(EventLedgerError) -> RequestHistory {
        try history(of: subject, upTo: .max)
    }

    /// What had happened to it when entry `last` was the newest.
    func history(of subject: Subject, upTo last: Int64) throws(EventLedgerError) -> RequestHistory {
        // A brief is derived by reading the record, which the history does itself.
        let entries = try read { ledger throws(LedgerError) in
            try ledger.entries(of: subject.description, briefs: .omitted)
        }
        return try RequestHistory(subject: subject, entries: entries.filter { $0.sequence <= last })
    }

    func entries(of subject: Subject) throws(EventLedgerError) -> [Entry] {
        try read { ledger throws(LedgerError) in try ledger.entries(of: subject.description) }
    }

    /// The request that was opened with that id, as it was then.
    public func request(opened id: RequestID) throws(EventLedgerError) -> ApprovalRequest? {
        let entry = try read { ledger throws(LedgerError) in try ledger.claimed(EventIndex.openingClaim(id)) }
        guard let entry else { return nil }
        guard case .opened(let opened) = try Self.event(of: entry) else { return nil }
        return opened.request
    }

    func hasRecords(of subject: Subject) throws(EventLedgerError) -> Bool {
        try read { ledger throws(LedgerError) in try ledger.hasEntries(of: subject.description) }
    }

    /// The number of the request that was opened last; 0 before the first. Of requests that were opened at
    /// the same time it need not be the greatest.
    func lastNumber() throws(EventLedgerError) -> Int64 {
        let newest = try read { ledger throws(LedgerError) in
            try ledger.latest(kind: EventIndex.opened, label: nil, before: .max, limit: 1)
        }
        // Those that were removed keep their numbers.
        let removed = try read { ledger throws(LedgerError) in try ledger.latest(kind: EventIndex.purged, limit: 1) }
        var number: Int64 = 0
        for entry in newest + removed {
            switch try Self.event(of: entry) {
            case .opened(let opened): number = max(number, opened.number)
            case .purged(let purged): number = max(number, purged.lastNumber)
            default: continue
            }
        }
        return number
    }

    /// What was left unfinished, with the little that the queue needs to know of each.
    func unfinished() throws(EventLedgerError) -> [(Subject, Brief)] {
        let unresolved = try read { ledger throws(LedgerError) in try ledger.unresolved() }
        var unfinished: [(Subject, Brief)] = []
        unfinished.reserveCapacity(unresolved.count)
        for one in unresolved {
            guard let subject = Subject(one.subject), let brief = Brief(one.brief) else {
                throw .unreadable(sequence: one.sequence, because: "the note about what is unfinished is not readable")
            }
            unfinished.append((subject, brief))
        }
        return unfinished
    }

    static func event(of entry: Entry) throws(EventLedgerError) -> Event {
        do { return try Event(record: entry.record) } catch {
            throw .unreadable(sequence: entry.sequence, because: error.description)
        }
    }

    func read<Value>(
        _ body: (Ledger) throws(LedgerError) -> Value
    ) throws(EventLedgerError) -> Value {
        do { return try body(ledger) } catch { throw .unavailable(error.description) }
    }
}

public enum EventLedgerError: Error, Equatable, CustomStringConvertible {
    case claimed(String)
    case unavailable(String)
    case unreadable(sequence: Int64, because: String)

    public var description: String {
        switch self {
        case .claimed(let key): "`\(key)` was recorded before."
        case .unavailable(let because): because
        case .unreadable(let sequence, let because):
            "Entry \(sequence) of the ledger cannot be read: \(because). Run `hitl audit verify`."
        }
    }
}

extension EventLedger {
    /// The entry by which a request or call is proved: how it was decided, or where nobody has yet, that it was opened.
    /// A request may be named by its id too.
    package func entry(about subject: Subject) throws(EventLedgerError) -> Int64? {
        var entries = try read { ledger throws(LedgerError) in try ledger.entries(of: subject.description) }
        if entries.isEmpty, case .call(let id) = subject, let request = try request(opened: id) {
            let number = Subject.request(request.number).description
            entries = try read { ledger throws(LedgerError) in try ledger.entries(of: number) }
        }
        let decided = entries.last { [EventIndex.closed, EventIndex.ruled].contains($0.index.kind) }
        return (decided ?? entries.first)?.sequence
    }
}
