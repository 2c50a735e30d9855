import HITLCore
import HITLGate

/// What every connection of a server shares.
struct Desk: Sendable {
    let gate: Gate
    let authority: DeskAuthority
    /// The call with what can be seen of it from here.
    let look: @Sendable (ToolCall) -> ToolCall
    let executor: (any Executor)?
    let commands: ForwardedCommands?
    let limits: DeskLimits
    let feed: ChangeFeed
    /// Nil where nobody asks for a proof of its answers.
    let key: DeskKey?

    func with(gate: Gate) -> Desk {
        Desk(
            gate: gate, authority: authority, look: look, executor: executor, commands: commands,
            limits: limits, feed: feed, key: key)
    }
}

/// How much one client, and all together, may take of the desk.
package struct DeskLimits: Sendable {
    /// Bytes of one line.
    package var line = 16 << 20
    /// Bytes that wait for a client that does not read, before it is let go of.
    package var backlog = 16 << 20
    package var connections = 4096
    /// Requests of one connection that are under way and end soon; then its next lines wait.
    package var atOnce = 256
    /// Requests of one connection that may wait for people; one more is refused.
    package var waiting = 1024
    /// Attempts of one connection to do what it may not; then it is closed.
    package var attempts = 16

    package init() {}
}
