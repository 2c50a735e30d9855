import Glibc
import HITLConfiguration
import HITLConsole
import HITLPlatform
import HITLTerminal

/// `hitl config trust`, `untrust`, `list`: in a shell alone, because a file that loosens the gate is trusted by a
/// person who has seen it, before a desk opens.
enum TrustCommand {
    private enum Work: String { case trust, untrust, list }

    /// nil where the words are another command's.
    static func run(_ words: [String]) -> ExitCode? {
        guard words.first == "config", words.count > 1, let work = Work(rawValue: words[1]),
            !words.contains("--help"), !words.contains("-h")
        else { return nil }
        if let option = words.dropFirst(2).first(where: { $0.utf8.first == UInt8(ascii: "-") }) {
            return Output.usage(.unknownOption(option, command: "hitl config \(work.rawValue)", nearest: nil))
        }
        guard words.count <= (work == .list ? 2 : 3) else {
            return Output.usage(
                .superfluous(argument: words[work == .list ? 2 : 3], command: "hitl config \(work.rawValue)"))
        }
        let path = TrustedFiles.realPath(words.count > 2 ? words[2] : "hitl.yaml")
        let paths: Paths
        do {
            let home = try Process.home ?? Account.current().home
            paths = Paths(environment: Process.environment, home: home)
        } catch {
            return Failure(.failed, "\(error)").report()
        }
        do throws(FileError) {
            var trusted = try TrustedFiles(paths)
            switch work {
            case .trust: return try trust(path, &trusted)
            case .untrust:
                guard try trusted.untrust(path) else {
                    return Failure(.failed, "`\(path)` is not trusted, so nothing changed.").report()
                }
                say("`\(DisplayText(untrusted: path))` can only make things stricter again.")
                return .done
            case .list:
                if trusted.entries.isEmpty { say("No file is trusted.") }
                for entry in trusted.entries {
                    say("\(DisplayText(untrusted: entry.digest)) \(DisplayText(untrusted: entry.path))")
                }
                return .done
            }
        } catch {
            return Failure(.failed, "\(error)").report()
        }
    }

    private static func trust(_ path: String, _ trusted: inout TrustedFiles) throws(FileError) -> ExitCode {
        guard !path.utf8.contains(UInt8(ascii: "\n")) else {
            return Failure(.usage, "A path with a line feed cannot be trusted.").report()
        }
        let bytes = try SmallFile.read(path, limit: 1 << 20)
        if trusted.contains(path, bytes) {
            say("`\(DisplayText(untrusted: path))` is trusted as it is.")
            return .done
        }
        // An agent has no terminal of ours, and whoever has one reads first.
        guard isatty(0) == 1, isatty(1) == 1 else {
            return Failure(.failed, "Trusting a file needs a person at a terminal. Nothing changed.").report()
        }
        var text = StyledText("`\(DisplayText(untrusted: path))` has \(bytes.count) bytes:", .strong)
        for line in DisplayText.block(untrusted: String(decoding: bytes, as: UTF8.self)).lines {
            text.line("| " + line, hangingIndent: 2)
        }
        text.line("Trusted, it can loosen the gate: whoever may write it decides what asks. A change ends the trust.")
        Output.standard(text.rendered(for: Output.presentation(of: 1)))
        Output.standard("Type `trust` to trust exactly this: ")
        guard let answer = readLine(), answer.utf8.elementsEqual("trust".utf8) else {
            return Failure(.failed, "Nothing changed.").report()
        }
        try trusted.trust(path, bytes)
        say("Trusted, until it changes.")
        return .done
    }

    private static func say(_ text: DisplayText) {
        Output.standard(StyledText(text).rendered(for: Output.presentation(of: 1)))
    }
}
