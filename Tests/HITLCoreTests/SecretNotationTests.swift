import HITLCore
import Testing

/// Notations in which secrets stand, and texts that look like them.
@Suite struct `A secret in one of its notations` {
    private func secrets(_ text: String) -> [String] {
        SecretScanner.scan(text).filter { $0.kind.severity == .secret }.map { match in
            String(decoding: Array(text.utf8)[match.range], as: UTF8.self)
        }
    }

    private static let texts: [String] = [
        "machine h.example login ada password FAKEpass1",
        "machine h.example login ada password hunter2x",
        "<password>FAKEpass123</password>",
        "<db><dbPassword>hunter2x</dbPassword></db>",
        "<property name=\"password\" value=\"hunter2x\"/>",
        "<add key=\"ApiKey\" value=\"abcd1234efgh\"/>",
        "<string name=\"api_key\">abcd1234efgh</string>",
        "<entry key=\"db.password\">hunter2x</entry>",
        "db.password=hunter2x",
        "password = \"hunter2x\"",
        "spring.datasource.password: hunter2x",
        "[db]\npassword=hunter2x\nuser=x",
        "unzip -P hunter2x a.zip",
        "zip -P hunter2x a.zip b",
        "openssl rsa -passin pass:hunter2x -in k",
        "openssl enc -aes-256-cbc -pass pass:hunter2x -in a",
        "openssl enc -d -k hunter2x -in a",
        "mysql -u root -phunter2x app",
        "mysql -uroot -phunter2x",
        "mysqldump --password=hunter2x app",
        "sshpass -phunter2x ssh h",
        "docker login -u x -p hunter2x r.example",
        "docker login --password hunter2x",
        "PGPASSWORD=hunter2x psql",
        "MYSQL_PWD=hunter2x mysql",
        "REDISCLI_AUTH=hunter2x redis-cli",
        "curl -u ada:hunter2x https://x",
        "curl --user ada:hunter2x https://x",
        "curl -uada:hunter2x https://x",
        "wget --password=hunter2x https://x",
        "wget --http-password=hunter2x https://x",
        "htpasswd -b f ada hunter2x",
        "htpasswd -nb ada hunter2x",
        "htpasswd -bc f ada hunter2x",
        "ldapsearch -x -w hunter2x -D cn=a",
        "gpg --batch --passphrase hunter2x -d x",
        "7z x -phunter2x a.7z",
        "rar a -hphunter2x a.rar b",
        "smbclient //h/s -U ada%hunter2x",
        "xfreerdp /u:ada /p:hunter2x /v:h",
        "sqlcmd -S h -U sa -P hunter2x",
        "ipmitool -H h -U a -P hunter2x power off",
        "rabbitmqctl add_user ada hunter2x",
        "rabbitmqctl change_password ada hunter2x",
        "echo ada:hunter2x | chpasswd",
        "npm config set //registry.npmjs.org/:_authToken abcd-1234-efgh",
        "//registry.npmjs.org/:_authToken=abcd-1234-efgh",
        "vault login s.FAKEFAKEFAKEFAKEFAKEFAKE",
        "gh secret set X --body hunter2x",
        "kubectl create secret generic s --from-literal p=hunter2x",
        "az login -u x -p hunter2x",
        "mc alias set m https://h minioadmin hunter2xx",
        "{\"name\":\"API_KEY\",\"value\":\"abcd1234efgh\"}",
        "{\"key\": \"db_password\", \"value\": \"hunter2x\"}",
        "- name: API_KEY\n  value: abcd1234efgh",
        "- name: DB_PASSWORD\n  value: \"hunter2x\"",
        "{\"secret\":{\"value\":\"hunter2xyz\"}}",
        "{\"tokens\":[\"abcd1234efgh\",\"zzzz9999yyyy\"]}",
        "passwords: [hunter2x, hunter3y]",
        "\"passphrase\": \"correct horse battery staple\"",
        "mnemonic = \"legal winner thank year wave sausage worth useful legal winner thank yellow\"",
        "https://ada:hunter2x@h.example/x",
        "https://0123456789abcdefABCDEF0123456789xyZ@h.example/x",
        "https://h.example/x?token=hunter2x&y=1",
        "https://h.example/x?access_token=abcd1234&y=1",
        "https://h.example/x?api_key=abcd1234efgh",
        "Authorization: Basic Ym9iOmh1bnRlcjI=",
        "Authorization: Bearer abcdefghijklmnop",
        "Proxy-Authorization: Basic Ym9iOmh1bnRlcjI=",
        "Cookie: session=abcdef0123456789; theme=dark",
        "Set-Cookie: sid=abcdef0123456789; Path=/",
        "X-Api-Key: abcd1234efgh",
        "X-Auth-Token: abcd1234efgh",
        "-H 'X-Vault-Token: hunter2xabcd'",
        "postgres://ada:hunter2x@h/db",
        "postgresql+psycopg2://ada:hunter2x@h/db",
        "mongodb+srv://ada:hunter2x@c.example/db",
        "amqp://ada:hunter2x@h:5672/v",
        "jdbc:mysql://h/db?user=ada&password=hunter2x",
        "jdbc:sqlserver://h;user=sa;password=hunter2x;",
        "Server=h;Database=d;User Id=sa;Password=hunter2x;",
        "host=h user=ada password=hunter2x dbname=d",
        "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=abcdEFGH1234abcdEFGH1234abcdEFGH1234abcdEFGH1234abcdEFGH1234abcdEFGH1234abcdEFGH1234==;",
        "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey=abcdEFGH1234abcdEFGH1234abcdEFGH1234abcdEFGH=",
        "redis://:hunter2x@h:6379",
        "ht" + "tps://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
        "ht"
            + "tps://discord.com/api/webhooks/123456789012345678/abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ012345",
        "AG" + "E-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ",
        "gl" + "pat-FAKEfakeFAKE12345678",
        "\"aws_secret_access_key\": \"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\"",
        "AWS_SESSION_TOKEN=FwoGZXIvYXdzEBYaDFAKEFAKEFAKEFAKEFAKE",
        "EAAAEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAK0",
        "sh" + "pat_0123456789abcdef0123456789abcdef",
        "li" + "n_api_FAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAK1",
        "da" + "pi0123456789abcdef0123456789abcdef",
        "xk" + "eysib-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef-FAKEFAKEFAKE0123",
        "NR" + "AK-FAKE0123456789FAKE012345678",
        "PM" + "AK-0123456789abcdef01234567-0123456789abcdef0123456789abcdef01",
        "doppler dp" + ".pt.FAKE0123456789FAKE0123456789FAKE0123456789abc",
        "fio-u-FAKEfakeFAKE0123456789FAKEfakeFAKE0123456789FAKEfakeFAKE0123456789",
        "ps" + "cale_tkn_FAKEfake0123456789FAKEfake0123456789",
        "rdme_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef012345",
        "sn" + "trys_eyJpYXQiOjE2OTM0FAKE0123456789FAKE0123456789FAKE",
        "AT" + "ATT3xFfGF0FAKE0123456789FAKE0123456789",
        "eyJrIjoiFAKE0123456789FAKE0123456789FAKE0123456789FAKE0123456789FAKE0123456789FAKE01",
        "sk" + "_live_FAKE0123456789FAKE0123",
        "rk" + "_test_FAKE0123456789FAKE0123",
        "AK" + "IAIOSFODNN7EXAMPLE",
        "A3T0FAKEFAKEFAKEFAKE",
        "tfp_FAKEfake0123456789FAKEfake0123456789FAKEfake0123456789abc",
        "hv" + "b.FAKEfake0123456789FAKEfake0123456789FAKEfake0123456789",
        "p8e-0123456789abcdef0123456789abcdef",
        "gAAAAABFAKEfake0123456789FAKEfake0123456789FAKEfake0123456789FAKEfake0123456789FAKEfake0123456789FAKE",
        "LTAI5tFAKEfake0123456789",
        "AQVNFAKEfake0123456789FAKEfake0123456789",
        "JWT_SECRET=hunter2x",
        "SECRET_KEY_BASE=0123456789abcdef0123456789abcdef",
        "export GITHUB_TOKEN=abcd1234efgh",
    ]

