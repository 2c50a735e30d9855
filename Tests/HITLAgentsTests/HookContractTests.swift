import HITLAgents
import HITLCore
import Testing

@Suite struct `An edit that a hook answers with` {
    private static let proposed: JSONValue = ["a": "1", "b": ["c": 1, "d": 2]]
    private static let call = HookCall(
        .use, tool: "t", arguments: proposed.object ?? JSONObject(), session: nil, directory: nil, lineage: [])

    private func answer(_ arguments: JSONValue, _ agent: HookAgent = .gemini) -> String {
        String(
            decoding: agent.contract.answer(.edited(arguments.object ?? JSONObject(), "Edited."), to: Self.call).output,
            as: UTF8.self)
    }

    @Test func `is merged by Gemini, so that it is sent what differs and no more`() {
        #expect(
            answer(["a": "2", "b": ["c": 1, "d": 2]])
                == #"{"decision":"allow","hookSpecificOutput":{"hookEventName":"BeforeTool","tool_input":{"a":"2"}},"reason":"Edited."}"#
                + "\n")
    }

    /// What stays where it was taken away would run.
    @Test(arguments: [["b": ["c": 1, "d": 2]], ["a": "1", "b": ["c": 1]], [:]] as [JSONValue])
    func `is a refusal for Gemini where something is taken away, at any depth`(_ arguments: JSONValue) {
        let said = answer(arguments)
        #expect(
            said.hasPrefix(#"{"decision":"deny","reason":"`t` was not executed, because its arguments were edited"#))
        #expect(said.contains("Call it again with exactly these arguments: "))
        // The others replace their input as a whole.
        #expect(answer(arguments, .claude).contains(#""permissionDecision":"allow""#))
    }
}
