import HITLCore
import Testing

/// One command in each line; `⏎` stands for a line feed.
private func commands(_ text: String) -> [String] {
    text.split(separator: "\n").map { line in
        String(
            decoding: line.split(separator: "⏎", omittingEmptySubsequences: false).joined(separator: "\n").utf8,
            as: UTF8.self)
    }
}

private let surroundings = PathSurroundings(directory: "/code/app", workspace: "/code/app", home: "/home/casey")

@Suite struct `A command that only reads in the workspace` {
    @Test(
        arguments: commands(
            #"""
            ls
            ls -la
            ls -lah src
            ls -1 src tests
            ls --color=auto -l
            ls -l /code/app/src
            pwd
            pwd -P
            whoami
            id -u
            uname -a
            hostname
            date
            date +%Y-%m-%d
            date -u '+%H:%M'
            uptime
            nproc
            cat README.md
            cat -n src/main.swift
            cat a.txt b.txt
            cat -- -x
            cat ./a
            cat src/../README.md
            head README.md
            head -n 20 README.md
            head -20 README.md
            head -c 100 x
            tail -n 5 x
            tail -50 x
            tail -n +3 x
            tac x
            nl x
            wc x
            wc -l src/a src/b
            grep foo x
            grep -rn foo src
            grep -rniE 'a|b' src --include='*.swift'
            grep -r --include=*.swift foo .
            grep -c x y
            grep -v '^#' x
            grep -A3 -B 3 x y
            grep -e a -e b x
            grep -- -x y
            grep "rm -rf /" x
            grep 'a;b|c&d>e<f$(x)`' x
            egrep 'a|b' x
            rg foo
            rg -n foo src
            rg -i --type swift foo
            rg -tjs foo
            rg -g '*.ts' foo src
            rg --files src
            rg -l foo src
            rg -A 5 foo
            rg 'a\.b' src
            find .
            find . -name '*.swift'
            find src -type f
            find . -type f -name '*.md' -not -path './.git/*'
            find . -maxdepth 2 -type d
            find . \( -name a -o -name b \) -print
            find . -name '*.swift' -newer Package.swift
            find . -mtime -1 -size +10k
            find . -name '*.swift' | wc -l
            find . -name '*.swift' | head -5
            find . -name '*.swift' | xargs wc -l
            find . -name '*.swift' -print0 | xargs -0 grep -l foo
            find src -type f -print0 | xargs -0 cat
            find . -type f | sort | head
            du -sh .
            du -sh src
            df -h
            stat README.md
            file README.md
            diff a b
            diff -u a b
            cmp a b
            comm -12 a b
            sort x
            sort -u x
            sort -k2,2n x
            sort -t, -k1 x
            uniq -c x
            cut -d: -f1 x
            cut -c1-10 x
            tr a-z A-Z < x
            tr -d '\n' < x
            paste a b
            join a b
            fold -w 80 x
            column -t x
            rev x
            seq 1 10
            expr 1 + 2
            true
            false
            :
            echo hello
            echo "hello world"
            echo 'a && b; c | d > e'
            echo "a; b"
            echo -n x
            echo -e 'a\nb'
            echo a\ b
            echo \$HOME
            echo '$HOME'
            printf '%s\n' a
            printf "%d %s\n" 1 a
            printf '100%%\n'
            test -f x
            test -d src
            [ -f x ]
            [ -d src ] && ls src
            [ a = b ]
            [ 1 -lt 2 ]
            basename a/b
            dirname a/b
            realpath .
            realpath src
            readlink x
            which swift
            which -a python3
            type ls
            command -v swift
            swift --version
            node --version
            node -v
            python3 --version
            git --version
            ruby -v
            make --version
            sed -n 5p x
            sed -n '1,10p' x
            sed -n '1,$p' x
            sed -n '/foo/p' x
            sed -n '/a/,/b/p' x
            sed 's/a/b/' x
            sed 's/a/b/g' x
            sed -e 's/a/b/' -e 's/c/d/' x
            sed 1d x
            sed 10q x
            awk '{print $1}' x
            awk -F: '{print $1}' x
            awk '{s+=$1} END {print s}' x
            awk 'NR==5' x
            awk 'NR>5 && NR<10' x
            awk '/foo/ {print $2}' x
            awk '{print length($0)}' x
            awk -F, '$2 > 5 {print $1, $2}' x
            awk '{a[$1]++} END {for (k in a) print k, a[k]}' x
            jq . x.json
            jq -r '.a.b' x.json
            jq '.a | length' x.json
            cat x.json | jq -r '.a[] | .b'
            md5sum x
            sha256sum x
            base64 x
            base64 -d x
            xxd x
            xxd -l 10 x
            od -c x
            hexdump -C x
            strings x
            ls | wc -l
            ls | grep x
            ls -la | head -5
            cat a | grep b | sort | uniq -c
            ls 2>/dev/null
            ls 2>&1
            ls > /dev/null
            ls >/dev/null 2>&1
            ls &>/dev/null
            ls 2>&1 | grep x
            grep x y || true
            grep -q x y && echo yes
            cd src && ls
            cd src && cat a
            cd src; ls
            cd ./src && pwd
            cd /code/app/src && ls
            (ls; pwd)
            { ls; pwd; }
            (cd src && ls)
            ! grep x y
            ls; pwd
            ls⏎pwd
            ls # comment
            # comment⏎ls
            cat <<'EOF'⏎hello $x⏎EOF
            cat <<EOF⏎hello⏎EOF
            cat <<< hello
            wc -c <<< 'a b'
            cat < README.md
            LANG=C ls
            LC_ALL=C sort x
            LC_ALL=en_US.UTF-8 ls
            NO_COLOR=1 ls
            timeout 5 ls
            timeout 10s cat x
            time ls
            nice ls
            nice -n 5 ls
            stdbuf -oL grep x y
            env LC_ALL=C sort x
            /bin/ls
            /usr/bin/wc -l x
            \ls
            l's' -la
            "ls" "-la"
            sleep 1
            tree
            tree -L 2
            tree src
            cal
            locale
            arch
            ls src/a.b-c_d@2x.png
            cat 'file with space.txt'
            cat docs/naïve.md
            cat docs/日本語.md
            grep über x
            echo "héllo"
            echo "✓ done"
            rg 'TODO|FIXME' src
            rg "fn main" -t rust
            rg -c foo
            rg --count foo src
            fd foo
            fd -e swift
            ls .github
            cat .github/workflows/ci.yml
            cat .gitignore
            cat Makefile
            cat package.json
            cat .env.example
            cat CLAUDE.md
            head -5 .git/HEAD
            cat .git/config
            exit 0
            """#))
    func `needs nobody`(command: String) {
        let analysis = CommandAnalysis.of(line: command, in: surroundings)
        #expect(analysis.isHarmless, "\(analysis.findings.map(\.words)) \(analysis.doubts)")
        #expect(analysis.effect == nil && analysis.findings.isEmpty && analysis.doubts.isEmpty)
        #expect(analysis.reversibility == .readOnly)
    }

    @Test(
        arguments: commands(
            #"""
            git status
            git status --short --branch
            git diff
            git diff -- src/a.ts
            git diff --stat HEAD~1
            git log --oneline -5
            git log --format='%h %s' -n 3 -- src
            git log --grep='rm -rf /' --oneline
            git show HEAD --stat
            git branch -a
            git branch --show-current
            git tag -l
            git remote -v
            git stash list
            git ls-files
            git blame src/a.swift
            git rev-parse HEAD
            git rev-parse --abbrev-ref HEAD
            git describe --tags --always
            git config --get user.name
            git add src/a.ts --dry-run
            git --no-pager log -3
            pwd && git status --short
            git log --oneline | head -5
            """#))
    func `may be one of git's, when git is confined`(command: String) {
        let analysis = CommandAnalysis.of(line: command, in: surroundings)
        #expect(
            !analysis.isHarmless && analysis.isHarmlessWithConfinedGit,
            "\(analysis.findings.map(\.words)) \(analysis.doubts)")
        #expect(analysis.effect == .ask)
    }

    @Test(
        arguments: commands(
            #"""
            npm test
            npm run build
            make
            make -j8 all
            cargo test
            cargo clippy -- -D warnings
            swift build
            swift test --filter Foo
            go test ./...
            pytest -q tests
            python3 -m pytest
            npm run lint 2>&1
            npm test && git status
            swift build 2>&1 | tail -20
            ./gradlew test
            prettier --write src
            cd web && npm test
            """#))
    func `may run code of the project, when it is confined`(command: String) {
        let analysis = CommandAnalysis.of(line: command, in: surroundings)
        #expect(analysis.effect == .ask && !analysis.isHarmless)
        #expect(analysis.confinement == .workspace, "\(analysis.findings.map(\.words)) \(analysis.doubts)")
    }

    @Test(arguments: [
        "npm install", "npm ci", "pip install -r requirements.txt", "cargo fetch", "go mod download", "yarn",
    ])
    func `may need the network as well`(command: String) {
        #expect(CommandAnalysis.of(line: command, in: surroundings).confinement == .workspaceWithNetwork)
    }

    @Test(arguments: [
        "npm test --script-shell=/tmp/x", "yarn --cwd /tmp/evil", "cargo some-plugin", "make -C /tmp", "npm test > out",
        "npm test; rm -rf build", "sudo make", "npm test | sh", "FOO=1 make", "make $X", "npm test &", "npm publish",
    ])
    func `has nothing beside it that a confinement would not help`(command: String) {
        #expect(CommandAnalysis.of(line: command, in: surroundings).confinement == nil)
    }
}
