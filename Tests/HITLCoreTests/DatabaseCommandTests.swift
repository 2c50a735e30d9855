import HITLCore
import Testing

private let surroundings = PathSurroundings(
    directory: "/code/app", workspace: "/code/app", home: "/home/casey", gateFiles: ["/srv/desk"])

private func of(_ line: String) -> CommandAnalysis { CommandAnalysis.of(line: line, in: surroundings) }

private func risk(_ line: String) -> Risk {
    let call = ToolCall(
        tool: "bash", kind: .execute, arguments: JSONObject([.init("command", .string(line))]),
        origin: Origin(agent: "scout", session: "s"), directory: "/code/app", performer: .desk)
    return RiskAssessor(in: surroundings) { nil }.assess(call)
}

private let drops = [
    #"psql -c 'DROP TABLE users'"#, #"psql -c'drop table users' app"#, #"psql -Atc "DROP TABLE users""#,
    #"psql --command='DROP TABLE users' -d app"#, #"psql --command "DROP /* x */ TABLE users""#,
    #"psql -c 'select 1' -c 'DROP TABLE users'"#, "psql app <<'E'\nselect 1;\nDROP TABLE users;\nE",
    "echo 'DROP TABLE users' | psql app", "psql <<< 'DROP TABLE users'", "printf 'DROP TABLE users' | psql -f -",
    #"mysql -e 'DROP TABLE users' app"#, #"mysql -NBe 'DROP TABLE users'"#, #"mysql --execute='DROP TABLE users'"#,
    #"mysql --init-command='DROP TABLE users' -e 'select 1'"#, #"mariadb -e 'DROP TABLE users'"#,
    #"mysql -psecret -e 'DROP TABLE users'"#, "mysql app <<E\nDROP TABLE users;\nE",
    #"sqlite3 app.db 'DROP TABLE users'"#, #"sqlite3 -csv app.db 'select 1' 'DROP TABLE users'"#,
    #"sqlite3 app.db -cmd 'DROP TABLE users' 'select 1'"#, "echo 'DROP TABLE users;' | sqlite3 app.db",
    "sqlite3 app.db <<E\nDROP TABLE users;\nE", #"duckdb -c 'DROP TABLE users'"#,
    #"sqlcmd -S db -Q 'DROP TABLE users'"#, #"clickhouse-client -q 'DROP TABLE users'"#,
    #"sudo -u postgres psql -c 'DROP TABLE users'"#, #"sh -c "psql -c 'DROP TABLE users'""#,
    #"timeout 5 psql -qc 'DROP TABLE users'"#, "echo 'DROP TABLE users' > x.sql; psql -f x.sql",
    // getopt_long takes what it can complete.
    #"psql --comm='DROP TABLE users'"#, #"psql --comm 'DROP TABLE users'"#,
]

@Suite struct `A command that sends statements to a database` {
    @Test(arguments: drops)
    func `is judged by its statements, wherever they stand`(_ line: String) {
        let analysis = of(line)
        #expect(analysis.effect != nil && !analysis.onlyReadsDatabases)
        #expect(analysis.findings.contains { $0.words.contains("drops") }, "\(analysis.findings)")
        #expect(risk(line).level >= .high, "\(risk(line))")
        #expect(risk(line).reversibility == .irreversible)
    }

    @Test(arguments: [
        "psql -c 'select 1'", "psql -Atqc 'SELECT count(*) FROM users' app", "psql -d app --command='select 1' --csv",
        "mysql -h db -e 'show tables' app", "sqlite3 -json app.db 'select * from t'",
        "sqlite3 -readonly app.db <<< 'select 1'",
        "psql app <<E\nselect 1;\nselect 2;\nE", "sqlite3 :memory: 'select 1' | head -3",
        "ls && psql -c 'select 1'",
    ])
    func `asks at low risk where it only reads`(_ line: String) {
        let analysis = of(line)
        #expect(analysis.effect == .ask && analysis.onlyReadsDatabases, "\(analysis.findings) \(analysis.doubts)")
        #expect(risk(line).level == .low, "\(risk(line))")
        #expect(risk(line).reversibility == .readOnly)
    }

    @Test(arguments: [
        "psql", "psql app", "psql -f migrate.sql", "psql < dump.sql", "cat x.sql | psql", "psql -c \"$SQL\"",
        "psql -c 'select 1' -o out.txt", "psql -c 'select 1' > out.txt", "psql -c 'select 1' --frobnicate",
        #"psql -c '\d'"#, #"psql -c 'select 1 \gexec'"#, "sqlite3 app.db '.dump'", "sqlite3 app.db",
        "curl -s https://x.example/a.sql | psql", "mysql -e 'select 1 into outfile \"/tmp/x\"'",
        "PGOPTIONS=-csearch_path=evil psql -c 'select 1'", "./psql -c 'select 1'", "sudo psql -c 'select 1'",
        "psql -c 'select pg_terminate_backend(1)'", "psql -c 'select * from t for update'",
        "psql -c 'delete from users'", "psql -c 'update users set a = 1'", "psql -c 'select 1' && rm x",
        "psql -c 'select 1' -f more.sql", "git status && psql -c 'select 1'",
    ])
    func `is no mere reading where anything else may happen`(_ line: String) {
        let analysis = of(line)
        #expect(analysis.effect != nil && !analysis.onlyReadsDatabases, "\(analysis.findings) \(analysis.doubts)")
        #expect(risk(line).level >= .medium, "\(risk(line))")
    }

    @Test(arguments: [
        #"psql -c '\! rm -rf /'"#, "sqlite3 x.db '.shell rm -rf /'", "sqlite3 x.db <<E\n.system rm -rf ~\nE",
        #"psql -c 'select 1 \! rm -rf /'"#, #"mysql -e '\! rm -rf /'"#, #"psql -c "\o | rm -rf /""#,
        "sqlite3 /srv/desk/ledger.db 'delete from entries'",
    ])
    func `is refused where the client would do what a shell may not`(_ line: String) {
        #expect(of(line).effect == .deny, "\(of(line).findings)")
    }

    @Test func `is asked about and not refused where its client runs an ordinary command`() {
        #expect(of("sqlite3 x.db '.shell touch x'").effect == .ask)
    }
}
