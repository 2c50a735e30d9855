import HITLCore
import Testing

@Suite struct `A text of SQL` {
    @Test(arguments: [
        "SELECT 1", "select * from users where id = 1;", "SELECT drop_date, \"delete\" FROM audit",
        "SELECT 'DROP TABLE users' AS txt",
        "SELECT * FROM posts WHERE body LIKE '%truncate%'", "DESCRIBE dropbox_files",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "SELECT deleted_at IS NULL FROM users LIMIT 10",
        "WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n+1 FROM t) SELECT * FROM t",
        "SELECT count(*), lower(name) FROM a.\"update\" GROUP BY 2 -- done", "EXPLAIN DELETE FROM users",
        "EXPLAIN SELECT 1",
        "SHOW TABLES", "PRAGMA table_info(users)", "PRAGMA main.user_version", "SELECT a.update, b.insert FROM a, b",
        "SELECT replace(name, 'a', 'b'), truncate(x, 2) FROM t", "SELECT 1; SELECT 2;", "(SELECT 1) UNION (SELECT 2)",
        "/* drop table x */ SELECT 1", "SELECT 'it''s; delete from x'",
        "SELECT row_number() OVER (PARTITION BY a ORDER BY b) FROM t",
        "SELECT * FROM t WHERE a IN (SELECT b FROM c) AND EXISTS (SELECT 1)", "VALUES (1, 2)",
        "SELECT \"drop\" FROM \"create\"",
        "SELECT $1, :name, ?, @x", "BEGIN", "ROLLBACK", "BEGIN TRANSACTION; SELECT 1; ROLLBACK",
        "SELECT name AS delete FROM t",
        "SELECT naïve FROM café", "SELECT '\u{202E}'", "EXPLAIN (FORMAT json) UPDATE t SET a = 1", "", "  ;; ",
        "SELECT CAST(a AS varchar(10)), extract(year from b) FROM t",
    ])
    func `that only reads needs nobody`(_ text: String) {
        let analysis = SQLAnalysis.of(text)
        #expect(analysis.isHarmless && analysis.reversibility == .readOnly, "\(analysis)")
    }

