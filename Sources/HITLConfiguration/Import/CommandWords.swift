import HITLCore

/// A prefix of a command's words, as other programs' rules have them, as patterns of ours.
///
/// Ours look at each command of a line as it was analysed, so that `git status; rm -rf x` is two and neither
/// stands for the other.
struct CommandWords {
    /// One text a word, without blanks; `*` in it is any text where `hasStars`.
    let words: [String]
    /// Whether more words may follow.
    let isOpen: Bool
    let hasStars: Bool

    /// Programs that run what their arguments say: a rule that allows them with anything behind allows everything.
    private static let runners: Set<String> = [
        "sh", "bash", "zsh", "dash", "ksh", "mksh", "ash", "fish", "csh", "tcsh", "pwsh", "powershell", "busybox",
        "python", "python2", "python3", "pypy", "pypy3", "node", "nodejs", "deno", "bun", "tsx", "ts-node", "ruby",
        "perl",
        "php", "lua", "luajit", "tclsh", "expect", "osascript", "awk", "gawk", "mawk", "Rscript", "julia", "java",
        "groovy",
        "swift", "sudo", "doas", "su", "pkexec", "env", "xargs", "parallel", "find", "fd", "eval", "exec", "command",
        "builtin", "source", ".", "nohup", "setsid", "time", "timeout", "nice", "ionice", "watch", "script", "flock",
        "strace", "ltrace", "gdb", "ssh", "mosh", "docker", "podman", "kubectl", "nsenter", "unshare", "chroot", "npx",
        "bunx", "uvx", "pipx", "uv", "poetry", "pdm", "hatch", "rye", "conda", "mise", "asdf", "direnv", "nix",
        "nix-shell",
        "vim", "vi", "ed", "emacs", "less", "more", "man", "tar", "rsync", "socat", "nc", "ncat", "make", "just",
        "hitl",
    ]

    /// Why it cannot be allowed; nil where it can.
    var obstacle: String? {
        guard let program = words.first, !program.isEmpty else { return "it would allow every command" }
        if hasStars, program.utf8.contains(UInt8(ascii: "*")) { return "it would allow any program" }
        guard isOpen, words.count == 1 || hasStars && words[1].utf8.elementsEqual("*".utf8) else { return nil }
        let name = program.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? program
        guard Self.runners.contains(name) else { return nil }
        return "\(name) runs whatever it is told to: allow the commands that you mean, word by word"
    }

    /// As patterns over words. A star stands for a part of a word, and to be strict also for several words.
    func patterns(isStrict: Bool) -> [String] {
        let spelled = words.map { word in
            hasStars && word.utf8.elementsEqual("*".utf8) ? "**" : Self.escaped(word, keepingStars: hasStars)
        }
        let tail = isOpen ? ["**"] : []
        var patterns = [(spelled + tail).joined(separator: " ")]
        // `test*` goes on behind the word too: `test:unit --watch`.
        guard hasStars, !isOpen || isStrict, let place = spelled.lastIndex(where: { $0.hasSuffix("*") && $0 != "**" })
        else { return patterns }
        let more = Array(spelled[...place]) + ["**"] + spelled[(place + 1)...] + tail
        if place == spelled.count - 1 || isStrict { patterns.append(more.joined(separator: " ")) }
        return patterns
    }

    /// Whether they can be written as patterns: `**` in a part of a word cannot.
    var arePatterns: Bool {
        patterns(isStrict: true).allSatisfy { text in
            do throws(PatternError) {
                _ = try Pattern(wordGlob: text)
                return true
            } catch { return false }
        }
    }

    /// Words that it matches, for an example.
    var example: [String] { words.map { hasStars ? $0.replacingEach("*", with: "x") : $0 } }

    private static func escaped(_ word: String, keepingStars: Bool) -> String {
        var result = ""
        for scalar in word.unicodeScalars {
            if scalar == "\\" || scalar == "?" || scalar == "[" || (scalar == "*" && !keepingStars) {
                result.unicodeScalars.append("\\")
            }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    /// - Returns: nil where a word has what separates words, or only a shell could read it.
    static func canBeWords(_ words: [String]) -> Bool {
        words.allSatisfy { word in !word.isEmpty && word.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } }
    }
}

extension CommandWords {
    /// `{ kind: execute, commands: [...] }`: an example of a call that runs these commands.
    static func call(tool: String, _ commands: [[String]]) -> JSONValue {
        .object(
            JSONObject([
                .init("tool", .string(tool)), .init("kind", .string("execute")),
                .init("commands", .array(commands.map { .array($0.map(JSONValue.string)) })),
            ]))
    }

    /// What is different about the rule's own commands next to another: to allow, all must match; to stop, one is enough.
    static let stranger = ["something-else"]
}
