/// What can be seen in a program text of another language (`python3 -c`, `perl -e`) without understanding it.
///
/// It is never proof that nothing happens: such a call asks in any case.
struct InlineCode {
    let runsDecoded: Bool
    let runsFetched: Bool
    let deletesWholeTree: Bool
    let opensShell: Bool
    let typesKeys: Bool
    let forksForever: Bool
    let readsSecret: Bool
    let usesNetwork: Bool
    let writes: Bool
    /// Texts in quotes that are given to something that runs commands.
    let commands: [[UInt8]]
    /// Texts in quotes that are URLs.
    let addresses: [[UInt8]]
    /// Texts in quotes that are absolute paths or begin at a home.
    let paths: [[UInt8]]

    init(_ code: [UInt8]) {
        let code = Array(code.prefix(16384))
        let text = CommandArgument.text(of: code)
        let small = text.asciiLowercased
        let words = Set(small.utf8.split { !$0.isNameByte }.map { CommandArgument.text(of: Array($0)) })
        func has(_ names: Set<String>) -> Bool { !words.isDisjoint(with: names) }
        let quoted = Self.quoted(code)
        let starts = has(Self.starters) || text.utf8.contains(UInt8(ascii: "`")) || small.holds("do shell script")
        runsDecoded = has(Self.decoders) && (has(Self.evaluators) || starts)
        let isWhole = quoted.contains(where: Self.isWholeTree) || has(Self.homes) || small.holds("path.home")
        deletesWholeTree = has(Self.deleters) && isWhole
        usesNetwork = has(Self.network)
        opensShell =
            usesNetwork
            && has([
                "dup2", "pty", "spawn", "popen", "exec", "execve", "system", "subprocess", "child_process",
                "shell_exec",
            ])
            && (quoted.contains(where: Self.isShell) || small.holds("/inet/tcp"))
            || small.holds("/inet/") && small.holds("getline") && small.holds("|&")
        runsFetched =
            (has(Self.fetching) || small.holds("uri.open")) && (has(Self.pureEvaluators) || Self.callsExec(small))
            || small.holds("getline") && has(["system"]) && has(["curl", "wget", "fetch"])
        typesKeys = has(["keystroke", "tiocsti"]) || small.holds("key code")
        forksForever = has(["fork"]) && has(["while", "loop", "for", "until"])
        readsSecret = quoted.contains { Self.isSecret($0) } || has(["environ", "env"])
        writes =
            has(Self.writers)
            || quoted.contains { ["w", "a", "wb", "ab", "w+", "a+"].contains(CommandArgument.text(of: $0)) }
        commands = starts ? Array(quoted.filter { $0.count > 2 }.prefix(8)) : []
        addresses = Array(quoted.filter { CommandArgument.text(of: $0.prefix(16)).holds("://") }.prefix(8))
        let gates = ["hitl.yaml", "hitl.yml"]
        paths = Array(
            quoted.filter { text in
                text.first == UInt8(ascii: "/") || text.first == UInt8(ascii: "~") || text.first == UInt8(ascii: ".")
                    || gates.contains { text.elementsEqual($0.utf8) }
            }.prefix(8))
    }

    private static let decoders: Set<String> = [
        "b64decode", "base64", "unhexlify", "fromhex", "pack", "unpack", "fromcharcode", "atob", "decode", "codecs",
        "base64_decode", "hex2bin", "gzinflate", "zlib", "decompress", "marshal", "decode64", "unpack1", "str_rot13",
        "unescape", "decodeuricomponent", "b32decode", "a85decode", "frombase64string", "chr", "decode_base64", "rot13",
    ]
    private static let evaluators: Set<String> = [
        "eval", "exec", "function", "compile", "instance_eval", "loadstring", "__import__", "assert",
        "runinthiscontext",
    ]
    /// Names that mean nothing but running a text; `exec` searches too, in other languages.
    private static let pureEvaluators: Set<String> = [
        "eval", "instance_eval", "class_eval", "loadstring", "runinthiscontext", "execfile",
    ]
    private static let fetching: Set<String> = [
        "urlopen", "urlretrieve", "requests", "httpx", "aiohttp", "fetch", "axios", "open_uri", "file_get_contents",
        "curl_exec", "lwp",
    ]

