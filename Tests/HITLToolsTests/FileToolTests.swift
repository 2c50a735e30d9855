import HITLCore
import HITLTools
import Testing

@Suite struct `File tools` {
    @Test func `read a file, and what does not fit next time`() async throws {
        let bench = try await Workbench(.allowAll)
        bench.write("notes.txt", "héllo wörld")
        let whole = try await bench.run("readFile", ["path": "notes.txt"])
        #expect(whole?.result == ["text": "héllo wörld", "offset": 0, "bytes": 13, "size": 13])
        #expect(whole?.summary == "read 13 bytes")

        // Byte 2 is the middle of é, which belongs to the next piece.
        let first = try await bench.run("readFile", ["path": "notes.txt", "limit": 2])
        #expect(first?.result == ["text": "h", "offset": 0, "bytes": 1, "size": 13, "nextOffset": 1])
        let rest = try await bench.run("readFile", ["path": "notes.txt", "offset": 1])
        #expect(rest?["text"] == "éllo wörld")
    }

    @Test func `give bytes that are no text as base64`() async throws {
        let bench = try await Workbench(.allowAll)
        bench.write("x.bin", [0xFF, 0x00, 0x80])
        let outcome = try await bench.run("readFile", ["path": "x.bin"])
        #expect(outcome?.result == ["base64": "/wCA", "offset": 0, "bytes": 3, "size": 3])
    }

    @Test func `say so when there is nothing to read`() async throws {
        let bench = try await Workbench(.allowAll)
        let outcome = try await bench.run("readFile", ["path": "missing"])
        #expect(outcome?.status == .failed)
        #expect(outcome?.summary == "not executed: `missing` does not exist")
        #expect(await bench.prepare("readFile", ["path": "missing"]).facts.warnings == [])
    }

