/// Programs that start another program which is among their arguments.
struct Wrapper {
    enum Inner {
        case command([CommandArgument])
        /// Text for a shell.
        case script([UInt8], isExact: Bool)
        case nothing
    }

    /// How it is called in what people read: `sudo`, `sh -c`.
    let label: String
    let inner: Inner
    /// It changes nothing about whether the inner command is harmless.
    var isTransparent = false
    /// More operands come from somewhere else: `xargs`.
    var addsOperands = false
    var findings: [Finding] = []

    /// Whether the words of the command within say all that happens: it is only timed, or read by a shell without
    /// options of its own.
    ///
    /// - Parameter arguments: the wrapper's own words. A name with a `/` may be any program.
    func isNothingMore(than arguments: [CommandArgument]) -> Bool {
        guard let program = arguments.first, program.isExact, !program.bytes.contains(UInt8(ascii: "/")) else {
            return false
        }
        switch inner {
        case .nothing: return true
        case .command: return isTransparent && (program.text != "env" || !arguments[1].isAssignment)
        case .script(_, let isExact):
            return isExact && arguments.count == 3 && ["sh", "bash", "dash"].contains(program.text)
                && arguments[1].text == "-c"
        }
    }

    static let shells: Set<String> = [
        "sh", "bash", "zsh", "dash", "ksh", "mksh", "ash", "fish", "csh", "tcsh", "rbash", "elvish", "nu", "xonsh",
        "pwsh", "powershell",
    ]

    /// Wrappers that only change priority, buffering or time; the number says how many operands come first.
    private static let plain: [String: (grammar: OptionGrammar, operands: Int)] = {
        let lines: [(String, Int)] = [
            ("nice command -n: -# --adjustment:", 0), ("ionice command -t -c: -n: --class: --classdata: --ignore", 0),
            ("stdbuf command -i: -o: -e: --input: --output: --error:", 0), ("time,gtime command -pvql", 0),
            (
                """
                timeout,gtimeout command -fpv -k: -s: --foreground --preserve-status --kill-after: --signal: \
                --verbose
                """,
                1
            ),
            ("chrt command -bfiordv", 1), ("taskset command -ac", 1), ("caffeinate command -dimsu -t: -w:", 0),
            ("eatmydata,chronic,unbuffer,nocache,noglob,nocorrect command", 0),
        ]
        var table: [String: (grammar: OptionGrammar, operands: Int)] = [:]
        for (line, operands) in lines {
            let grammar = OptionGrammar(line[...])
            for name in grammar.names { table[name] = (grammar, operands) }
        }
        return table
    }()

    /// Wrappers that change who runs, where, or under what; the inner command is judged, and a person asked as well.
    private static let strong: [String: (grammar: OptionGrammar, operands: Int, factor: Finding.CommandFactor)] = {
        let lines: [(String, Int, Finding.CommandFactor)] = [
            (
                """
                sudo command -AbEeHnPSksKklVv -u: -g: -C: -c: -h: -p: -r: -t: -T: -U: -D: -R: --user: --group: \
                --preserve-env? --login --shell --stdin --non-interactive --set-home --chdir: --chroot: \
                --host: --prompt:
                """, 0, .privilege
            ),
            ("doas command -nsL -u: -C:", 0, .privilege), ("pkexec command --user:", 0, .privilege),
            ("runuser command -fmlp -u: -g: -c: -s: --user:", 0, .privilege),
            ("gosu,su-exec,setpriv command", 1, .privilege),
            ("chroot command --userspec: --groups: --skip-chdir", 1, .privilege),
            (
                "unshare command -imnpuUCTrcf -R: -w: -S: -G: --fork --map-root-user --mount --net --pid --user", 0,
                .privilege
            ),
            (
                "nsenter command -aFrw -t: -m? -u? -i? -n? -p? -U? -C? -T? --target: --all --mount? --net? --pid?", 0,
                .privilege
            ),
            (
                "strace,ltrace,truss command -cCdfFhiqrtTvVwxyzZk -o: -e: -p: -s: -u: -a: -b: -E: -I: -O: -S: -P: -X:",
                0,
                .systemCommand
            ),
            (
                "flock command -senxuFo -w: -E: --wait: --timeout: --nonblock --shared --exclusive --close", 1,
                .systemCommand
            ),
            ("systemd-run command -tPqdGrS -p: -u: -E: -M: --user --scope --unit: --property: --wait", 0, .background),
            ("nohup command", 0, .background), ("setsid command -cfw --ctty --fork --wait", 0, .background),
            ("daemonize,start-stop-daemon,at-run command", 0, .background),
            ("proxychains,proxychains4,torsocks,torify,tsocks command -q -f:", 0, .networkEgress),
            (
                "firejail,bwrap,fakeroot,fakechroot,rlwrap,valgrind,perf,catchsegv,setarch,linux32,linux64 command", 0,
                .systemCommand
            ),
            ("exec command -cl -a:", 0, .systemCommand), ("builtin command", 0, .systemCommand),
            ("command command -p", 0, .systemCommand), ("busybox,toybox command", 0, .systemCommand),
            ("coproc command", 0, .background),
            ("dbus-run-session,xvfb-run,ssh-agent command -a -s -k", 0, .systemCommand),
            ("direnv-exec,dotenv,chpst,envdir,softlimit command", 1, .environment),
            ("arch command -x86_64 -arm64", 0, .systemCommand),
        ]
        var table: [String: (grammar: OptionGrammar, operands: Int, factor: Finding.CommandFactor)] = [:]
        for (line, operands, factor) in lines {
            let grammar = OptionGrammar(line[...])
            for name in grammar.names { table[name] = (grammar, operands, factor) }
        }
        return table
    }()