    @Test(arguments: texts)
    func `is found`(_ text: String) { #expect(!secrets(text).isEmpty) }

    private static let others: [String] = [
        "550e8400-e29b-41d4-a716-446655440000",
        "commit da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "\"integrity\": \"sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==\"",
        "checksum = \"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"",
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
        "max_tokens: 100000",
        "\"max_tokens\": 4096",
        "prompt_tokens=12345",
        "the token is expired",
        "token = tokenizer.next()",
        "let token: String",
        "password: String?",
        "password: see the vault",
        "const token = await getToken();",
        "if (password === undefined) {",
        "<input type=\"password\" name=\"password\" placeholder=\"Password\">",
        "<label for=\"password\">Password</label>",
        "<td>token</td>",
        "token_count = 5000",
        "passwordField.text = \"\"",
        "export PATH=/usr/bin:/bin",
        "key: value",
        "\"key\": \"Enter\"",
        "{\"name\":\"color\",\"value\":\"darkblue1\"}",
        "{\"key\":\"ArrowDown\",\"value\":\"12345678\"}",
        "- name: LOG_LEVEL\n  value: debug123",
        "sort -k 2,2 a",
        "cp -p a b",
        "mkdir -p a/b/c",
        "ssh -p 2222 host",
        "docker run -p 8080:80 nginx",
        "unzip -p a.zip x",
        "tar -P -xf a",
        "curl -u \"$USER:$PASS\" https://x",
        "curl -X POST https://h/x",
        "mysql -P 3306 -h x",
        "psql -p 5432 -U ada",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "git checkout 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "https://github.com/o/r/commit/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "https://user@example.com/x",
        "git@github.com:o/r.git",
        "import { token } from './token'",
        "type Token = { value: string }",
        "description: password must be at least eight characters",
        "\"password\": \"Password must be at least eight characters long\"",
        "machine learning password reset",
        "the machine login page asks for a password here",
        "Cargo.lock checksum = \"8b5a1f7b\"",
        "AAAAB3NzaC1yc2EAAAADAQABAAABAQ",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKEFAKE ada@h",
        "-----BEGIN CERTIFICATE-----",
        "fio-user guide",
        "sk-learn and key-value stores",
        "2024-01-01T00:00:00Z",
        "<value>12345678</value>",
        "secret = get_secret(\"name\")",
        "token: ${{ secrets.GITHUB_TOKEN }}",
        "password: ${DB_PASSWORD}",
        "API_KEY=<your key>",
    ]

    @Test(arguments: others)
    func `is not seen where there is none`(_ text: String) { #expect(secrets(text) == []) }

    private func redacted(_ value: JSONValue) -> String { Redaction { _ in "#" }.redacted(value).canonicalText }

    @Test func `has its name from what stands beside or above it`() {
        #expect(
            redacted([
                "env": [["name": "DB_PASSWORD", "value": "hunter2xyz"], ["name": "COLOR", "value": "darkblue12"]]
            ])
                == #"{"env":[{"name":"DB_PASSWORD","value":"<secret: password, 10 bytes, #>"},"#
                + #"{"name":"COLOR","value":"darkblue12"}]}"#)
        #expect(
            redacted(["secret": ["value": "hunter2xyz", "version": "version12"]])
                == #"{"secret":{"value":"<secret: password, 10 bytes, #>","version":"version12"}}"#)
        #expect(
            redacted(["max_tokens": 100000, "tokens": ["abcd1234efgh"]])
                == #"{"max_tokens":100000,"tokens":["<secret: password, 12 bytes, #>"]}"#)
        #expect(
            redacted(["hint": "it is long", "password": "correct horse battery staple"])
                == #"{"hint":"it is long","password":"<secret: password, 28 bytes, #>"}"#)
    }

    @Test func `hides nothing that a shell would run`() {
        func shown(_ line: String) -> String { Redaction { _ in "#" }.redacted(line, named: "command") }
        let mask = "<secret: password, 8 bytes, #>"
        #expect(shown("unzip -P hunter2x a.zip; rm -rf ~") == "unzip -P \(mask) a.zip; rm -rf ~")
        #expect(shown("mysql -phunter2x$(touch x) app") == "mysql -p\(mask)$(touch x) app")
        #expect(shown("htpasswd -b f ada hunter2x && touch x") == "htpasswd -b f ada \(mask) && touch x")
        #expect(shown("echo ada:hunter2x | chpasswd; touch x") == "echo ada:\(mask) | chpasswd; touch x")
        #expect(shown("<password>$(touch x)hunter2</password>") == "<password>$(touch x)hunter2</password>")
        #expect(shown(#"tokens=["abc12345","$(touch x)"]"#) == #"tokens=["\#(mask)","$(touch x)"]"#)
        #expect(shown("vault login hunter2x; touch y") == "vault login \(mask); touch y")
    }

    @Test func `is taken out line by line where it is a key in a script`() {
        let (one, two) = ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCAbc12", "ABCDEF0123456789abcdefGHIJKL0123")
        let head = "-----BEGIN RSA " + "PRIVATE KEY-----"
        let line = "cat > k <<E\n\(head)\n\(one)\n\(two)\n-----END RSA PRIVATE KEY-----\nE\nrm -rf x"
        let shown = Redaction { _ in "#" }.redacted(line, named: "command")
        #expect(
            shown == """
                cat > k <<E
                <secret: private key, 31 bytes, #>
                <secret: private key, 37 bytes, #>
                <secret: private key, 32 bytes, #>
                -----END RSA PRIVATE KEY-----
                E
                rm -rf x
                """)
        let json = #"{"private_key": "\#(head)\n\#(one)\n\#(two)\n-----END RSA PRIVATE KEY-----\n"}"#
        let hidden = Redaction { _ in "#" }.redacted(json, named: "content")
        #expect(!hidden.contains(one) && !hidden.contains(two) && hidden.hasPrefix(#"{"private_key": "<secret"#))
    }
}
