/// What a command prints, looked at while it runs and after.
package final class LiveOutput: Sendable {
    private let child = Locked<ChildProcess?>(nil)

    package init() {}

    package func follow(_ child: ChildProcess) { self.child.withLock { $0 = child } }

    /// As far as it was read and kept; nothing before the command runs.
    package var now: (output: CapturedOutput, error: CapturedOutput) {
        child.withLock { $0 }?.captured ?? (.nothing, .nothing)
    }
}
