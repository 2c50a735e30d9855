import HITLCore

/// The agents whose hooks are answered.
package enum HookAgent: String, Sendable, CaseIterable {
    case claude, codex, gemini

    package var contract: any HookContract.Type {
        switch self {
        case .claude: ClaudeHook.self
        case .codex: CodexHook.self
        case .gemini: GeminiHook.self
        }
    }

    /// The refusal where something went wrong, as early as that may have been.
    ///
    /// The exit code stops a call; it decides nothing where the agent asks for permission, and that agent would go on to
    /// ask its user. So what cannot be read is searched for the event's name.
    ///
    /// - Parameter event: the bytes that the agent sent, as far as there are any.
    package func refusal(_ reason: String, question: HookCall.Question? = nil, event: [UInt8] = []) -> HookAnswer {
        let reason = "Nothing was executed: " + reason
        guard question ?? Self.guess(event) == .permission else { return .block(reason) }
        return contract.answer(
            .refused(reason),
            to: HookCall(
                .permission, tool: "", arguments: JSONObject(), session: nil, directory: nil, lineage: []))
    }

    /// What unreadable bytes ask, by every event name in them: a model can write one into its arguments, and the answer
    /// for the wrong event would stop nothing.
    private static func guess(_ event: [UInt8]) -> HookCall.Question? {
        let key = Array("\"hook_event_name\"".utf8)
        let name = Array("\"PermissionRequest\"".utf8)
        var found = false
        var rest = event[...]
        while let start = rest.firstIndex(of: key[0]) {
            rest = rest[start...]
            guard rest.starts(with: key) else {
                rest = rest.dropFirst()
                continue
            }
            rest = rest.dropFirst(key.count)
            let value = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ":") }
            guard value.starts(with: name) else { return nil }
            found = true
        }
        return found ? .permission : nil
    }
}

extension HookCall {
    /// For a model whose agent cannot take new arguments from a hook.
    func mustAskAgain(with arguments: JSONObject, _ note: String) -> String {
        "`\(tool)` was not executed, because its arguments were edited and this agent cannot be given new ones. "
            + "\(note) Call it again with exactly these arguments: \(JSONValue.object(arguments).canonicalText)"
    }
}
