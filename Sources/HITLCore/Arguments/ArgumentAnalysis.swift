/// What the arguments of a call say about what it would do: paths, URLs, SQL, money, recipients, secrets.
///
/// Command lines are found and handed back, because they are analysed elsewhere. Nothing in the arguments lowers
/// anything: a member that claims safety is a finding.
package struct ArgumentAnalysis: Sendable, Equatable {
    package enum Command: Sendable, Equatable {
        case line(String)
        case words([String])
    }

    /// The strictest of each factor.
    package let findings: [Finding]
    package let reversibility: Reversibility
    /// Commands that the call would run, for whoever analyses them; the findings say nothing of what they do.
    package let commands: [Command]
    package let secrets: Set<SecretKind>
    /// Files that the arguments name, as far as their own names tell which ones do.
    package let paths: [CallPath]

    /// By its arguments the call only reads ordinary things. Whether the tool is what it is called, and who carries it
    /// out, is for others to know.
    package var isHarmless: Bool {
        reversibility == .readOnly && commands.isEmpty && findings.allSatisfy { $0.effect == nil }
    }

    package static func of(_ call: ToolCall, in surroundings: PathSurroundings) -> ArgumentAnalysis {
        var reader = ArgumentReader(call, surroundings)
        reader.read()
        return ArgumentAnalysis(
            findings: reader.findings, reversibility: reader.reversibility, commands: reader.commands,
            secrets: reader.secrets, paths: reader.paths)
    }
}
