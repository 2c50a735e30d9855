import Glibc
import HITLPlatform
import Testing

/// One agent's hook with the event that this agent sends, and the answers that it takes.
struct HookCase: Sendable, CustomTestStringConvertible {
    let agent: String
    let event: String
    let tool: String
    /// A decided question.
    let permitted: String
    /// What stands around the reason.
    let refused: (before: String, after: String)
    /// Nil where an edit cannot be said and is a refusal.
    let edited: String?
    /// Whether doubt ends in the agent's own denial instead of the exit code 2.
    let doubtIsDenial: Bool

    var testDescription: String { "\(agent), \(event)" }

    static let all = [
        HookCase(
            agent: "claude", event: "PreToolUse", tool: "Bash",
            permitted:
                #"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow","permissionDecisionReason":"hitl: request N was approved by OPERATOR"}}"#
                + "\n",
            refused: (
                #"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":""#,
                "\"}}\n"
            ),
            edited:
                #"{"hookSpecificOutput":{"additionalContext":"EDIT","hookEventName":"PreToolUse","permissionDecision":"allow","permissionDecisionReason":"EDIT","updatedInput":{"command":"make clean","why":"tidy"}}}"#
                + "\n", doubtIsDenial: false),
        HookCase(
            agent: "claude", event: "PermissionRequest", tool: "Bash",
            permitted:
                #"{"hookSpecificOutput":{"decision":{"behavior":"allow"},"hookEventName":"PermissionRequest"}}"# + "\n",
            refused: (
                #"{"hookSpecificOutput":{"decision":{"behavior":"deny","interrupt":false,"message":""#,
                #""},"hookEventName":"PermissionRequest"}}"# + "\n"
            ),
            edited:
                #"{"hookSpecificOutput":{"decision":{"behavior":"allow","updatedInput":{"command":"make clean","why":"tidy"}},"hookEventName":"PermissionRequest"}}"#
                + "\n", doubtIsDenial: true),
        HookCase(
            agent: "codex", event: "PreToolUse", tool: "Bash", permitted: "",
            refused: (
                #"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":""#,
                "\"}}\n"
            ),
            edited:
                #"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow","updatedInput":{"command":"make clean","why":"tidy"}}}"#
                + "\n", doubtIsDenial: false),
        HookCase(
            agent: "codex", event: "PermissionRequest", tool: "Bash",
            permitted:
                #"{"hookSpecificOutput":{"decision":{"behavior":"allow"},"hookEventName":"PermissionRequest"}}"# + "\n",
            refused: (
                #"{"hookSpecificOutput":{"decision":{"behavior":"deny","message":""#,
                #""},"hookEventName":"PermissionRequest"}}"# + "\n"
            ), edited: nil, doubtIsDenial: true),
        HookCase(
            agent: "gemini", event: "BeforeTool", tool: "run_shell_command",
            permitted: #"{"decision":"allow","reason":"hitl: request N was approved by OPERATOR"}"# + "\n",
            refused: (#"{"decision":"deny","reason":""#, "\"}\n"),
            edited:
                #"{"decision":"allow","hookSpecificOutput":{"hookEventName":"BeforeTool","tool_input":{"command":"make clean"}},"reason":"EDIT"}"#
                + "\n", doubtIsDenial: false),
    ]

    func input(_ arguments: String = #"{"command":"rm -rf build","why":"tidy"}"#, cwd: String = "/tmp") -> String {
        #"{"session_id":"s-1","transcript_path":"/t","cwd":"\#(cwd)","hook_event_name":"\#(event)","tool_name":"\#(tool)","tool_input":\#(arguments)}"#
    }

    /// How a refusal looks that the desk decided.
    func refusal(_ reason: String) -> Said { Said(code: 0, out: refused.before + reason + refused.after) }

    /// How a refusal looks that nobody decided.
    func doubt(_ reason: String) -> Said {
        doubtIsDenial
            ? refusal("Nothing was executed: \(reason)")
            : Said(code: 2, err: "hitl: Nothing was executed: \(reason)\n")
    }
}

extension Home {
    var socket: String { path("r/hitl/desk.sock") }

    /// The hook as its agent runs it. `timeout` stands for the agent: a process that is neither a shell nor `hitl`.
    func startHook(
        _ hook: HookCase, _ input: String? = nil, _ options: [String] = [], environment: [String: String] = [:]
    ) async throws -> ChildProcess {
        try await start(
            program: "/usr/bin/timeout",
            ["60", Home.hitl, "hook", hook.agent, "--socket", socket] + options,
            input: input ?? hook.input(cwd: workspace), environment: environment)
    }

    func runHook(_ hook: HookCase, _ input: String? = nil, _ options: [String] = []) async throws -> Said {
        Said(await (try await startHook(hook, input, options)).wait())
    }
}
