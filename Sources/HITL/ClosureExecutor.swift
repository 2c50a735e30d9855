import HITLPlatform

/// Runs one closure for one permit and keeps what it gave back.
final class ClosureExecutor<Value: Sendable>: Executor {
    private let body: @Sendable (JSONObject) async throws -> Value
    private let kept = Locked<Result<Value, HITLError>?>(nil)

    init(_ body: @escaping @Sendable (JSONObject) async throws -> Value) {
        self.body = body
    }

    func changes(since call: ToolCall) async -> [String] { [] }

    func run(_ permit: consuming Permit, until stop: StopSignal) async -> Outcome {
        do {
            let value = try await body(permit.call.arguments)
            kept.withLock { $0 = .success(value) }
            return Outcome(status: .succeeded)
        } catch {
            kept.withLock { $0 = .failure(.executionFailed(error)) }
            return Outcome(status: .failed, summary: "the tool threw an error")
        }
    }

    /// - Throws: `HITLError.executionFailed`.
    func result() throws(HITLError) -> Value {
        guard let result = kept.withLock({ $0 }) else { throw .withdrawn(number: nil, reason: "it was stopped") }
        return try result.get()
    }
}
