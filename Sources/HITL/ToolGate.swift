import HITLPlatform

/// The gate, the queue and the ledger of `hitl` around the tools of any Swift program.
///
///     let gate = try await ToolGate(
///         ledger: .file("/var/lib/shop/ledger.db"),
///         rules: .init(allowed: ["readOrder"], requireReason: [.reasonToReject])
///     ) { request in
///         await askTheShiftLead(request)      // .approve(...), .reject(...) or .later
///     }
///     let receipt = try await gate.call("refund", ["order": 1032, "amount": 25]) { arguments in
///         try await refund(arguments)
///     }
///
/// A tool runs only inside `call`, after the decision was written to the ledger, and at most once for each
/// decision. What no rule allows asks. An error, a missing answer and a ledger that cannot be written all
/// mean that the tool does not run.
public final class ToolGate: Sendable {
    public enum LedgerLocation: Sendable {
        /// Gone when the program ends. For tests.
        case memory
        /// A SQLite file with mode 0600, made where it is missing. One program at a time owns it.
        case file(String)
    }

    /// Answers for a person. May take as long as people take; the rules' timeout ends it.
    public typealias ReviewCallback = @Sendable (ApprovalRequest) async throws -> ReviewAnswer

    private let gate: Gate
    private let ledger: Ledger
    private let agent: String
    private let session: String
    private let rules: ToolRules
    private let reviewCallback: ReviewCallback?

    /// - Parameters:
    ///   - agent: how records call the program's agent.
    ///   - signer: signs what reviewers decide, and what cannot be signed is not decided (`ReviewerKeys`). Nil: decisions
    ///     are recorded without a signature.
    ///   - reviewCallback: nil where decisions come later, through `approve` and `reject`.
    /// - Throws: `HITLError.ledger` where the ledger cannot be opened, is damaged, or another program has it.
    public init(
        agent: String = "program", ledger location: LedgerLocation, rules: ToolRules = ToolRules(),
        signer: (any Signer)? = nil, reviewCallback: ReviewCallback? = nil
    ) async throws(HITLError) {
        let clock = { @Sendable in SystemClock.wallMilliseconds() }
        do throws(LedgerError) {
            switch location {
            case .memory: ledger = try .inMemory(indexer: EventIndex.index(of:), clock: clock)
            case .file(let path): ledger = try .open(path: path, indexer: EventIndex.index(of:), clock: clock)
            }
        } catch {
            throw .ledger(error.description)
        }
        let newID: @Sendable () -> RequestID = {
            RequestID(bits: RandomBytes.make(8).reduce(0) { $0 << 8 | UInt64($1) })
        }
        let redactor = Redactor(key: RandomBytes.make(32))
        let events = EventLedger(ledger, redactor: redactor)
        // Bound to the ledger, so that digests of two ledgers cannot be compared.
        let key = ledger.identity
        let policy = rules.policy
        do throws(EventLedgerError) {
            let queue = try await Queue(
                events: events, clocks: .system, limits: .init(pendingPerAgent: rules.maxPending), signer: signer,
                randomID: newID)
            gate = Gate(
                queue: queue, ledger: events, clocks: .system, policy: { policy },
                digest: { CallDigest("hmac-sha256:" + KeyedDigest.hmac(key: key, $0.digested).hex) }, randomID: newID)
            try gate.countUsage()
        } catch {
            throw .ledger(error.description)
        }
        self.agent = agent
        session = "sess_" + newID().description.dropFirst(4)
        self.rules = rules
        self.reviewCallback = reviewCallback
    }

    // MARK: Calling

    /// Runs a tool through the gate and returns what it gave back.
    ///
    /// - Parameters:
    ///   - reason: why the agent wants it, in its words. Shown to the reviewer as such.
    ///   - confidence: the agent's, 0 to 1.
    ///   - execute: gets the arguments that were approved, which an edit may have changed. Not called at all
    ///     where the call is refused.
    /// - Throws: `HITLError`; `.executionFailed` carries what `execute` threw.
    public func call<Value: Sendable>(
        _ tool: String, _ arguments: JSONObject, reason: String? = nil, confidence: Double? = nil,
        kind: ToolKind = .other, execute: @escaping @Sendable (JSONObject) async throws -> Value
    ) async throws(HITLError) -> Value {
        let call = ToolCall(
            tool: tool, kind: kind, arguments: arguments, origin: Origin(agent: agent, session: session),
            claims: Claims(reason: reason, confidence: confidence.flatMap { JSONNumber(String($0)) }),
            performer: .requester)
        let requester = Principal(role: .agent, name: agent, channel: "process")
        if reviewCallback == nil, gate.judge(call).effect == .ask {
            throw .confirmationRequired(try await post(call, requester))
        }
        let ruling = await gate.rule(on: call, from: requester) { request in self.askCallback(about: request) }
        return try await carryOut(ruling, execute)
    }

