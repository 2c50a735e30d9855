import Glibc
@testable import HITLPlatform
import Testing

private func reason<Value>(_ body: () throws(FileError) -> Value) -> FileError.Reason? {
    do throws(FileError) {
        _ = try body()
        return nil
    } catch {
        return error.reason
    }
}

/// A workspace beside things that are none of its business.
private struct Setting {
    let scratch = Scratch()
    let workspace: ConfinedDirectory

    init(byKernel: Bool = true, links: ConfinedDirectory.Links = .followedInside) throws {
        scratch.makeDirectory("workspace")
        scratch.makeDirectory("workspace/inner")
        scratch.makeFile("workspace/inner/file", "inside")
        scratch.makeFile("secret", "outside")
        scratch.makeLink("workspace/up", to: "..")
        scratch.makeLink("workspace/absolute", to: scratch / "secret")
        scratch.makeLink("workspace/relative", to: "../secret")
        scratch.makeLink("workspace/proc", to: "/proc/self/root\(scratch.path)/secret")
        scratch.makeLink("workspace/alias", to: "inner")
        scratch.makeLink("workspace/loop", to: "loop")
        scratch.makeLink("workspace/nowhere", to: "../new")
        workspace = try ConfinedDirectory(scratch / "workspace", links: links, byKernel: byKernel)
    }

    func read(_ path: String) throws(FileError) -> String { try workspace.read(path, limit: 1000).bytes.text }
}

@Suite struct `A confined directory` {
    static let waysOut = [
        "..", "../secret", "inner/../../secret", "/etc/passwd", "/", "/proc/self/root/etc/passwd", "up/secret",
        "absolute",
        "relative", "proc", "inner/../up/secret", "../workspace/inner/file", "loop", "nowhere",
    ]

    @Test(arguments: waysOut, [true, false])
    func `lets no path lead outside`(_ path: String, byKernel: Bool) throws {
        let setting = try Setting(byKernel: byKernel)
        let workspace = setting.workspace
        let refusals: [FileError.Reason?] = [
            reason { () throws(FileError) in try workspace.read(path, limit: 10) },
            reason { () throws(FileError) in try workspace.stream(path) { _ in } },
            reason { () throws(FileError) in try workspace.write([1], to: path) },
            reason { () throws(FileError) in try workspace.write([1], to: "\(path)/deeper/file", creatingParents: true)
            },
            reason { () throws(FileError) in try workspace.list(path, limit: 10) },
        ]
        for refusal in refusals {
            let isRefused =
                refusal == .escapes || refusal == .symbolicLink || refusal == .noName || refusal == .notADirectory
            #expect(isRefused, "\(path): \(String(describing: refusal))")
        }
        #expect(setting.scratch.names() == ["secret", "workspace"])
        #expect(setting.scratch.text("secret") == "outside")
    }

    @Test func `neither moves nor deletes what is outside`() throws {
        let setting = try Setting()
        let workspace = setting.workspace
        #expect(reason { () throws(FileError) in try workspace.delete("../secret") } == .escapes)
        #expect(reason { () throws(FileError) in try workspace.delete("up/secret") } == .escapes)
        #expect(reason { () throws(FileError) in try workspace.delete(".", as: .tree) } == .noName)
        #expect(reason { () throws(FileError) in try workspace.delete("inner/..", as: .tree) } == .noName)
        #expect(reason { () throws(FileError) in try workspace.move("up/secret", to: "mine") } == .escapes)
        #expect(reason { () throws(FileError) in try workspace.move("inner/file", to: "up/theirs") } == .escapes)
        #expect(reason { () throws(FileError) in try workspace.move("inner", to: "../inner") } == .escapes)
        #expect(setting.scratch.names() == ["secret", "workspace"])
    }

