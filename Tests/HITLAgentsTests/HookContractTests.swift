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

@Suite struct `A call of a server's tool that comes through a hook` {
    @Test(arguments: [
        (#""think","mcp_context":{"server_name":"s","tool_name":"think"}"#, "mcp__think"),
        (#""read_file","mcp_context":{}"#, "mcp__read_file"),
        (#""mcp_s_think","mcp_context":{"server_name":"s"}"#, "mcp_s_think"),
        (#""read_file","mcp_context":null"#, "read_file"), (#""read_file""#, "read_file"),
    ]) func `does not go by the name of one of the agent's own`(_ named: String, _ tool: String) throws {
        let event = #"{"hook_event_name":"BeforeTool","tool_input":{},"tool_name":"# + named + "}"
        let object = try #require(try JSONValue(parsing: Array(event.utf8)).object)
        guard case .asks(let call) = try HookAgent.gemini.contract.read(object) else {
            Issue.record("it asks nothing")
            return
        }
        #expect(call.tool == tool)
        #expect((ToolCatalog.kind(of: call.tool) == .other) == (tool != "read_file"))
    }
}