    /// Runs a tool whose call was refused with `confirmationRequired` and has been approved since. Once.
    public func resume<Value: Sendable>(
        _ number: Int64, execute: @escaping @Sendable (JSONObject) async throws -> Value
    ) async throws(HITLError) -> Value {
        let requester = Principal(role: .agent, name: agent, channel: "process")
        let found: ApprovalRequest?
        do throws(EventLedgerError) { found = try gate.ledger.history(of: .request(number)).request } catch {
            throw .ledger(error.description)
        }
        guard let request = found else { throw .unknownRequest(number) }
        return try await carryOut(await gate.rule(on: request.call, from: requester, id: request.id), execute)
    }

    private func post(_ call: ToolCall, _ requester: Principal) async throws(HITLError) -> ApprovalRequest {
        do { return try await gate.post(call, from: requester) } catch { throw HITLError(error, number: nil) }
    }

    private func carryOut<Value: Sendable>(
        _ ruling: consuming Ruling, _ execute: @escaping @Sendable (JSONObject) async throws -> Value
    ) async throws(HITLError) -> Value {
        switch consume ruling {
        case .refused(let refused):
            var number: Int64?
            if case .request(let request)? = refused.subject { number = request }
            throw HITLError(refused.refusal, number: number)
        case .permitted(let permit):
            let executor = ClosureExecutor(execute)
            _ = await gate.execute(permit, with: executor)
            return try executor.result()
        }
    }

    // MARK: Deciding

    private func askCallback(about request: ApprovalRequest) {
        guard let reviewCallback else { return }
        Task {
            // A callback that throws has not answered, and an answer that is not taken (somebody else was first, a reason is
            // missing) decides nothing: the request waits until its deadline.
            guard let answer = try? await reviewCallback(request) else { return }
            try? await decide(request.number, answer)
        }
    }

    /// Approves a request, with other arguments where they are given. The new arguments are judged again.
    ///
    /// - Throws: `HITLError.notDecided` with the reason; the request is then as it was.
    public func approve(
        _ number: Int64, reviewer: String, reason: String? = nil, arguments: JSONObject? = nil
    ) async throws(HITLError) {
        try await decide(number, .approve(reviewer: reviewer, reason: reason, arguments: arguments))
    }

    public func reject(_ number: Int64, reviewer: String, reason: String? = nil) async throws(HITLError) {
        try await decide(number, .reject(reviewer: reviewer, reason: reason))
    }

    private func decide(_ number: Int64, _ answer: ReviewAnswer) async throws(HITLError) {
        func principal(_ name: String) -> Principal { Principal(role: .person, name: name, channel: "callback") }
        do throws(ReviewError) {
            switch answer {
            case .later: return
            case .reject(let reviewer, let reason):
                _ = try await gate.review(
                    number, Review(answer: .reject, reviewer: principal(reviewer), reason: reason))
            case .approve(let reviewer, let reason, nil):
                _ = try await gate.review(
                    number, Review(answer: .approve, reviewer: principal(reviewer), reason: reason))
            case .approve(let reviewer, let reason, let arguments?):
                guard rules.allowArgumentModification else { throw ReviewError.editingForbidden }
                let old = try await gate.queue.open(number)
                let edited = old.call.with(arguments: arguments)
                if gate.judge(edited).effect == .deny {
                    throw ReviewError.notEligible(principal(reviewer), because: "a rule denies the edited call")
                }
                let new = try await gate.supersede(number, with: edited, by: principal(reviewer))
                _ = try await gate.review(
                    new.number, Review(answer: .approve, reviewer: principal(reviewer), reason: reason),
                    shown: new.digest)
            }
        } catch {
            throw .notDecided(number: number, error)
        }
    }

    // MARK: Looking

    /// What waits, oldest first.
    public func pending() async throws(HITLError) -> [ApprovalRequest] {
        var requests: [ApprovalRequest] = []
        for waiting in await gate.queue.waiting.sorted(by: { $0.number < $1.number }) {
            do throws(ReviewError) { requests.append(try await gate.queue.open(waiting.number)) } catch { continue }
        }
        return requests
    }

    /// Everything that happens from now on: requests that open and close, calls that end.
    public func events() async -> AsyncStream<QueueChange> { await gate.queue.changes() }

    public func statistics() throws(HITLError) -> Statistics {
        do { return try Records(ledger).statistics() } catch { throw .ledger(error.description) }
    }

    /// Holds each decision in the ledger against its signature.
    ///
    /// - Parameters:
    ///   - keys: whose signatures count, such as `ReviewerKeys.known`.
    ///   - requirement: which decisions need one.
    public func verifySignatures(
        by keys: [KnownKey], requirement: SignatureRequirement = .onceBegun
    ) async throws(HITLError) -> SignatureFindings {
        do { return try await SignatureAudit(ledger, keys: keys, requirement: requirement).run() } catch {
            throw .ledger(error.description)
        }
    }

    /// Lets go of everybody who waits; undecided requests stay in the ledger.
    public func close() async {
        await gate.queue.close(withdrawing: [session], reason: "the program ended")
        ledger.close()
    }
}
