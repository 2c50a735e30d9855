import HITLAgents
import HITLConfiguration
import HITLCore
import Testing

@Suite struct `A scenario file` {
    private func problems(_ text: String) -> String {
        do {
            _ = try Scenario(Array(text.utf8), file: "story.yaml", tools: Scenario.realTools)
            return "none"
        } catch {
            return error.description
        }
    }

    @Test func `of the examples is without fault, whichever it is`() throws {
        let names = [
            "code-execution", "contract-generation", "demo", "medical-recommendation", "wire-transfers",
        ]
        #expect(fileNames(in: scenarioFolder) == names.map { $0 + ".yaml" })
        for name in names {
            let bytes = Array((readFile(scenarioFolder + "/" + name + ".yaml") ?? "").utf8)
            do {
                #expect(try Scenario(bytes, file: name, tools: Scenario.realTools).name == name)
            } catch {
                Issue.record("\(error)")
            }
        }
    }

    /// The small one of the manual.
    @Test func `of the manual does what the manual says`() async throws {
        let manual = readFile(scenarioFolder + "/../../docs/scenarios.md") ?? ""
        let start = "```yaml\n"
        let block = manual.split(separator: "```", omittingEmptySubsequences: false)[1]
        #expect(("```" + block).hasPrefix(start + "name: cleaning\n"))
        let text = String(block.dropFirst(5))
        try await play(Scenario(text)) { stage in
            try await stage.reject(1, "I need it")
            await stage.type("delete the temporary files")
            try await stage.approve(2)
            await stage.type("delete the temporary files")
            #expect(
                stage.heard() == """
                    main: Hello. I look after <workspace>.
                    main: It stays. You said: I need it
                    main: There are none.
                    """)
        }
    }

    @Test func `is told all its faults at once, each with its place`() {
        let text = """
            nmae: broken
            description: many faults
            workspace:
              ../outside: x
              a: file
              a/b: beneath a file
            tools:
              deleteFile:
                runs: writeFile
                arguments: {}
              pay:
                runs: exeCuteCommand
                arguments: {}
              run:
                runs: executeCommand
                arguments: { command: "echo ${name}" }
              post:
                runs: writeFile
                arguments: { path: p, content: "${amount} to ${payee}" }
            agents:
              main:
                - sya: hello
                - shout: hello
                - say: hello
                  call: deleteFile
                - say: "${wrkspace} and ${file}"
                - say: "an open ${"
                - call: delteFile
                  confidence: 1.5
                  onRejcted: []
                - call: post
                  arguments: { amount: 1, paye: x }
                - forEach: "../*"
                  steps: [{ say: "${fil}" }]
              "two words": []
            replies:
              - when: ["*", "delete files"]
                example: remove files
                steps: []
            """
        #expect(
            problems(text) == """
                story.yaml:1:1: unknown key `nmae` — did you mean `name`?
                nmae: broken
                ^
                story.yaml:1:1: the key `name` is missing
                nmae: broken
                ^
                story.yaml:4:3: `../outside` is no path of a file in the workspace; write it relative, without `.`, `..` and empty parts
                  ../outside: x
                  ^
                story.yaml:6:3: `a/b` cannot be there beside `a`: one of them is a directory
                  a/b: beneath a file
                  ^
                story.yaml:8:3: `deleteFile` is a real tool and cannot stand for something else
                  deleteFile:
                  ^
                story.yaml:12:11: expected `readFile`, `listFiles`, `searchFiles`, `writeFile`, `editFile`, `deleteFile`, `moveFile`, `executeCommand`, `executeCode`, `httpRequest` or `sendEmail`, found the text `exeCuteCommand` — did you mean `executeCommand`?
                    runs: exeCuteCommand
                          ^
                story.yaml:16:27: a placeholder in `command` could become code; give each one a word of its own in `argv`
                    arguments: { command: "echo ${name}" }
                                          ^
                story.yaml:22:7: unknown key `sya` — did you mean `say`?
                    - sya: hello
                      ^
                story.yaml:23:7: a step needs `say`, `call`, `together`, `agent` or `forEach`
                    - shout: hello
                      ^
                story.yaml:24:7: one step does one thing; this one has `say` and `call`
                    - say: hello
                      ^
                story.yaml:26:12: `${wrkspace}` stands for nothing here — did you mean `${workspace}`?
                    - say: "${wrkspace} and ${file}"
                           ^
                story.yaml:26:12: `${file}` stands for nothing here; there are `${workspace}`
                    - say: "${wrkspace} and ${file}"
                           ^
                story.yaml:27:12: a placeholder that begins with `${` has no `}`; a literal `${` is written `$${`
                    - say: "an open ${"
                           ^
                story.yaml:28:13: expected `readFile`, `listFiles`, `searchFiles`, `writeFile`, `editFile`, `deleteFile`, `moveFile`, `executeCommand`, `executeCode`, `httpRequest`, `sendEmail`, `pay`, `run` or `post`, found the text `delteFile` — did you mean `deleteFile`?
                    - call: delteFile
                            ^
                story.yaml:29:19: expected a number from 0 to 1, found `1.5`
                      confidence: 1.5
                                  ^
                story.yaml:30:7: unknown key `onRejcted` — did you mean `onRejected`?
                      onRejcted: []
                      ^
                story.yaml:32:18: the key `payee` is missing
                      arguments: { amount: 1, paye: x }
                                 ^
                story.yaml:32:31: unknown key `paye` — did you mean `payee`?
                      arguments: { amount: 1, paye: x }
                                              ^
                story.yaml:33:16: `../*` is no pattern of files such as `*.tmp` or `cache/*.bin`
                    - forEach: "../*"
                               ^
                story.yaml:34:22: `${fil}` stands for nothing here — did you mean `${file}`?
                      steps: [{ say: "${fil}" }]
                                     ^
                story.yaml:35:3: `two words` is no name; write letters, digits, `-` and `_`, at most 40
                  "two words": []
                  ^
                story.yaml:37:12: a phrase needs at least one word beside `*`
                  - when: ["*", "delete files"]
                           ^
                story.yaml:38:14: no phrase of this reply matches its example `remove files`
                    example: remove files
                             ^
                """)
    }

    @Test func `needs an agent`() {
        #expect(
            problems("name: x\ndescription: y\nagents: {}\n") == """
                story.yaml:3:9: at least one agent is needed
                agents: {}
                        ^
                """)
    }
}

