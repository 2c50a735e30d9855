import HITLCore
import Testing

@Suite struct `A sensitive path` {
    private static let ada = PathSurroundings(
        directory: "/home/ada/app", home: "/home/ada", gateFiles: ["/home/ada/.local/state/hitl/ledger.db"])

    /// Every class, with ways to write it.
    static let written: [(SensitivePath, [String])] = [
        (
            .gate,
            [
                "~/.config/hitl/hitl.yaml", "$XDG_CONFIG_HOME/hitl/x", "${HOME}/.config/hitl", ".hitl/policy.json",
                "hitl.yaml", "sub/HITL.yaml", "/home/ada/.local/state/hitl/ledger.db", "/run/user/1000/hitl/desk.sock",
                "../.local/../.config/hitl/x", "/proc/self/root/home/ada/.config/hitl/x",
            ]
        ),
        (
            .agentPermissions,
            [
                ".claude/settings.json", ".claude/settings.local.json", "~/.claude.json", ".mcp.json",
                ".cursor/mcp.json",
                ".codex/config.toml", ".vscode/settings.json", ".gemini/settings.json", "sub/.CLAUDE/Settings.json",
                "CLAUDE~1/settings.json",
            ]
        ),
        (.agentInstructions, ["CLAUDE.md", "docs/AGENTS.md", ".cursor/rules/x.mdc", "gemini.md"]),
        (.shellStartUp, ["~/.bashrc", "../../.zshrc", "/etc/profile.d/x.sh", "~/.config/fish/config.fish", ".zshenv"]),
        (.privateKey, ["~/.ssh/id_ed25519", "/root/.ssh/id_rsa", "$HOME/.ssh/id_rsa", "/Users/eve/.ssh/id_work"]),
        (.login, ["~/.ssh/authorized_keys", "~/.ssh/config", "/etc/ssh/sshd_config", "~eve/.ssh/known_hosts"]),
        (
            .credentialStore,
            [
                "~/.aws/credentials", "~/.netrc", "/home/eve/.kube/config", "~/.gnupg/pubring.kbx",
                "~/.config/gh/hosts.yml",
            ]
        ),
        (.projectCredentials, [".env", "deploy/.env.production", ".npmrc", "certs/server.pem", "terraform.tfstate"]),
        (
            .projectCredentials,
            ["dotfiles/.pgpass", ".my.cnf", ".vault-token", ".kube/config", ".claude/.credentials.json"]
        ),
        (.personalRecords, ["~/.bash_history", "~/.mozilla/firefox/x/logins.json"]),
        (
            .repositoryHooks,
            [
                ".git/hooks/pre-commit", ".git/config", ".GiT/config", "GIT~1/config", ".git./config", ".git /hooks/x",
                ".g\u{200C}it/config", ".git::$INDEX_ALLOCATION/config", ".husky/pre-push", "vendor/lib/.git/config",
                "\u{FF0E}git/config", ".g\u{131}t/../.git/hooks/x",
            ]
        ),
        (.repository, [".git/HEAD", ".gitattributes", ".gitmodules"]),
        (.delivery, [".github/workflows/ci.yml", ".gitlab-ci.yml", "Jenkinsfile", ".circleci/config.yml"]),
        (
            .projectExecution,
            [
                "Makefile", "web/package.json", "conftest.py", ".vscode/tasks.json", ".envrc", ".devcontainer/x",
                "requirements-dev.txt",
            ]
        ),
        (
            .persistence,
            [
                "/etc/cron.d/x", "~/.config/systemd/user/x.service", "/Library/LaunchDaemons/x.plist",
                "~/.config/autostart/x.desktop", "/etc/ld.so.preload",
            ]
        ),
        (
            .systemAccounts,
            ["/etc/shadow", "docs/../../../../../etc/shadow", "/private/etc/sudoers", "file:///etc/shadow"]
        ),
        (.systemSettings, ["/etc/passwd", "/var/lib/x", "/etc/%68osts"]),
        (.systemPrograms, ["/usr/bin/env", "/boot/vmlinuz"]),
        (.process, ["/proc/1/environ", "/proc/self/mem", "/proc/77/fd/3", "/proc/self/task/1/environ"]),
        (.kernel, ["/proc/sys/kernel/core_pattern", "/sys/power/state"]),
        (.device, ["/dev/sda", "/dev/mem", "/dev/shm/x"]),
        (.terminal, ["/dev/tty", "/dev/ttys003", "/dev/pts/0"]),
        (.harmlessDevice, ["/dev/null", "/dev/../dev/zero"]),
    ]