    private static let xargs = OptionGrammar(
        """
        xargs command -0rtpxo -a: -d: -E: -e? -I: -i? -L: -l? -n: -P: -s: -J: -R: --null --arg-file: --delimiter: \
        --eof? --replace? --max-lines? --max-args: --max-procs: --max-chars: --no-run-if-empty --interactive --verbose \
        --exit --open-tty
        """)
    static let env = OptionGrammar(
        """
        env command -i0v -u: -C: -S: -P: --ignore-environment --unset: --null --debug --chdir: --split-string: \
        --block-signal? --default-signal? --ignore-signal?
        """)

    /// - Parameter arguments: the name first.
    static func of(_ name: String, _ arguments: [CommandArgument]) -> Wrapper? {
        let rest = arguments.dropFirst()
        if let (grammar, operands) = plain[name] {
            let reading = grammar.read(rest)
            return Wrapper(
                label: name, inner: inner(rest, reading, skipping: operands), isTransparent: reading.unknown == nil)
        }
        if let (grammar, operands, factor) = strong[name] {
            if name == "arch", rest.isEmpty { return nil }
            let reading = grammar.read(rest)
            var inner = inner(rest, reading, skipping: operands)
            if let script = scriptOption(name, rest, reading) { inner = .script(script.bytes, isExact: script.isExact) }
            // `sudo -s`, `su`: a shell without a command.
            if case .nothing = inner, factor == .privilege, let shell = reading.value("c") {
                inner = .script(shell, isExact: true)
            }
            let weight = factor == .privilege ? 35 : 10
            return Wrapper(
                label: name, inner: inner,
                findings: [Finding(factor, weight, .ask, "\(name) \(Self.words(for: factor))")])
        }
        if shells.contains(name) { return shell(name, rest) }
        return other(name, rest)
    }

    private static func words(for factor: Finding.CommandFactor) -> String {
        switch factor {
        case .privilege: "runs it as somebody else or outside of the usual limits"
        case .background: "runs it apart from the terminal"
        case .networkEgress: "sends its traffic elsewhere"
        case .environment: "changes its environment"
        default: "runs another command"
        }
    }

    /// The command behind `operands` words, seen from the first operand on.
    private static func inner(
        _ arguments: ArraySlice<CommandArgument>, _ reading: OptionGrammar.Reading, skipping operands: Int
    ) -> Inner {
        guard let first = reading.firstOperand, first + operands < arguments.endIndex else { return .nothing }
        var inner = arguments[(first + operands)...]
        if inner.first?.text == "--" { inner = inner.dropFirst() }
        // `sudo A=1 command`.
        inner = inner.drop(while: \.isAssignment)
        return inner.isEmpty ? .nothing : .command(Array(inner))
    }

    /// `flock file -c 'text'`, `runuser -c 'text'`.
    private static func scriptOption(
        _ name: String, _ arguments: ArraySlice<CommandArgument>, _ reading: OptionGrammar.Reading
    ) -> CommandArgument? {
        guard name == "flock" || name == "runuser" else { return nil }
        guard let option = arguments.firstIndex(where: { $0.text == "-c" || $0.text == "--command" }),
            option + 1 < arguments.endIndex
        else { return nil }
        return arguments[option + 1]
    }

