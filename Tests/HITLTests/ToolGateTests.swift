import Glibc
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

@Suite struct `A decision of a program's reviewer` {
    private static func temporary() -> String {
        var template = Array("/tmp/hitl-sdk-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { preconditionFailure("no temporary directory") }
        return template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    @Test func `is signed by that reviewer's own key, and by nobody without one`() async throws {
        let directory = Self.temporary()
        defer { for name in ["ada", "bo", ""] { remove(directory + "/" + name) } }
        let keys = ReviewerKeys([
            "Ada": try SigningKey.file(directory + "/ada"), "Bo": try SigningKey.file(directory + "/bo"),
        ])
        // The same file gives the same key, and nobody else can read it.
        #expect(try SigningKey.file(directory + "/ada").verifying == SigningKey.file(directory + "/ada").verifying)
        var facts = stat()
        #expect(stat(directory + "/ada", &facts) == 0 && facts.st_mode & 0o777 == 0o600)

        let gate = try await ToolGate(ledger: .memory, signer: keys)
        for _ in 1...3 { _ = try? await gate.call("refund", [:]) { _ in } }
        try await gate.approve(1, reviewer: "Ada", reason: "fine")
        try await gate.reject(2, reviewer: "Bo")
        await #expect {
            try await gate.approve(3, reviewer: "Mallory")
        } throws: { error in
            guard case HITLError.notDecided(3, .notSigned(let because)) = error else { return false }
            return because == "there is no key of `Mallory`."
        }
        #expect(try await gate.pending().map(\.number) == [3])

        let findings = try await gate.verifySignatures(by: keys.known, requirement: .always)
        #expect(findings.signed == 2 && findings.failures == [])
        // Who knows Bo's key as another's is told.
        let mistaken = keys.known.map { KnownKey(reviewer: "Ada", key: $0.key) }
        #expect(try await gate.verifySignatures(by: mistaken).failed == 1)
        await gate.close()
    }

    @Test func `is not signed where nobody asked for that, and that shows where it is demanded`() async throws {
        let gate = try await ToolGate(ledger: .memory)
        _ = try? await gate.call("refund", [:]) { _ in }
        try await gate.approve(1, reviewer: "Ada")
        #expect(try await gate.verifySignatures(by: []).unsigned == 1)
        #expect(
            try await gate.verifySignatures(by: [], requirement: .always).failures == [.unsigned(request: 1)])
        await gate.close()
    }

    @Test func `is not signed with a file that is no key`() async throws {
        let directory = Self.temporary()
        defer { for name in ["key", ""] { remove(directory + "/" + name) } }
        let descriptor = open(directory + "/key", O_CREAT | O_WRONLY, 0o644)
        close(descriptor)
        for (mode, code) in [(0o644, "cannot be read"), (0o600, "is no OpenSSH private key")] as [(mode_t, String)] {
            chmod(directory + "/key", mode)
            #expect {
                try SigningKey.file(directory + "/key")
            } throws: { error in
                guard case HITLError.signing(let why) = error else { return false }
                return why.contains(code) && (error as? HITLError)?.code == "HITL_SIGNING_UNAVAILABLE"
            }
        }
    }
}
