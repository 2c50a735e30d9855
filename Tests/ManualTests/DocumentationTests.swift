import Glibc
import HITLConfiguration
import HITLConsole
import HITLTestSupport
import Testing

@testable import hitl

@Suite(.oneAtATime) struct `The pages for people` {
    private static let pages =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
        + names(in: "docs").map { "docs/\($0)" } + names(in: "docs/decisions").map { "docs/decisions/\($0)" }
        + names(in: "docs/formats").map { "docs/formats/\($0)" }

    private static func names(in directory: String) -> [String] {
        guard let stream = opendir(Project.root + "/" + directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
                })
        }
        return names.filter { $0.hasSuffix(".md") }.sorted()
    }

    @Test(arguments: pages) func `link only to what is there`(page: String) throws {
        let folder = page.split(separator: "/").dropLast().map { $0 + "/" }.joined()
        for match in try Project.read(page).matches(of: /\]\(([^)#:\s]+)(?:#[^)]*)?\)/) {
            let path = Project.root + "/" + folder + match.output.1
            #expect(access(path, F_OK) == 0, "\(page) links to \(match.output.1)")
        }
    }

    @Test func `show a session that the program still has`() async throws {
        let home = TemporaryHome()
        try home.write(
            "/hitl status\n/hitl approve 1\n/hitl reject 2 --reason \"Email template needs review\"\n", to: "lines")
        let variables = home.environment.map { "\($0)='\($1)'" }.joined(separator: " ")
        let session = try Project.shell(
            "env -i \(variables) LC_ALL=C.UTF-8 '\(PseudoTerminal.built("hitl"))' loop --enable-hitl <'\(home.path)/lines'"
        )
        let start = try #require(session.firstRange(of: "hitl > /hitl status"))
        let end = try #require(session.firstRange(of: "🔔 New request 3:"))
        let shown = try #require(try Self.blocks("", in: "README.md").first)
        #expect(Self.timeless(shown + "\n") == Self.timeless(String(session[start.lowerBound..<end.lowerBound])))
    }

    /// Without what another run has otherwise: the scratch directory and ages.
    private static func timeless(_ text: String) -> String {
        text.replacing(/"[^"]*\/hitl-demo-\w+/, with: "\"/tmp/hitl-demo").replacing(
            /\d+ seconds? ago/, with: "0 seconds ago")
    }

    @Test(arguments: [
        ("**Claude Code.**", "`hitl loop --enable-hitl --agent claude`"),
        ("**Codex.**", "`hitl loop --enable-hitl --agent codex`"),
        ("**Gemini CLI.**", "`hitl hook install gemini --write`"),
        ("**Any agent of the Agent Client Protocol**", "`hitl loop --enable-hitl --agent acp -- vibe-acp`"),
        ("**Any MCP client.**", "`hitl mcp --name files -- npx"),
        ("**Any shell script**", "`hitl ask`"), ("**Any Swift program**", "`HITL`"),
    ]) func `give each kind of agent a paragraph with a command`(_ title: String, _ command: String) throws {
        let paragraphs = try Project.read("README.md").split(separator: "\n\n").map {
            $0.replacing("\n", with: " ")
        }
        #expect(paragraphs.contains { $0.contains(title) && $0.contains(command) })
    }

    @Test func `show a configuration that is accepted`() throws {
        for block in try Self.blocks("yaml", in: "README.md") {
            let home = TemporaryHome()
            try home.write(block, to: "hitl.yaml")
            let configuration = try Configuration.load(
                ConfigurationSources(
                    environment: [:], home: home.path, user: getuid(), file: home.path + "/hitl.yaml", workspace: nil,
                    options: [], trustEnvironment: true))
            #expect(configuration.notices.isEmpty)
        }
    }

    @Test func `name every command`() throws {
        let readme = try Project.read("README.md")
        for command in CommandTable.definitions { #expect(readme.contains("`\(command.typed)"), "\(command.typed)") }
        for program in ProgramTable.programs { #expect(readme.contains("hitl \(program.definition.name)")) }
    }

    /// The texts between fences that begin with this language; without one, "".
    private static func blocks(_ language: String, in page: String) throws -> [String] {
        let parts = try Project.read(page).split(separator: "\n```", omittingEmptySubsequences: false)
        return parts.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
            .filter { $0.prefix { $0 != "\n" } == language }.map { String($0.dropFirst(language.count + 1)) }
    }
}
