import Glibc
import HITLCore
import HITLTools
import Testing

@Suite struct `The workspace` {
    private static let outside = [
        "../elsewhere/x", "/etc/passwd", "sub/../../elsewhere/x", "/proc/self/root/etc/passwd",
    ]

    @Test(arguments: outside)
    func `is not left by a path`(_ path: String) async throws {
        let bench = try await Workbench()
        bench.directory("sub")
        bench.write(bench.root + "/elsewhere/x", "secret")
        for (tool, arguments) in [
            ("readFile", ["path": .string(path)]), ("listFiles", ["path": .string(path)]),
            ("searchFiles", ["path": .string(path), "pattern": "s"]),
            ("writeFile", ["path": .string(path), "content": "overwritten"]),
            ("editFile", ["path": .string(path), "oldText": "secret", "newText": "x"]),
            ("deleteFile", ["path": .string(path)]), ("moveFile", ["from": .string(path), "to": "y"]),
            ("executeCommand", ["argv": ["true"], "directory": .string(path)]),
        ] as [(String, JSONValue)] {
            let call = await bench.prepare(tool, arguments)
            #expect(call.facts.warnings.contains { $0.contains("leaves the workspace: it leads to `") }, "\(tool)")
            let outcome = try await bench.run(call)
            #expect(outcome?.status == .failed, "\(tool) \(path)")
        }
        #expect(bench.text(bench.root + "/elsewhere/x") == "secret")
    }

    @Test func `asks before what leaves it, even for reading where reading is allowed`() async throws {
        let bench = try await Workbench()
        let risk = RiskAssessor()
        bench.write("in", "")
        #expect(risk.assess(await bench.prepare("readFile", ["path": "in"])).level == Risk.Level.none)
        #expect(risk.assess(await bench.prepare("readFile", ["path": "../in"])).level > .none)
    }

    @Test func `is recognised component by component`() async throws {
        let bench = try await Workbench()
        mkdir(bench.workspace + "-evil", 0o755)
        bench.write(bench.workspace + "-evil/x", "secret")
        let outcome = try await bench.run("readFile", ["path": .string(bench.workspace + "-evil/x")])
        #expect(outcome?.status == .failed)
        bench.write("x", "mine")
        let inside = try await bench.run("readFile", ["path": .string(bench.workspace + "/x")])
        #expect(inside?["text"] == "mine")
    }

    @Test func `is not left through a symbolic link, nor through one that leads nowhere yet`() async throws {
        let bench = try await Workbench()
        bench.link("out", to: "../elsewhere/new")
        let call = await bench.prepare("writeFile", ["path": "out", "content": "x"])
        #expect(
            call.facts.warnings == [
                "it cannot run: `out` leaves the workspace: it leads to `\(bench.root)/elsewhere/new`"
            ])
        let outcome = try await bench.run(call)
        #expect(outcome?.status == .failed)
        #expect(!bench.exists(bench.root + "/elsewhere/new"))
    }

    @Test func `follows links inside it and says where they lead`() async throws {
        let bench = try await Workbench()
        bench.write("real", "old\n")
        bench.link("link", to: "real")
        let call = await bench.prepare("writeFile", ["path": "link", "content": "new\n"])
        #expect(call.facts.paths == [.init(given: "link", resolved: bench.workspace + "/real")])
        #expect(call.facts.warnings == ["`link` leads through a symbolic link to `\(bench.workspace)/real`"])
        _ = try await bench.run(call)
        #expect(bench.text("real") == "new\n")
        #expect(try await bench.run("readFile", ["path": "link"])?["text"] == "new\n")
    }

    @Test func `is not left through links in a circle`() async throws {
        let bench = try await Workbench()
        bench.link("a", to: "b")
        bench.link("b", to: "a")
        let outcome = try await bench.run("readFile", ["path": "a/x"])
        #expect(outcome?.summary == "not executed: `a/x` leads through symbolic links without end")
    }

    @Test func `is not left by a directory that becomes a link in the last moment`() async throws {
        let bench = try await Workbench()
        bench.directory("d")
        bench.write(bench.root + "/elsewhere/x", "secret")
        let swap: @Sendable () -> Void = {
            rename(bench.workspace + "/d", bench.workspace + "/d2")
            bench.link("d", to: bench.root + "/elsewhere")
        }
        let back: @Sendable () -> Void = {
            unlink(bench.workspace + "/d")
            rename(bench.workspace + "/d2", bench.workspace + "/d")
        }
        bench.write("d/x", "old")
        for (tool, arguments) in [
            ("readFile", ["path": "d/x"]), ("writeFile", ["path": "d/x", "content": "new"]),
            ("editFile", ["path": "d/x", "oldText": "old", "newText": "new"]), ("deleteFile", ["path": "d/x"]),
            ("moveFile", ["from": "d/x", "to": "y"]),
        ] as [(String, JSONValue)] {
            let outcome = try await bench.run(
                tool, arguments, with: TooLate(toolbox: bench.toolbox, attack: swap))
            #expect(outcome?.status == .failed, "\(tool)")
            back()
        }
        #expect(bench.text(bench.root + "/elsewhere/x") == "secret")
        #expect(bench.text("d/x") == "old")
    }

    @Test func `has no other file of the same content put in the place of the one that was shown`() async throws {
        let bench = try await Workbench()
        bench.directory("d")
        bench.directory("e")
        bench.write("d/x", "old")
        bench.write("e/x", "old")
        let swap = TooLate(toolbox: bench.toolbox) {
            rename(bench.workspace + "/d", bench.workspace + "/d2")
            bench.link("d", to: "e")
        }
        for (tool, arguments) in [
            ("writeFile", ["path": "d/x", "content": "new"]), ("deleteFile", ["path": "d/x"]),
            ("editFile", ["path": "d/x", "oldText": "old", "newText": "new"]),
        ] as [(String, JSONValue)] {
            #expect(try await bench.run(tool, arguments, with: swap)?.status == .failed, "\(tool)")
            #expect(bench.text("e/x") == "old")
            unlink(bench.workspace + "/d")
            rename(bench.workspace + "/d2", bench.workspace + "/d")
        }
    }

    @Test(arguments: ["a\u{0}b", "a\nb", "a\u{1B}[2J", "a\u{7F}"])
    func `has no names with control characters`(_ path: String) async throws {
        let bench = try await Workbench()
        let call = await bench.prepare("writeFile", ["path": .string(path), "content": ""])
        #expect(call.facts.warnings.count == 1)
        #expect(try await bench.run(call)?.status == .failed)
    }
}

