import Glibc
import HITLConfiguration
import HITLConsole
import HITLPlatform
import HITLTerminal

@main
struct Hitl {
    /// Synchronous, because the commonest uses (`--version`, a hook, one line of history) are over before
    /// a pool of threads would be up.
    static func main() {
        ThisProcess.holdStandardStreams()
        let words = Array(CommandLine.arguments.dropFirst())
        switch words.first {
        case "--version"?:
            Output.standard("hitl \(Version.text)\n")
            exit(Output.ending(0))
        case nil, "--help"?, "-h"?, "help"?: exit(Output.ending(ProgramHelp.run(Array(words.dropFirst())).rawValue))
        default: exit(Output.ending(run(words)))
        }
    }

    private static func run(_ words: [String]) -> Int32 {
        let name = words[0]
        let rest = Array(words.dropFirst())
        if name == "hook", let hook = HookProgram.fast(rest) { return hook.run() }
        guard let program = ProgramTable.named(name) else {
            if CommandTable.desk.contains(where: { $0.definition.name == name }) {
                return (TrustCommand.run(words) ?? DeskCommand.run(words)).rawValue
            }
            if let command = CommandTable.loop.first(where: { $0.definition.name == name }) {
                return Output.usage(.onlyInLoop(command.definition.typed)).rawValue
            }
            // Other programs have `-V` and `version`.
            let isOption = name.utf8.first == UInt8(ascii: "-")
            if ["-v", "-V", "version"].contains(name) || isOption && nearest(to: name, among: ["--version"]) != nil {
                return Output.usage(.unknownCommand(name, nearest: "hitl --version")).rawValue
            }
            let near = nearestDefinition(to: name, among: ProgramTable.all)
            return Output.usage(.unknownCommand(name, nearest: near.map { "hitl \($0.name)" })).rawValue
        }
        let beforeRest = rest.prefix { $0 != "--" }
        if beforeRest.contains("--help") || beforeRest.contains("-h") { return ProgramHelp.run([name]).rawValue }
        do throws(UsageError) {
            return try program.run(try Arguments(rest, for: program.definition))
        } catch {
            return Output.usage(error).rawValue
        }
    }
}

enum Version {
    static let text = "0.1.0"
}
