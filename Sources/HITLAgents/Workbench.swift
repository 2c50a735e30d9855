package import HITLCore
package import HITLGate
package import HITLPlatform

/// The tools that `hitl` itself carries out, as a runner needs them: it describes calls before anyone
/// is asked, and carries out what was permitted.
package protocol Workbench: Executor {
    /// The tools that it knows, by name.
    var tools: [String] { get }

    /// The call with what the world says about it now. Never fails: what stands against it is a
    /// warning among the call's facts, and keeps it from running.
    func prepare(tool: String, arguments: JSONObject, origin: Origin, claims: Claims) async -> ToolCall

    /// Carries out `call`, which the permitted one stands for: the same facts, under a tool that this
    /// workbench knows. `run(_:until:)` is this with the permit's own call.
    func run(_ permit: consuming Permit, as call: ToolCall, until stop: StopSignal) async -> Outcome

    /// The same as `run(_:until:)`, and what a command prints can be looked at meanwhile.
    func run(_ permit: consuming Permit, until stop: StopSignal, showing output: LiveOutput) async -> Outcome
}