@Suite struct `Files of the gate` {
    @Test func `are found under every name`() async throws {
        let bench = try await Workbench()
        bench.write(bench.state + "/ledger.db", "ledger")
        bench.link("innocent", to: bench.state)
        let ledger = bench.state + "/ledger.db"
        for (tool, arguments) in [
            ("readFile", ["path": "../state/ledger.db"]), ("readFile", ["path": "innocent/ledger.db"]),
            ("writeFile", ["path": "innocent/new", "content": ""]), ("listFiles", ["path": "innocent"]),
            ("deleteFile", ["path": "..", "recursive": true]), ("moveFile", ["from": "..", "to": "x"]),
            ("executeCommand", ["argv": ["cat", "innocent/ledger.db"]]),
            ("executeCommand", ["argv": ["cat", .string("./../ws/../state/./ledger.db")]]),
            ("executeCommand", ["argv": ["dd", .string("if=" + ledger)]]),
            ("executeCommand", ["command": .string("cat <\(ledger)")]),
            ("executeCommand", ["command": "mkdir m && cat m/../../state/ledger.db"]),
            ("executeCommand", ["command": "cat 'innoc'ent/ledger.db"]),
            ("executeCommand", ["command": "cat $PWD/innocent/ledger.db"]),
            ("executeCommand", ["command": .string("perl -e 'open(F, \"\(ledger)\")'")]),
            ("executeCommand", ["argv": ["perl", "-e", .string("open(F, '\(ledger)')")]]),
            ("executeCode", ["language": "python", "code": .string("open('\(ledger)')")]),
        ] as [(String, JSONValue)] {
            let call = await bench.prepare(tool, arguments)
            #expect(!call.facts.gateFiles.isEmpty, "\(tool) \(arguments.canonicalText)")
        }
        #expect(await bench.prepare("readFile", ["path": "stateless"]).facts.gateFiles.isEmpty)
        let neighbour = await bench.prepare("executeCommand", ["command": .string("cat \(bench.state)-notes.txt")])
        #expect(neighbour.facts.gateFiles.isEmpty)
    }

    @Test func `are refused whatever a rule allows`() async throws {
        let bench = try await Workbench(.allowAll)
        bench.write(bench.state + "/ledger.db", "ledger")
        let outcome = try await bench.run("executeCommand", ["argv": ["rm", "../state/ledger.db"]])
        #expect(outcome == nil)
        #expect(bench.exists(bench.state + "/ledger.db"))
    }
}