@Suite struct `A phrase` {
    private func matches(_ phrase: String, _ line: String) -> Bool { Phrase(phrase)?.matches(line) ?? false }

    @Test func `matches words, whatever their case and what stands between them`() {
        #expect(matches("delete the files", "Delete   the files!"))
        #expect(!matches("delete the files", "delete the files now"))
        #expect(!matches("delete", "undelete"))
        #expect(!matches("don * delete", "don't delete"))
    }

    @Test func `lets a star be any words or none`() {
        #expect(matches("* delete * temporary files *", "delete temporary files"))
        #expect(matches("* delete * temporary files *", "please, delete all of the temporary files at once"))
        #expect(!matches("* delete * temporary files *", "delete all temporary notes, then files"))
        #expect(matches("* a * b", "a a b a b"))
        #expect(!matches("a * b", "a b c"))
        #expect(!matches("* a b *", "a c b"))
    }

    @Test func `compares letters outside ASCII as they are`() {
        #expect(matches("* lösche *", "Bitte lösche das"))
        #expect(!matches("* lösche *", "Bitte losche das"))
    }

    @Test func `needs a word`() {
        #expect(Phrase("*") == nil)
        #expect(Phrase("") == nil)
        #expect(Phrase("?!") == nil)
    }
}

@Suite struct `A pattern of files` {
    private func matches(_ pattern: String, _ name: String) -> Bool { FilePattern(pattern)?.matches(name) ?? false }

    @Test func `matches names`() {
        #expect(matches("*.tmp", "a.tmp"))
        #expect(matches("*.tmp", ".tmp") == false)
        #expect(matches(".*", ".hidden"))
        #expect(matches("*", ".hidden") == false)
        #expect(matches("part-?.bin", "part-é.bin"))
        #expect(!matches("part-?.bin", "part-12.bin"))
        #expect(matches("*a*b*", "xaaybb"))
        #expect(!matches("*.tmp", "a.tmp.txt"))
    }

    @Test func `stays beneath the workspace`() {
        for text in ["", "../x", "/etc/*", "a//b", "a/", "*/b", "./a", "a/../b"] {
            #expect(FilePattern(text) == nil, "\(text)")
        }
        #expect(FilePattern("cache/*.bin")?.directory == "cache")
        #expect(FilePattern("cache/*.bin")?.path(of: "x.bin") == "cache/x.bin")
        #expect(FilePattern("*.bin")?.directory == ".")
    }
}

@Suite struct `Furnishing a workspace` {
    private func files(_ text: String) throws -> [WorkspaceFile] {
        try Scenario("name: x\ndescription: y\nagents: { main: [] }\nworkspace:\n" + text).files
    }

    @Test func `puts the files where they belong`() throws {
        let directory = try TemporaryDirectory()
        try Furnishing.put(files("  a/b/c.txt: deep\n  d.txt: flat\n"), into: directory.path)
        #expect(directory.files == ["a/b/c.txt": "deep", "d.txt": "flat"])
    }

    @Test func `touches nothing in a directory that is not empty`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("mine", to: "d.txt")
        #expect(throws: Furnishing.Problem.notEmpty(directory.path)) {
            try Furnishing.put(files("  a.txt: x\n  d.txt: flat\n"), into: directory.path)
        }
        #expect(directory.files == ["d.txt": "mine"])
    }

    @Test func `says which file it could not write`() throws {
        let directory = try TemporaryDirectory()
        let name = String(repeating: "n", count: 300)
        #expect(throws: Furnishing.Problem.failed(path: name, because: "File name too long")) {
            try Furnishing.put(files("  \(name): x\n"), into: directory.path)
        }
    }
}
