/// Variables that say where the gate or an agent keeps its rules, or whether they hold.
enum GateVariables {
    private static let starts = ["HITL_", "NEUROLINK_HITL_"]
    private static let names = [
        "CODEX_HOME", "CLAUDE_CONFIG_DIR", "GEMINI_CLI_HOME", "CURSOR_CONFIG_DIR", "OPENCODE_CONFIG", "COPILOT_HOME",
        "ANTHROPIC_BASE_URL", "OPENAI_BASE_URL", "CLAUDE_CODE_ENABLE_TELEMETRY", "XDG_CONFIG_HOME", "XDG_STATE_HOME",
        "XDG_RUNTIME_DIR",
        "LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "BASH_ENV", "PROMPT_COMMAND", "GIT_SSH_COMMAND",
        "NODE_OPTIONS",
    ]

    /// Whether a text of the arguments assigns one: `HITL_HOME=`, `export CODEX_HOME=`, `HITL_MODE: `.
    static func areSet(in arguments: JSONObject) -> Bool { arguments.members.contains { isSet(in: $0.value) } }

    private static func isSet(in value: JSONValue) -> Bool {
        switch value {
        case .string(let text): return assigns(Array(text.utf8))
        case .array(let elements): return elements.contains(where: isSet)
        case .object(let object): return areSet(in: object)
        case .null, .bool, .number: return false
        }
    }

    private static func assigns(_ text: [UInt8]) -> Bool {
        for place in text.indices where text[place] == UInt8(ascii: "=") || text[place] == UInt8(ascii: ":") {
            var end = place
            while end > 0, place - end < 8, " \"'+?:".utf8.contains(text[end - 1]) { end -= 1 }
            var start = end
            while start > 0, end - start < 48,
                TokenTable.Body.alphanumeric.holds(text[start - 1]) || text[start - 1] == UInt8(ascii: "_")
            {
                start -= 1
            }
            let name = text[start..<end].map { (0x61...0x7A).contains($0) ? $0 - 32 : $0 }
            if starts.contains(where: { name.starts(with: $0.utf8) })
                || names.contains(where: { name.elementsEqual($0.utf8) })
            {
                return true
            }
        }
        return false
    }
}
