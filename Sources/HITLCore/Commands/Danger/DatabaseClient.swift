/// A program that sends statements to a database, and which of its words are statements.
struct DatabaseClient: Sendable {
    let dialect: SQLDialect?
    private let grammar: OptionGrammar
    /// Options whose values are statements, files of statements, and files that are written.
    private let statementOptions: Set<String>
    private let fileOptions: Set<String>
    private let outputOptions: Set<String>
    private let operands: Operands
    /// `-cmd` is one option and no cluster of letters.
    private let hasLongOptionsWithOneDash: Bool

    private enum Operands: Sendable {
        /// A database, a user, a server.
        case names
        /// A file, then statements.
        case fileThenStatements
    }

    /// What a client was told to do.
    struct Use {
        var statements: [[UInt8]] = []
        /// Files of statements; `-` is standard input.
        var scripts: [[UInt8]] = []
        var outputs: [[UInt8]] = []
        /// The database, where it is a file.
        var database: CommandArgument?
        /// It only says something about itself, or lists what there is.
        var isIdle = false
        var unknown: CommandArgument?
    }

    static let named: [String: DatabaseClient] = {
        var clients: [String: DatabaseClient] = [:]
        for client in all { for name in client.grammar.names { clients[name] = client } }
        return clients
    }()

    private static let all = [
        DatabaseClient(
            .postgreSQL,
            """
            psql text -aAbeEHlnqsStwWxXz01V -c: -d: -f: -v: -o: -L: -F: -P: -R: -T: -U: -h: -p: --command: --dbname: \
            --file: --set: --variable: --output: --log-file: --field-separator: --pset: --record-separator: \
            --table-attr: --username: --host: --port: --no-psqlrc --single-transaction --echo-all --echo-errors \
            --echo-queries --list --quiet --single-step --single-line --tuples-only --no-align --expanded --html --csv \
            --no-password --password --field-separator-zero --record-separator-zero --no-readline --version --help?
            """, statements: ["c", "command"], files: ["f", "file"], outputs: ["o", "output", "L", "log-file"]),
        DatabaseClient(
            .mySQL,
            """
            mysql,mariadb text -ABCEfGHiINnoqrsTtvwVX -D: -e: -h: -u: -P: -S: -p? --execute: --database: --host: \
            --user: --port: --socket: --password? --batch --silent --table --raw --skip-column-names --no-auto-rehash \
            --xml --html --force --verbose --vertical --compress --protocol: --default-character-set: --ssl-mode: \
            --ssl-ca: --connect-timeout: --init-command: --one-database --quick --no-beep --unbuffered --wait \
            --login-path: --defaults-file: --defaults-extra-file: --defaults-group-suffix: --no-defaults --tee: \
            --version --help
            """, statements: ["e", "execute", "init-command"], files: [], outputs: ["tee"]),
        DatabaseClient(
            .sqlite,
            """
            sqlite3,sqlite text --cmd: --header --noheader --csv --json --box --table --column --line --list --html \
            --markdown --quote --tabs --ascii --bail --batch --echo --readonly --safe --stats --nullvalue: \
            --separator: --newline: --init: --version --help
            """, statements: ["cmd"], files: ["init"], outputs: [], operands: .fileThenStatements, oneDash: true),
        DatabaseClient(
            .postgreSQL,
            """
            duckdb text -c: -s: -f: --cmd: --header --noheader --csv --json --box --table --column --line --list \
            --html --markdown --quote --ascii --bail --batch --echo --readonly --nullvalue: --separator: --newline: \
            --init: --version --help
            """, statements: ["c", "s", "cmd"], files: ["f", "init"], outputs: [], operands: .fileThenStatements,
            oneDash: true),
        DatabaseClient(
            .transactSQL, "sqlcmd text -EbCINeWx -Q: -q: -i: -o: -S: -d: -U: -P: -h: -s: -w: -y: -Y: -v: -l: -t: -m:",
            statements: ["Q", "q"], files: ["i"], outputs: ["o"]),
        DatabaseClient(
            nil,
            """
            clickhouse-client text -nmtE -q: -h: -u: -d: -f: --query: --queries-file: --host: --port: --user: \
            --password: --database: --format: --multiquery --multiline --time --secure --version --help
            """, statements: ["q", "query"], files: ["queries-file"], outputs: []),
    ]

    private init(
        _ dialect: SQLDialect?, _ grammar: String, statements: Set<String>, files: Set<String>, outputs: Set<String>,
        operands: Operands = .names, oneDash: Bool = false
    ) {
        self.dialect = dialect
        self.grammar = OptionGrammar(grammar[...])
        statementOptions = statements
        fileOptions = files
        outputOptions = outputs
        self.operands = operands
        hasLongOptionsWithOneDash = oneDash
    }

    /// - Parameter arguments: without the program's own name.
    func use(_ arguments: ArraySlice<CommandArgument>) -> Use {
        let reading = grammar.read(hasLongOptionsWithOneDash ? withTwoDashes(arguments) : arguments)
        var use = Use()
        use.unknown = reading.unknown
        for option in reading.values {
            if statementOptions.contains(option.name) { use.statements.append(option.value) }
            if fileOptions.contains(option.name) { use.scripts.append(option.value) }
            if outputOptions.contains(option.name) { use.outputs.append(option.value) }
            if ["version", "V", "help"].contains(option.name) { use.isIdle = true }
            if dialect == .postgreSQL, option.name == "l" || option.name == "list", operands == .names {
                use.isIdle = true
            }
        }
        if operands == .fileThenStatements {
            use.database = reading.operands.first
            use.statements += reading.operands.dropFirst().map(\.bytes)
        }
        return use
    }

    private func withTwoDashes(_ arguments: ArraySlice<CommandArgument>) -> ArraySlice<CommandArgument> {
        arguments.map { argument in
            guard argument.isOption, !argument.isLongOption, argument.bytes.count > 2 else { return argument }
            return CommandArgument(
                [UInt8(ascii: "-")] + argument.bytes, opacity: argument.opacity, isQuoted: argument.isQuoted)
        }[...]
    }
}
