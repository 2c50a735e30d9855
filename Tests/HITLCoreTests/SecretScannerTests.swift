import HITLCore
import Testing

private func token(_ start: String, _ count: Int) -> String {
    start + String(repeating: "A1b2C3d4", count: 40).prefix(count)
}

@Suite struct `A secret` {
    /// Each kind with texts that hold one, the value between two marks.
    static let held: [(SecretKind, [String])] = [
        (
            .awsKey,
            [
                "«AKIAIOSFODNN7EXAMPLE»", "id=«ASIAIOSFODNN7EXAMPLE»;",
                "aws configure set aws_secret_access_key «wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»",
            ]
        ),
        (
            .githubToken,
            [
                "\(token("«ghp_", 36))»", "x \(token("«github_pat_", 82))».",
                "\(token("https://«gho_", 36))»@github.com/a/b",
            ]
        ),
        (.gitlabToken, ["\(token("PRIVATE-TOKEN: «glpat-", 20))»", "\(token("«glrt-", 24))»"]),
        (.slackToken, ["«xoxb-1234567890-abcdefABCDEF»", "«xapp-1-A00000000-0000000000000-FAKEFAKE»"]),
        (.stripeKey, ["\(token("«sk_live_", 24))»", "\(token("«rk_test_", 24))»"]),
        (.googleKey, ["\(token("?key=«AIza", 35))»&x=1", "\(token("«GOCSPX-", 28))»"]),
        (.openAIKey, ["\(token("«sk-proj-", 48))»", "\(token("OPENAI=«sk-", 48))»"]),
        (.anthropicKey, ["\(token("«sk-ant-api03-", 90))»"]),
        (.npmToken, ["//registry.npmjs.org/:_authToken=\(token("«npm_", 36))»"]),
        (.pypiToken, ["\(token("«pypi-AgEIcHlwaS5vcmc", 60))»"]),
        (.sendGridKey, ["\(token("«SG.", 22)).\(token("", 43))»"]),
        (.digitalOceanToken, ["\(token("«dop_v1_", 64))»"]),
        (.telegramToken, ["https://api.telegram.org/bot «\(token("123456789:AA", 33))»/getMe"]),
        (.discordToken, ["«\(token("M", 23)).\(token("", 6)).\(token("", 27))»"]),
        (.serviceToken, ["\(token("«hf_", 34))»", "\(token("«hvs.", 90))»", "\(token("«shpat_", 32))»"]),
        (.webhook, ["«https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX»"]),
        (
            .jsonWebToken,
            ["«eyJhbGciOiJub25lIn0.eyJzdWIiOiJGQUtFIn0.RkFLRV9TSUc»", "Bearer «eyJ0eXAiOiJKV1QifQ.eyJhIjoxfQ.»"]
        ),
        (
            .privateKey,
            [
                "«-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----»",
                "«-----BEGIN EC PRIVATE KEY-----\nAAAA",
                "«PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-MAC: 00ff»\nx",
            ]
        ),
        (.urlPassword, ["postgres://app:«FAKE-pass-123»@db/prod", "git clone https://u:«p:a@b»@h/x.git"]),
        (
            .password,
            [
                "password=«hunter2!»", #"{"db_password": "«correct-horse»"}"#, "PGPASSWORD=«sesame» psql",
                "--password «tr0ub4dor»",
                "api_key: '«abcdef12345»'", "export DB_PASS=«abc123»", "curl -u admin:«FAKEpass123» https://x",
                "sshpass -p «FAKEpass123» ssh h", "echo «FAKEpass123» | sudo -S true", "printf '«s3cr»' | sudo -kS id",
                "--from-literal=p=«FAKEpass123»", "mysql -u root -p«S3cret!!» db", #"{\"password\":\"«abc123»\"}"#,
                "?access_token=«abcdef123456»&x", "client-secret: «Zx9-Zx9-Zx9»",
            ]
        ),
        (.authorization, ["Authorization: Bearer «abcdefghijklmnop»", "-H 'authorization: Basic «dXNlcjpwYXNz»'"]),
        (.keyLike, ["signature=«Zm9vYmFyQmF6UXV4MTIzNDU2Nzg5MGFiY2RlZg»"]),
        (.socialSecurityNumber, ["«078-05-1120»", "ssn «219 09 9999»", #"{"v":"«078051120»"}"#, "SSN: «123456789»"]),
        (
            .paymentCard,
            [
                "«5555555555554444»", "«4111 1111 1111 1111»", "«2223003122003222»", "x «3782-822463-10005»",
                "«30569309025904»",
                "'«6011111111111117»'",
            ]
        ),
        (.iban, ["«GB82 WEST 1234 5698 7654 32»", "to «DE89370400440532013000».", "«NO9386011117947»"]),
        (.aadhaar, ["«9999 4105 7058»"]),
        (.passport, ["«A1234567» passport", "Passport No. «X12345678»"]),
        (.medicalRecord, ["MRN «00012345»", "medical record number: «445566»"]),
        (.emailAddress, ["mail «jane.doe@corp.co.uk», now", "<«a+b@mail.de»>"]),
        (.phoneNumber, ["call «+49 30 901820-0»", "«212-555-0187»", "«(212) 555-0187»", "«+12125550187»"]),
        (.dateOfBirth, ["DOB «1990-01-01»,", "date of birth: «01/02/1990»", "born «1990-01-01»"]),
    ]

    @Test(arguments: held.flatMap { entry in entry.1.map { (entry.0, $0) } })
    func `is found with its kind and its bytes`(_ kind: SecretKind, _ marked: String) {
        let text = marked.filter { $0 != "«" && $0 != "»" }
        let wanted = marked.split(separator: "«", maxSplits: 1).last.map {
            String($0.split(separator: "»", maxSplits: 1)[0])
        }
        let found = SecretScanner.scan(text).map {
            ($0.kind, String(decoding: Array(text.utf8)[$0.range], as: UTF8.self))
        }
        #expect(found.contains { $0.0 == kind && $0.1 == wanted }, "\(text): \(found)")
    }

    @Test(arguments: [
        "1234567890123456", "123-00-6789", "000-12-3456", "666-12-3456", "900-12-3456", "123-45-0000", "9780306406157",
        "490154203237518", "1.123-45-6789-rc1", "AKIATOOSHORT", "AKIAIOSFODNN7EXAMPLEX", "ghp_short",
        "eyJub3QiOiJqd3QifQ",
        "password: see the vault", "GB83 WEST 1234 5698 7654 32", "4111111111111112", "9999 4105 7057", "password: str",
        "password=$PASSWORD", "token = config.token()", "password: ${DB_PASS}",
        "sk-button-primary-large-rounded-corner",
        "user@example.com", "git@github.com:a/b.git", "https://example.com/a:b@c", "docker run -u 1000:1000 x",
        "mkdir -p build/output", "ssh -p 2222 host", "v1.2.3-4", "2024-01-02T03:04:05Z", "192.168.100.2000",
        "0123456789abcdef0123456789abcdef01234567", "550e8400-e29b-41d4-a716-446655440000", "react@18.2.0",
        "image@sha256:ab",
        "def f(password: Optional[str] = None)", "token_count: 123456", "password_hint=birthday9",
        "the secret: be kind",
        "if token == expected_token1:", "total: 5555 items of 4444",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "passport control", "MRN", "+1", "1-800", "ACknowledged SKipped", "eyJhbGciOiJub25lIn0", "a1@b", "@babel/core",
        "secret_name=my-service-1", "key: value", "primary_key=users_id_2", "keyboard: qwertyuiopasdfghjklzx1",
    ])
    func `is not seen in what only looks like one`(_ text: String) {
        #expect(SecretScanner.scan(text) == [])
    }

    @Test func `may be named by the member that holds it`() {
        #expect(
            SecretScanner.scan("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", named: "Authorization").map(\.kind) == [
                .authorization
            ])
        #expect(SecretScanner.scan("hunter2", named: "dbPassword").map(\.kind) == [.password])
        #expect(SecretScanner.scan("1990-01-01", named: "date_of_birth").map(\.kind) == [.dateOfBirth])
        #expect(SecretScanner.scan("${SECRET}", named: "password") == [])
        #expect(SecretScanner.scan("a value of prose", named: "password_hint") == [])
    }

    /// Digests of values as a test can read them: `#` and the length.
    private static let redaction = Redaction(.everything) { "#\($0.count)" }

    private func call(_ arguments: JSONValue, command: Facts.Command? = nil, reason: String? = nil) -> ToolCall {
        ToolCall(
            tool: "send", kind: .other, arguments: arguments.object ?? JSONObject(),
            origin: Origin(agent: "scout", session: "s"), claims: Claims(reason: reason), performer: .desk,
            facts: Facts(command: command))
    }

    @Test func `is masked with what it is, and equal values are found as equal`() throws {
        let arguments = try JSONValue(
            parsing: #"""
                {"to":"bo@corp.com","body":"card 4111 1111 1111 1111, key \#(token("ghp_", 36))","amount":123456789,
                "card":5555555555554444,"headers":{"Authorization":"Bearer abcdefghijklm"},"list":["078-05-1120",true,null]}
                """#)
        let redacted = Self.redaction.redacted(call(arguments))
        #expect(redacted.content == .redacted)
        #expect(
            redacted.arguments
                == JSONObject([
                    .init("to", "<personal: e-mail address, 11 bytes, #11>"),
                    .init(
                        "body",
                        "card <personal: payment card, ends 1111, #19>, key <secret: GitHub token, 40 bytes, #40>"),
                    .init("amount", 123_456_789), .init("card", "<personal: payment card, ends 4444, #16>"),
                    .init("headers", ["Authorization": "Bearer <secret: authorization, 13 bytes, #13>"]),
                    .init("list", ["<personal: social security number, ends 1120, #11>", true, nil]),
                ]))
    }

    @Test func `leaves a call as it is where there is none`() {
        let plain = call(["to": "bo@corp.com", "n": 7])
        #expect(Redaction { _ in "" }.redacted(plain) === plain)
        #expect(Self.redaction.redacted(plain).arguments["to"] == "<personal: e-mail address, 11 bytes, #11>")
    }

    @Test func `is taken out wherever else it stands in the call`() {
        let secret = call(
            ["password": "hunter22", "note": "it is hunter22, really"],
            command: .init(argv: ["mysql", "-u", "root", "--password", "hunter22"], executable: "/usr/bin/mysql"),
            reason: "hunter22 opens it")
        let redacted = Self.redaction.redacted(secret)
        #expect(!redacted.json.canonicalText.contains("hunter22"), "\(redacted.json.canonicalText)")
        #expect(redacted.digested != secret.digested)
    }

    @Test(
        arguments: [
            "<secret: password, 12 bytes, ghp_\(String(repeating: "x7Kq", count: 9))>",
            "<secret: ghp_\(String(repeating: "x7Kq", count: 9)), 12 bytes, 0>",
            "<personal: payment card, ends 4111 1111 1111 1111, 0>", "<secret: password, 1 bytes, 0> 4111111111111111",
        ])
    func `cannot be hidden in what looks like a mask`(text: String) {
        let masked = Self.redaction.redacted(call(["text": .string(text)])).json.canonicalText
        #expect(
            !masked.contains("x7Kqx7Kq") && !masked.contains("1111 1111") && !masked.contains("11111111"), "\(masked)")
    }

    /// What a person approves is to be seen.
    @Test(
        arguments: [
            #"echo "-----BEGIN PRIVATE KEY-----"; cp a.txt HIDDEN; rm -rf a.txt"#,
            "-----BEGIN PRIVATE KEY-----\nHIDDEN\n",
            #"echo password="x1$(touch HIDDEN; rm -rf b)""#, #"x --token="aaa1;`./HIDDEN`""#,
            "echo x://a:1|sh;HIDDEN;:@b",
            "PuTTY-User-Key-File-2: ; ./HIDDEN", #"x --password "x1 $(./HIDDEN)""#, #"mysql -p"1$(./HIDDEN)" db"#,
            "-----BEGIN PRIVATE KEY-----\nQUJDREVGR0hJSktMTU5PUFFSU1RVVldY\n/tmp/HIDDENHIDDENHIDDENHIDDEN\n-----END PRIVATE KEY-----",
        ])
    func `never takes what would run out of a command`(command: String) {
        let call = call(
            ["command": .string(command)], command: .init(argv: ["/bin/sh", "-c", command], executable: "/bin/sh"))
        let redacted = Self.redaction.redacted(call)
        #expect(redacted.arguments["command"]?.string?.contains("HIDDEN") == true, "\(redacted.arguments)")
        #expect(redacted.facts.command?.argv.last?.contains("HIDDEN") == true)
    }

    @Test func `in several lines is taken out of what is written`() {
        let key = "-----BEGIN PRIVATE KEY-----\nQUJDREVGR0hJSktMTU5PUFFSU1RVVldY\nQUJD\n-----END PRIVATE KEY-----\n"
        let redacted = Self.redaction.redacted(call(["content": .string(key)])).json.canonicalText
        #expect(!redacted.contains("QUJD"), "\(redacted)")
    }

    @Test func `stays as it is when it is masked again`() throws {
        for line in try Neighbourhood.corpus("policy-cases.jsonl") ?? [] {
            guard line["category"]?.string?.hasSuffix("-args") == true, let arguments = line["args"] else { continue }
            let once = Self.redaction.redacted(call(arguments))
            let twice = Self.redaction.redacted(once)
            #expect(once.json == twice.json, "\(once.json.canonicalText)\n\(twice.json.canonicalText)")
        }
    }

    @Test func `of the corpus appears in nothing that is shown or stored`() throws {
        guard let cases = try Neighbourhood.corpus("policy-cases.jsonl"),
            let lists = try Neighbourhood.corpusObject("secrets.json")
        else { return }
        var tried = 0
        for list in lists.members {
            let call = try #require(cases.first { $0["id"]?.string == list.name })
            let arguments = try #require(call["args"]?.object)
            let texts = [Redaction.Depth.identifying, .everything].map { depth in
                Redaction(depth) { _ in "digest" }.redacted(self.call(.object(arguments))).json.allTexts
                    .joined(separator: "\u{0}")
            }
            for secret in try #require(list.value.array).compactMap(\.string) {
                for text in texts { #expect(!text.contains(secret), "\(list.name): \(text)") }
                tried += 1
            }
        }
        #expect(tried > 20)
    }

    @Test func `of the corpus's decoys is none`() throws {
        for line in try Neighbourhood.corpus("policy-cases.jsonl") ?? [] where line["category"]?.string == "pii-decoy" {
            for text in try #require(line["args"]).allTexts { #expect(SecretScanner.scan(text) == [], "\(text)") }
        }
    }
}

extension JSONValue {
    /// Every text in it.
    var allTexts: [String] {
        switch self {
        case .string(let text): [text]
        case .number(let number): [number.lexeme]
        case .array(let values): values.flatMap(\.allTexts)
        case .object(let object): object.members.flatMap { [$0.name] + $0.value.allTexts }
        case .null, .bool: []
        }
    }
}
