/// Processes, accounts, power, keystrokes, secrets, containers and the gate itself.
extension CommandJudge {
    mutating func judgeProcesses(_ name: String, _ arguments: ArraySlice<CommandArgument>) {
        add(.processControl, 25, .ask, "\(name) ends processes")
        let names = arguments.contains { $0.text.asciiLowercased.holds("hitl") }
        if names || nestedNamesGate { add(.selfModification, 95, .deny, "ends the gate") }
        if name == "killall5" { return add(.processControl, 90, .deny, "ends every process") }
        guard name == "kill" else { return }
        if arguments.contains(where: { $0.text == "-l" || $0.text == "-L" }) { return }
        // The first word with a hyphen is the signal; `-1` behind it, or alone behind `--`, is everybody.
        let numbers = arguments.filter { $0.text != "--" }
        let targets = numbers.first?.isOption == true && numbers.count > 1 ? numbers.dropFirst() : numbers[...]
        let afterName = ["-s", "-n", "--signal"].contains(numbers.first?.text ?? "") ? targets.dropFirst() : targets
        if afterName.contains(where: { $0.text == "-1" }),
            numbers.count > 1 || arguments.contains(where: { $0.text == "--" })
        {
            add(.processControl, 95, .deny, "ends every process")
        }
        if afterName.contains(where: { $0.text == "1" }) {
            add(.processControl, 80, .deny, "ends the first process of the system")
        }
    }

    mutating func judgePower(_ name: String, _ arguments: ArraySlice<CommandArgument>) {
        if name == "systemctl",
            !arguments.contains(where: {
                ["poweroff", "reboot", "halt", "kexec", "suspend", "hibernate"].contains($0.text)
            })
        {
            return
        }
        add(.systemCommand, 80, .ask, "stops or restarts the machine")
    }

    mutating func judgeAccounts(_ name: String, _ arguments: ArraySlice<CommandArgument>) {
        add(.privilege, 50, .ask, "\(name) changes accounts")
        if name == "passwd", arguments.contains(where: { $0.hasLetter("d") || $0.abbreviates("delete") }) {
            add(.privilege, 95, .deny, "empties a password")
        }
        let takesZero = zip(arguments, arguments.dropFirst()).contains { option, value in
            (option.text == "-u" || option.abbreviates("uid", from: 3)) && value.text == "0"
        }
        if takesZero || arguments.contains(where: { $0.text == "-u0" || $0.text == "--uid=0" }) {
            add(.privilege, 95, .deny, "makes an account that may do everything")
        }
        if name == "chpasswd" { add(.privilege, 90, .deny, "sets passwords") }
    }

    mutating func judgeKeystrokes(_ name: String, _ arguments: ArraySlice<CommandArgument>) {
        switch name {
        case "tmux", "screen", "zellij", "kitty", "wezterm":
            let verbs: Set<String> = [
                "send-keys", "send", "send-key", "send-prefix", "paste-buffer", "pasteb", "stuff", "write",
                "write-chars", "send-text", "pipe-pane", "pipep", "respawn-pane",
            ]
            let types = arguments.contains {
                verbs.contains($0.text) || $0.text.begins("send-k") || $0.text.begins("stuff ")
            }
            if types { add(.selfModification, 90, .deny, "types in another terminal, perhaps the operator's") }
        case "osascript":
            return
        case "expect": add(.systemCommand, 20, .ask, "expect types in the place of a person")
        default: add(.selfModification, 90, .deny, "\(name) types in the operator's place")
        }
    }

    mutating func judgeSecrets(_ name: String, _ arguments: ArraySlice<CommandArgument>) {
        let verbs = Set(arguments.map(\.text))
        switch name {
        case "security":
            if verbs.contains(where: {
                $0.begins("find-") || $0.begins("dump-") || $0.begins("export") || $0.begins("unlock")
            }) {
                add(.credentials, 90, .deny, "reads the key chain")
            }
        case "secret-tool":
            if verbs.contains("lookup") || verbs.contains("search") {
                add(.credentials, 90, .deny, "reads the key ring")
            }
        case "gpg":
            if verbs.contains(where: { $0.begins("--export-secret") }) {
                add(.credentials, 90, .deny, "writes out private keys")
            }
        case "printenv", "set", "export", "declare":
            let shows = arguments.isEmpty || verbs.contains("-p") || verbs.contains("-x")
            if name == "printenv" || shows { add(.credentials, 30, .ask, "shows the environment, with its secrets") }
        case "pass", "op", "bw", "lpass", "keyctl", "gnome-keyring", "kwallet-query", "chamber":
            add(.credentials, 50, .ask, "\(name) reads secrets")
        case "ssh-add": add(.credentials, 30, .ask, "\(name) handles private keys")
        case "aws", "gcloud", "vault":
            let words = [
                "get-secret-value", "print-access-token", "create-access-key", "get-session-token", "assume-role",
                "secrets", "kv", "get-login-password",
            ]
            if words.contains(where: verbs.contains) { add(.credentials, 50, .ask, "\(name) handles credentials") }
        default: break
        }
    }

