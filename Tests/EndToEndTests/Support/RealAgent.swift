import Glibc
import HITLCore
import HITLPlatform
import Testing

/// A real agent that the loop drives, with a scripted model behind it.
enum RealAgent: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case claude = "claude"
    case codex = "codex"
    case vibe = "vibe (acp)"
    case sdk = "SDK agent (acp)"

    var testDescription: String { rawValue }

    /// The line of its protocol that asks.
    private var question: String {
        switch self {
        case .claude: "can_use_tool"
        case .codex: "requestApproval"
        case .vibe: "session/request_permission"
        case .sdk: "fs/write_text_file"
        }
    }

    /// What its process is known by.
    var mark: String {
        switch self {
        case .claude: "_bundled/claude"
        case .codex: "codex_cli_bin/bin/codex"
        case .vibe: "vibe-acp"
        case .sdk: "sdk_agent.py"
        }
    }

    /// Whether it runs edited arguments; the others are told of them.
    var takesEdits: Bool { self == .claude || self == .sdk }

    /// It says what it wrote, which does not stand in it.
    private static let command = "printf made-%s here > one; cat one"
    static let made = "made-here"
    static let edited = "edited-here"

    var call: ScriptedModel.Call {
        switch self {
        case .claude:
            .init(tool: "Bash", arguments: ["command": .string(Self.command), "description": "makes a file"])
        case .codex: .init(tool: "exec_command", arguments: ["cmd": .string(Self.command)])
        case .vibe: .init(tool: "bash", arguments: ["command": .string(Self.command)])
        case .sdk: .init(tool: "", arguments: [:])
        }
    }

    /// What is typed to it, so that it makes the file `one` with `made` in it.
    var prompt: String { self == .sdk ? "write one \(Self.made);read one;say done" : "please do the work" }

    /// Changes what it would write to `edited`.
    var edit: String {
        switch self {
        case .claude, .codex, .vibe: "command=printf edited-%s here > one; cat one"
        case .sdk: "content=\(Self.edited)"
        }
    }

    // MARK: Starting

    /// - Parameter isTorn: its question comes by half, and then nothing.
    func open(_ home: Home, _ model: ScriptedModel?, isTorn: Bool = false) async throws -> Desk {
        try configure(home, port: model?.port ?? 0)
        let torn = isTorn ? ["/usr/bin/python3", RealPeers.torn, "out", question, "--"] : []
        let agent: [String]
        switch self {
        case .claude:
            try Self.command("claude", torn + [try RealPeers.claude()], in: home)
            agent = ["claude", "--", "--model", "fake-model"]
        case .codex:
            try Self.command("codex", torn + [try RealPeers.codex()], in: home)
            agent = ["codex"]
        case .vibe: agent = ["acp", "--"] + torn + [try RealPeers.vibe()]
        case .sdk: agent = ["acp", "--"] + torn + (try RealPeers.python("venv-acp", "sdk_agent.py"))
        }
        return try await Desk.open(
            home, ["--enable-hitl", "--workspace", home.workspace, "--agent"] + agent, columns: 400, rows: 100,
            environment: Self.environment(home, port: model?.port ?? 0))
    }

    static func environment(_ home: Home, port: Int) -> [String: String] {
        [
            "PATH": "\(home.path("bin")):/usr/bin:/bin", "NO_PROXY": "127.0.0.1", "FAKE_KEY": "x",
            "VIBE_HOME": home.path("h/.vibe"), "ANTHROPIC_BASE_URL": "http://127.0.0.1:\(port)",
            "ANTHROPIC_API_KEY": "dummy", "DISABLE_TELEMETRY": "1", "DISABLE_ERROR_REPORTING": "1",
            "DISABLE_AUTOUPDATER": "1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        ]
    }

    private static func command(_ name: String, _ words: [String], in home: Home) throws {
        try home.makeDirectory("bin")
        let line = words.map { "'\($0)'" }.joined(separator: " ")
        try home.write("#!/bin/sh\nexec \(line) \"$@\"\n", to: "bin/\(name)", mode: 0o700)
    }

    func configure(_ home: Home, port: Int) throws {
        switch self {
        case .claude, .sdk: break
        case .codex:
            try home.makeDirectory("h/.codex")
            try home.write(
                """
                model = "fake-model"
                model_provider = "fake"
                [model_providers.fake]
                name = "fake"
                base_url = "http://127.0.0.1:\(port)/v1"
                wire_api = "responses"

                """, to: "h/.codex/config.toml")
        case .vibe:
            try home.makeDirectory("h/.vibe")
            try home.write(
                """
                active_model = "fake"
                enable_telemetry = false
                enable_update_checks = false
                enable_auto_update = false
                enable_otel = false
                [[providers]]
                name = "fakeprov"
                api_base = "http://127.0.0.1:\(port)/v1"
                api_key_env_var = "FAKE_KEY"
                api_style = "openai"
                backend = "generic"
                [[models]]
                name = "fake-model"
                provider = "fakeprov"
                alias = "fake"

                """, to: "h/.vibe/config.toml")
        }
    }
}

extension Home {
    /// Kills every process of this home whose command line has `mark` in it; at least one.
    func kill(_ mark: String) throws {
        let ours = "HOME=\(path("h"))\0"
        var killed = 0
        for name in Self.names(in: "/proc") {
            guard let pid = pid_t(name), pid != getpid(),
                Self.contents(of: "/proc/\(name)/environ")?.contains(ours) == true,
                let words = Self.contents(of: "/proc/\(name)/cmdline"), words.contains(mark),
                !words.utf8.starts(with: Home.hitl.utf8)
            else { continue }
            if Glibc.kill(pid, SIGKILL) == 0 { killed += 1 }
        }
        guard killed > 0 else { throw Failure(what: "no process of \(mark)", errno: ESRCH) }
    }
}