    /// `sh -c text`; a script file or standard input is for whoever judges interpreters.
    private static func shell(_ name: String, _ arguments: ArraySlice<CommandArgument>) -> Wrapper? {
        var index = arguments.startIndex
        while index < arguments.endIndex {
            let argument = arguments[index]
            let small = argument.text.asciiLowercased
            if small == "-command" || small == "--command"
                || (argument.isOption && argument.hasLetter("c") && !small.begins("-enc") && !small.begins("-ex"))
            {
                var script = index + 1
                // `bash -c -- text`, `bash -c -e text`.
                while script < arguments.endIndex, arguments[script].isOption || arguments[script].text == "--" {
                    script += 1
                }
                guard script < arguments.endIndex else { return nil }
                let isPower = name == "pwsh" || name == "powershell"
                let text =
                    isPower
                    ? Array(arguments[script...].map(\.bytes).joined(separator: [0x20])) : arguments[script].bytes
                // Nothing but a shell that reads the text: as if it stood here.
                let isPlain =
                    arguments.count == 2 && arguments.allSatisfy(\.isExact)
                    && ["sh", "bash", "dash", "zsh"].contains(name)
                    && ["-c", "-lc", "-ec", "-euc"].contains(argument.text)
                if isPlain {
                    return Wrapper(label: "\(name) -c", inner: .script(text, isExact: true), isTransparent: true)
                }
                return Wrapper(
                    label: "\(name) -c", inner: .script(text, isExact: arguments[script].isExact),
                    findings: [Finding(.systemCommand, 10, .ask, "\(name) runs a text as commands")])
            }
            if ["-o", "+o", "-O", "+O"].contains(argument.text) || argument.text == "--rcfile"
                || argument.text == "--init-file"
            {
                index += 2
                continue
            }
            guard argument.isOption || argument.bytes.first == UInt8(ascii: "+") else { return nil }
            index += 1
        }
        return nil
    }

    private static func joined(_ arguments: ArraySlice<CommandArgument>) -> Inner {
        .script(
            Array(arguments.map(\.bytes).joined(separator: [0x20])), isExact: arguments.allSatisfy(\.isExact))
    }

    private static func other(_ name: String, _ arguments: ArraySlice<CommandArgument>) -> Wrapper? {
        switch name {
        case "env": return environment(arguments)
        case "xargs", "gxargs":
            let reading = xargs.read(arguments)
            let inner = inner(arguments, reading, skipping: 0)
            let usesFile = reading.has("a") || reading.has("arg-file") || reading.has("p") || reading.has("I")
            return Wrapper(
                label: name, inner: inner, isTransparent: reading.unknown == nil && !usesFile, addsOperands: true)
        case "eval":
            return Wrapper(
                label: name, inner: arguments.isEmpty ? .nothing : joined(arguments),
                findings: [Finding(.runsCode, 20, .ask, "eval runs a text as commands")])
        case "watch":
            let grammar = OptionGrammar("watch command -bcdegtwxC -n: -q: --interval: --differences --no-title --exec")
            let reading = grammar.read(arguments)
            guard let first = reading.firstOperand else { return Wrapper(label: name, inner: .nothing) }
            return Wrapper(
                label: name, inner: joined(arguments[first...]),
                findings: [Finding(.systemCommand, 5, .ask, "watch runs a command again and again")])
        case "script":
            let text = arguments.firstIndex { $0.hasLetter("c") || $0.abbreviates("command") }
            if let text {
                if let value = arguments[text].valueAfterEquals, arguments[text].isLongOption {
                    return Wrapper(label: name, inner: .script(value, isExact: arguments[text].isExact))
                }
                if text + 1 < arguments.endIndex {
                    return Wrapper(
                        label: name, inner: .script(arguments[text + 1].bytes, isExact: arguments[text + 1].isExact))
                }
            }
            let operands = arguments.filter { !$0.isOption }
            return Wrapper(label: name, inner: operands.count > 1 ? .command(Array(operands.dropFirst())) : .nothing)
        case "su":
            let text = arguments.firstIndex { $0.text == "-c" || $0.text == "--command" }
            var inner = Inner.nothing
            if let text, text + 1 < arguments.endIndex {
                inner = .script(arguments[text + 1].bytes, isExact: arguments[text + 1].isExact)
            }
            return Wrapper(
                label: name, inner: inner, findings: [Finding(.privilege, 35, .ask, "su runs it as somebody else")])
        case "parallel", "rush", "moreutils-parallel":
            let end = arguments.firstIndex { $0.text.begins(":::") } ?? arguments.endIndex
            let words = arguments[..<end].drop(while: \.isOption)
            // Everything behind `:::` is an operand: it stands where the braces are, or at the end.
            let fed = arguments[end...].dropFirst().map(\.bytes).joined(separator: [0x20])
            guard !words.isEmpty else { return Wrapper(label: name, inner: .nothing) }
            let text = words.map(\.bytes).joined(separator: [0x20]).split(
                separator: UInt8(ascii: "{"), omittingEmptySubsequences: false)
            let placed = text.dropFirst().reduce(Array(text.first ?? [])) { line, piece in
                piece.first == UInt8(ascii: "}") ? line + fed + piece.dropFirst() : line + [UInt8(ascii: "{")] + piece
            }
            return Wrapper(label: name, inner: .script(text.count > 1 ? placed : placed + [0x20] + fed, isExact: false))
        case "ssh", "mosh", "rsh", "autossh": return remote(name, arguments)
        case "docker", "podman", "nerdctl", "kubectl", "oc", "lxc", "machinectl", "docker-compose", "flatpak":
            return container(name, arguments)
        default: return nil
        }
    }

