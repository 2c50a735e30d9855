import Glibc
import HITLCore
import HITLTools
import Testing

@Suite struct `An approved call` {
    @Test func `does not write over a file that changed after it was shown`() async throws {
        let bench = try await Workbench()
        bench.write("a", "shown")
        let outcome = try await bench.run("writeFile", ["path": "a", "content": "new"]) { bench.write("a", "changed") }
        #expect(outcome?.summary == "not executed: `\(bench.workspace)/a` was changed")
        #expect(bench.text("a") == "changed")
    }

    @Test func `does not write over a file that was not there when it was shown`() async throws {
        let bench = try await Workbench()
        let outcome = try await bench.run("writeFile", ["path": "a", "content": "new"]) { bench.write("a", "mine") }
        #expect(outcome?.summary == "not executed: `\(bench.workspace)/a` did not exist and now does")
        #expect(bench.text("a") == "mine")
    }

    @Test func `does not follow a link that was retargeted meanwhile`() async throws {
        let bench = try await Workbench()
        bench.write("real", "")
        bench.link("out", to: "real")
        let outcome = try await bench.run("writeFile", ["path": "out", "content": "x"]) {
            bench.link("out", to: bench.root + "/elsewhere/cron")
        }
        #expect(
            outcome?.summary
                == "not executed: `out` led to `\(bench.workspace)/real` and now leads to `\(bench.root)/elsewhere/cron`"
        )
        #expect(!bench.exists(bench.root + "/elsewhere/cron"))
    }

    @Test func `does not edit a file that changed, even where the text still occurs once`() async throws {
        let bench = try await Workbench()
        bench.write("a", "old\n")
        let outcome = try await bench.run("editFile", ["path": "a", "oldText": "old", "newText": "new"]) {
            bench.write("a", "if false: old\n")
        }
        #expect(outcome?.summary == "not executed: `\(bench.workspace)/a` was changed")
        #expect(bench.text("a") == "if false: old\n")
    }

    @Test func `does not delete what took the place of the file`() async throws {
        let bench = try await Workbench()
        bench.write("a", "worthless")
        let outcome = try await bench.run("deleteFile", ["path": "a"]) { bench.write("a", "precious") }
        #expect(outcome?.status == .failed)
        #expect(bench.text("a") == "precious")
    }

    @Test func `does not delete a directory that has got more in it`() async throws {
        let bench = try await Workbench()
        bench.directory("d")
        bench.write("d/a", "")
        let outcome = try await bench.run("deleteFile", ["path": "d", "recursive": true]) {
            bench.write("d/precious", "x")
        }
        #expect(outcome?.summary == "not executed: what it would do is no longer what was shown")
        #expect(bench.exists("d/precious"))
    }

    private static let scriptCalls: [JSONValue] = [
        ["argv": ["sh", "script.sh"]], ["command": "sh script.sh"], ["command": "sh ./'script'.sh && true"],
    ]

    @Test(arguments: scriptCalls)
    func `does not run a script that changed`(_ arguments: JSONValue) async throws {
        let bench = try await Workbench()
        bench.write("script.sh", "echo shown >result")
        let outcome = try await bench.run("executeCommand", arguments) { bench.write("script.sh", "echo evil >result") }
        #expect(outcome?.summary == "not executed: `\(bench.workspace)/script.sh` was changed")
        #expect(!bench.exists("result"))
        _ = try await bench.run("executeCommand", arguments)
        #expect(bench.text("result") == "evil\n")
    }

    @Test func `does not run another executable of the same name`() async throws {
        let bench = try await Workbench(path: "ROOT/ws/first:ROOT/ws/second:/usr/bin:/bin")
        bench.directory("first")
        bench.directory("second")
        bench.write("second/tool", "#!/bin/sh\necho shown", mode: 0o755)
        let call = await bench.prepare("executeCommand", ["argv": ["tool"]])
        #expect(call.facts.command == .init(argv: ["tool"], executable: bench.workspace + "/second/tool"))
        #expect(
            try await bench.run(call) { bench.write("first/tool", "#!/bin/sh\necho evil >result", mode: 0o755) }?
                .summary
                == "not executed: the executable was `\(bench.workspace)/second/tool` and now is "
                + "`\(bench.workspace)/first/tool`; `tool` led to `\(bench.workspace)/second/tool` and now leads to "
                + "`\(bench.workspace)/first/tool`")
        unlink(bench.workspace + "/first/tool")

        let replaced = try await bench.run(call) { bench.write("second/tool", "#!/bin/sh\necho evil", mode: 0o755) }
        #expect(replaced?.summary == "not executed: `\(bench.workspace)/second/tool` was changed")
    }

    @Test func `does not run a program that was replaced in the last moment`() async throws {
        let bench = try await Workbench(path: "ROOT/ws:/usr/bin:/bin")
        bench.write("tool", "#!/bin/sh\necho shown", mode: 0o755)
        let attack = TooLate(toolbox: bench.toolbox) {
            bench.write("evil", "#!/bin/sh\necho evil", mode: 0o755)
            rename(bench.workspace + "/evil", bench.workspace + "/tool")
        }
        let outcome = try await bench.run("executeCommand", ["argv": ["tool"]], with: attack)
        #expect(outcome?.summary == "not executed: `\(bench.workspace)/tool` was changed")
    }

    @Test func `does not write where something changed in the last moment`() async throws {
        let bench = try await Workbench()
        bench.write("a", "shown")
        let attack = TooLate(toolbox: bench.toolbox) { bench.write("a", "changed") }
        for (tool, arguments) in [
            ("writeFile", ["path": "a", "content": "x"]), ("editFile", ["path": "a", "oldText": "s", "newText": "x"]),
            ("deleteFile", ["path": "a"]), ("moveFile", ["from": "a", "to": "b"]),
        ] as [(String, JSONValue)] {
            bench.write("a", "shown")
            let outcome = try await bench.run(tool, arguments, with: attack)
            #expect(outcome?.summary == "not executed: `\(bench.workspace)/a` was changed", "\(tool)")
            #expect(bench.text("a") == "changed")
        }
        let occupied = TooLate(toolbox: bench.toolbox) { bench.write("fresh", "precious") }
        let late = try await bench.run("writeFile", ["path": "fresh", "content": "x"], with: occupied)
        #expect(late?.summary == "not executed: `fresh` exists already")
        #expect(bench.text("fresh") == "precious")

        let linked = TooLate(toolbox: bench.toolbox) {
            bench.write(bench.root + "/elsewhere/x", "precious")
            bench.link("new", to: bench.root + "/elsewhere/x")
        }
        let outcome = try await bench.run("writeFile", ["path": "new", "content": "x"], with: linked)
        #expect(outcome?.status == .failed)
        #expect(bench.text(bench.root + "/elsewhere/x") == "precious")
    }

    @Test func `runs with the arguments that were looked at and no others`() async throws {
        let bench = try await Workbench()
        bench.write("a", "old")
        bench.write("b", "old")
        let shown = await bench.prepare("deleteFile", ["path": "a"])
        // What an edit makes of a call: other arguments, and no facts until it is looked at again.
        let edited = shown.with(arguments: JSONObject([.init("path", "b")]))
        let outcome = try await bench.run(edited)
        #expect(outcome?.status == .failed)
        let forged = edited.with(facts: shown.facts)
        #expect(try await bench.run(forged)?.status == .failed)
        #expect(bench.exists("a") && bench.exists("b"))
    }

    @Test func `is told apart by its directory`() async throws {
        let bench = try await Workbench()
        bench.directory("d")
        let here = await bench.prepare("executeCommand", ["argv": ["ls"]])
        let there = await bench.prepare("executeCommand", ["argv": ["ls"], "directory": "d"])
        #expect(here.directory == bench.workspace && there.directory == bench.workspace + "/d")
        #expect(here.digested != there.digested)
    }
}
