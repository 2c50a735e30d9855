import HITLConsole

extension Manual {
    /// For fish: a file `hitl.fish` in a directory of `$fish_complete_path`.
    var fishCompletion: String {
        """
        # Completion of hitl for fish. \(Self.origin)

        # Only names that are plain words are shown: they are an agent's.
        function __hitl_requests
            hitl status 2>/dev/null | string replace -rf '^(\\d+)\\. Tool: (?:([\\w.-]+)$|.*)' '$1\\t$2'
        end

        # Whether the command is yet to come.
        function __hitl_begins
            test (count (commandline -opc)) = 1
        end

        # Whether the command is this one.
        function __hitl_in -a command
            set -l words (commandline -opc)
            test "$words[2]" = $command; and not contains -- -- $words
        end

        # Whether the next word stands at this place, after the given names of options that take a value.
        function __hitl_at -a command place
            __hitl_in $command; or return 1
            set -l words (commandline -opc)
            set -l given 0
            set -l takes 0
            for word in $words[3..]
                if test $takes = 1
                    set takes 0
                else if contains -- $word $argv[3..]
                    set takes 1
                else if not string match -q -- '-*' $word
                    set given (math $given + 1)
                end
            end
            test $takes = 0; and test $place = any -o $place = $given
        end

        # Behind `--` stands the command line of another program.
        function __hitl_behind_dashes -a command
            set -l words (commandline -opc)
            test "$words[2]" = $command; and contains -- -- $words
        end

        complete -c hitl -f
        complete -c hitl -n '__hitl_begins' -l help -d 'say how it is used'
        complete -c hitl -n '__hitl_begins' -l version -d 'print the version'
        \(shellCommands.map(Self.fishCommand).joined(separator: "\n"))

        \(shellCommands.map { fishEntry($0) }.joined(separator: "\n\n"))

        """
    }

    private static func fishCommand(_ command: CommandDefinition) -> String {
        "complete -c hitl -n '__hitl_begins' -a \(command.name) -d \(quotedForFish(command.summary))"
    }

    private func fishEntry(_ command: CommandDefinition) -> String {
        let takers = command.options.filter { $0.value != nil }.map { " --" + $0.name }.joined()
        var lines = command.options.map { option in
            "complete -c hitl -n '__hitl_in \(command.name)' -l \(option.name)"
                + (option.value == nil ? "" : fishValue(option.kind)) + " -d \(Self.quotedForFish(option.doc))"
        }
        lines.append("complete -c hitl -n '__hitl_in \(command.name)' -l help -d 'say how it is used'")
        for (place, positional) in command.positionals.enumerated() {
            let at =
                switch positional.count {
                case .one, .optional: String(place)
                case .oneOrMore, .any: "any"
                }
            guard let words = fishWords(positional.kind) else { continue }
            lines.append("complete -c hitl -n '__hitl_at \(command.name) \(at)\(takers)' \(words)")
        }
        if command.rest != nil {
            lines.append(
                "complete -c hitl -n '__hitl_behind_dashes \(command.name)' -a '(complete -C (commandline -ct))' -F")
        }
        return lines.joined(separator: "\n")
    }

    private func fishValue(_ kind: ValueKind) -> String { " -x" + (fishWords(kind).map { " " + $0 } ?? "") }

    /// Nil where nothing can be offered.
    private func fishWords(_ kind: ValueKind) -> String? {
        switch kind {
        case .text, .moment, .count, .json, .assignment, .agent: nil
        case .requests, .request: "-a '(__hitl_requests)'"
        case .tool: "-a '\(tools.map(\.name).joined(separator: " "))'"
        case .decision: "-a '\(HistoryCommand.words.joined(separator: " "))'"
        case .duration: "-a '30s 5m 1h'"
        case .file: "-a '(__fish_complete_path)'"
        case .directory: "-a '(__fish_complete_directories)'"
        case .setting: "-a '\(settingNames.joined(separator: " "))'"
        case .command: "-a '\(shellCommands.map(\.name).joined(separator: " "))'"
        case .word(let words): "-a '\(words.joined(separator: " "))'"
        }
    }

    private static func quotedForFish(_ text: String) -> String {
        "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
}
