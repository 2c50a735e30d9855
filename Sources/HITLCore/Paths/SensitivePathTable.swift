/// Which paths are sensitive, as a table to be read by people.
///
/// `/x` is that path; `~/x` lies in anybody's home; `x/y` may begin anywhere. `*` stands for a part of one name,
/// `**` at the end for the directory and everything beneath it. Names are compared folded (`FoldedName`).
enum SensitivePathTable {
    static let rows: [(class: SensitivePath, patterns: [String])] = [
        (
            .gate,
            [
                "~/.config/hitl/**", "~/.local/state/hitl/**", "~/.local/share/hitl/**", "~/.cache/hitl/**",
                "~/Library/Application Support/hitl/**", "/run/user/*/hitl/**", "/var/lib/hitl/**", "/etc/hitl/**",
                ".hitl/**", "hitl.yaml", "hitl.yml",
            ]
        ),
        (
            .agentPermissions,
            [
                ".claude/settings*.json", ".claude/hooks/**", ".claude/agents/**", ".claude/commands/**",
                ".claude/plugins/**", ".claude/skills/**", "~/.claude.json", "~/.claude/**", "/etc/claude-code/**",
                "/Library/Application Support/ClaudeCode/**", "managed-settings.json", "claude_desktop_config.json",
                ".mcp.json", "mcp.json", "mcp_settings.json", "cline_mcp_settings.json", "mcp_config.json",
                ".cursor/mcp.json", ".cursor/hooks.json", ".cursor/cli.json", ".cursor/permissions.json",
                ".cursor/environment.json", "~/.cursor/**",
                ".codex/**", "~/.codex/**", ".gemini/**", "~/.gemini/**", ".qwen/**", ".vscode/settings.json",
                ".vscode/mcp.json", "*.code-workspace", "Code/User/settings.json", "Code/User/mcp.json",
                "Cursor/User/settings.json", ".roo/**", ".rooignore", ".roomodes", ".clineignore", ".cursorignore",
                ".aiderignore", ".aider.conf.yml", ".continue/**", ".goose/**", "~/.config/goose/**", ".amazonq/**",
                "~/.aws/amazonq/**", ".kiro/settings/**", ".kiro/hooks/**", ".windsurf/**", "~/.codeium/**",
                ".zed/settings.json",
                "~/.config/zed/settings.json", "opencode.json", "opencode.jsonc", ".opencode/**",
                "~/.config/opencode/**",
                "crush.json", ".crush.json", "~/.config/crush/**", ".copilot/**", "~/.copilot/**",
                "~/.config/github-copilot/**",
                ".continuerc.json", ".openhands/**", ".junie/**", ".factory/**", "~/.factory/**", ".amp/**",
            ]
        ),
        (
            .agentInstructions,
            [
                "CLAUDE.md", "CLAUDE.local.md", "AGENTS.md", "AGENT.md", "AGENTS.override.md", "GEMINI.md", "QWEN.md",
                "CONVENTIONS.md", ".cursorrules", ".cursor/rules/**", ".windsurfrules", ".clinerules", ".clinerules/**",
                ".goosehints", ".github/copilot-instructions.md", ".github/instructions/**", ".github/prompts/**",
                ".kiro/steering/**", "llms.txt", ".rules",
            ]
        ),
        (
            .shellStartUp,
            [
                ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".profile", ".zshrc",
                ".zshenv", ".zprofile", ".zlogin", ".zlogout", ".kshrc", ".mkshrc", ".cshrc", ".tcshrc", ".login",
                ".inputrc", ".xinitrc", ".xsession", ".xprofile", ".xsessionrc", ".pam_environment", ".oh-my-zsh/**",
                "~/.config/fish/**", "~/.config/zsh/**", "~/.config/bash/**", "~/.config/nushell/**",
                "~/.config/environment.d/**", "~/.config/powershell/**", "Microsoft.PowerShell_profile.ps1",
                "/etc/profile", "/etc/profile.d/**", "/etc/bash.bashrc", "/etc/bashrc", "/etc/zsh/**", "/etc/zshrc",
                "/etc/zshenv", "/etc/zprofile", "/etc/environment", "/etc/environment.d/**", "/etc/skel/**",
                "~/.tmux.conf", "~/.config/tmux/**", "~/.screenrc", "~/.vimrc", "~/.vim/**", "~/.config/nvim/**",
                "~/.emacs", "~/.emacs.d/**", "~/.editrc", "~/.gdbinit", "~/.lldbinit", "~/.pythonrc", "~/.Rprofile",
                "~/.irbrc", "~/.psqlrc", "~/.sqliterc", "~/.my.cnf", "~/.curlrc", "~/.wgetrc", "~/.gitconfig",
                "~/.config/git/**", "/etc/gitconfig", "~/.hgrc",
            ]
        ),
        (
            .privateKey,
            [
                "~/.ssh/id_*", ".ssh/id_*", "id_rsa", "id_dsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519",
                "id_ed25519_sk", "/etc/ssh/ssh_host_*_key", "~/.gnupg/private-keys-v1.d/**", "~/.gnupg/secring.gpg",
                "/etc/ssl/private/**", "/etc/letsencrypt/archive/**", "~/.config/sops/age/**", "~/.age/**",
                "~/.minisign/**", "~/.config/solana/id.json", "~/.ethereum/keystore/**", "~/.bitcoin/wallet.dat",
            ]
        ),
        (
            .login,
            [
                "~/.ssh/**", ".ssh/**", "authorized_keys", "authorized_keys2", "~/.rhosts", "~/.shosts",
                "/etc/ssh/**", "/etc/hosts.equiv", "~/.k5login", "/etc/pam.d/**", "/etc/security/**",
            ]
        ),
        (
            .credentialStore,
            [
                "~/.aws/credentials", "~/.aws/config", "~/.aws/sso/**", "~/.aws/cli/**", ".aws/credentials",
                "~/.netrc", "~/_netrc", ".netrc", "~/.pypirc", "~/.git-credentials", ".git-credentials",
                "~/.config/git/credentials", "~/.config/gh/**", "~/.config/glab-cli/**", "~/.config/hub",
                "~/.kube/**", "kubeconfig", "~/.docker/config.json", ".docker/config.json", "~/.config/gcloud/**",
                "~/.azure/**", "~/.config/doctl/**", "~/.config/op/**", "~/.config/heroku/**", "~/.config/netlify/**",
                "~/.config/stripe/**", "~/.config/hcloud/**", "~/.oci/**", "~/.terraform.d/credentials*",
                "~/.terraformrc", "~/.vault-token", "~/.gnupg/**", "~/.password-store/**", "~/.local/share/keyrings/**",
                "~/.local/share/kwalletd/**", "~/Library/Keychains/**", "/Library/Keychains/**", "~/.pgpass",
                "~/.mylogin.cnf", "~/.cargo/credentials*", "~/.gem/credentials", "~/.m2/settings*.xml",
                "~/.gradle/gradle.properties", "~/.nuget/NuGet.Config", "~/.composer/auth.json",
                "~/.config/composer/auth.json",
                "~/.config/containers/auth.json", "~/.databrickscfg", "~/.snowflake/**", "~/.snowsql/**", "~/.s3cfg",
                "~/.boto", "~/.config/rclone/**", "~/.cloudflared/**", "~/.config/cloudflare/**", "~/.wrangler/**",
                "~/.fly/**", "~/.config/openai/**", "~/.config/anthropic/**", "~/.huggingface/token",
                "~/.cache/huggingface/token", "~/.config/1Password/**", "*.kdbx", "/run/secrets/**",
                "/var/run/secrets/**",
                "/etc/kubernetes/**", "~/.config/ngrok/**", "~/.ngrok2/**", "~/.tsh/**", "~/.step/**",
            ]
        ),
        (
            .projectCredentials,
            [
                ".env", ".env.*", "*.env", ".envrc", ".npmrc", ".yarnrc.yml", ".pypirc", "auth.json", "credentials",
                "credentials.json", "credentials.yml", "credentials.yml.enc", "credentials.toml", "secrets",
                "secrets.json",
                "secrets.yml", "secrets.yaml", "secrets.toml", "service-account*.json", "service_account*.json",
                "client_secret*.json", "master.key", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.ppk",
                "*.asc", "*.ovpn", "wp-config.php", "terraform.tfstate", "*.tfstate", "*.tfvars", ".htpasswd",

                "local.settings.json", ".dockercfg", ".dockerconfigjson", ".token", ".pgpass", ".my.cnf",
                ".mylogin.cnf",
                ".vault-token", ".vault_pass", ".s3cfg", ".boto", ".databrickscfg", ".terraformrc", ".msmtprc",
                ".fetchmailrc", ".rclone.conf", "rclone.conf", ".dev.vars", ".credentials.json", "logins.json",
                "key4.db", "wallet.dat", "secring.gpg", "kaggle.json", ".kube/config", ".aws/**", ".gnupg/**",
                ".config/gh/**", ".config/gcloud/**", ".azure/**",
            ]
        ),
        (
            .personalRecords,
            [
                ".bash_history", ".zsh_history", ".python_history", ".psql_history", ".mysql_history",
                ".sqlite_history",
                ".node_repl_history", ".lesshst", ".viminfo", "~/.local/share/fish/fish_history", "~/.mozilla/**",
                "~/.config/google-chrome/**", "~/.config/chromium/**", "~/.config/BraveSoftware/**",
                "~/.thunderbird/**",
                "~/Library/Application Support/Google/Chrome/**", "~/Library/Application Support/Firefox/**",
                "~/Library/Safari/**", "~/Library/Messages/**", "~/Library/Mail/**", "~/Library/Cookies/**",
                "~/Maildir/**",
                "/var/mail/**", "/var/spool/mail/**", "~/.config/Slack/**", "~/.config/Signal/**",
                "~/.local/share/zsh/history",
            ]
        ),
        (
            .repositoryHooks,
            [
                ".git/hooks/**", ".git/config", ".git/config.worktree", ".git/info/attributes", ".git/modules/**",
                ".git/worktrees/**", ".husky/**", ".githooks/**", "hooks/pre-commit", "hooks/post-checkout",
                "hooks/post-merge", "hooks/pre-push", ".hg/hgrc", ".jj/repo/config.toml",
            ]
        ),
        (
            .repository,
            [
                ".git", ".git/**", ".gitattributes", ".gitmodules", ".hg/**", ".svn/**", ".jj/**", ".bzr/**",
            ]
        ),
        (
            .delivery,
            [
                ".github/workflows/**", ".github/actions/**", ".github/CODEOWNERS", "CODEOWNERS", ".gitlab-ci.yml",
                ".gitlab/ci/**", "Jenkinsfile", "Jenkinsfile.*", ".circleci/**", ".travis.yml", "azure-pipelines*.yml",
                ".azure-pipelines/**", "bitbucket-pipelines.yml", ".drone.yml", ".woodpecker.yml", ".woodpecker/**",
                ".buildkite/**", "appveyor.yml", ".appveyor.yml", "cloudbuild.yaml", "cloudbuild.yml", "buildspec.yml",
                "buildspec.yaml", ".teamcity/**", ".gitea/workflows/**", ".forgejo/workflows/**", ".semaphore/**",
                ".github/dependabot.yml", "renovate.json", ".argocd/**", "codefresh.yml", "bamboo-specs/**",
            ]
        ),
        (
            .projectExecution,
            [
                "Makefile", "GNUmakefile", "makefile", "*.mk", "package.json", "package-lock.json", ".npmrc", ".yarnrc",
                ".yarnrc.yml", ".yarn/**", ".pnp.cjs", ".pnpmfile.cjs", ".envrc", ".env.*rc", ".tool-versions",
                "mise.toml",
                ".mise.toml", ".vscode/tasks.json", ".vscode/launch.json", ".vscode/extensions.json", ".vscode/**",
                ".idea/**", ".devcontainer/**", "devcontainer.json", "Dockerfile", "Dockerfile.*", "Containerfile",
                "docker-compose*.yml", "docker-compose*.yaml", "compose.yml", "compose.yaml", "conftest.py", "setup.py",
                "setup.cfg", "pyproject.toml", "tox.ini", "noxfile.py", "pytest.ini", "sitecustomize.py",
                "usercustomize.py", "*.pth", "requirements*.txt", "Pipfile", "manage.py", "Gemfile", "Rakefile",
                "*.gemspec", "build.rs", "Cargo.toml", ".cargo/config.toml", ".cargo/config", "build.gradle",
                "build.gradle.kts", "settings.gradle", "settings.gradle.kts", "gradle-wrapper.properties", "gradlew",
                "mvnw", "pom.xml", ".mvn/**", "build.sbt", "CMakeLists.txt", "*.cmake", "meson.build", "configure",
                "configure.ac", "Package.swift", "Justfile", "justfile", "Taskfile.yml", "Taskfile.yaml", "Vagrantfile",
                "BUILD", "BUILD.bazel", "WORKSPACE", "MODULE.bazel", ".bazelrc", "*.nix", "shell.nix", "flake.nix",
                ".pre-commit-config.yaml", "lefthook.yml", "lefthook.yaml", ".lintstagedrc*", ".eslintrc*",
                "eslint.config.*", ".prettierrc*", "prettier.config.*", "babel.config.*", ".babelrc*",
                "webpack.config.*",
                "vite.config.*", "vitest.config.*", "jest.config.*", "rollup.config.*", "next.config.*", "Gruntfile.js",
                "gulpfile.js", ".mocharc*", "karma.conf.js", "phpunit.xml", "composer.json", ".rspec", ".irbrc",
                ".gdbinit", ".lldbinit", ".exrc", ".nvimrc", ".vimrc", ".dir-locals.el", ".python-version",
                ".ruby-version",
                ".nvmrc", ".pylintrc", ".ripgreprc", "ansible.cfg", "mix.exs", "dune-project", "*.tf", "Procfile",
                ".bash_env", "wercker.yml", "rebar.config", "Snakefile", "deno.json", "bunfig.toml", "tsconfig.json",
            ]
        ),
        (
            .persistence,
            [
                "/etc/cron*", "/etc/cron.d/**", "/etc/cron.daily/**", "/etc/cron.hourly/**", "/etc/cron.weekly/**",
                "/etc/cron.monthly/**", "/etc/crontab", "/etc/anacrontab", "/var/spool/cron/**", "/var/spool/at/**",
                "/etc/systemd/**", "/lib/systemd/**", "/usr/lib/systemd/**", "/usr/local/lib/systemd/**",
                "/run/systemd/**",
                "~/.config/systemd/**", "~/.local/share/systemd/**", "~/.config/autostart/**", "/etc/xdg/autostart/**",
                "/etc/init.d/**", "/etc/rc*.d/**", "/etc/rc.local", "/etc/init/**", "/etc/inittab", "/etc/udev/**",
                "~/Library/LaunchAgents/**", "/Library/LaunchAgents/**", "/Library/LaunchDaemons/**",
                "/System/Library/LaunchDaemons/**", "/etc/ld.so.preload", "/etc/ld.so.conf", "/etc/ld.so.conf.d/**",
                "/etc/update-motd.d/**", "/etc/NetworkManager/dispatcher.d/**", "/etc/apt/apt.conf.d/**",
                "/etc/logrotate.d/**",
                "/etc/modules-load.d/**", "/etc/modprobe.d/**", "~/.local/bin/**", "~/bin/**", "~/.cargo/bin/**",
                "~/go/bin/**",
                "~/.config/plasma-workspace/env/**", "~/.dbus/**", "~/.local/share/dbus-1/**", "~/.forward",
                "~/.procmailrc",
                "Start Menu/Programs/Startup/**",
            ]
        ),
        (
            .systemAccounts,
            [
                "/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/sudoers", "/etc/sudoers.d/**",
                "/etc/master.passwd", "/etc/doas.conf", "/etc/security/opasswd", "/var/db/dslocal/**",
                "/etc/krb5.keytab",
                "/var/lib/sss/**", "Windows/System32/config/SAM",
            ]
        ),
        (
            .systemSettings,
            [
                "/etc/**", "/var/lib/**", "/var/log/**", "/Library/**", "/var/spool/**", "Windows/**",
            ]
        ),
        (
            .systemPrograms,
            [
                "/bin/**", "/sbin/**", "/lib/**", "/lib32/**", "/lib64/**", "/usr/**", "/boot/**", "/opt/**", "/efi/**",
                "/System/**", "/Applications/**", "/nix/**", "/snap/**", "/vmlinuz", "/initrd.img",
            ]
        ),
        (
            .process,
            [
                "/proc/*/environ", "/proc/*/mem", "/proc/environ", "/proc/mem", "/proc/*/fd/**", "/proc/*/fdinfo/**",
                "/proc/*/maps", "/proc/*/smaps",
                "/proc/*/cwd/**", "/proc/*/root/**", "/proc/*/exe", "/proc/*/cmdline", "/proc/*/stack",
                "/proc/*/syscall",
                "/proc/*/auxv", "/proc/*/task/**", "/proc/kcore", "/proc/kmsg", "/proc/*/attr/**",
                "/proc/*/oom_score_adj",
                "/proc/*/uid_map", "/proc/*/gid_map", "/proc/*/setgroups",
            ]
        ),
        (
            .kernel,
            [
                "/proc/**", "/sys/**", "/proc/sys/**", "/proc/sysrq-trigger",
            ]
        ),
        (.device, ["/dev/**"]),
        (
            .terminal,
            [
                "/dev/tty*", "/dev/pts/**", "/dev/console", "/dev/ptmx", "/dev/vcs*", "/dev/uinput", "/dev/input/**",
            ]
        ),
        (
            .harmlessDevice,
            [
                "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/stdin", "/dev/stdout",
                "/dev/stderr", "/dev/fd/0", "/dev/fd/1", "/dev/fd/2",
            ]
        ),
    ]
}
