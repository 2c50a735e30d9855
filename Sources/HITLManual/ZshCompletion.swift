import HITLConfiguration
import HITLConsole

extension Manual {
    /// For zsh's completion system: a file `_hitl` in a directory of `$fpath`.
    var zshCompletion: String {
        """
        #compdef hitl
        # Completion of hitl for zsh. \(Self.origin)

        _hitl_requests() {
            local -a found
            # Only names that are plain words are shown: they are an agent's.
            found=(${(f)"$(_call_program requests hitl status | sed -nE \\
                -e 's/^([0-9]+)\\. Tool: ([A-Za-z0-9_.-]+)$/\\1:\\2/p' -e t -e 's/^([0-9]+)\\. Tool: .*/\\1/p')"})
            _describe -t requests 'pending request' found
        }

        _hitl_tools() {
            local -a found=(\(Self.list(tools.map { ($0.name, $0.summary) })))
            _describe -t tools tool found
        }

        _hitl_settings() {
            local -a found=(\(Self.list(settings.filter(\.isAvailable).map { ($0.name, $0.summary) })))
            _describe -t settings setting found
        }

        _hitl_commands() {
            local -a found=(\(Self.list(shellCommands.map { ($0.name, $0.summary) })))
            _describe -t commands command found
        }

        _hitl() {
            local curcontext=$curcontext state line
            typeset -A opt_args
            _arguments -C '(- *)--help[say how it is used]' '(- *)--version[print the version]' \\
                '1:command:_hitl_commands' '*::argument:->arguments' && return
            [[ $state == arguments ]] || return
            case $words[1] in
        \(shellCommands.map(Self.zshEntry).joined(separator: "\n"))
            esac
        }

        _hitl "$@"

        """
    }

    private static func zshEntry(_ command: CommandDefinition) -> String {
        var specifications = command.options.map { option in
            let again = option.repeats ? "*" : ""
            let value = option.value.map { ":" + escaped($0) + ":" + action(option.kind) } ?? ""
            return quoted("\(again)--\(option.name)[\(escaped(option.doc))]\(value)")
        }
        specifications.append(quoted("(- *)--help[say how it is used]"))
        for (place, positional) in command.positionals.enumerated() {
            let which =
                switch positional.count {
                case .one: "\(place + 1):"
                case .optional: "\(place + 1)::"
                case .oneOrMore, .any: "*:"
                }
            specifications.append(quoted(which + escaped(positional.name) + ":" + action(positional.kind)))
        }
        // Behind `--` stands the command line of another program.
        let behindDashes = """
                    local -i dashes=${words[(i)--]}
                    if ((dashes < CURRENT)); then
                        words=("${(@)words[dashes + 1,-1]}")
                        ((CURRENT -= dashes))
                        _normal
                        return
                    fi

            """
        let lines = specifications.map { "            \($0)" }.joined(separator: " \\\n")
        return """
                \(command.name))
            \(command.rest == nil ? "" : behindDashes)\
                    _arguments -S \\
            \(lines)
                    ;;
            """
    }

    private static func action(_ kind: ValueKind) -> String {
        switch kind {
        case .text, .moment, .count, .json, .assignment, .agent: ""
        case .requests, .request: "_hitl_requests"
        case .tool: "_hitl_tools"
        case .decision: "(\(HistoryCommand.words.joined(separator: " ")))"
        case .duration: "(30s 5m 1h)"
        case .file: "_files"
        case .directory: "_files -/"
        case .setting: "_hitl_settings"
        case .command: "_hitl_commands"
        case .word(let words): "(\(words.joined(separator: " ")))"
        }
    }

    /// For `_describe`: one word each, with what it means behind a colon.
    private static func list(_ words: [(name: String, meaning: String)]) -> String {
        words.map { quoted($0.name + ":" + $0.meaning.withoutStop) }.joined(separator: " ")
    }

    /// Inside a specification of `_arguments` these would end a part of it.
    private static func escaped(_ text: String) -> String {
        var out = ""
        for character in text {
            if "[]:\\".contains(character) { out += "\\" }
            out.append(character)
        }
        return out
    }

    static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
}

extension String {
    fileprivate var withoutStop: String { utf8.last == UInt8(ascii: ".") ? String(dropLast()) : self }
}
