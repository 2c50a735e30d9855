import HITLPlatform

/// How an agent's beginning went. A program that ends without a word of its protocol was no agent: whoever started it
/// has to know that there is none.
package final class Beginning: Sendable {
    package enum Stage: Sendable, Equatable { case silent, failed, speaks }

    private let state = Locked(Stage.silent)
    private let failed: @Sendable (String) -> Void

    /// - Parameter failed: told why the agent is none, once: the end of a sentence that begins with its program, as
    ///   `ended with exit code 0`.
    package init(failed: @escaping @Sendable (String) -> Void = { _ in }) {
        self.failed = failed
    }

    /// The agent said something that only one that speaks the protocol says.
    package func speaks() { state.withLock { $0 = .speaks } }

    /// The agent is gone. Nothing follows where it had spoken; of several reasons the first is told.
    ///
    /// - Returns: what it had come to before.
    @discardableResult
    package func fails(because reason: String) -> Stage {
        let before = state.withLock { stage in
            defer { if stage == .silent { stage = .failed } }
            return stage
        }
        if before == .silent { failed(reason) }
        return before
    }
}