    @Test func `takes an absolute path that lies inside, component by component`() throws {
        let setting = try Setting()
        #expect(try setting.read(setting.scratch / "workspace/inner/file") == "inside")
        #expect(try setting.read(setting.scratch / "/./workspace//inner/file") == "inside")
        setting.scratch.makeDirectory("workspace2")
        setting.scratch.makeFile("workspace2/file", "sibling")
        #expect(reason { () throws(FileError) in try setting.read(setting.scratch / "workspace2/file") } == .escapes)
        #expect(
            reason { () throws(FileError) in try setting.read(setting.scratch / "workspace/../secret") } == .escapes)
        #expect(
            reason { () throws(FileError) in
                try setting.read("/proc/self/root" + setting.scratch.path + "/workspace/inner/file")
            } == .escapes)
    }

    @Test func `refuses control characters, NUL and nothing at all`() throws {
        let setting = try Setting()
        #expect(reason { () throws(FileError) in try setting.read("inner/file\0.txt") } == .controlCharacter(0, at: 10))
        #expect(
            reason { () throws(FileError) in try setting.workspace.write([], to: "a\nb") }
                == .controlCharacter(10, at: 1))
        #expect(reason { () throws(FileError) in try setting.read("\u{7f}") } == .controlCharacter(0x7f, at: 0))
        #expect(reason { () throws(FileError) in try setting.read("") } == .emptyPath)
    }

    @Test func `follows links that stay inside, unless told not to`() throws {
        #expect(try Setting().read("alias/file") == "inside")
        #expect(try Setting().read("inner/../alias/file") == "inside")
        let strict = try Setting(links: .refused)
        #expect(reason { () throws(FileError) in try strict.read("alias/file") } == .symbolicLink)
        #expect(try strict.workspace.facts(of: "alias").linkTarget?.text == "inner")
    }

    @Test func `says where a path really leads`() throws {
        let setting = try Setting()
        let root = setting.workspace.path.text
        let (existing, exists) = try setting.workspace.realPath(of: "alias/file")
        #expect(existing.text == root + "/inner/file" && exists)
        let (new, isThere) = try setting.workspace.realPath(of: "alias/a/b")
        #expect(new.text == root + "/inner/a/b" && !isThere)
        #expect(reason { () throws(FileError) in try setting.workspace.realPath(of: "up/b") } == .escapes)
        #expect(reason { () throws(FileError) in try setting.workspace.realPath(of: "a/../../b") } != nil)
    }

    @Test func `tells the facts of an entry, and of a link itself`() throws {
        let setting = try Setting()
        let file = try setting.workspace.facts(of: "inner/file")
        #expect(file.kind == .file && file.size == 6 && file.mode == 0o644 && file.links == 1)
        #expect(link(setting.scratch / "workspace/inner/file", setting.scratch / "elsewhere") == 0)
        #expect(try setting.workspace.facts(of: "inner/file").links == 2)
        let out = try setting.workspace.facts(of: "relative")
        #expect(out.kind == .symbolicLink && out.linkTarget?.text == "../secret")
        #expect(try setting.workspace.facts(of: ".").kind == .directory)
    }

    @Test func `reads what was asked for and counts the rest`() throws {
        let setting = try Setting()
        let contents = try setting.workspace.read("inner/file", limit: 3, from: 1)
        #expect(contents.bytes.text == "nsi" && contents.skipped == 1 && contents.cut == 2)
        let whole = try setting.workspace.read("inner/file", limit: 6)
        #expect(whole.bytes.text == "inside" && whole.cut == 0)
        #expect(try setting.workspace.read("inner/file", limit: 5, from: 100).bytes == [])
    }

    @Test func `opens nothing but regular files`() throws {
        let setting = try Setting()
        #expect(mkfifo(setting.scratch / "workspace/pipe", 0o600) == 0)
        #expect(reason { () throws(FileError) in try setting.read("pipe") } == .notARegularFile(.fifo))
        #expect(reason { () throws(FileError) in try setting.read("inner") } == .isADirectory)
        #expect(reason { () throws(FileError) in try setting.read("inner/file/") } == .notADirectory)
        #expect(
            reason { () throws(FileError) in try setting.workspace.write([], to: "pipe") } == .notARegularFile(.fifo))
        #expect(reason { () throws(FileError) in try setting.workspace.write([], to: "inner") } == .isADirectory)
        #expect(reason { () throws(FileError) in try setting.workspace.write([], to: "alias") } == .symbolicLink)
    }

    @Test func `lists in the order of bytes, without following links, and says what is missing`() throws {
        let setting = try Setting()
        let workspace = setting.workspace
        setting.scratch.makeDirectory("workspace/inner/deep")
        setting.scratch.makeFile("workspace/inner/deep/é")
        setting.scratch.makeFile("workspace/inner-b")
        let all = try workspace.list(".", depth: 9, limit: 100)
        #expect(
            all.entries.map(\.path.text) == [
                "absolute", "alias", "inner", "inner-b", "inner/deep", "inner/deep/é", "inner/file", "loop", "nowhere",
                "proc",
                "relative", "up",
            ])
        #expect(all.isWhole && all.unread == [])
        let level = try workspace.list("inner", limit: 100)
        #expect(level.entries.map(\.path.text) == ["deep", "file"] && level.unread.map(\.text) == ["deep"])
        let cut = try workspace.list(".", depth: 9, limit: 3)
        #expect(cut.entries.map(\.path.text) == ["absolute", "alias", "inner"] && !cut.isWhole)
    }

    @Test func `writes a new file, with parents only where asked`() throws {
        let setting = try Setting()
        #expect(reason { () throws(FileError) in try setting.workspace.write([], to: "a/b/c") } == .notFound)
        try setting.workspace.write(Array("new".utf8), to: "a/b/c", creatingParents: true, mode: 0o600)
        #expect(setting.scratch.text("workspace/a/b/c") == "new")
        #expect(try setting.workspace.facts(of: "a/b/c").mode == 0o600)
        #expect(setting.scratch.names("workspace/a/b") == ["c"])
    }

    @Test func `replaces a file in one step and keeps its permissions`() throws {
        let setting = try Setting()
        setting.scratch.makeFile("workspace/tool", "old", mode: 0o750)
        let held = open(setting.scratch / "workspace/tool", O_RDONLY)
        defer { close(held) }
        try setting.workspace.write(Array("new".utf8), to: "tool")
        var old = [UInt8](repeating: 0, count: 3)
        #expect(read(held, &old, 3) == 3 && old.text == "old")
        #expect(setting.scratch.text("workspace/tool") == "new")
        #expect(try setting.workspace.facts(of: "tool").mode == 0o750)
        #expect(!setting.scratch.names("workspace").contains { $0.hasPrefix(".~") })
    }

    @Test func `writes only over what was shown`() throws {
        let setting = try Setting()
        let workspace = setting.workspace
        let shown = try workspace.read("inner/file", limit: 100).facts.identity
        #expect(
            reason { () throws(FileError) in try workspace.write([], to: "inner/file", expecting: .absent) }
                == .alreadyExists)
        try workspace.write(Array("second".utf8), to: "inner/file", expecting: .unchanged(shown))
        #expect(
            reason { () throws(FileError) in try workspace.write([], to: "inner/file", expecting: .unchanged(shown)) }
                == .changedSinceShown)
        #expect(
            reason { () throws(FileError) in try workspace.delete("inner/file", expecting: shown) }
                == .changedSinceShown)
        #expect(
            reason { () throws(FileError) in try workspace.move("inner/file", to: "b", expecting: shown) }
                == .changedSinceShown)
        #expect(setting.scratch.text("workspace/inner/file") == "second")
        #expect(setting.scratch.names("workspace/inner") == ["file"])

        let removed = try workspace.facts(of: "inner/file").identity
        try workspace.delete("inner/file", expecting: removed)
        #expect(
            reason { () throws(FileError) in try workspace.write([], to: "inner/file", expecting: .unchanged(removed)) }
                == .changedSinceShown)
        #expect(setting.scratch.names("workspace/inner") == [])
    }

    @Test func `deletes a file, an empty directory, or a tree only where that was said`() throws {
        let setting = try Setting()
        let workspace = setting.workspace
        #expect(reason { () throws(FileError) in try workspace.delete("inner") } == .isADirectory)
        #expect(
            reason { () throws(FileError) in try workspace.delete("inner", as: .emptyDirectory) } == .directoryNotEmpty)
        #expect(reason { () throws(FileError) in try workspace.delete("absent") } == .notFound)
        setting.scratch.makeDirectory("workspace/inner/a")
        setting.scratch.makeLink("workspace/inner/a/out", to: setting.scratch.path)
        #expect(try workspace.delete("inner", as: .tree) == 4)
        #expect(try workspace.delete("absolute") == 1)
        #expect(!setting.scratch.names("workspace").contains("inner"))
        #expect(setting.scratch.text("secret") == "outside")
    }

    @Test func `moves without replacing, unless told to`() throws {
        let setting = try Setting()
        let workspace = setting.workspace
        setting.scratch.makeFile("workspace/other", "other")
        #expect(reason { () throws(FileError) in try workspace.move("inner/file", to: "other") } == .alreadyExists)
        try workspace.move("inner/file", to: "new/place", creatingParents: true)
        #expect(setting.scratch.text("workspace/new/place") == "inside")
        try workspace.move("new/place", to: "other", replacing: true)
        #expect(setting.scratch.text("workspace/other") == "inside")
        #expect(reason { () throws(FileError) in try workspace.move("absent", to: "x") } == .notFound)
        #expect(reason { () throws(FileError) in try workspace.move("new", to: "new/inside") } != nil)
    }

    @Test func `tells an error in words that a terminal does not obey`() {
        let error = FileError(path: "a\u{1b}[2Jb", reason: .escapes)
        #expect(error.description == "`a<U+001B>[2Jb` leads outside")
    }
}
