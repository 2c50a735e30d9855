/// What a git command is: git itself runs programs that a repository names, so none of it is harmless by its words;
/// the reading ones are harmless where git is run confined.
struct GitCommand {
    private(set) var subcommand = ""
    private(set) var isReadOnly = false
    private(set) var findings: [Finding] = []
    private(set) var paths: [CommandArgument] = []

    init(_ arguments: ArraySlice<CommandArgument>) {
        var rest = arguments
        while let option = rest.first, option.isOption {
            rest = rest.dropFirst()
            switch option.text {
            case "--no-pager", "--no-optional-locks", "--literal-pathspecs", "--no-replace-objects": continue
            case "--version":
                isReadOnly = rest.isEmpty
                return
            default:
                // `-c`, `-C`, `--git-dir`, `--exec-path`, `-p`: another repository, other settings or a pager.
                findings.append(
                    Finding(.versionControl, 25, .ask, "an option before git's own command changes what it does"))
                rest = rest.drop(while: \.isOption)
                if let verb = rest.firstIndex(where: { Self.writing[$0.text] != nil }) { noteWriting(rest[verb...]) }
                return
            }
        }
        guard let verb = rest.first else { return }
        subcommand = verb.text
        let words = rest.dropFirst()
        if let grammar = Self.reading[verb.text], isAllowed(verb.text, words, grammar) {
            isReadOnly = true
            paths = grammar.read(words).operands.filter(Self.mayLeadAway)
            return
        }
        noteWriting(rest)
    }