    @Test func `list a directory, and with recursive everything below`() async throws {
        let bench = try await Workbench(.allowAll)
        bench.write("b.txt", "12345")
        bench.directory("a")
        bench.write("a/c.txt", "1")
        bench.link("l", to: "b.txt")
        let flat = try await bench.run("listFiles", [:])
        #expect(
            flat?["entries"] == [
                ["path": "a", "kind": "directory"], ["path": "b.txt", "kind": "file", "bytes": 5],
                ["path": "l", "kind": "symbolicLink", "target": "b.txt"],
            ])
        let deep = try await bench.run("listFiles", ["recursive": true])
        #expect(deep?.summary == "4 entries")
        let below = try await bench.run("listFiles", ["path": "a"])
        #expect(below?.result == ["entries": [["path": "c.txt", "kind": "file", "bytes": 1]], "isWhole": true])
    }

    @Test func `find lines by a text, in files chosen by a glob, passing over binary ones`() async throws {
        let bench = try await Workbench(.allowAll)
        bench.directory("src")
        bench.write("src/a.swift", "let a = 1\nlet needle = 2\n")
        bench.write("src/b.txt", "needle\n")
        bench.write("src/c.swift", Array("needle\0".utf8))
        bench.write("src/d.swift", "Needle at the end")
        let all = try await bench.run("searchFiles", ["pattern": "needle"])
        #expect(
            all?.result == [
                "matches": [
                    ["path": "src/a.swift", "line": 2, "text": "let needle = 2"],
                    ["path": "src/b.txt", "line": 1, "text": "needle"],
                ], "isWhole": true, "skippedFiles": 1,
            ])
        let swift = try await bench.run(
            "searchFiles", ["pattern": "needle", "path": "src", "glob": "*.swift", "ignoreCase": true])
        #expect(swift?.summary == "2 lines in 2 files")
    }

    @Test func `search no file of credentials that nobody named`() async throws {
        let bench = try await Workbench(.allowAll)
        bench.directory("src")
        bench.write("src/a.swift", "let key = 1\n")
        bench.write("src/.env", "key=mauve\n")
        let all = try await bench.run("searchFiles", ["pattern": "key"])
        #expect(all?.summary == "1 line in 1 file; 1 file that would be asked about left out")
        #expect(
            all?.result == [
                "matches": [["path": "src/a.swift", "line": 1, "text": "let key = 1"]], "isWhole": true,
                "leftOutFiles": 1,
            ])
        let named = try await bench.run("searchFiles", ["pattern": "key", "path": "src/.env"])
        #expect(named?.summary == "1 line in 1 file")
    }

    @Test func `write a new file after its content was shown as a difference`() async throws {
        let bench = try await Workbench()
        let call = await bench.prepare("writeFile", ["path": "a/b/notes.txt", "content": "one\ntwo\n"])
        #expect(
            call.facts.preview == """
                --- /dev/null
                +++ a/b/notes.txt
                @@ -0,0 +1,2 @@
                +one
                +two
                """)
        #expect(call.facts.pins == [.init(path: bench.workspace + "/a/b/notes.txt", state: .absent)])
        #expect(call.facts.warnings == [])
        let outcome = try await bench.run(call)
        #expect(outcome?.summary == "created `a/b/notes.txt` with 8 bytes")
        #expect(bench.text("a/b/notes.txt") == "one\ntwo\n")
    }

    @Test func `replace a file, keeping its mode, after the difference was shown`() async throws {
        let bench = try await Workbench()
        bench.write("run.sh", "#!/bin/sh\necho a\necho b", mode: 0o755)
        let call = await bench.prepare("writeFile", ["path": "run.sh", "content": "#!/bin/sh\necho c\necho b\n"])
        #expect(
            call.facts.preview == #"""
                --- run.sh
                +++ run.sh
                @@ -1,3 +1,3 @@
                 #!/bin/sh
                -echo a
                -echo b
                \ No newline at end of file
                +echo c
                +echo b
                """#)
        let outcome = try await bench.run(call)
        #expect(outcome?.status == .succeeded)
        let mode = try await bench.run("executeCommand", ["argv": ["stat", "-c", "%a", "run.sh"]])
        #expect(mode?["stdout"] == "755\n")
    }

    @Test func `show of binary content its size and digest`() async throws {
        let bench = try await Workbench()
        let call = await bench.prepare("writeFile", ["path": "x.bin", "contentBase64": "AAECAw=="])
        #expect(
            call.facts.preview
                == "new file `x.bin`: 4 bytes, sha256 "
                + "054edec1d0211f624fed0cbca9d4f9400b0e491c43742af2c5b0abebf0c990d8, not displayable")
        _ = try await bench.run(call)
        #expect(bench.bytes("x.bin") == [0, 1, 2, 3])
        let again = await bench.prepare("writeFile", ["path": "x.bin", "content": "text"])
        #expect(
            again.facts.preview == """
                content of `x.bin`, not displayable
                before: 4 bytes, sha256 054edec1d0211f624fed0cbca9d4f9400b0e491c43742af2c5b0abebf0c990d8
                after:  4 bytes, sha256 982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1
                """)
    }

    @Test func `edit the one place that was shown`() async throws {
        let bench = try await Workbench()
        bench.write("a.txt", (1...9).map { "line \($0)\n" }.joined())
        let call = await bench.prepare("editFile", ["path": "a.txt", "oldText": "line 5", "newText": "fünf"])
        #expect(
            call.facts.preview == """
                --- a.txt
                +++ a.txt
                @@ -2,7 +2,7 @@
                 line 2
                 line 3
                 line 4
                -line 5
                +fünf
                 line 6
                 line 7
                 line 8
                """)
        let outcome = try await bench.run(call)
        #expect(outcome?["replacements"] == 1)
        #expect(bench.text("a.txt")?.contains("line 4\nfünf\nline 6") == true)
    }

    @Test func `edit several places only where that was asked for`() async throws {
        let bench = try await Workbench()
        bench.write("a.txt", "x x x")
        let ambiguous = await bench.prepare("editFile", ["path": "a.txt", "oldText": "x", "newText": "y"])
        let reason = "the text to replace occurs 3 times in `a.txt`; give more of its surroundings, or `replaceAll`"
        #expect(ambiguous.facts.warnings == ["it cannot run: " + reason])
        #expect(try await bench.run(ambiguous)?.summary == "not executed: " + reason)
        #expect(bench.text("a.txt") == "x x x")

        let outcome = try await bench.run(
            "editFile", ["path": "a.txt", "oldText": "x", "newText": "yy", "replaceAll": true])
        #expect(outcome?.summary == "replaced 3 places in `a.txt`")
        #expect(bench.text("a.txt") == "yy yy yy")

        let missing = try await bench.run("editFile", ["path": "a.txt", "oldText": "z", "newText": ""])
        #expect(missing?.summary == "not executed: the text to replace does not occur in `a.txt`")
    }

    @Test func `delete a file after its size was shown`() async throws {
        let bench = try await Workbench()
        bench.write("data.csv", "1,2,3\n")
        let call = await bench.prepare("deleteFile", ["path": "data.csv"])
        #expect(call.facts.preview == "deletes `data.csv`: regular file, 6 bytes")
        #expect(call.kind == .delete)
        let outcome = try await bench.run(call)
        #expect(outcome?.result == ["deleted": true, "entries": 1])
        #expect(!bench.exists("data.csv"))
    }

    @Test func `delete a directory with what is in it only where that was asked for`() async throws {
        let bench = try await Workbench()
        bench.directory("d")
        bench.directory("d/e")
        bench.write("d/e/f", "12")
        bench.link("d/l", to: bench.root + "/elsewhere")
        bench.write(bench.root + "/elsewhere/kept", "kept")
        let refused = try await bench.run("deleteFile", ["path": "d"])
        #expect(refused?.summary == "not executed: `d` is a directory with 3 entries; `recursive` is needed")
        let call = await bench.prepare("deleteFile", ["path": "d", "recursive": true])
        #expect(
            call.facts.preview == "deletes `d`: directory with 3 entries in it, 1 directory and 2 files of 2 bytes")
        let outcome = try await bench.run(call)
        #expect(outcome?.summary == "deleted `d` and 3 entries in it")
        #expect(!bench.exists("d"))
        #expect(bench.exists(bench.root + "/elsewhere/kept"))
    }

    @Test func `delete a link and not what it leads to`() async throws {
        let bench = try await Workbench()
        bench.write("target", "t")
        bench.link("link", to: "target")
        let call = await bench.prepare("deleteFile", ["path": "link"])
        #expect(call.facts.preview == "deletes `link`: symbolic link to `target`, which itself stays")
        _ = try await bench.run(call)
        #expect(!bench.exists("link") && bench.exists("target"))
    }

    @Test func `move a file, never over another`() async throws {
        let bench = try await Workbench()
        bench.write("a", "a")
        bench.write("b", "b")
        let taken = try await bench.run("moveFile", ["from": "a", "to": "b"])
        #expect(taken?.summary == "not executed: `b` exists already")
        #expect(bench.text("b") == "b")
        let call = await bench.prepare("moveFile", ["from": "a", "to": "sub/c"])
        #expect(call.facts.preview == "moves `a`: regular file, 1 byte\nto `sub/c`")
        #expect(try await bench.run(call)?.status == .succeeded)
        #expect(bench.text("sub/c") == "a" && !bench.exists("a"))
        let circle = try await bench.run("moveFile", ["from": "sub", "to": "sub/d"])
        #expect(circle?.summary == "not executed: `sub` cannot be moved into itself")
    }

    @Test func `never delete, move or replace the workspace itself`() async throws {
        let bench = try await Workbench()
        for path in [".", "./", bench.workspace, "sub/.."] as [String] {
            for (tool, arguments) in [
                ("deleteFile", ["path": .string(path), "recursive": true]),
                ("moveFile", ["from": .string(path), "to": "x"]),
                ("writeFile", ["path": .string(path), "content": ""]),
            ] as [(String, JSONValue)] {
                let outcome = try await bench.run(tool, arguments)
                #expect(outcome?.status == .failed, "\(tool) \(path)")
            }
        }
        #expect(bench.exists(bench.workspace))
    }
}
