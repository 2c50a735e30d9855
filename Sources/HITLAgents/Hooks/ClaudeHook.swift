import HITLCore

/// Claude Code: `PreToolUse`, asked of every call, and `PermissionRequest`, asked of those that would prompt.
///
/// `allow` skips the prompt and nothing else: the user's own deny and ask rules still hold. *Ask* and *defer* are never
/// answered: in a run without a terminal they end the call or the run.
package enum ClaudeHook: HookContract {
    package static let agent = "claude"
    package static let asking: [(event: String, question: HookCall.Question)] = [
        ("PreToolUse", .use), ("PermissionRequest", .permission),
    ]
    package static let telling = ["PostToolUse", "PostToolUseFailure"]

    package static func answer(_ decision: HookDecision, to call: HookCall) -> HookAnswer {
        switch call.question {
        case .use: .document(use(decision))
        case .permission: .document(permission(decision))
        }
    }

    private static func use(_ decision: HookDecision) -> JSONValue {
        var fields: [JSONObject.Member] = [.init("hookEventName", "PreToolUse")]
        switch decision {
        case .refused(let reason):
            fields += [.init("permissionDecision", "deny"), .init("permissionDecisionReason", .string(reason))]
        case .permitted(let note):
            fields += [.init("permissionDecision", "allow"), .init("permissionDecisionReason", .string(note))]
        case .edited(let arguments, let note):
            fields += [
                .init("permissionDecision", "allow"), .init("permissionDecisionReason", .string(note)),
                .init("updatedInput", .object(arguments)), .init("additionalContext", .string(note)),
            ]
        }
        return ["hookSpecificOutput": .object(JSONObject(fields))]
    }

    private static func permission(_ decision: HookDecision) -> JSONValue {
        let behaviour: JSONValue =
            switch decision {
            // `interrupt` true would end the turn: the model should hear the reason and go on.
            case .refused(let reason): ["behavior": "deny", "interrupt": false, "message": .string(reason)]
            case .permitted: ["behavior": "allow"]
            case .edited(let arguments, _): ["behavior": "allow", "updatedInput": .object(arguments)]
            }
        return ["hookSpecificOutput": ["decision": behaviour, "hookEventName": "PermissionRequest"]]
    }
}
