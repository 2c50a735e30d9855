/// Variables that change what a later command does.
enum EnvironmentRules {
    /// They change only language and width of what is printed.
    private static let harmless: Set<String> = ["LANG", "LANGUAGE", "NO_COLOR", "CLICOLOR", "COLUMNS", "LINES"]

    /// - Parameter assignment: `NAME=value`.
    static func findings(assigning assignment: [UInt8], toCommand: Bool) -> [Finding] {
        let equals = assignment.firstIndex(of: UInt8(ascii: "=")) ?? assignment.count
        let name = CommandArgument.text(of: assignment[..<equals])
        return findings(assigning: name, assignment[min(equals + 1, assignment.count)...], toCommand: toCommand)
    }

    static func findings(assigning name: String, _ value: ArraySlice<UInt8>?, toCommand: Bool) -> [Finding] {
        if name.begins("HITL_") {
            return [Finding(.selfModification, 90, .deny, "sets a variable that the gate obeys")]
        }
        if toCommand, harmless.contains(name) || name.begins("LC_"), let value, value.allSatisfy(isPlain) { return [] }
        if toCommand, name == "TZ", let value, isZone(value) { return [] }
        let isLoader = loaders.contains(where: name.begins)
        let words = isLoader ? "sets a variable that makes programs run other code" : "sets a variable"
        return [Finding(.environment, isLoader ? 50 : 15, .ask, words)]
    }

    /// Whether a program may take from it which code to run, where to look, or as whom to speak. Of a name that nobody
    /// knows nobody can say that none does: `BASH_FUNC_ls%%` is the shell's `ls`, `GLIBC_TUNABLES` the loader's.
    static func isTelling(_ name: String) -> Bool { !idle.contains(where: name.utf8.elementsEqual) }

    /// Terminal and login session leave them behind, and programs do nothing else for them than they would without.
    private static let idle = [
        "CLICOLOR", "CLICOLOR_FORCE", "COLORFGBG", "COLORTERM", "COLUMNS", "GNOME_TERMINAL_SCREEN",
        "GNOME_TERMINAL_SERVICE", "HISTCONTROL", "HISTFILESIZE", "HISTSIZE", "HISTTIMEFORMAT", "INVOCATION_ID",
        "ITERM_PROFILE", "ITERM_SESSION_ID", "JOURNAL_STREAM", "KONSOLE_DBUS_SERVICE", "KONSOLE_DBUS_SESSION",
        "KONSOLE_DBUS_WINDOW", "KONSOLE_VERSION", "LINES", "LS_COLORS", "MAIL", "MANAGERPID", "MOTD_SHOWN", "NO_COLOR",
        "SHLVL", "SYSTEMD_EXEC_PID", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "TERM_SESSION_ID", "VTE_VERSION",
        "WINDOWID", "WT_PROFILE_ID", "WT_SESSION", "XDG_SEAT", "XDG_SEAT_PATH", "XDG_SESSION_CLASS", "XDG_SESSION_ID",
        "XDG_SESSION_PATH", "XDG_VTNR",
    ].map { Array($0.utf8) }

    /// A name of the zone database or an offset; one that begins with a colon or a slash may be any file.
    private static func isZone(_ value: ArraySlice<UInt8>) -> Bool {
        value.first != UInt8(ascii: "/") && !value.contains(UInt8(ascii: "."))
            && value.allSatisfy { $0.isNameByte || "/+-".utf8.contains($0) }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte.isNameByte || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "@")
    }

    private static let loaders = [
        "LD_", "DYLD_", "PATH", "BASH_ENV", "ENV", "IFS", "NODE_OPTIONS", "PYTHON", "PERL5", "RUBY", "GIT_", "PAGER",
        "EDITOR", "VISUAL", "LESS", "MANPAGER", "BROWSER", "PROMPT_COMMAND", "PS4", "SHELLOPTS", "BASHOPTS", "HOME",
        "XDG_",
        "SSH_", "KUBECONFIG", "DOCKER_", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "JAVA_",
        "_JAVA", "JDK_", "CLASSPATH", "npm_config", "NPM_CONFIG", "RUSTC", "CARGO", "CC", "CXX", "MAKEFLAGS", "GOFLAGS",
        "ANTHROPIC_", "OPENAI_", "AWS_", "GOOGLE_", "AZURE_", "CLAUDE_", "CODEX_", "GEMINI_", "TERM",
    ]
}