    @Test(arguments: written.flatMap { entry in entry.1.map { (entry.0, $0) } })
    func `is known under all of its spellings`(_ kind: SensitivePath, _ path: String) {
        let classes = PathAnalysis(path, in: Self.ada).classes
        #expect(classes.contains(kind), "\(path): \(classes)")
    }

    @Test(arguments: [
        "src/main.swift", "./docs/../README.md", "docs/git/config", "github/workflows.md", "notes/hitl.md",
        "etc/passwd", "dev/sda", "my.bashrc.md", ".env.example", "keys.txt", "docs/id_rsa_format.md",
        "src/environment.ts", "claude/settings.txt", "مستندات/اقرأني.md", "docs/naïve café.md", "a~b", "image:latest",
        "/home/ada/app/src/x", "~/app/src/x", "../app/src/x", ".gitignore", "home/.sshd", "proc/1/environ",
    ])
    func `is no ordinary file`(_ path: String) {
        let analysis = PathAnalysis(path, in: Self.ada)
        #expect(analysis.findings(for: .read) == [], "\(analysis)")
    }

    @Test(arguments: [
        ("/home/ada/app-evil/x", "outside_workspace"), ("../other/x", "outside_workspace"), ("", "not_analysable"),
        ("$UNKNOWN/x", "not_analysable"), ("..%2f..%2fx", "not_analysable"), (#"a\b"#, "not_analysable"),
        ("//host/share", "network_egress"), (#"\\host\share"#, "network_egress"), ("a\u{0}b", "deception"),
        ("a\nb", "deception"), ("a\u{202E}b", "deception"), ("~bob/x", "not_analysable"), ("C:/x", "not_analysable"),
    ])
    func `has its reason`(_ path: String, _ factor: String) {
        let findings = PathAnalysis(path, in: Self.ada).findings(for: .read)
        #expect(findings.contains { $0.factor == factor && $0.effect != nil }, "\(findings)")
    }

    @Test(arguments: [
        "/", "~", "$HOME", ".", "..", "", "/home", "/home/ada", "/etc", "/usr", "../../", "/root", "~/.", "./",
    ])
    func `is not deleted where it is a whole tree`(_ path: String) {
        for surroundings in [Self.ada, PathSurroundings()] {
            let findings = PathAnalysis(path, in: surroundings).findings(for: .removeTree)
            #expect(findings.contains { $0.effect == .deny }, "\(findings)")
        }
    }

    @Test(arguments: ["/tmp/cache", "build", "src/old.swift", "/srv/data/x", "~/Downloads/x"])
    func `leaves other deletions to a person`(_ path: String) {
        let findings = PathAnalysis(path, in: Self.ada).findings(for: .remove)
        #expect(!findings.contains { $0.effect == .deny }, "\(findings)")
    }

    @Test func `counts for the directory that holds it`() {
        let config = PathAnalysis("~/.config", in: Self.ada)
        #expect(config.findings(for: .removeTree).contains { $0.factor == "self_modification" && $0.effect == .deny })
        let state = PathAnalysis("/home/ada/.local/state", in: Self.ada)
        #expect(state.findings(for: .removeTree).contains { $0.factor == "self_modification" && $0.effect == .deny })
    }

    @Test func `does not forbid work in a workspace that lies in a system directory`() {
        let place = PathSurroundings(directory: "/opt/app", home: "/home/ada")
        #expect(PathAnalysis("src/x", in: place).findings(for: .write) == [])
        #expect(PathAnalysis("/opt/other/x", in: place).findings(for: .write).contains { $0.effect == .deny })
        #expect(PathAnalysis(".git/hooks/x", in: place).findings(for: .write).contains { $0.effect == .deny })
    }
}
