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

    /// Whether programs take from it which code to run, where to look, or as whom to speak.
    static func isTelling(_ name: String) -> Bool { name.begins("HITL_") || loaders.contains(where: name.begins) }

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
