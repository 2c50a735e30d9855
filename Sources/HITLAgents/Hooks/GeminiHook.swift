import HITLCore

/// Gemini CLI: `BeforeTool`. `allow` does not skip Gemini's own confirmation.
///
/// New input is merged into what was proposed, so only the members that differ are sent; what an edit took away cannot
/// be said, and is a refusal.
package enum GeminiHook: HookContract {
    package static let agent = "gemini"
    package static let asking: [(event: String, question: HookCall.Question)] = [("BeforeTool", .use)]
    package static let telling = ["AfterTool"]

    package static func answer(_ decision: HookDecision, to call: HookCall) -> HookAnswer {
        switch decision {
        case .refused(let reason): return deny(reason)
        case .permitted(let note): return .document(["decision": "allow", "reason": .string(note)])
        case .edited(let arguments, let note):
            guard !Self.takesAway(.object(call.arguments), .object(arguments)) else {
                return deny(call.mustAskAgain(with: arguments, note))
            }
            let changed = arguments.members.filter { call.arguments[$0.name] != $0.value }
            return .document([
                "decision": "allow",
                "hookSpecificOutput": ["hookEventName": "BeforeTool", "tool_input": .object(JSONObject(changed))],
                "reason": .string(note),
            ])
        }
    }

    private static func deny(_ reason: String) -> HookAnswer {
        .document(["decision": "deny", "reason": .string(reason)])
    }

    /// Whether a member of an object is missing in the edited one, at any depth: however deep the merging goes, it
    /// would stay.
    private static func takesAway(_ old: JSONValue, _ new: JSONValue) -> Bool {
        guard case .object(let before) = old, case .object(let after) = new else { return false }
        return before.members.contains { member in
            guard let value = after[member.name] else { return true }
            return takesAway(member.value, value)
        }
    }
}
