/// Options whose value is a command that the program will run.
enum CommandOptions {
    /// `NAME…: option…`. An option that ends in `=` has its value attached; any other may have it attached or next.
    private static let text = """
        tar: --checkpoint-action=exec= --to-command= --use-compress-program= -I --info-script= --rsh-command= -F
        vim vi nvim ex view: -c --cmd +
        ssh scp sftp: -o
        rsync: -e --rsh= --rsync-path=
        man: -P --pager= --html=
        zip: -TT --unzip-command=
        sort: --compress-program=
        split: --filter=
        npx npm pnpm bunx: -c --call= --call
        git: --exec= --exec -x --upload-pack= -u -c --open-files-in-pager= -O --tree-filter --index-filter --msg-filter
        gdb lldb: -ex --eval-command= -o
        make gmake: --eval=
        tcpdump: -z
        sqlite3: -cmd
        xterm urxvt konsole alacritty kitty: -e
        expect: -c
        rg: --pre= --pre
        """

    private static let table: [String: [String]] = {
        var table: [String: [String]] = [:]
        for line in text.split(separator: "\n") {
            let halves = line.split(separator: ":", maxSplits: 1)
            let options = halves[1].split(separator: " ").map(String.init)
            for name in halves[0].split(separator: " ") { table[String(name)] = options }
        }
        return table
    }()

    /// The texts that would be run as commands.
    static func values(of name: String, _ arguments: ArraySlice<CommandArgument>) -> [[UInt8]] {
        guard let options = table[name] else { return [] }
        var values: [[UInt8]] = []
        for index in arguments.indices {
            let argument = arguments[index]
            for option in options where argument.text.begins(option) {
                if argument.bytes.count > option.utf8.count {
                    values.append(Array(argument.bytes[option.utf8.count...]))
                } else if index + 1 < arguments.endIndex {
                    values.append(arguments[index + 1].bytes)
                }
            }
            // `tmux new-session 'command'`.
            if name == "tmux" || name == "screen", index > arguments.startIndex, argument.bytes.contains(0x20) {
                values.append(argument.bytes)
            }
            if name == "git", values.isEmpty, argument.text == "foreach" || argument.text == "run" {
                values.append(Array(arguments[(index + 1)...].map(\.bytes).joined(separator: [0x20])))
            }
        }
        return values.map(withoutPrefix)
    }

    /// `alias.x=!command`, `ProxyCommand=command`, `:!command`.
    private static func withoutPrefix(_ value: [UInt8]) -> [UInt8] {
        var rest = value[...]
        let name = rest.prefix { $0.isNameByte || $0 == UInt8(ascii: ".") }
        if rest.dropFirst(name.count).first == UInt8(ascii: "=") { rest = rest.dropFirst(name.count + 1) }
        rest = rest.drop { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "!") }
        if rest.starts(with: "spawn ".utf8) { rest = rest.dropFirst(6) }
        return Array(rest)
    }
}