    private static func environment(_ arguments: ArraySlice<CommandArgument>) -> Wrapper? {
        let reading = env.read(arguments)
        if let text = reading.value("S") ?? reading.value("split-string") {
            var inner = text
            if let first = reading.firstOperand {
                for argument in arguments[first...] { inner += [0x20] + argument.bytes }
            }
            return Wrapper(
                label: "env -S", inner: .script(inner, isExact: false),
                findings: [Finding(.environment, 10, .ask, "env splits a text into a command")])
        }
        guard let first = reading.firstOperand else {
            return Wrapper(
                label: "env", inner: .nothing,
                findings: [Finding(.credentials, 30, .ask, "shows the whole environment, with its secrets")])
        }
        let words = arguments[first...]
        let command = words.drop { $0.isAssignment }
        let assigned = words.prefix(words.count - command.count)
        let changesPlace = reading.has("C") || reading.has("chdir") || reading.has("P")
        var findings: [Finding] = []
        for assignment in assigned {
            findings += EnvironmentRules.findings(assigning: assignment.bytes, toCommand: true)
        }
        return Wrapper(
            label: "env", inner: command.isEmpty ? .nothing : .command(Array(command)),
            isTransparent: reading.unknown == nil && !changesPlace && findings.isEmpty, findings: findings)
    }

    /// What follows the host goes to a shell over there.
    private static func remote(_ name: String, _ arguments: ArraySlice<CommandArgument>) -> Wrapper {
        let grammar = OptionGrammar(
            """
            ssh command -46AaCfGgKkMNnqsTtVvXxYy -B: -b: -c: -D: -E: -e: -F: -I: -i: -J: -L: -l: -m: -O: -o: \
            -p: -Q: -R: -S: -W: -w:
            """
        )
        let reading = grammar.read(arguments)
        var findings = [Finding(.remoteExecution, 35, .ask, "\(name) acts on another machine")]
        if reading.values.contains(where: { ["R", "L", "D", "w", "W"].contains($0.name) }) {
            findings.append(Finding(.networkEgress, 50, .ask, "\(name) opens a tunnel"))
        }
        for (key, value, _) in reading.values where key == "o" || key == "F" {
            let text = CommandArgument.text(of: value).asciiLowercased
            if key == "F" || text.begins("proxycommand") || text.begins("localcommand") || text.begins("permitlocal") {
                findings.append(Finding(.runsCode, 50, .ask, "an option of \(name) runs a program"))
            }
        }
        guard let first = reading.firstOperand, first + 1 < arguments.endIndex else {
            return Wrapper(label: name, inner: .nothing, findings: findings)
        }
        return Wrapper(
            label: name, inner: joined(arguments[(first + 1)...].drop { $0.text == "--" }), findings: findings)
    }

    /// `docker exec c command`, `kubectl exec pod -- command`.
    private static func container(_ name: String, _ arguments: ArraySlice<CommandArgument>) -> Wrapper? {
        guard let verb = arguments.firstIndex(where: { $0.text == "exec" || $0.text == "run" || $0.text == "shell" }),
            arguments[..<verb].allSatisfy({ $0.isOption || $0.text == "compose" || $0.text == "container" })
        else { return nil }
        let rest = arguments[(verb + 1)...]
        var inner: ArraySlice<CommandArgument>
        if let dashes = rest.firstIndex(where: { $0.text == "--" }) {
            inner = rest[(dashes + 1)...]
        } else {
            let grammar = OptionGrammar(
                """
                docker command -ditTP -e: -u: -w: -v: -p: -h: -l: -m: --rm --interactive --tty --detach \
                --privileged --env: --user: --workdir: --volume: --name: --network: --entrypoint: --mount: \
                --publish: --pid: --net: --env-file: --platform: --ipc: --cap-add: --device: --security-opt:
                """
            )
            let reading = grammar.read(rest)
            guard let first = reading.firstOperand else { return nil }
            inner = rest[(first + 1)...]
        }
        inner = inner.drop { $0.text == "--" }
        return Wrapper(
            label: "\(name) \(arguments[verb].text)", inner: inner.isEmpty ? .nothing : .command(Array(inner)),
            findings: [Finding(.remoteExecution, 25, .ask, "\(name) runs it in another system")])
    }
}

extension CommandArgument {
    /// `NAME=value`.
    var isAssignment: Bool {
        guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")), equals > 0, !bytes[0].isDigit else { return false }
        return bytes[..<equals].allSatisfy(\.isNameByte)
    }
}
