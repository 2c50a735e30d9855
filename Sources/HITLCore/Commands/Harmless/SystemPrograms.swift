/// Programs that say something about the machine or the shell and change nothing.
enum SystemPrograms {
    static let table = """
        whoami,logname,tty none --version --help
        id,groups text -agGnruZz --context --group --groups --name --real --user --zero --version --help
        uname none -asnrvmpio --all --kernel-name --nodename --kernel-release --kernel-version --machine --processor \
        --hardware-platform --operating-system --version --help
        hostname none -sfdiIAy --short --long --fqdn --domain --ip-address --all-ip-addresses --version --help
        uptime none -psV --pretty --since --version --help
        nproc none --all --ignore: --version --help
        arch none --version --help
        sw_vers none -productName -productVersion -buildVersion
        lscpu none -abcepxyJ --all --json --version --help
        free none -bkmghltw -s: -c: --bytes --kibi --mebi --gibi --human --total --wide --si --version --help
        cal,ncal text -13jmsyhJ -A: -B: -m: --version --help
        locale none -akcm
        true,false text --version --help
        which,whereis,type text -afpPtbms --all --version --help
        getconf,lsb_release text -acdirs --all --codename --description --id --release --short
        ps none
        """

    /// `NAME --version`: programs that answer it without running what a project names. Not among them: those that
    /// choose a toolchain, a plugin or a copy of themselves by a file of the project (`cargo`, `go`, `yarn`, `mvn`, and
    /// `hg`, which loads the extensions of `.hg/hgrc` before it looks at its options).
    static let tellingVersions: Set<String> = [
        "swift", "swiftc", "node", "nodejs", "npm", "npx", "python", "python2", "python3", "pip", "pip3", "git", "ruby",
        "perl", "php", "lua", "java", "javac", "make", "gmake", "cmake", "ninja", "gcc", "g++", "cc", "c++", "clang",
        "clang++", "ld", "curl", "wget", "jq", "sed", "awk", "gawk", "mawk", "bash", "zsh", "fish", "dash", "tar",
        "gzip", "bzip2", "xz", "zip", "rsync", "ssh", "openssl", "docker", "sqlite3", "psql", "tmux", "vim", "nvim",
        "emacs", "nano", "find", "xargs", "tee", "cp", "mv", "rm", "mkdir", "touch", "hitl", "lldb", "gdb",
        "R", "ffmpeg", "gpg", "clang-format", "shellcheck", "uv",
        "ruff", "black", "svn", "gh", "chmod", "chown", "ln", "install", "date", "env", "timeout",
        "nice", "echo", "expr", "test", "patch", "less", "man", "swift-format",
    ]

    /// Those, where they are confined.
    static let choosingVersions: Set<String> = [
        "cargo", "rustc", "rustup", "go", "tsc", "yarn", "pnpm", "bun", "deno", "dotnet", "mvn", "gradle", "kotlinc",
        "dart", "flutter", "zig", "terraform", "kubectl", "helm", "eslint", "prettier", "jest", "vitest", "pytest",
        "mypy", "poetry", "composer", "bundle", "rake", "mix", "elixir", "ghc", "stack", "cabal", "sbt", "brew",
    ]

    /// `NAME -v` and the like.
    static let shortVersions: [String: [String]] = [
        "node": ["-v"], "npm": ["-v"], "python": ["-V"], "python3": ["-V"], "ruby": ["-v"], "perl": ["-v"],
        "php": ["-v"], "java": ["-version"], "javac": ["-version"], "gcc": ["-v"], "clang": ["-v"], "ssh": ["-V"],
        "curl": ["-V"], "tmux": ["-V"], "make": ["-v"], "jq": ["-V"], "openssl": ["version"], "swift": ["-version"],
        "git": ["version"], "docker": ["-v"], "wget": ["-V"], "tar": [], "pip": ["-V"], "pip3": ["-V"],
    ]
}
