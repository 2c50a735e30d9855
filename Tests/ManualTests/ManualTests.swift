import Glibc
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLManual
import HITLTestSupport
import Testing

@testable import HITLTools
@testable import hitl

@Suite(.oneAtATime) struct `The manual pages and completions` {
    static let manual = Manual(
        version: Version.text, programs: ProgramTable.programs.map(\.definition),
        tools: ToolTable.all.map { tool in
            Manual.Tool(
                name: tool.name, kind: tool.kind.rawValue, summary: tool.summary,
                parameters: tool.parameters.map { parameter in
                    .init(
                        name: parameter.name, form: parameter.form.words, isRequired: parameter.isRequired,
                        summary: parameter.summary)
                })
        })

    /// With `HITL_WRITE_MANUAL` in the environment the files are written first: that is what `make man` does.
    @Test(arguments: manual.files.map(\.path)) func `are the ones that the definitions give`(path: String) throws {
        let generated = try #require(Self.manual.files.first { $0.path == path }).text
        if getenv("HITL_WRITE_MANUAL") != nil { try Project.write(generated, to: path) }
        #expect(
            try Project.read(path) == generated,
            "\(path) is out of step with the definitions; `make man` writes it anew")
    }

    @Test(.enabled(if: Project.has("man"), "man is not installed"), arguments: ["man/hitl.1", "man/hitl.yaml.5"])
    func `are pages that man formats without a warning`(page: String) throws {
        let formatted = try Project.shell("LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings=w --local-file \(page) >/dev/null")
        #expect(formatted == "")
    }

    @Test(.enabled(if: Project.has("mandoc"), "mandoc is not installed"), arguments: ["man/hitl.1", "man/hitl.yaml.5"])
    func `are pages that mandoc finds nothing wrong with`(page: String) throws {
        #expect(try Project.shell("mandoc -T lint -W warning \(page)") == "")
    }

    @Test func `show a configuration that is accepted as it stands`() throws {
        let home = TemporaryHome()
        let example = Self.manual.settingsExample
        try home.write(example, to: "hitl.yaml")
        let configuration = try Configuration.load(
            ConfigurationSources(
                environment: [:], home: home.path, user: getuid(), file: home.path + "/hitl.yaml", workspace: nil,
                options: [], trustEnvironment: true))
        #expect(configuration.notices.isEmpty)
        #expect(try Project.read("man/hitl.yaml.5").contains("requireReason: [reject]"))
        for key in ConfigurationKey.all where key.isAvailable { #expect(example.contains("  \(key.key): ")) }
    }

    @Test func `have a summary in capitals and full stops where the definitions have none`() {
        let texts = Self.manual.files.filter { $0.path.hasSuffix(".1") }.map(\.text).joined()
        #expect(texts.contains("\nApprove requests by number.\n"))
        #expect(!texts.contains(".."))
    }
}
