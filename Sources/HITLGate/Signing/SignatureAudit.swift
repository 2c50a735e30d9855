import HITLCore
public import HITLLedger
import HITLPlatform

/// What became of checking every decision's signature.
public struct SignatureFindings: Sendable, Equatable {
    /// Decisions whose signature holds.
    public internal(set) var signed = 0
    /// Decisions without a signature that need none.
    public internal(set) var unsigned = 0
    public internal(set) var failed = 0
    /// Decisions that were signed together with words which are erased now: the signature cannot be checked any more.
    public internal(set) var erased = 0
    /// What is wrong, the oldest first; of many, the oldest hundred.
    public internal(set) var failures: [SignatureFailure] = []

    /// What was taken out of the ledger with a person's approval, the newest first; of much, the newest hundred.
    public internal(set) var removals: [RecordedRemoval] = []

    /// The entries that record an erasure whose extent, and what is left by it, somebody signed with a known key.
    public internal(set) var vouchedRemovals: Set<Int64> = []

    public static let failureLimit = 100
}

/// Rebuilds from the records what every reviewer signed, and holds the signatures against it.
///
/// It goes from the newest decision back to the oldest, in memory that does not grow with the ledger, and checks the
/// signatures of a page side by side. The chain is verified apart (`Ledger.verify`): a signature says what somebody
/// decided, not that nothing is missing.
public struct SignatureAudit: Sendable {
    private let events: EventLedger
    private let identity: String
    private let keys: [String: KnownKey]
    private let requirement: SignatureRequirement

    public init(_ ledger: Ledger, keys: [KnownKey], requirement: SignatureRequirement = .onceBegun) {
        events = EventLedger(ledger)
        identity = ledger.identity.hexadecimal
        // Names of keys are ASCII.
        self.keys = Dictionary(keys.map { ($0.key.name, $0) }) { first, _ in first }
        self.requirement = requirement
    }

    private enum Finding: Sendable { case undecided, signed, erased, unsigned(Int64), failed(SignatureFailure) }

    /// - Parameter progress: told how many decisions have been checked, after each page.
    /// - Throws: where the ledger cannot be read.
    public func run(
        progress: @Sendable (_ checked: Int64) -> Void = { _ in }
    ) async throws(EventLedgerError) -> SignatureFindings {
        var tally = Tally(requirement)
        var before = Int64.max
        var checked: Int64 = 0
        while true {
            let start = before
            let page = try events.read { ledger throws(LedgerError) in
                try ledger.latest(kind: EventIndex.closed, label: nil, before: start, limit: 512)
            }
            guard let oldest = page.last else {
                try checkRemovals(&tally)
                return tally.findings
            }
            before = oldest.sequence
            for finding in try await findings(on: page) { tally.take(finding) }
            checked += Int64(page.count)
            progress(checked)
        }
    }

    /// In the order of the page.
    private func findings(on page: [Entry]) async throws(EventLedgerError) -> [Finding] {
        let step = 64
        let parts = await withTaskGroup(of: (Int, Result<[Finding], EventLedgerError>).self) { group in
            for start in stride(from: 0, to: page.count, by: step) {
                let part = page[start..<min(start + step, page.count)]
                group.addTask {
                    do throws(EventLedgerError) {
                        return (
                            start, .success(try part.map { entry throws(EventLedgerError) in try finding(on: entry) })
                        )
                    } catch {
                        return (start, .failure(error))
                    }
                }
            }
            var parts: [(Int, Result<[Finding], EventLedgerError>)] = []
            for await part in group { parts.append(part) }
            return parts.sorted { $0.0 < $1.0 }
        }
        var findings: [Finding] = []
        for part in parts { findings += try part.1.get() }
        return findings
    }

    private func finding(on entry: Entry) throws(EventLedgerError) -> Finding {
        guard case .closed(let closed) = try EventLedger.event(of: entry), let review = closed.status.review else {
            return .undecided
        }
        guard let signature = review.signature else { return .unsigned(closed.request) }
        guard let known = keys[signature.key] else {
            return .failed(.unknownKey(request: closed.request, key: signature.key))
        }
        guard let (opened, digest) = try opening(of: closed.request), opened.digest == closed.digest,
            opened.call.tool.utf8.elementsEqual(closed.tool.utf8), opened.call.performer == closed.performer
        else { return .failed(.unreadable(request: closed.request)) }
        if review.words == .erased(digest: "") { return .erased }
        let statement = DecisionStatement(
            ledger: identity, number: opened.number, id: opened.id, digest: opened.digest, opened: digest,
            review: review.committed { Digest(hashing: $0).hex }, at: signature.at, key: signature.key)
        guard let bytes = Base64.decode(signature.value), known.key.accepts(bytes, of: statement.bytes) else {
            return .failed(.invalid(request: closed.request, key: signature.key))
        }
        guard known.reviewer.utf8.elementsEqual(review.reviewer.name.utf8) else {
            return .failed(
                .otherPerson(
                    request: closed.request, key: signature.key, reviewer: review.reviewer.name, owner: known.reviewer))
        }
        // Whoever has a stolen key writes any time into the statement; so the entry's counts too.
        if let end = known.revokedAt, max(signature.at, WallTime(milliseconds: entry.time)) >= end {
            return .failed(.revoked(request: closed.request, key: signature.key, at: end))
        }
        return .signed
    }

