import HITLConsole

extension Manual {
    /// For bash 4 and later, without the package `bash-completion`.
    ///
    /// One table, `_hitl_about`, and one engine that reads it: what an option takes and what stands at which place
    /// is said in words such as `--tool=tool` and `requests*`.
    var bashCompletion: String {
        """
        # Completion of hitl for bash. \(Self.origin)

        _hitl_about() {
            case $1 in
        \(shellCommands.map(Self.bashEntry).joined(separator: "\n"))
            *) return 1 ;;
            esac
        }

        _hitl_offer() {
            local words=
            case $1 in
            # Digits only: what an agent called a tool never reaches the shell.
            request | requests) words=$(hitl status 2>/dev/null | sed -n 's/^\\([0-9][0-9]*\\)\\. Tool: .*/\\1/p') ;;
            tool) words='\(tools.map(\.name).joined(separator: " "))' ;;
            setting) words='\(settingNames.joined(separator: " "))' ;;
            decision) words='\(HistoryCommand.words.joined(separator: " "))' ;;
            duration) words='30s 5m 1h' ;;
            command) words='\(shellCommands.map(\.name).joined(separator: " "))' ;;
            word:*)
                words=${1#word:}
                words=${words//,/ }
                ;;
            file)
                compopt -o filenames
                mapfile -t COMPREPLY < <(compgen -f -- "$current")
                return
                ;;
            directory)
                compopt -o filenames
                mapfile -t COMPREPLY < <(compgen -d -- "$current")
                return
                ;;
            esac
            mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
        }

        _hitl() {
            COMPREPLY=()
            local words=() word
            # bash takes `--since=2h` for three words.
            for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
                [[ $word == '=' ]] || words+=("$word")
            done
            [[ ${COMP_WORDS[COMP_CWORD]} == '=' ]] && words+=('')
            local last=$((${#words[@]} - 1))
            local current=${words[last]}
            if ((last == 0)); then
                if [[ $current == -* ]]; then
                    mapfile -t COMPREPLY < <(compgen -W '--help --version' -- "$current")
                else
                    _hitl_offer command
                fi
                return
            fi

            local options places rest
            _hitl_about "${words[0]}" || return
            local index place=0 expected=
            for ((index = 1; index < last; index++)); do
                word=${words[index]}
                if [[ -n $expected ]]; then
                    expected=
                elif [[ $word == -- && -n $rest ]]; then
                    # The words of another program, which has its own completion or none.
                    mapfile -t COMPREPLY < <(compgen -c -f -- "$current")
                    return
                elif [[ $word == --* ]]; then
                    [[ " $options " == *" $word="* ]] && expected=$word
                else
                    place=$((place + 1))
                fi
            done

            if [[ -n $expected ]]; then
                for word in $options; do
                    [[ $word == "$expected="* ]] && _hitl_offer "${word#*=}"
                done
            elif [[ $current == -* ]]; then
                local names=
                for word in $options; do names+=" ${word%%=*}"; done
                mapfile -t COMPREPLY < <(compgen -W "$names" -- "$current")
            else
                local at=0
                for word in $places; do
                    if ((at == place)) || [[ $word == *'*' ]]; then
                        _hitl_offer "${word%'*'}"
                        return
                    fi
                    at=$((at + 1))
                done
            fi
        }

        complete -F _hitl hitl

        """
    }

    private static func bashEntry(_ command: CommandDefinition) -> String {
        let options =
            command.options.map { "--" + $0.name + ($0.value == nil ? "" : "=" + shellWord($0.kind)) } + ["--help"]
        let places = command.positionals.map { positional in
            switch positional.count {
            case .one, .optional: shellWord(positional.kind)
            case .oneOrMore, .any: shellWord(positional.kind) + "*"
            }
        }
        return """
                \(command.name))
                    options='\(options.joined(separator: " "))'
                    places='\(places.joined(separator: " "))'
                    rest='\(command.rest == nil ? "" : "program")'
                    ;;
            """
    }

    /// The kind of a value in one word, for tables in shell scripts.
    private static func shellWord(_ kind: ValueKind) -> String {
        switch kind {
        case .text: "text"
        case .requests: "requests"
        case .request: "request"
        case .tool: "tool"
        case .decision: "decision"
        case .duration: "duration"
        case .moment: "moment"
        case .count: "count"
        case .json: "json"
        case .file: "file"
        case .directory: "directory"
        case .setting: "setting"
        case .assignment: "assignment"
        case .agent: "agent"
        case .command: "command"
        case .word(let words): "word:" + words.joined(separator: ",")
        }
    }
}