    /// The gate's program: looking is a question, deciding is refused.
    mutating func judgeGate(_ arguments: ArraySlice<CommandArgument>) {
        if arguments.count == 1, let only = arguments.first,
            only.text == "--version" || only.text == "--help" || only.text == "-h"
        {
            return
        }
        let verb = arguments.first { !$0.isOption }?.text ?? ""
        let looking: Set<String> = [
            "ask", "status", "list", "show", "wait", "log", "verify", "doctor", "help", "version", "withdraw",
        ]
        if looking.contains(verb), !isPiped { return add(.selfModification, 20, .ask, "calls the gate") }
        add(.selfModification, 95, .deny, "steers the gate in the operator's place")
    }

    mutating func judgeContainers(_ arguments: ArraySlice<CommandArgument>) {
        let verb = arguments.first { !$0.isOption }?.text ?? ""
        if verb == "run" || verb == "create" || verb == "exec" {
            for index in arguments.indices {
                let argument = arguments[index]
                let next = index + 1 < arguments.endIndex ? arguments[index + 1] : nil
                if argument.abbreviates("privileged", from: 4) && !argument.text.ends("=false") {
                    add(.privilege, 80, .deny, "a container without limits")
                }
                var mount: [UInt8]?
                if argument.text == "-v" || argument.text == "--volume" { mount = next?.bytes }
                if argument.text.begins("-v"), argument.bytes.count > 2 { mount = Array(argument.bytes[2...]) }
                if argument.text.begins("--volume=") { mount = argument.valueAfterEquals }
                if argument.text == "--mount" { mount = next.flatMap { Self.mountSource($0.bytes) } }
                if argument.text.begins("--mount=") { mount = argument.valueAfterEquals.flatMap(Self.mountSource) }
                if let mount { judgeMount(mount) }
                let value = argument.valueAfterEquals.map { CommandArgument.text(of: $0) } ?? next?.text
                if argument.text.begins("--pid") || argument.text.begins("--userns") || argument.text.begins("--ipc"),
                    value == "host"
                {
                    add(.privilege, 70, .deny, "a container that sees the machine's own processes")
                }
            }
        }
        if Set(arguments.map(\.text)).isSuperset(of: ["system", "prune"]) {
            add(.irreversible, 50, .ask, "deletes what containers left")
        }
    }

    private static func mountSource(_ text: [UInt8]) -> [UInt8]? {
        for field in text.split(separator: UInt8(ascii: ",")) {
            let name = CommandArgument.text(of: field)
            for key in ["source=", "src="] where name.begins(key) { return Array(field.dropFirst(key.utf8.count)) }
        }
        return nil
    }

    private mutating func judgeMount(_ mount: [UInt8]) {
        let source = Array(mount.prefix { $0 != UInt8(ascii: ":") })
        if CommandArgument.text(of: source).ends(".sock") {
            add(.privilege, 80, .deny, "gives a container the engine's socket")
        }
        guard source.contains(UInt8(ascii: "/")) || source.first == UInt8(ascii: "~") else { return }
        for sight in sights(of: source) {
            let isSystem = sight.classes.contains {
                $0 == .systemSettings || $0 == .systemAccounts || $0 == .privateKey || $0 == .login || $0 == .gate
                    || $0 == .credentialStore
            }
            if sight.place == .wholeTree || isSystem {
                add(.privilege, 90, .deny, "gives a container the machine's or a person's own files")
            }
        }
    }

    /// Builtins that change what later commands of the same shell mean.
    mutating func judgeShellState(_ name: String, _ arguments: ArraySlice<CommandArgument>) {
        switch name {
        case "export", "declare", "typeset", "local", "readonly":
            for argument in arguments where argument.isAssignment {
                for finding in EnvironmentRules.findings(assigning: argument.bytes, toCommand: false) { add(finding) }
                let equals = argument.bytes.firstIndex(of: UInt8(ascii: "=")) ?? 0
                let variable = CommandArgument.text(of: argument.bytes[..<equals])
                expansion.variables[variable] = [argument.valueAfterEquals ?? []]
                if argument.opacity.contains(.substitution), nested.isForeign || nested.holdsSecret {
                    held[variable] = nested
                }
            }
        case "alias":
            for argument in arguments {
                guard let equals = argument.bytes.firstIndex(of: UInt8(ascii: "=")) else { continue }
                shadowed.insert(CommandArgument.text(of: argument.bytes[..<equals]))
                judgeInner(line: Array(argument.bytes[(equals + 1)...]))
            }
        case "trap":
            if let text = arguments.first(where: { !$0.isOption }), text.bytes.contains(0x20) {
                judgeInner(line: text.bytes)
            }
        case "hash", "enable": for argument in arguments { shadowed.insert(argument.programName) }
        case "printf":
            if arguments.first?.text.begins("-v") == true { add(.environment, 20, .ask, "assigns a variable") }
            return
        default: break
        }
        add(.environment, 15, .ask, "\(name) changes the shell's own state")
    }
}
