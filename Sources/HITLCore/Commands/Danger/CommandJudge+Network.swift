/// Programs that talk to other machines.
extension CommandJudge {
    mutating func judgeNetwork(_ name: String, _ arguments: ArraySlice<CommandArgument>) {
        add(.networkEgress, 25, .ask, "\(name) talks to other machines")
        if ["nc", "ncat", "netcat", "socat", "telnet"].contains(name) { judgeSockets(name, arguments) }
        var sendsSecret = input.holdsSecret || nested.holdsSecret
        for argument in arguments {
            noteHost(argument, name)
            if let file = Self.sentFile(argument, arguments) {
                if sights(of: file).contains(where: \.holdsSecrets) { sendsSecret = true }
            }
            if argument.text.asciiLowercased.begins("file:") {
                let path = Array(argument.bytes.dropFirst(5).drop { $0 == 0x2F })
                touch(CommandArgument([0x2F] + path), .read)
            }
        }
        if readsSecret, name != "gh", name != "aws" { sendsSecret = true }
        if sendsSecret { add(.credentials, 95, .deny, "\(name) would send secrets away") }
        judgeControlSocket(arguments)
    }

    /// Files that options send (`-d @file`, `-T file`, `-F x=@file`, `--post-file=file`), and what copying programs
    /// are given.
    private static func sentFile(_ argument: CommandArgument, _ all: ArraySlice<CommandArgument>) -> [UInt8]? {
        if let at = argument.bytes.firstIndex(of: UInt8(ascii: "@")), at + 1 < argument.bytes.count,
            at == 0 || argument.isOption || argument.bytes[at - 1] == UInt8(ascii: "=")
        {
            return Array(argument.bytes[(at + 1)...])
        }
        if argument.abbreviates("post-file", from: 5) || argument.abbreviates("body-file", from: 5) {
            return argument.valueAfterEquals
        }
        if argument.isOption || argument.isRemote { return nil }
        return argument.bytes
    }

    private mutating func noteHost(_ argument: CommandArgument, _ name: String) {
        guard !argument.isOption || argument.bytes.contains(UInt8(ascii: "/")) else { return }
        let text = argument.isOption ? argument.valueAfterEquals ?? [] : argument.bytes
        guard let host = HostName(url: text), Self.looksLikeHost(host, name) else { return }
        if analysis.hosts.count < 64, !analysis.hosts.contains(host.name) { analysis.hosts.append(host.name) }
        if host.name.contains(where: { $0 >= 0x80 })
            || CommandArgument.text(of: host.name).asciiLowercased.holds("xn--")
        {
            add(.networkEgress, 40, .ask, "the host's name is not plain ASCII")
        }
        switch host.hostClass {
        case .metadata: add(.internalAddress, 90, .deny, "the address gives out a machine's credentials")
        case .loopback:
            add(.internalAddress, 30, .ask, "the address is this machine")
            let words = Set(
                CommandArgument.text(of: host.path).asciiLowercased.utf8.split { !$0.isNameByte }.map {
                    CommandArgument.text(of: Array($0))
                })
            if !words.isDisjoint(with: [
                "approve", "approvals", "reject", "decide", "decision", "hitl", "grant", "allow", "permission",
                "permissions",
            ]) {
                add(.selfModification, 90, .deny, "decides in the operator's place")
            }
        case .privateNetwork, .linkLocal, .special:
            add(.internalAddress, 20, .ask, "the address is in a private network")
        case .name, .publicAddress: break
        }
        if ["gopher", "dict", "ldap", "tftp", "telnet"].contains(host.scheme) {
            add(
                .networkEgress, 60, host.isOutside ? .ask : .deny,
                "a scheme that carries any bytes to any service")
        }
    }

    private static func looksLikeHost(_ host: HostName, _ name: String) -> Bool {
        if !host.scheme.isEmpty { return host.scheme != "file" }
        return [
            "curl", "wget", "http", "https", "xh", "ping", "nc", "ncat", "ssh", "telnet", "dig", "nslookup", "host",
        ].contains(name)
            // A number alone is a count more often than an address.
            && (host.name.contains(UInt8(ascii: ".")) || !host.isOutside && host.hostClass != .special)
    }

    /// The gate's socket, or a container engine's.
    private mutating func judgeControlSocket(_ arguments: ArraySlice<CommandArgument>) {
        for argument in arguments {
            let small = argument.text.asciiLowercased
            guard small.holds("sock") || small.begins("unix") || small.begins("--unix") else { continue }
            if small.holds("hitl") { add(.selfModification, 95, .deny, "talks to the gate's own socket") }
            if small.holds("docker.sock") || small.holds("containerd.sock") || small.holds("podman.sock") {
                add(.privilege, 80, .deny, "steers the container engine, which can do anything on this machine")
            }
        }
    }

    /// Programs that join a connection to a shell.
    private mutating func judgeSockets(_ name: String, _ arguments: ArraySlice<CommandArgument>) {
        var startsProgram = false
        for argument in arguments {
            let small = argument.text.asciiLowercased
            if name == "socat" {
                if small.begins("exec:") || small.begins("system:") || small.begins("shell:") || small.holds(",pty") {
                    startsProgram = true
                }
                if small.holds("hitl") { add(.selfModification, 95, .deny, "talks to the gate's own socket") }
            } else if argument.hasLetter("e") || argument.hasLetter("c") && name != "telnet"
                || argument.abbreviates("exec", from: 1) || argument.abbreviates("sh-exec", from: 2)
            {
                startsProgram = true
            }
        }
        if input.isFromShell { add(.remoteShell, 95, .deny, "\(name) gives a shell to another machine") }
        if startsProgram { add(.remoteShell, 95, .deny, "\(name) joins a program to a connection") }
    }

    /// Whether the command is given a shell's or a pipe's end of a connection: `bash -i >& /dev/tcp/…`.
    mutating func judgeConnectedShell(_ segment: ShellScript.Segment, _ arguments: [CommandArgument]) {
        let isConnected = segment.redirections.contains { redirection in
            let text = CommandArgument.text(of: expansion.value(of: redirection.target))
            return text.begins("/dev/tcp/") || text.begins("/dev/udp/")
        }
        guard isConnected else { return }
        add(.networkEgress, 50, .ask, "opens a connection")
        let name = arguments.first?.programName ?? ""
        if Wrapper.shells.contains(name) || name == "exec"
            || DangerousPrograms.families[name]?.contains(.interpreter) == true
        {
            add(.remoteShell, 95, .deny, "gives a shell to another machine")
        }
        if input.holdsSecret || nested.holdsSecret || readsSecret { add(.credentials, 95, .deny, "sends secrets away") }
    }
}
