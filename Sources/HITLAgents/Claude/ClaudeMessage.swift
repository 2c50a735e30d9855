import HITLCore

/// What is said to Claude Code over its control protocol: lines of JSON, as its own SDK writes them.
enum ClaudeMessage {
    /// Every tool call passes a hook of ours, which sends each of them to the permission prompt: otherwise calls that
    /// Claude Code holds to be harmless, or that its settings allow, would be asked of nobody.
    static let hookID = "hitl"

    static func initialize(_ id: String) -> JSONValue {
        request(
            id,
            [
                "subtype": "initialize",
                "hooks": ["PreToolUse": [["hookCallbackIds": [.string(hookID)], "matcher": nil, "timeout": 86_400]]],
            ])
    }

    static func setMode(_ id: String) -> JSONValue {
        request(id, ["subtype": "set_permission_mode", "mode": "default"])
    }

    private static func request(_ id: String, _ request: JSONValue) -> JSONValue {
        ["type": "control_request", "request_id": .string(id), "request": request]
    }

    static func user(_ text: String) -> JSONValue {
        [
            "type": "user", "session_id": "", "message": ["role": "user", "content": .string(text)],
            "parent_tool_use_id": nil,
        ]
    }

    // MARK: Answers

    static func allow(_ id: String, input: JSONObject) -> JSONValue {
        success(id, ["behavior": "allow", "updatedInput": .object(input)])
    }

    /// The model reads the words, and the turn goes on.
    static func deny(_ id: String, _ words: String) -> JSONValue {
        success(id, ["behavior": "deny", "interrupt": false, "message": .string(words)])
    }

    static func askThePrompt(_ id: String) -> JSONValue {
        success(
            id,
            [
                "hookSpecificOutput": [
                    "hookEventName": "PreToolUse", "permissionDecision": "ask",
                    "permissionDecisionReason": "every call is asked for",
                ]
            ])
    }

    static func cannot(_ id: String, _ words: String) -> JSONValue {
        [
            "type": "control_response",
            "response": ["subtype": "error", "request_id": .string(id), "error": .string(words)],
        ]
    }

    private static func success(_ id: String, _ response: JSONValue) -> JSONValue {
        [
            "type": "control_response",
            "response": ["subtype": "success", "request_id": .string(id), "response": response],
        ]
    }
}