    /// `exec(` that is no method of something else.
    private static func callsExec(_ small: String) -> Bool {
        let text = Array(small.utf8)
        return text.indices.contains { place in
            text[place...].starts(with: "exec(".utf8)
                && (place == 0 || !text[place - 1].isNameByte && text[place - 1] != UInt8(ascii: "."))
        }
    }

    private static let starters: Set<String> = [
        "system", "popen", "exec", "execsync", "spawn", "spawnsync", "subprocess", "child_process", "shell_exec",
        "passthru",
        "qx", "execvp", "execv", "execl", "execlp", "check_output", "check_call", "call", "run", "proc_open", "execute",
        "execfile", "getoutput", "x", "open3", "shelljs", "command",
    ]
    private static let deleters: Set<String> = [
        "unlink", "unlinksync", "rmtree", "rm_rf", "rm_r", "rm", "rmsync", "rmdir", "rmdirsync", "remove", "removesync",
        "removedirs", "remove_tree", "remove_dir_all", "delete", "rimraf", "deletefile", "remove_entry", "removeall",
        "emptydir", "emptydirsync", "trash",
    ]
    private static let homes: Set<String> = ["home", "expanduser", "homedir", "userprofile", "gethomedir"]
    private static let network: Set<String> = [
        "socket", "urlopen", "urllib", "requests", "httpx", "aiohttp", "fetch", "http", "https", "net", "lwp",
        "open_uri",
        "curl_exec", "fsockopen", "tcpsocket", "urlretrieve", "smtplib", "ftplib", "axios", "websocket", "inet",
    ]
    private static let writers: Set<String> = [
        "writefile", "writefilesync", "write_text", "write_bytes", "appendfile", "appendfilesync", "file_put_contents",
        "write", "copyfile", "rename", "symlink", "chmod", "copy", "move", "createwritestream", "spew", "spurt",
        "unlink",
    ]

    private static func isWholeTree(_ text: [UInt8]) -> Bool {
        let trimmed = text.prefix(64)
        if trimmed.allSatisfy({ "/.*~".utf8.contains($0) }), trimmed.contains(where: { "/~".utf8.contains($0) }) {
            return true
        }
        let name = CommandArgument.text(of: trimmed)
        return name.begins("~/") && trimmed.count <= 4
            || [
                "/etc", "/usr", "/var", "/home", "/boot", "/bin", "/lib", "/Users", "/root", "/opt", "$HOME", "${HOME}",
            ].contains { name == $0 || name == $0 + "/" || name == $0 + "/*" }
    }

    private static func isShell(_ text: [UInt8]) -> Bool {
        let name = CommandArgument.text(of: text.prefix { $0 != 0x20 })
        return ["/bin/sh", "/bin/bash", "/bin/zsh", "sh", "bash", "zsh", "cmd.exe", "powershell"].contains(name)
    }

    private static func isSecret(_ text: [UInt8]) -> Bool {
        text.count > 2 && text.count < 256 && PathAnalysis(text).holdsSecrets
    }

    /// What stands between quotation marks; nesting is not followed.
    private static func quoted(_ code: [UInt8]) -> [[UInt8]] {
        var texts: [[UInt8]] = []
        var open: UInt8?
        var start = 0
        var index = 0
        while index < code.count, texts.count < 64 {
            let byte = code[index]
            if byte == 0x5C {
                index += 2
                continue
            }
            if let mark = open {
                if byte == mark {
                    texts.append(Array(code[start..<index]))
                    open = nil
                }
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "`") {
                open = byte
                start = index + 1
            }
            index += 1
        }
        return texts
    }
}
