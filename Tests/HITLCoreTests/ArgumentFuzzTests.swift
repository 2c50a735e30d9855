import HITLCore
import HITLTestSupport
import Testing

/// Bytes of every kind into everything that reads an agent's bytes. What it finds is not looked at here; that it ends,
/// soon and with an answer that holds together, is.
@Suite struct `Analysis of hostile bytes` {
    private static let pieces: [String] = [
        "'", "\"", "`", "[", "]", "(", ")", "/*", "*/", "--", "#", ";", "\\", "$$", "$a$", "/*!", "\n", "\0", " ", "=",
        ":", "@", "//", "://", "..",
        "/", "~", "%2e", "%", "+", "-", "_", ".", ",", "select", "delete from", "where", "or", "1=1", "with", "as",
        "into", "union", "explain", "copy",
        "password", "token=", "Authorization: Bearer ", "sk-", "ghp_", "AKIA", "eyJhbGciOiJub25lIn0.", "eyJ",
        "-----BEGIN PRIVATE KEY-----", "-p ", "-u ",
        "sudo -S", "echo ", "|", "mysql", "DOB ", "passport ", "GB82", "4111", "1111 ", "123-45-6789", "+49", "a@b.cd",
        "xn--", "http", "file:", "\u{202E}",
        "\u{200B}", "\u{E9}", "\u{1F600}", "\u{FF0E}", "\u{2460}", "127.0.0.1", "0x7f", "[::1]", ".git", "GIT~1",
        "$HOME", "${X}", "/proc/self/root", "aaaa", "ZZZZ", "0000",
    ]

    private static func text(_ random: inout SplitMix, upTo count: Int) -> String {
        (0..<Int.random(in: 0...count, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }

    @Test func `always ends with an answer that holds together`() {
        var random = SplitMix(seed: 20)
        for _ in 0..<500 {
            let text = Self.text(&random, upTo: 30)
            let bytes = Array(text.utf8)
            let matches = SecretScanner.scan(
                bytes, named: ["", "password", "Authorization", "dob"].randomElement(using: &random)?.utf8 ?? "".utf8)
            #expect(zip(matches, matches.dropFirst()).allSatisfy { $0.range.upperBound <= $1.range.lowerBound })
            #expect(matches.allSatisfy { !$0.range.isEmpty && $0.range.upperBound <= bytes.count })
            let sql = SQLAnalysis.of(bytes)
            #expect(!sql.isHarmless || sql.reversibility == .readOnly)
            for dialect in SQLDialect.allCases {
                // A server's own reading is never worse than all of them together.
                if sql.isHarmless { #expect(SQLAnalysis.of(bytes, dialect: dialect).isHarmless) }
            }
            _ = URLAnalysis(bytes).findings
            for access in PathAccess.allCases {
                _ = PathAnalysis(bytes, in: PathSurroundings(directory: "/w/x", home: "/w")).findings(for: access)
            }
            _ = Masking.masked(text, matches) { _ in "" }
        }
    }

    @Test func `takes any arguments of any tool`() {
        var random = SplitMix(seed: 21)
        let tools = [
            "read_file", "write_file", "delete_file", "move_file", "bash", "http_request", "sql", "send_email",
            "transfer_funds", "mcp__x__wipe", "",
        ]
        let names = [
            "path", "command", "url", "query", "to", "from", "amount", "headers", "content", "approved", "timeout",
            "recursive", "role", "environment",
        ]
        for _ in 0..<400 {
            var members: [JSONObject.Member] = []
            for name in names where Int.random(in: 0..<4, using: &random) == 0 {
                let value: JSONValue =
                    Bool.random(using: &random) ? .string(Self.text(&random, upTo: 12)) : random.json(depth: 3)
                members.append(.init(name, value))
            }
            let tool = tools.randomElement(using: &random) ?? ""
            let call = ToolCall(
                tool: tool, kind: ToolKind.allCases.randomElement(using: &random) ?? .other,
                arguments: JSONObject(members),
                origin: Origin(agent: "a", session: "s"), performer: .requester)
            let analysis = ArgumentAnalysis.of(call, in: PathSurroundings(directory: "/w"))
            #expect(analysis.findings.allSatisfy { $0.effect != .allow && $0.weight >= 0 })
            #expect(analysis == ArgumentAnalysis.of(call, in: PathSurroundings(directory: "/w")))
            // Masked arguments are arguments: no name occurs twice.
            let shown = Redaction(.everything) { _ in "" }.redacted(call).arguments
            #expect(shown.members.count == Set(shown.members.map { Array($0.name.utf8) }).count)
        }
    }

    /// What makes a careless scanner go back again and again; four kilobytes of it, because tests are not optimised.
    @Test(
        .timeLimit(.minutes(2)),
        arguments: [
            "eyJ-", "eyJhbGciOiJub25lIn0.A-", "sk-", "sl.", "password=(", "password=\"", "token=token=", "://a:", "a@",
            "@", "-p ", "-u a:", "sudo -S ", "echo |",
            "-----BEGIN ", "M-", "DOB ", "passport ", "GB", "1", "1-", "1 ", "+1", "PuTTY-User-Key-File-", "/*", "(",
            "select (", "(delete ", "where (", "or 1=1 ",
            "'", "$a$", "$a", "--", ".a", "\\", "../", "a/", "%25", "%2e%2e/", "/proc/self/root/", "~/", ".git/",
            "http://", "=//", "xn--a.", "\u{2460}", ";", "[", "x(",
        ])
    func `takes time in proportion to their length`(_ piece: String) {
        let text = String(repeating: piece, count: (1 << 12) / piece.utf8.count)
        let bytes = Array(text.utf8)
        _ = SecretScanner.scan(bytes)
        _ = SQLAnalysis.of("with x as " + text)
        _ = SQLAnalysis.of("delete from t where " + text)
        _ = PathAnalysis(bytes).findings(for: .removeTree)
        _ = URLAnalysis("http://a/" + text).findings
        _ = URLAnalysis("http://" + text).findings
        let call = ToolCall(
            tool: "x", kind: .other,
            arguments: JSONObject([
                .init("description", .string(text)), .init("to", .string(text)), .init("amount", .string(text)),
            ]),
            origin: Origin(agent: "a", session: "s"), performer: .requester)
        _ = ArgumentAnalysis.of(call, in: PathSurroundings())
    }
}