    /// The event with which a request was opened, and the digest of its record.
    private func opening(of request: Int64) throws(EventLedgerError) -> (Event.Opened, String)? {
        let entries = try events.read { ledger throws(LedgerError) in
            try ledger.entries(of: Subject.request(request).description)
        }
        for entry in entries {
            guard case .opened(let opened) = try EventLedger.event(of: entry) else { continue }
            return (opened, try EventLedger.digest(of: entry))
        }
        return nil
    }

    /// Whatever was taken out of the ledger was approved by a person, to that extent.
    private func checkRemovals(_ tally: inout Tally) throws(EventLedgerError) {
        for kind in [EventIndex.erased, EventIndex.purged] {
            var before = Int64.max
            while true {
                let start = before
                let page = try events.read { ledger throws(LedgerError) in
                    try ledger.latest(kind: kind, label: nil, before: start, limit: 64)
                }
                guard let oldest = page.last else { break }
                before = oldest.sequence
                for entry in page {
                    let request: Int64
                    let given: Approval
                    let what: RecordedRemoval.What
                    let principal: Principal
                    switch try EventLedger.event(of: entry) {
                    case .erased(let erased):
                        (request, principal) = (erased.request, erased.principal)
                        what = .contents(of: erased.entries.count)
                        given = try approval(of: request, before: entry.sequence, .erase) { arguments in
                            // As they were approved, and no others; and nothing else left of them.
                            (arguments["entries"]?.array ?? []).map(\.integer) == erased.entries.map(\.sequence)
                                && arguments["left"]?.string
                                    == Event.Erased.left(erased.entries.compactMap { Digest(hex: $0.left) })
                        }
                    case .purged(let purged):
                        (request, principal) = (purged.request, purged.principal)
                        what = .entries(through: purged.through)
                        given = try approval(of: request, before: entry.sequence, .purge) {
                            $0["through"]?.integer == purged.through
                        }
                    default: continue
                    }
                    switch given {
                    case .missing:
                        tally.take(.failed(.unapprovedRemoval(request: request, entry: entry.sequence)))
                        continue
                    case .given: break
                    case .signed: tally.vouch(entry.sequence)
                    }
                    tally.take(
                        RecordedRemoval(
                            what: what, entry: entry.sequence, at: WallTime(milliseconds: entry.time),
                            principal: principal, request: request))
                }
            }
        }
    }

    private enum Approval { case missing, given, signed }

    private func approval(
        of request: Int64, before sequence: Int64, _ tool: RemovalTool, _ fits: (JSONObject) -> Bool
    ) throws(EventLedgerError) -> Approval {
        let entries = try events.read { ledger throws(LedgerError) in
            try ledger.entries(of: Subject.request(request).description)
        }.filter { $0.sequence < sequence }
        let history = try RequestHistory(subject: .request(request), entries: entries)
        guard let call = history.call, RemovalTool(call) == tool, history.started != nil,
            case .approved(let review)? = history.status, review.reviewer.role == .person
        else { return .missing }
        // The arguments of a call that was erased itself are not there to be compared.
        guard call.content != .erased else { return .given }
        guard fits(call.arguments) else { return .missing }
        guard let closed = entries.last(where: { $0.index.kind == EventIndex.closed }),
            case .signed = try finding(on: closed)
        else { return .given }
        return .signed
    }

    /// What was found, taken from the newest to the oldest.
    private struct Tally {
        private(set) var result = SignatureFindings()
        private let requirement: SignatureRequirement
        /// Unsigned ones since the last signed one that was seen: if there is an older signed one, they were due.
        private var waiting: [Int64] = []
        private var waitingCount = 0

        init(_ requirement: SignatureRequirement) {
            self.requirement = requirement
        }

        mutating func take(_ finding: Finding) {
            switch finding {
            case .undecided: break
            case .signed:
                result.signed += 1
                settle()
            case .erased:
                result.erased += 1
                settle()
            case .failed(let failure):
                // What pretends to be signed shows that signing had begun.
                settle()
                fail(failure)
            case .unsigned(let request):
                switch requirement {
                case .always: fail(.unsigned(request: request))
                case .never: result.unsigned += 1
                case .onceBegun:
                    waitingCount += 1
                    waiting.append(request)
                    if waiting.count > SignatureFindings.failureLimit { waiting.removeFirst() }
                }
            }
        }

        mutating func vouch(_ entry: Int64) {
            result.vouchedRemovals.insert(entry)
        }

        mutating func take(_ removal: RecordedRemoval) {
            if result.removals.count < SignatureFindings.failureLimit { result.removals.append(removal) }
        }

        /// The oldest first, once all was taken.
        var findings: SignatureFindings {
            var findings = result
            findings.unsigned += waitingCount
            findings.failures.reverse()
            return findings
        }

        private mutating func settle() {
            result.failed += waitingCount - waiting.count
            for request in waiting { fail(.unsigned(request: request)) }
            waiting = []
            waitingCount = 0
        }

        private mutating func fail(_ failure: SignatureFailure) {
            result.failed += 1
            result.failures.append(failure)
            if result.failures.count > SignatureFindings.failureLimit { result.failures.removeFirst() }
        }
    }
}
