import HITLCore
import Testing

private let surroundings = PathSurroundings(directory: "/code/app", workspace: "/code/app", home: "/home/casey")

private func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }

@Suite struct `Words that only a shell could work out` {
    @Test(
        arguments: lines(
            #"""
            ls *
            ls src/*.ts
            wc -l *.md
            wc -l *.json
            cat src/*.swift
            head -3 docs/*.md
            grep -n word src/*.c
            ls src/{components,hooks}
            cat src/{a,b}.ts
            echo *
            echo "$HOME"
            echo $PWD
            grep word a; echo "exit: $?"
            if [ -f a.txt ]; then cat a.txt; fi
            if grep -q word a; then echo yes; else echo no; fi
            for f in a b c; do echo hello; done
            for f in src/*.ts; do wc -l "$f"; done
            for d in */; do echo "$d"; ls "$d" | wc -l; done
            for i in 1 2 3; do echo $i; done
            f=README.md; cat "$f"
            while read -r line; do echo "$line"; done < README.md
            while IFS= read -r line; do echo "$line"; done < README.md
            find . -name '*.py' -exec wc -l {} +
            find . -name '*.md' -not -path './node_modules/*' -exec head -1 {} \;
            find src -name '*.swift' -exec grep -n word {} \;
            tar tf a.tar
            tar -tzvf a.tar.gz
            unzip -l a.zip
            cargo --version
            go version
            """#))
    func `leave a command that only reads what it is, where it is confined`(command: String) {
        let analysis = CommandAnalysis.of(line: command, in: surroundings)
        #expect(analysis.isHarmlessWithConfinedGit, "\(analysis.findings.map(\.words)) \(analysis.doubts)")
        #expect(!analysis.isHarmless)
        // A rule that allows commands by their words does not know these.
        #expect(!analysis.surplus.isEmpty)
    }

    @Test(
        arguments: lines(
            #"""
            cat *
            cat .e*
            cat .en?
            cat .[e]nv
            cat [.]env
            cat ?env
            cat *.pem
            cat *.json
            cat config/*.yml
            cat kubeconf*
            cat cred*.t*
            head -1 *.json
            find . -name '*.json' -exec cat {} +
            cat ../*.md
            cat /etc/*.conf
            cat ~/*.md
            cat src/../../*
            cat $FILE
            cat "$1"
            echo $AWS_SECRET_ACCESS_KEY
            echo ${!x}
            echo ${x@P}
            echo {1..99999999}
            ls $(pwd)
            echo `date`
            diff <(ls) <(ls)
            f=.env; cat $f
            for f in .env; do cat "$f"; done
            for f in .*; do cat "$f"; done
            for f in ../*; do ls "$f"; done
            f=a; f=.env; cat "$f"
            f=a; for i in 1 2; do cat "$f"; f=.env; done
            f='.e*'; cat $f
            a=.e; b=nv; cat "$a$b"
            while read -r f; do cat "$f"; done < list
            while true; do ls; done
            for f in *; do touch "$f"; done
            for f in a; do $f; done
            if [ -f a ]; then sh a; fi
            for f in a; do echo $f; done > out
            for PATH in /tmp; do ls; done
            path=/tmp; ls
            http_proxy=x; ls
            select f in a; do ls; done
            case a in a) ls;; esac
            read x
            IFS=: read a b
            set -e
            find . -name '*env*' -exec cat {} +
            find . -name '.env*' -exec cat {} +
            find . -exec cat {} \;
            find . ! -name '*.js' -exec cat {} \;
            find . -not -name '*.js' -exec cat {} \;
            find . -name '*.js' -exec sed -i s/a/b/ {} +
            find . -name '*.js' -exec grep x {} \; -delete
            find . -name '*.js' -exec grep x {} \; -exec rm {} \;
            find . -name '*.py' -exec cat /etc/passwd {} +
            find / -name '*.md' -exec cat {} +
            find . -name '*.py' -exec ./cat {} +
            find . -name '*.py' -o -exec cat {} +
            tar tf host:a.tar
            tar tIf x a.tar
            unzip a.zip
            grep -rn word --include='.env*' .
            rg -g '*.pem' word
            rg --glob=.env word
            """#))
    func `ask where more than reading could come of them`(command: String) {
        let analysis = CommandAnalysis.of(line: command, in: surroundings)
        #expect(analysis.effect == .ask || analysis.effect == .deny)
        #expect(!analysis.isHarmless && !analysis.isHarmlessWithConfinedGit)
    }

    @Test func `are doubts as soon as something else is done`() {
        let analysis = CommandAnalysis.of(line: "for f in src/*.ts; do wc -l $f; done; rm a", in: surroundings)
        #expect(analysis.doubts.contains { $0.hasPrefix("a condition or a loop") })
        #expect(analysis.doubts.contains { $0.hasPrefix("a variable in a word") })
    }

    @Test(arguments: ["bash -c 'ls -la'", "bash -lc 'cat README.md | head'", "sh -c 'grep -n a b.txt'"])
    func `of a shell's own text are as if they stood there`(command: String) {
        #expect(CommandAnalysis.of(line: command, in: surroundings).isHarmless)
    }

    @Test(arguments: [
        "bash -c 'touch x'", "bash -lc 'cat .env'", "bash -ic ls", "bash -c 'ls' x", "bash -c \"$(cat f)\"",
        "./bash -c ls", "zsh -c 'echo =(touch x)'",
    ])
    func `of a shell's own text ask as they would there`(command: String) {
        let analysis = CommandAnalysis.of(line: command, in: surroundings)
        #expect(!analysis.isHarmless && !analysis.isHarmlessWithConfinedGit)
    }

    @Test(arguments: ["mkfs --help", "printf '%s\\0' a b | xargs -0 ls"])
    func `and what only tells are not refused`(command: String) {
        #expect(CommandAnalysis.of(line: command, in: surroundings).effect == .ask)
    }

    @Test(arguments: [
        "awk '{print > \"/home/casey/.bashrc\"}' f", "echo x > $CLAUDE_CONFIG_DIR/settings.json",
        "echo x > \"$CODEX_HOME/config.toml\"",
        "apply_patch <<'E'\n*** Begin Patch\n*** Add File: .git/hooks/pre-commit\n+x\n*** End Patch\nE",
        "patch -p1 <<'E'\n--- a/x\n+++ b/.git/hooks/pre-commit\n@@ -0,0 +1 @@\n+x\nE",
    ])
    func `that lead to what is run later are refused`(command: String) {
        #expect(CommandAnalysis.of(line: command, in: surroundings).effect == .deny)
    }
}
