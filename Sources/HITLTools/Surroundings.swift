import HITLCore

/// What all tools of one toolbox share.
struct Surroundings: Sendable {
    let workspace: Workspace
    let outbox: Outbox
    let gateFiles: GateFiles
    let limits: ToolLimits
    let environment: CleanEnvironment
    let sender: String
    let now: @Sendable () -> WallTime
    let randomBytes: @Sendable (Int) -> [UInt8]
}
