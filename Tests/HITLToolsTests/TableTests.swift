import HITLCore
@testable import HITLTools
import Testing

@Suite struct `The table of tools` {
    @Test func `has the documented names and kinds`() {
        let table = ToolTable.all.map { "\($0.name) \($0.kind.rawValue): \($0.usage)" }.joined(separator: "\n")
        #expect(
            table == """
                readFile read: path [offset] [limit]
                listFiles read: [path] [recursive]
                searchFiles search: pattern [path] [glob] [ignoreCase]
                writeFile edit: path [content] [contentBase64] [mode]
                editFile edit: path oldText newText [replaceAll]
                deleteFile delete: path [recursive]
                moveFile move: from to
                executeCommand execute: [argv] [command] [directory] [timeout] [stdin]
                executeCode execute: language code [timeout]
                httpRequest fetch: url [method] [headers] [body]
                sendEmail other: to subject [body] [cc] [bcc] [from]
                """)
    }

    @Test func `gives schemas that models understand`() {
        let schema = ToolTable.definition(of: "deleteFile")?.schema
        #expect(
            schema == [
                "type": "object",
                "properties": [
                    "path": ["type": "string", "description": "What to delete; of a symbolic link the link itself."],
                    "recursive": ["type": "boolean", "description": "Whether a directory goes with everything in it."],
                ],
                "required": ["path"], "additionalProperties": false,
            ])
    }

    @Test func `checks every argument`() async throws {
        let bench = try await Workbench()
        for (tool, arguments, reason) in [
            ("deleteFile", [:], "the argument `path` is missing"),
            ("deleteFile", ["path": nil], "the argument `path` is missing"),
            ("deleteFile", ["path": 1], "the argument `path` must be a text"),
            ("deleteFile", ["path": "a", "recursive": "yes"], "the argument `recursive` must be true or false"),
            (
                "deleteFile", ["path": "a", "force": true],
                "there is no argument `force`; the tool has `path`, `recursive`"
            ),
            ("readFile", ["path": "a", "limit": -1], "the argument `limit` must be a whole number of 0 or more"),
            (
                "readFile", ["path": "a", "limit": .number(JSONNumber("1e99")!)],
                "the argument `limit` must be a whole number of 0 or more"
            ),
            ("writeFile", ["path": "a"], "one of the arguments `content` and `contentBase64` is needed"),
            (
                "writeFile", ["path": "a", "content": "", "contentBase64": ""],
                "the arguments `content` and `contentBase64` exclude each other"
            ),
            (
                "writeFile", ["path": "a", "contentBase64": "AB=="],
                "the argument `contentBase64` must be bytes in base64"
            ),
            ("writeFile", ["path": "", "content": ""], "`` is empty"),
            (
                "writeFile", ["path": "a", "content": "", "mode": "4755"],
                "the argument `mode` must be permissions in octal such as \"0644\""
            ),
            (
                "writeFile", ["path": "a", "content": "", "mode": "+x"],
                "the argument `mode` must be permissions in octal such as \"0644\""
            ),
            ("executeCommand", ["argv": "ls"], "the argument `argv` must be a list of texts"),
            ("executeCommand", ["argv": []], "the command is empty"),
            ("executeCommand", ["command": ""], "the command is empty"),
            (
                "executeCommand", ["argv": ["ls"], "command": "rm"],
                "the arguments `argv` and `command` exclude each other"
            ),
            (
                "httpRequest", ["url": "http://a/", "headers": ["X": 1]],
                "the argument `headers` must be an object whose members are texts"
            ),
        ] as [(String, JSONValue, String)] {
            let call = await bench.prepare(tool, arguments)
            #expect(call.facts.warnings == ["it cannot run: " + reason])
            #expect(try await bench.run(call)?.summary == "not executed: " + reason)
        }
    }

    @Test func `has no tool that it does not name, and says so`() async throws {
        let bench = try await Workbench()
        for name in ["transferMoney", "readfile", "readFile ", ""] {
            let call = await bench.prepare(name, ["amount": 1])
            #expect(call.kind == .other && call.performer == .desk)
            #expect(call.facts.warnings == ["it cannot run: hitl has no tool named `\(name)`"])
            let outcome = try await bench.run(call)
            #expect(outcome?.status == .failed)
            #expect(outcome?.summary == "not executed: hitl has no tool named `\(name)`")
        }
    }
}

extension ToolDefinition {
    fileprivate var usage: String {
        parameters.map { $0.isRequired ? $0.name : "[\($0.name)]" }.joined(separator: " ")
    }
}