    /// git reads files outside of its repository too (`git diff` does without being told), and keeps secrets that it has.
    private static func mayLeadAway(_ operand: CommandArgument) -> Bool {
        let path =
            operand.bytes.lastIndex(of: UInt8(ascii: ":")).map { operand.bytes[($0 + 1)...] } ?? operand.bytes[...]
        let climbs = path.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) }
        return climbs || path.first == UInt8(ascii: "/") || path.first == UInt8(ascii: "~")
            || PathAnalysis(path).holdsSecrets
    }

    private mutating func isAllowed(_ verb: String, _ words: ArraySlice<CommandArgument>, _ grammar: OptionGrammar)
        -> Bool
    {
        // What is left of a list of files that came out empty: with none, git means all of them.
        guard words.last?.text != "--" else { return false }
        let read = grammar.read(words)
        guard read.unknown == nil, words.allSatisfy(\.isExact) else { return false }
        let names = Set(read.values.map(\.name))
        switch verb {
        case "branch":
            return read.operands.isEmpty || names.contains("list") || names.contains("l")
                || !names.isDisjoint(with: ["contains", "merged", "no-merged"])
        case "tag": return names.contains("l") || names.contains("list") || read.operands.isEmpty
        case "remote":
            return read.operands.isEmpty
                || ["show", "get-url"].contains(read.operands[0].text)
                    && (read.operands[0].text == "get-url" || names.contains("n"))
        case "stash": return read.operands.count == 1 && read.operands[0].text == "list"
        case "config":
            // Lists and some values hold passwords.
            let keys = read.values.filter { $0.name == "get" || $0.name == "get-all" }.map {
                CommandArgument.text(of: $0.value)
            }
            return !keys.isEmpty
                && keys.allSatisfy {
                    ["user.", "core.", "init.", "remote.origin.fetch", "branch.", "pull.", "push."].contains(
                        where: $0.begins)
                }
        case "add": return names.contains("n") || names.contains("dry-run")
        case "worktree", "submodule", "reflog", "notes", "bisect":
            return read.operands.count <= 1
                && ["list", "status", "show", "log"].contains(read.operands.first?.text ?? "log") && verb != "submodule"
        case "diff": return !read.operands.contains { $0.bytes.first == UInt8(ascii: "/") || $0.text.begins("../") }
        default: return true
        }
    }

    private mutating func noteWriting(_ words: ArraySlice<CommandArgument>) {
        guard let verb = words.first else { return }
        subcommand = verb.text
        guard let (weight, says) = Self.writing[verb.text] else {
            findings.append(
                Finding(.versionControl, 20, .ask, "what this git command does is not known to be reading only"))
            return
        }
        findings.append(Finding(.versionControl, weight, .ask, "git \(verb.text) \(says)"))
        let isForced = words.dropFirst().contains {
            $0.hasLetter("f") || $0.hasLetter("D") || $0.abbreviates("force") || $0.text == "--hard"
                || $0.text == "--mirror" || $0.bytes.first == UInt8(ascii: "+") || $0.bytes.first == UInt8(ascii: ":")
        }
        if isForced { findings.append(Finding(.irreversible, 30, .ask, "and discards what is there")) }
        if ["push", "fetch", "pull", "clone", "ls-remote", "submodule", "archive", "remote"].contains(verb.text) {
            findings.append(Finding(.networkEgress, 20, .ask, "git \(verb.text) may talk to another machine"))
        }
    }

    private static let log =
        """
        -pnsiEFPSGLzrcmt -n: -# -U: -S: -G: --oneline --stat? --shortstat --numstat --name-only --name-status \
        --summary --graph \
        --all --decorate? --no-decorate --format: --pretty? --abbrev-commit --abbrev? --no-merges --merges \
        --author: --grep: \
        --since: --after: --until: --before: --max-count: --skip: --reverse --follow --date: --patch \
        --no-patch --color? \
        --no-color --first-parent --branches? --tags? --remotes? --left-right --cherry-pick --topo-order \
        --date-order --raw \
        --minimal --word-diff? --no-ext-diff --no-textconv --cached --staged --merge-base --diff-filter: \
        --find-renames? --unified: \
        --ignore-all-space --ignore-space-change --check --quiet --exit-code --relative? --no-renames \
        --regexp-ignore-case --invert-grep
        """
    private static let reading: [String: OptionGrammar] = OptionGrammar.table(
        """
        status paths -sbuvz --short --branch --porcelain? --long --untracked-files? --ignored? --no-renames \
        --show-stash --ahead-behind --column?
        log paths \(log)
        shortlog paths -snec --summary --numbered --email --all --since: --no-merges
        show paths \(log)
        diff paths \(log) -wbR
        blame,annotate paths -wMCelfnstc -L: --porcelain --line-porcelain --show-email --root --date: --since:
        ls-files paths -cdmoiskutvz --cached --deleted --modified --others --stage --exclude-standard \
        --full-name --ignored
        ls-tree paths -drtlz --name-only --name-status --long --full-name --full-tree --abbrev?
        branch text -avrl --show-current --list --all --remotes --verbose --contains: --merged: --no-merged: \
        --sort: --format: --points-at: --column? --no-column --color? --no-color
        tag text -ln --list --sort: --contains: --merged: --format: --points-at: -n:
        describe text --tags --always --all --long --dirty? --abbrev: --match: --exclude: --contains \
        --first-parent --exact-match
        rev-parse text --short? --abbrev-ref? --show-toplevel --show-prefix --git-dir --is-inside-work-tree \
        --verify --quiet -q --symbolic-full-name --show-cdup --is-bare-repository --absolute-git-dir \
        --is-shallow-repository
        rev-list text --count --all --max-count: -n: -# --since: --until: --no-merges --merges --left-right \
        --first-parent --reverse
        merge-base text --is-ancestor --all --octopus --fork-point
        cat-file text -tsep
        name-rev text --name-only --tags --always
        for-each-ref text --format: --sort: --count: --contains: --merged: --points-at:
        show-ref text -sdq --heads --tags --verify --hash? --head
        remote text -vn --verbose
        stash text
        config text -l -z --get: --get-all: --get-regexp: --list --show-origin --show-scope --name-only \
        --global --local --system --type: --null
        count-objects none -vH --verbose --human-readable
        grep pattern -niIwvlLcEFhHqaoprz -e: -A: -B: -C: -m: --line-number --ignore-case --word-regexp \
        --invert-match --files-with-matches --files-without-match --count --extended-regexp --fixed-strings \
        --name-only --heading --break --show-function --cached --untracked --no-index-off --max-depth: --and \
        --or --not --all-match --quiet --color? --column
        check-ignore paths -vnqz --verbose --non-matching --quiet --no-index
        add paths -nvAu --dry-run --verbose --all --update
        worktree text --porcelain -vz --verbose
        reflog text -n: -# --all --date: --oneline
        whatchanged paths \(log)
        version none --build-options
        """)

    private static let writing: [String: (Int, String)] = [
        "add": (5, "changes the index"), "commit": (10, "makes a commit and runs hooks"),
        "push": (40, "changes another repository"),
        "pull": (20, "fetches and merges"), "fetch": (15, "fetches"), "clone": (20, "copies a repository"),
        "reset": (30, "moves the branch"), "checkout": (20, "changes the working tree"),
        "switch": (15, "changes the working tree"),
        "restore": (30, "discards changes"), "clean": (40, "deletes files"), "rebase": (30, "rewrites commits"),
        "merge": (20, "merges"), "cherry-pick": (15, "makes commits"), "revert": (15, "makes a commit"),
        "branch": (20, "changes branches"), "tag": (15, "changes tags"),
        "stash": (20, "changes the working tree or its stash"),
        "rm": (30, "deletes files"), "mv": (15, "renames files"), "config": (40, "changes settings that git obeys"),
        "remote": (30, "changes where the repository is pushed"),
        "submodule": (30, "fetches or runs something in submodules"),
        "worktree": (20, "changes working trees"), "gc": (20, "drops unreachable commits"),
        "prune": (30, "drops unreachable commits"),
        "reflog": (30, "may destroy what recovery needs"), "filter-branch": (60, "rewrites the whole history"),
        "filter-repo": (60, "rewrites the whole history"), "update-ref": (30, "moves a reference"),
        "apply": (20, "changes files"),
        "am": (20, "makes commits"), "bisect": (20, "runs programs over commits"), "init": (15, "makes a repository"),
        "daemon": (50, "serves repositories"), "credential": (60, "handles passwords"),
        "difftool": (30, "runs a program"),
        "mergetool": (30, "runs a program"), "notes": (10, "changes notes"), "replace": (30, "replaces objects"),
        "archive": (10, "writes an archive"),
    ]
}
