public import HITLCore

/// Carries calls out. The only argument is a permit, and it is used up.
public protocol Executor: Sendable {
    /// What has changed in the world since the call was shown, in words; empty where all is as it was.
    ///
    /// Asked right before `run`. Anything named here keeps the call from running.
    func changes(since call: ToolCall) async -> [String]

    /// Carries the call out and says what came of it. Does not throw: a failure is an outcome.
    ///
    /// - Parameter stop: requested when the operator ends the call or the desk closes.
    func run(_ permit: consuming Permit, until stop: StopSignal) async -> Outcome
}
