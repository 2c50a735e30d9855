import HITL
import HITLPlatform
import Testing

/// What a tool did, seen from outside the gate.
private final class Effects: Sendable {
    private let done = Locked<[String]>([])

    var all: [String] { done.withLock { $0 } }

    func add(_ effect: String) { done.withLock { $0.append(effect) } }
}

@Suite struct `A program's tool behind the gate` {
    @Test func `runs with the arguments that were approved`() async throws {
        let gate = try await ToolGate(ledger: .memory) { _ in .approve(reviewer: "Ada", reason: nil, arguments: nil) }
        let result = try await gate.call("refund", ["amount": 25]) { "refunded \($0["amount"]?.integer ?? 0)" }
        #expect(result == "refunded 25")
    }

    @Test func `does not run when it is rejected, and the error says who and why`() async throws {
        let effects = Effects()
        let gate = try await ToolGate(ledger: .memory) { _ in .reject(reviewer: "Ada", reason: "not today") }
        await #expect {
            try await gate.call("refund", ["amount": 25]) { _ in effects.add("refunded") }
        } throws: { error in
            guard case HITLError.rejected(1, "not today", "Ada") = error else { return false }
            return (error as? HITLError)?.code == "HITL_APPROVAL_REJECTED"
        }
        #expect(effects.all == [])
    }

    @Test func `runs with a reviewer's arguments, which are a request of their own`() async throws {
        let gate = try await ToolGate(ledger: .memory) { _ in
            .approve(reviewer: "Ada", reason: "less", arguments: ["amount": 10])
        }
        let result = try await gate.call("refund", ["amount": 25]) { $0["amount"]?.integer }
        #expect(result == 10)
        let statistics = try gate.statistics()
        #expect(statistics.all.decisions == ["approved": 1, "superseded": 1])
    }

    @Test func `does not run when its callback fails or nobody answers in time`() async throws {
        struct Broken: Error {}
        let effects = Effects()
        let gate = try await ToolGate(ledger: .memory, rules: ToolRules(timeout: Milliseconds(20))) { _ in
            throw Broken()
        }
        await #expect {
            try await gate.call("refund", [:]) { _ in effects.add("refunded") }
        } throws: { error in
            guard case HITLError.timedOut(1) = error else { return false }
            return (error as? HITLError)?.code == "HITL_APPROVAL_TIMEOUT"
        }
        #expect(effects.all == [])
    }

    @Test func `runs unasked only where a rule allows it, and never where another asks`() async throws {
        let rules = ToolRules(allowed: ["readOrder", "deleteOrder"], dangerousActions: ["delete"])
        let gate = try await ToolGate(ledger: .memory, rules: rules) { _ in .reject(reviewer: "Ada", reason: nil) }
        #expect(try await gate.call("readOrder", [:]) { _ in "read" } == "read")
        await #expect(throws: HITLError.self) { try await gate.call("deleteOrder", [:]) { _ in "deleted" } }
    }

    @Test func `that throws is reported as failed, with its own error`() async throws {
        struct OutOfStock: Error, Equatable {}
        let gate = try await ToolGate(ledger: .memory) { _ in .approve(reviewer: "Ada", reason: nil, arguments: nil) }
        await #expect {
            try await gate.call("order", [:]) { _ in throw OutOfStock() }
        } throws: { error in
            guard case HITLError.executionFailed(let inner) = error else { return false }
            return inner is OutOfStock
        }
    }
}

@Suite struct `A program without a callback` {
    @Test func `is told to get a confirmation, and resumes once it has one`() async throws {
        let effects = Effects()
        let gate = try await ToolGate(ledger: .memory)
        let error = await #expect(throws: HITLError.self) {
            try await gate.call("refund", ["amount": 25]) { _ in effects.add("refunded") }
        }
        guard case .confirmationRequired(let request)? = error else {
            Issue.record("expected to be asked for a confirmation, got \(String(describing: error))")
            return
        }
        #expect(error?.code == "USER_CONFIRMATION_REQUIRED")
        let number = request.number
        #expect(try await gate.pending().map(\.number) == [1])
        #expect(effects.all == [])

        try await gate.approve(number, reviewer: "Ada")
        try await gate.resume(number) { effects.add("refunded \($0["amount"]?.integer ?? 0)") }
        #expect(effects.all == ["refunded 25"])
    }

    @Test func `cannot use one approval twice`() async throws {
        let effects = Effects()
        let gate = try await ToolGate(ledger: .memory)
        _ = try? await gate.call("refund", [:]) { _ in effects.add("refunded") }
        try await gate.approve(1, reviewer: "Ada")
        try await gate.resume(1) { _ in effects.add("refunded") }
        await #expect {
            try await gate.resume(1) { _ in effects.add("refunded again") }
        } throws: { error in
            guard case HITLError.alreadyExecuted = error else { return false }
            return true
        }
        #expect(effects.all == ["refunded"])
    }

    @Test func `hears of everything that happens`() async throws {
        let gate = try await ToolGate(ledger: .memory)
        let events = await gate.events()
        _ = try? await gate.call("refund", [:]) { _ in }
        try await gate.reject(1, reviewer: "Ada", reason: "no")
        await gate.close()
        var heard: [String] = []
        for await event in events {
            switch event {
            case .opened(let request): heard.append("opened \(request.number)")
            case .closed(let request): heard.append("\(request.status.word) \(request.number)")
            case .extended, .finished, .overflowed, .mark: break
            }
        }
        #expect(heard == ["opened 1", "rejected 1"])
    }
}
