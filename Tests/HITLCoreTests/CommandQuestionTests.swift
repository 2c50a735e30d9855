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

@Suite struct `What is not proven to only read` {
    @Test(
        arguments: commands(
            #"""
            rm a.txt
            rm -rf build
            rm -rf ./*
            rm -rf node_modules dist
            rm -rf /tmp/cache
            rm *.o
            find . -name '*.pyc' -delete
            cat $FILE
            cat "$FILE"
            cat ~/notes.txt
            ls ~
            ls /
            ls ..
            cat ../x
            cat ../../etc/passwd
            cat /etc/passwd
            cat /etc/hosts
            cat .env
            cat .env.local
            cat config/secrets.yml
            cat server.key
            head .npmrc
            grep x .env
            cat < .env
            wc -l < /etc/passwd
            cd /tmp && ls
            cd .. && ls
            cd ~ && ls
            cd && ls
            cd - && ls
            cd src; cat ../../x
            cd src || cat ../x; cat ../x
            pushd src
            ls > x
            ls >> x
            ls >x 2>&1
            ls &> x
            ls >& x
            ls 2> err
            > x
            : > x
            cat <> x
            cat a | tee b
            ls &
            ls & pwd
            sleep 100
            sleep 5 && ls &
            echo $(date)
            echo `date`
            echo ${x}
            echo $((1+1))
            echo ~
            diff <(ls) <(ls)
            x=1
            x=1 ls
            PATH=/tmp ls
            LD_PRELOAD=x ls
            LANG=/tmp/x ls
            LANG=$X ls
            LC_ALL=C LD_PRELOAD=x ls
            env
            env -i FOO=1 ls
            env FOO=1 ls
            env -S 'ls -la'
            env -C /tmp ls
            printenv PATH
            set
            export X=1
            alias ls=x
            unalias ls
            source x.sh
            . ./x.sh
            eval ls
            exec ls
            sh x.sh
            bash x.sh
            ./x.sh
            /tmp/ls
            ./ls
            ~/bin/ls
            sudo ls
            sudo -n true
            timeout 5 touch x
            time touch x
            nice touch x
            xargs wc -l
            cat list | xargs cat
            echo /etc/passwd | xargs cat
            find . -name x | xargs cat
            find . -name x | xargs rm
            find . | xargs -I{} sh -c 'echo {}'
            find / -name x
            find ~ -name x
            find . -exec ls {} \;
            find . -exec cat {} +
            find . -ok ls \;
            find . -fls x
            find -L . -name x
            find . -files0-from x
            find . -foo
            sed -i s/a/b/ x
            sed -n '1,5p;w x' a
            sed 's/a/b/e' a
            sed 's/a/touch x/e' a
            sed 's/a/b/w x' a
            sed -n '$!{N;P}' a
            sed -e '1e id' a
            sed --expression=e a
            sed 1r/etc/passwd a
            sed '1r /etc/passwd' a
            sed 's/a\/b/c/e' x
            sed 's|a|b|e' x
            sed -s -f x a
            sed 'y/a/b/;w x' a
            awk '{print > "x"}' a
            awk '{print | "sh"}' a
            awk '{"id" | getline x}' a
            awk '{getline < "/etc/passwd"; print}' a
            awk 'BEGIN{while((getline l < "/etc/passwd")>0) print l}'
            awk '@include "x"' a
            awk -f x a
            awk -i inplace '{print}' a
            awk '{print ENVIRON["X"]}' a
            awk 'BEGIN{f="system"; @f("id")}'
            awk -v X=sh -v Y=id 'BEGIN{print Y, /a/ / 1 | X; /b/}'
            awk '{print /x/ / 1 | $0; /b/}' a
            awk -v X=f 'BEGIN{print 1, /a/ / 1 > X; /b/}'
            awk -v X=sh -v Y=id 'BEGIN{print /}/; print Y | X; print /{x/ }'
            awk -v X=f 'BEGIN{print /}/; print 7 > X; print /{x/ }'
            awk 'BEGIN{if ((/a/ / 1) < 2) system(X); /b/}'
            awk '{i++ / 1; print "id" | "sh" / 2}' a
            awk '{print $1}' /etc/passwd
            awk -v x=1 'BEGIN{system("id")}'
            gawk -l x '{print}' a
            gawk -e '{print}' a
            grep -P x a
            grep -R x .
            grep --pcre x a
            grep -f /etc/passwd a
            grep x /etc/passwd
            egrep x ~/a
            rg --pre x y
            rg --pre=x y
            rg -z x
            rg --hostname-bin=x y
            rg --hidden x
            rg -uuu x
            rg x /etc
            rg -L x
            rg --search-zi x
            sort -o x a
            sort --out=x a
            sort --outp x a
            sort --compress-prog=x a
            sort -T /tmp a
            sort --files0-from=x
            uniq a b
            xxd -r a b
            xxd a b
            tail -f a
            tail --follow a
            tree -o x
            date -s x
            date 010100002030
            date --set x
            date -f x
            hostname foo
            hostname -F x
            file -m x y
            file -C -m x
            file -f x
            file -z x
            jq env a.json
            jq '$ENV' a.json
            jq -f x a.json
            jq --from-file x a
            jq --slurpfile a /etc/passwd . x
            jq 'import "x" as x; .' a
            jq -L x . a
            ps aux
            ps -ef
            who
            w
            last
            lsof
            netstat -an
            ss -tlnp
            top
            history
            more a
            less a
            man ls
            vim a
            tee x
            touch x
            mkdir x
            cp a b
            mv a b
            ln -s a b
            chmod +x a
            chown x a
            dd if=a of=b
            truncate -s 0 a
            install a b
            split a
            tar xf a
            unzip a
            gzip a
            base64 -o x a
            iconv -o x a
            shuf -o x a
            printf -v x y
            printf '%n' x
            printf -- -v
            test -v x
            test -v 'a[$(id)]'
            [ a -eq 'x[$(id)]' ]
            [ -f /etc/passwd ]
            [[ -f a ]]
            ((1))
            let x=1
            read x
            mapfile x
            while true; do ls; done
            case a in a) ls;; esac
            f() { ls; }
            function f { ls; }
            time -o x ls
            nice -n
            timeout ls
            command ls
            command -p ls
            builtin cd x
            type -x
            git push
            git commit -m x
            git branch x
            git branch -D x
            git tag v1
            git checkout x
            git -c a=b status
            git -C x status
            git --git-dir=x status
            git -p log
            git log --output=x
            git diff --ext-diff
            git diff --no-index a b
            git diff --textconv
            git grep -O x
            git grep --open-files x
            git log -S$(id)
            git remote add a b
            git remote show origin
            git remote update
            git stash
            git stash pop
            git config a b
            git config --unset a
            git config --file /tmp/x --get a
            git fetch
            git reflog expire
            git submodule status
            git blame --contents x y
            git cat-file --textconv HEAD:x
            git cat-file --filters HEAD:x
            git rev-parse --parseopt
            git archive HEAD
            git bundle x
            git help log
            git log --help
            git show --output=x
            git shortlog --output x
            git whatever
            npm test
            npm run build
            npm install
            npx x
            make
            make -C /tmp
            cargo build
            cargo foo
            swift build
            pytest
            go test ./...
            pip install x
            docker ps
            docker exec c ls
            kubectl get pods
            kubectl delete pod x
            kubectl exec p -- ls
            ssh h
            ssh h ls
            scp a h:
            curl https://x.example
            curl localhost:3000
            wget https://x.example
            ping x
            nc x 80
            telnet x
            python3 x.py
            python3 -c 'print(1)'
            python3 -m http.server
            node x.js
            node -e 1
            perl -e 1
            ruby -e 1
            php x.php
            lua x
            sqlite3 x
            psql -c 'select 1'
            cat x | sh
            echo ls | sh
            bash -s < x
            bash <<< ls
            kill 123
            pkill node
            killall node
            shutdown now
            reboot
            systemctl stop x
            systemctl status x
            crontab -l
            crontab -r
            at now < x
            apt install x
            brew install x
            mount
            umount x
            iptables -F
            sysctl -a
            terraform plan
            terraform destroy
            aws s3 ls
            gh pr list
            ls -Q --unknown
            ls --colour
            ls --hyperlink=x --foo
            cat --foo
            head --lin=5 a
            wc --files0-from=x
            du --files0-from=x
            du -X x
            diff --to-file=/etc/passwd a
            cmp a /etc/passwd
            ls "a
            ls 'a
            ls $(
            ls )
            ls (a)
            ls ; ; ls
            ls && && ls
            ls |
            ls | | wc
            | ls
            && ls
            ls;;
            foo
            cat-evil x
            LS
            Ls
            /bin/../tmp/ls
            /usr/local/bin/ls
            cat <<EOF⏎$(id)⏎EOF
            cat <<EOF⏎x
            cat <<'EOF' > x⏎x⏎EOF
            git status > x
            git log | sh
            git log | tee x
            git status; touch x
            git status && rm x
            find . -name x -print0 | xargs -0 touch
            find . -print0 | xargs -0 -I{} cat {}
            find . -printf '/etc/passwd\n' | xargs cat
            find . -printf '/etc/passwd\n' | xargs wc -l
            ls | xargs wc -l
            rg -l x | xargs cat
            ls -la /root
            cat //etc/passwd
            cat /code/app/../secret
            cat /code/app-evil/x
            cat .git/config | sh
            cat %2e%2e/x
            cat '..\x'
            cat hitl.yaml > x
            tail -5000 /var/log/syslog
            stat /etc/passwd
            realpath /
            basename $(pwd)
            du -sh /
            df /etc
            md5sum /etc/passwd
            echo hi | nc x 1
            trap 'touch x' EXIT
            hash -r
            ulimit -n 1
            umask 0
            enable -f x y
            bind -x x
            complete -C x y
            compgen -C x
            coproc ls
            exit; touch x
            disown
            jobs
            wait
            fg
            logout
            nl -b pBRE x $Y
            column -t /etc/passwd
            fold -w 5 ~/x
            tsort ../x
            fd -x rm
            fd . -X rm
            fd --exec rm
            fd x /etc
            uv run x
            poetry run x
            bundle exec x
            busybox ls
            toybox ls
            doas ls
            su -c ls
            parallel ls ::: a
            watch ls
            script -c ls
            strace ls
            unshare ls
            chroot / ls
            nsenter -t 1 ls
            at
            batch
            tmux new
            screen
            expect x
            osascript -e x
            launchctl list
            defaults write x y
            pbpaste
            xclip -o
            open x
            xdg-open x
            say x
            security list-keychains
            docker compose up
            helm list
            vault read x
            op read x
            pass show x
            gpg -d x
            openssl version -a
            ssh-keygen -l
            ssh-add -l
            nohup ls
            setsid ls
            cat /dev/zero
            find . -print0 | xargs -0 uniq
            find . -print0 | xargs -0 hostname
            awk 'BEGIN{if (1) /"/; print 1 > "f"; if (1) /"/}'
            awk 'BEGIN{x=1. / 2; print "a" > "b" / 3}'
            awk '{if ($1) print; else /"/; print > "x"; y = /"/}'
            printf %d 'a[$(id)]'
            git config --list
            git config --get http.extraheader
            """#))
    func `asks, and is not refused`(command: String) {
        let analysis = CommandAnalysis.of(line: command, in: surroundings)
        #expect(analysis.effect == .ask, "\(analysis.findings.map(\.words)) \(analysis.doubts)")
        #expect(!analysis.isHarmless && !analysis.isHarmlessWithConfinedGit)
    }
}
