package import HITLCore

/// How much of the machine one call may use.
package struct ToolLimits: Sendable {
    /// Of a command that names no limit of its own.
    package var commandTime = Milliseconds.minutes(2)
    /// The longest limit that a command may name.
    package var longestCommandTime = Milliseconds.minutes(30)
    /// Between asking a command to end and killing it.
    package var grace = Milliseconds.seconds(3)
    /// Of standard output, and as many of standard error: the first half and the last half are kept.
    package var outputBytes = 128 << 10
    package var httpTime = Milliseconds.seconds(60)
    /// What is kept of a response's body.
    package var httpBytes = 256 << 10
    /// A response that announces a longer body is not taken at all.
    package var httpTransferBytes = 64 << 20
    /// What one `readFile` gives at most.
    package var readBytes = 256 << 10
    /// The largest file that is written, edited or compared.
    package var editBytes = 4 << 20
    /// How much content is digested for one call before it is shown.
    package var pinnedBytes = 256 << 20
    /// Files that one command is pinned to.
    package var pinnedFiles = 64
    /// What one listing or one search gives at most.
    package var entries = 2000
    package var matches = 500

    package init() {}
}
