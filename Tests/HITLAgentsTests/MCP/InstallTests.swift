import HITLCore
import Testing

@testable import HITLAgents

@Suite struct `The configuration of an MCP client` {
    private static let gated = ServerCommand(command: "uvx", arguments: ["git", "a b"]).gated(
        by: "/usr/bin/hitl", ["--name", "git", "--socket", "/s"])

    private func json(_ text: String, key: String = "mcpServers", type: String? = nil) throws -> JSONClientText {
        try JSONClientText(Array(text.utf8), key: key, type: type)
    }

    @Test func `has one server changed, and every other byte as it was`() throws {
        let before =
            #"{ "a":"é","mcpServers" : {"x":{"url":"u"} , "git":{"command":"uvx","args":["git","a b"],"env":{"K":"v"}}},"z":1.0}"#
        let text = try json(before)
        let found = try #require(try text.server("git"))
        #expect(found.words == ["uvx", "git", "a b"])
        let after = String(decoding: try text.setting("git", to: Self.gated), as: UTF8.self)
        #expect(
            after == """
                { "a":"é","mcpServers" : {"x":{"url":"u"} , "git":{
                      "command": "/usr/bin/hitl",
                      "args": [
                        "mcp",
                        "--name",
                        "git",
                        "--socket",
                        "/s",
                        "--",
                        "uvx",
                        "git",
                        "a b"
                      ],
                      "env": {
                        "K": "v"
                      }
                    }},"z":1.0}
                """)
        #expect(try json(after).server("git")?.ungated == found)
    }

    @Test func `gets a server where it has none`() throws {
        let plain = ServerCommand(command: "a", arguments: [])
        for before in ["", "{}", "{\n  \"mcpServers\": {}\n}\n", #"{"x":1}"#, #"{"mcpServers":{"b":{"command":"c"}}}"#]
        {
            let after = try json(before).setting("git", to: plain)
            #expect(try json(String(decoding: after, as: UTF8.self)).server("git") == plain, "\(before)")
        }
        #expect(
            String(decoding: try json("", key: "servers", type: "stdio").setting("git", to: plain), as: UTF8.self)
                == """
                {
                  "servers": {
                    "git": {
                      "type": "stdio",
                      "command": "a",
                      "args": []
                    }
                  }
                }

                """)
    }

    @Test func `has a server with a URL gated, and gets it back as it was`() throws {
        let options = ["--name", "crm"]
        for (remote, entry) in [
            (JSONClientText.Remote.plain, #"{"url":"https://crm.example/mcp"}"#),
            (.typed, #"{"type":"http","url":"https://crm.example/mcp"}"#),
            (.named, #"{"httpUrl":"https://crm.example/mcp","timeout":5}"#),
        ] {
            func client(_ bytes: [UInt8]) throws -> JSONClientText {
                try JSONClientText(bytes, key: "mcpServers", type: nil, remote: remote)
            }
            let before = Array(#"{"mcpServers":{"crm":\#(entry)}}"#.utf8)
            let url = try #require(try client(before).url("crm"))
            let after = try client(before).setting("crm", to: .gating(url: url, by: "/usr/bin/hitl", options))
            let found = try #require(try client(after).server("crm"))
            #expect(found.words == ["/usr/bin/hitl", "mcp", "--name", "crm", "--url", "https://crm.example/mcp"])
            #expect(found.isGated)
            #expect(!String(decoding: after, as: UTF8.self).contains("\"url\":"))
            let back = try client(after).setting("crm", toURL: try #require(found.ungatedURL))
            #expect(try JSONValue(parsing: back).canonical == JSONValue(parsing: before).canonical)
        }
    }

    @Test func `keeps the headers that a server is sent`() throws {
        let text = try json(
            #"{"mcpServers":{"crm":{"url":"https://crm.example/mcp","headers":{"Authorization":"Bearer x"}}}}"#)
        #expect(throws: InstallObstacle.hasHeaders("crm")) { try text.url("crm") }
    }

    @Test func `is left alone where it is not understood`() throws {
        #expect(throws: InstallObstacle.self) { try json("{ // a comment\n}") }
        #expect(throws: InstallObstacle.self) { try json(#"{"mcpServers":{},"mcpServers":{}}"#) }
        #expect(throws: InstallObstacle.notACommand("git")) {
            try json(#"{"mcpServers":{"git":{"url":"https://a.example"}}}"#).server("git")
        }
        #expect(throws: InstallObstacle.unsure) {
            try json(#"{"mcpServer\u0073":{"git":{"command":"a"}}}"#).setting("git", to: Self.gated)
        }
    }

    @Test func `in TOML has one server changed, and every other byte as it was`() throws {
        let before = """
            model = "x" # [mcp_servers.git]

            [mcp_servers."git"] # here
            env = { A = "b" }
            args = ['git', # none
              "a b"]
            command = "uvx"

            [mcp_servers.other]
            command = "o"
            """
        #expect(throws: InstallObstacle.notACommand("git")) { try TOMLClientText(Array(before.utf8)).server("git") }
        let readable = before.replacing(" # none", with: "")
        let text = try TOMLClientText(Array(readable.utf8))
        let found = try #require(try text.server("git"))
        #expect(found.words == ["uvx", "git", "a b"])
        let after = String(decoding: try text.setting("git", to: Self.gated), as: UTF8.self)
        #expect(
            after == """
                model = "x" # [mcp_servers.git]

                [mcp_servers."git"] # here
                env = { A = "b" }
                args = ["mcp", "--name", "git", "--socket", "/s", "--", "uvx", "git", "a b"]
                command = "/usr/bin/hitl"

                [mcp_servers.other]
                command = "o"
                """)
        #expect(try TOMLClientText(Array(after.utf8)).server("git")?.ungated == found)
        #expect(try text.server("none") == nil)
        let added = try text.setting("a.b", to: found)
        #expect(
            String(decoding: added, as: UTF8.self).hasSuffix(
                "\n\n[mcp_servers.\"a.b\"]\ncommand = \"uvx\"\nargs = [\"git\", \"a b\"]\n"))
    }

    @Test func `in TOML is left alone where it is not understood`() throws {
        for text in [
            "mcp_servers.git.command = \"a\"", "[mcp_servers.git]\ncommand = 1", "[mcp_servers.git]\nargs = []",
            "[mcp_servers.git]\ncommand = \"a\"\n[mcp_servers.git]\ncommand = \"b\"",
            "[mcp_servers.git]\ncommand = \"a\" \"b\"",
        ] {
            #expect(throws: InstallObstacle.self, "\(text)") { try TOMLClientText(Array(text.utf8)).server("git") }
        }
        #expect(throws: InstallObstacle.self) {
            try TOMLClientText(Array("a = \"\"\"\n[mcp_servers.git]\n\"\"\"".utf8))
        }
    }

    @Test func `knows what goes through the gateway`() {
        #expect(Self.gated.ungated?.words == ["uvx", "git", "a b"])
        #expect(ServerCommand(command: "/x/hitl", arguments: ["mcp", "list"]).ungated == nil)
        #expect(ServerCommand(command: "/x/hitl", arguments: ["ask", "--", "x"]).ungated == nil)
        #expect(ServerCommand(command: "/x/nohitl", arguments: ["mcp", "--", "x"]).ungated == nil)
    }
}
