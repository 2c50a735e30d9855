import HITLCore

/// Codex: the same events as Claude Code, read more strictly.
///
/// A word that Codex does not support (`allow` without new input, `ask`, `continue`, a denial without a reason) makes
/// the hook a failed one, and the call goes on. So permission is silence: Codex then does what its own approval policy
/// says.
package enum CodexHook: HookContract {
    package static let agent = "codex"
    package static let asking: [(event: String, question: HookCall.Question)] = [
        ("PreToolUse", .use), ("PermissionRequest", .permission),
    ]
    package static let telling = ["PostToolUse"]

    package static func answer(_ decision: HookDecision, to call: HookCall) -> HookAnswer {
        switch call.question {
        case .use: use(decision)
        case .permission: permission(decision, to: call)
        }
    }

    private static func use(_ decision: HookDecision) -> HookAnswer {
        switch decision {
        case .refused(let reason): document("deny", [.init("permissionDecisionReason", .string(reason))])
        case .permitted: .noOpinion
        case .edited(let arguments, _): document("allow", [.init("updatedInput", .object(arguments))])
        }
    }

    private static func document(_ word: JSONValue, _ more: [JSONObject.Member]) -> HookAnswer {
        let fields: [JSONObject.Member] = [.init("hookEventName", "PreToolUse"), .init("permissionDecision", word)]
        return .document(["hookSpecificOutput": .object(JSONObject(fields + more))])
    }

    /// An answer here carries no new input.
    private static func permission(_ decision: HookDecision, to call: HookCall) -> HookAnswer {
        let behaviour: JSONValue =
            switch decision {
            case .refused(let reason): ["behavior": "deny", "message": .string(reason)]
            case .permitted: ["behavior": "allow"]
            case .edited(let arguments, let note):
                ["behavior": "deny", "message": .string(call.mustAskAgain(with: arguments, note))]
            }
        return .document(["hookSpecificOutput": ["decision": behaviour, "hookEventName": "PermissionRequest"]])
    }
}
