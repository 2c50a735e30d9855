import HITLConfiguration
package import HITLCore
import HITLGate
import HITLTerminal

package struct ConfigCommand: Command {
    package static let definition = CommandDefinition(
        "config", .desk, summary: "show the configuration in force; change a value for this session",
        discussion: """
            Each value is shown with where it comes from. A change lasts until the loop ends and holds for calls that \
            come after it; requests keep the policy that they were opened with.

            In a shell, `hitl config trust [FILE]` lets the hitl.yaml of a workspace loosen things too, as long as it \
            has exactly the content that was trusted; it shows the file and asks at the terminal. `hitl config \
            untrust [FILE]` takes that back, and `hitl config list` names the files that are trusted.
            """,
        positionals: [
            .init("KEY", .setting, .optional, doc: "one setting: hitl.timeout; or all of a section: hitl"),
            .init("VALUE", .text, .optional, doc: "its value for this session"),
        ],
        options: [.json],
        examples: [
            .init("/hitl config", "everything, and where it comes from"),
            .init("/hitl config hitl.timeout 10m", "ten minutes to decide, until the loop ends"),
            .init("hitl config trust ./hitl.yaml", "let this file loosen things, as it is now"),
        ])

    /// What asks at the shell's terminal, which the loop has in hand.
    private static let shellWords = ["trust", "untrust", "list"]

    private let key: String?
    private let value: String?
    private let json: Bool

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        key = arguments.positionals.first
        value = arguments.positionals.count > 1 ? arguments.positionals[1] : nil
        json = arguments.has("json")
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        do throws(Diagnostics) {
            guard let key else { return list(desk.configuration.settings) }
            guard !Self.shellWords.contains(key) else {
                return .failure("`hitl config \(DisplayText(untrusted: key))` is typed in a shell.", .usage)
            }
            guard let value else {
                let section = desk.configuration.settings.filter { $0.key.utf8.starts(with: (key + ".").utf8) }
                return list(section.isEmpty ? [try desk.configuration.setting(key)] : section)
            }
            guard let gate = desk.gate else { return .failure(Desk.noDeskText, .noDesk) }
            if let barred = `operator`.barred {
                await gate.ledger.note(.attempted(by: `operator`.principal, what: "change \(key)"))
                return .failure(StyledText("You may not change settings: \(DisplayText(untrusted: barred))."))
            }
            desk.change(try desk.configuration.setting(key, to: value))
            return list([try desk.configuration.setting(key)])
        } catch {
            return .failure(StyledText(escapedLines: error.description), .usage)
        }
    }

    private func list(_ settings: [Setting]) -> CommandResult {
        if json {
            let members = settings.map { setting in
                JSONObject.Member(
                    setting.key, .members(["value": setting.json, "source": .string(setting.source)]))
            }
            return CommandResult(StyledText(), json: .object(JSONObject(members)))
        }
        var text = StyledText()
        for setting in settings {
            text.line("\(DisplayText(untrusted: setting.key)) = ", hangingIndent: 4)
            text.append(DisplayText(untrusted: setting.text), .strong)
            text.append("   (\(DisplayText(untrusted: setting.source)))", .dim)
        }
        return CommandResult(text)
    }
}