    /// What could change something, with the factor that has to be seen.
    static let asked: [(String, String)] = [
        ("INSERT INTO t VALUES (1)", "database_modification"),
        ("UPDATE t SET a = 1 WHERE id = 3", "database_modification"),
        ("DELETE FROM t WHERE id = 42", "row_deletion"), ("DELETE FROM t", "bulk_change"),
        ("delete\nfrom t;", "bulk_change"),
        ("DELETE FROM t WHERE 1=1", "bulk_change"), ("DELETE FROM t WHERE true", "bulk_change"),
        ("DELETE FROM t WHERE id = id", "bulk_change"), ("DELETE FROM t WHERE id >= 0 OR 1=1", "bulk_change"),
        ("DELETE FROM t WHERE (((1)))", "bulk_change"), ("DELETE FROM t WHERE NOT false", "bulk_change"),
        ("DELETE FROM t WHERE name LIKE '%'", "bulk_change"), ("DELETE FROM t WHERE a = 1 || 2 > 1", "bulk_change"),
        ("DELETE FROM t WHERE EXISTS (SELECT 1)", "bulk_change"), ("DELETE FROM t # WHERE id = 1", "bulk_change"),
        ("DELETE FROM t -- WHERE id = 1", "bulk_change"), ("DELETE FROM t /* WHERE id = 1 */", "bulk_change"),
        ("UPDATE t SET a=0 WHERE 1", "bulk_change"), ("UPDATE t SET a = (SELECT b FROM c WHERE id = 1)", "bulk_change"),
        ("DELETE u FROM users u JOIN t ON 1=1", "bulk_change"), ("TRUNCATE users", "irreversible"),
        ("DROP/**/TABLE/**/users", "irreversible"), ("DrOp TaBlE users", "irreversible"),
        ("ALTER TABLE t DROP COLUMN a", "irreversible"),
        ("ALTER TABLE t RENAME TO u", "schema_change"), ("GRANT ALL ON *.* TO 'x'@'%'", "privilege"),
        ("CREATE USER x SUPERUSER", "privilege"),
        ("REPLACE INTO t SELECT * FROM s", "overwrites_rows"),
        ("MERGE INTO t USING s ON 1=1 WHEN MATCHED THEN DELETE", "bulk_change"),
        ("WITH d AS (DELETE FROM users RETURNING *) SELECT * FROM d", "bulk_change"),
        ("EXPLAIN ANALYZE DELETE FROM users", "bulk_change"),
        ("EXPLAIN (ANALYZE, BUFFERS) DELETE FROM users", "bulk_change"),
        ("WITH x AS (SELECT 1) DELETE FROM users", "bulk_change"),
        ("SELECT setval('seq', 1)", "side_effect"), ("SELECT nextval('seq')", "side_effect"),
        ("SELECT NEXT VALUE FOR s", "side_effect"),
        ("SELECT dblink_exec('dbname=x','DROP TABLE users')", "side_effect"),
        ("SELECT pg_terminate_backend(1)", "side_effect"),
        ("SELECT LOAD_FILE('/etc/passwd')", "side_effect"),
        ("SELECT pg_catalog.pg_read_file('/etc/passwd')", "side_effect"),
        ("SELECT \"pg_read_file\"('/etc/passwd')", "side_effect"), ("SELECT my_function(1)", "unknown_function"),
        ("SELECT * INTO copy FROM users", "database_modification"), ("SELECT * FROM t FOR UPDATE", "lock"),
        ("DO $$ BEGIN EXECUTE 'DROP TABLE users'; END $$", "code_execution"),
        ("EXEC('DR'+'OP TABLE users')", "code_execution"),
        ("SET @q=0x44524f50; PREPARE s FROM @q; EXECUTE s", "code_execution"),
        ("CREATE EXTENSION plpython3u", "code_execution_later"),
        ("CREATE TRIGGER x AFTER INSERT ON t EXECUTE FUNCTION f()", "code_execution_later"),
        ("CALL p()", "code_execution"),
        ("SELECT 1 DROP TABLE users", "hidden_write"), ("SELECT 1; DROP TABLE users", "irreversible"),
        (#"SELECT '\'; DROP TABLE users; --'"#, "irreversible"),
        (#"SELECT 'a\' OR 1=1; DELETE FROM t WHERE ''='"#, "bulk_change"),
        ("SELECT 1 /*! ; DROP TABLE users */", "irreversible"), ("/*!50000 DROP TABLE users */", "irreversible"),
        ("SELECT 1 --1; \nDROP TABLE t", "hidden_write"), ("/* /* */ DROP TABLE users -- */ */", "irreversible"),
        ("SELECT 1 /* unterminated", "not_analysable"), ("db.users.deleteMany({})", "database_modification"),
        ("db.users.remove({})", "not_analysable"),
        ("\u{FF24}\u{FF32}\u{FF2F}\u{FF30} x", "deception"), ("SELECT 1\u{202E}--", "deception"),
        ("COMMIT", "database_modification"),
        ("PRAGMA writable_schema = 1", "side_effect"), ("PRAGMA journal_mode(DELETE)", "side_effect"),
        ("SET ROLE admin", "privilege"),
        ("COPY t FROM '/etc/passwd'", "file_access"), ("COPY t TO STDOUT", "database_modification"),
        ("ATTACH 'x.db' AS y", "file_access"),
        ("LOAD DATA INFILE '/etc/passwd' INTO TABLE t", "file_access"), ("KILL 5", "server_control"),
        ("VACUUM", "database_modification"),
        ("\\o out.txt", "system_command"), (".read x.sql", "system_command"), ("SELECT 1;\n\\gexec", "system_command"),
        ("SELECT * FROM a NATURAL JOIN OPENROWSET('x')", "side_effect"),
        ("BEGIN DELETE FROM users; END", "code_execution"),
    ]

    @Test(arguments: asked)
    func `that could change something is asked about`(_ text: String, _ factor: String) {
        let analysis = SQLAnalysis.of(text)
        #expect(!analysis.isHarmless)
        #expect(analysis.findings.contains { $0.factor == factor && $0.effect != nil }, "\(analysis.findings)")
    }

    @Test(arguments: [
        "drop schema public cascade", "DROP DATABASE prod", "EXEC xp_cmdshell 'whoami'",
        "EXEC master..[xp_cmdshell] 'id'",
        "COPY (SELECT 1) TO PROGRAM 'sh -c id'", "COPY t FROM PROGRAM 'id'",
        "SELECT '<?php' INTO OUTFILE '/var/www/x.php'",
        "ATTACH DATABASE '/etc/cron.d/x' AS x", "SELECT load_extension('/tmp/x.so')",
        "SELECT lo_export(1,'/etc/cron.d/x')",
        "COPY t TO '/tmp/x'", "EXEC('xp_cmdshell ''id''')", "SELECT 1; EXEC xp_cmdshell 'id'", "VACUUM INTO '/tmp/x'",
        "\\! id", ".shell id", "DO $$ BEGIN COPY t TO PROGRAM 'id'; END $$", "DROP USER alice",
        "SELECT `sys_exec`('id')",
        "select/**/x from t into/*!*/dumpfile '/x'", "INSERT INTO t SELECT load_extension('x')",
        "\\copy t to program 'id'",
    ])
    func `that reaches out of the database is refused`(_ text: String) {
        #expect(SQLAnalysis.of(text).findings.contains { $0.effect == .deny }, "\(SQLAnalysis.of(text))")
    }

    @Test(arguments: [
        "DELETE FROM t WHERE id = 1", "DELETE FROM t WHERE a = b", "UPDATE t SET a = 1 WHERE id IN (1, 2)",
        "DELETE FROM t WHERE 1=2",
        "DELETE FROM t WHERE id BETWEEN 1 AND 2", "DELETE FROM t WHERE id = 1 AND 1=1",
        "DELETE FROM t WHERE name LIKE 'a%'",
        "DELETE FROM t WHERE id = $1", "DELETE FROM t WHERE a <> a", "DELETE FROM t WHERE false OR id = 3 RETURNING *",
    ])
    func `with a real condition changes only some rows`(_ text: String) {
        let factors = SQLAnalysis.of(text).findings.map(\.factor)
        #expect(factors.contains("database_modification") && !factors.contains("bulk_change"), "\(factors)")
    }

    @Test func `is read as its server reads it, where that is known`() {
        let text = #"SELECT '\'; DROP TABLE users; --'"#
        #expect(SQLAnalysis.of(text, dialect: .mySQL).isHarmless)
        #expect(!SQLAnalysis.of(text, dialect: .postgreSQL).isHarmless)
        #expect(SQLAnalysis.of("SELECT $tag$ DROP TABLE x $tag$", dialect: .postgreSQL).isHarmless)
        #expect(SQLAnalysis.of("SELECT [drop] FROM [create]", dialect: .transactSQL).isHarmless)
        #expect(SQLAnalysis.of("SELECT `drop` FROM `create`", dialect: .mySQL).isHarmless)
    }

    @Test func `is not analysed beyond a length`() {
        let analysis = SQLAnalysis.of("SELECT '" + String(repeating: "a", count: SQLAnalysis.longest) + "'")
        #expect(!analysis.isHarmless && analysis.doubts == [.tooLong])
    }
}
