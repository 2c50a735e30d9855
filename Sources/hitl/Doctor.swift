import CPlatform
import Glibc
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLLedger
import HITLPlatform
import HITLServer
import HITLTerminal

/// `hitl doctor`: what is found, what is missing, and the one command that mends it.
enum Doctor {
    static let program = Program(
        definition: CommandDefinition(
            "doctor", .program, summary: "say what is found, what is missing, and the one command that mends it",
            options: [
                .init("config", "FILE", .file, doc: "the configuration to look at"),
                .init("json", doc: "print the same facts as one JSON document"),
            ],
            examples: [.init("hitl doctor", "is everything in order?")]),
        run: run)

    struct Finding: Sendable {
        enum State: String, Sendable { case missing, warning, good }

        let state: State
        let what: String
        let mend: String?

        init(_ state: State, _ what: String, mend: String? = nil) {
            self.state = state
            self.what = what
            self.mend = mend
        }
    }

    private static func run(_ arguments: Arguments) throws(UsageError) -> ExitCode {
        var findings: [Finding] = []
        switch Place.find(file: arguments.text("config")) {
        case .failure(let failure):
            findings.append(Finding(.missing, failure.message, mend: "correct the configuration"))
        case .success(let place): findings += look(at: place)
        }
        if arguments.has("json") {
            Output.standard(JSONValue.members(["findings": .array(findings.map(\.json))]).printable + "\n")
        } else {
            Output.standard(text(findings).rendered(for: Output.presentation(of: 1)))
        }
        return findings.contains { $0.state == .missing } ? .failed : .done
    }

    private static func look(at place: Place) -> [Finding] {
        ledger(place) + sinks(place) + keys(place) + permissions(place) + [
            desk(place), configuration(place), curl(), tracing(place), sandbox(place), terminal(),
        ] + notices(place)
    }

    /// What is in force and not as somebody may think.
    private static func notices(_ place: Place) -> [Finding] {
        place.configuration.notices.map { Finding(.warning, "Configuration: \($0.description)") }
    }

    private static func configuration(_ place: Place) -> Finding {
        let path = place.configuration.paths.configurationFile
        let isThere = access(path, F_OK) == 0
        return Finding(.good, isThere ? "Configuration: `\(path)`" : "Configuration: the defaults (no `\(path)`)")
    }

    /// How far each sink is behind the ledger.
    private static func sinks(_ place: Place) -> [Finding] {
        guard !place.sinks.isEmpty, case .success(let ledger) = place.readLedger() else { return [] }
        return place.sinks.map { target in
            do {
                let lag = try place.lag(of: target, in: ledger)
                guard lag > 0 else { return Finding(.good, "Sink: `\(target.name)` has every entry") }
                return Finding(
                    .warning, "Sink: `\(target.name)` is \(lag) \(lag == 1 ? "entry" : "entries") behind",
                    mend: "a running desk gives them out; look whether the sink takes anything")
            } catch {
                return Finding(.missing, "Sink: `\(target.name)`: \(error)")
            }
        }
    }

    private static func desk(_ place: Place) -> Finding {
        for path in place.desk().paths {
            do throws(DeskClient.Failure) {
                _ = try DeskClient(connectingTo: .named(path))
                return Finding(.good, "Desk: running, listens at `\(path)`")
            } catch {
                guard case .socket(.nobodyListens) = error else { return Finding(.missing, "Desk: \(error)") }
            }
        }
        return Finding(.warning, "Desk: none is running", mend: "hitl loop --enable-hitl --agent none")
    }

    private static func curl() -> Finding {
        let isThere = ["/usr/bin/curl", "/usr/local/bin/curl", "/bin/curl"].contains { (path: String) in
            access(path, X_OK) == 0
        }
        return isThere
            ? Finding(.good, "curl: found; httpRequest works")
            : Finding(.warning, "curl: not found; the tool httpRequest cannot run", mend: "apt-get install curl")
    }

    /// What a program of the same user can do to a desk, which no gate of ours can prevent.
    private static func tracing(_ place: Place) -> Finding {
        if place.account.uid == 0 {
            return Finding(
                .warning, "User: root. Whatever runs as root can change the ledger and trace the desk",
                mend: "run the desk and its agents as different users; see SECURITY.md")
        }
        let scope = (try? SmallFile.read("/proc/sys/kernel/yama/ptrace_scope", limit: 16)).map {
            String(decoding: $0.prefix(1), as: UTF8.self)
        }
        guard let scope, scope != "0" else {
            return Finding(
                .warning, "Tracing: programs of this user may trace each other (the desk itself forbids it)",
                mend: "sysctl kernel.yama.ptrace_scope=1, or run agents as another user; see SECURITY.md")
        }
        return Finding(.good, "Tracing: restricted (ptrace_scope \(scope))")
    }

    private static func sandbox(_ place: Place) -> Finding {
        let version = max(0, platform_landlock_abi())
        guard let obstacle = Sandbox.obstacle else {
            return Finding(.good, "Sandbox: commands can be confined (Landlock ABI \(version), seccomp, namespaces)")
        }
        // A desk that is told to confine its agents does not start them here.
        let isWanted = place.configuration.agentSandbox.value.confinement != nil
        return Finding(
            isWanted ? .missing : .warning,
            "Sandbox: commands cannot be confined here: \(SystemError.reason(obstacle.number)) (Landlock ABI \(version))",
            mend: "Landlock needs ABI 6 (Linux 6.12); unprivileged user namespaces must be allowed")
    }

    private static func terminal() -> Finding {
        let presentation = Output.presentation(of: 1)
        switch presentation.kind {
        case .terminal: return Finding(.good, "Terminal: line editing, \(presentation.columns ?? 80) columns")
        case .dumbTerminal:
            return Finding(.warning, "Terminal: TERM is not set or dumb, so lines are read without editing")
        case .stream: return Finding(.good, "Terminal: none; lines are read as a script")
        }
    }

    private static func text(_ findings: [Finding]) -> StyledText {
        var text = StyledText()
        for finding in findings {
            let (sign, style): (DisplayText, Style) =
                switch finding.state {
                case .good: ("ok       ", .good)
                case .warning: ("warning  ", .warning)
                case .missing: ("missing  ", .bad)
                }
            text.line(sign, style, hangingIndent: 9)
            text.append(DisplayText(untrusted: finding.what))
            if let mend = finding.mend {
                text.line("mend: ", .dim, indent: 9, hangingIndent: 11)
                text.append(DisplayText(untrusted: mend), .strong)
            }
        }
        return text
    }
}

extension Doctor.Finding {
    fileprivate var json: JSONValue {
        .members(["state": .string(state.rawValue), "what": .string(what), "mend": mend.map(JSONValue.string)])
    }
}
