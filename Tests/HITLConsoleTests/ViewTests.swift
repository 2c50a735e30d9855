import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLTerminal
import Testing

private let opened = WallTime(milliseconds: 1_767_225_600_000)

private func request(
    _ number: Int64 = 3, tool: String = "deleteFile", arguments: [(String, JSONValue)] = [("path", "/tmp/data.csv")],
    facts: Facts = Facts(), reason: String? = nil, performer: Performer = .desk, confidence: String? = "0.76"
) -> ApprovalRequest {
    let call = ToolCall(
        tool: tool, kind: .delete, arguments: JSONObject(arguments.map { .init($0, $1) }),
        origin: Origin(agent: "scout", session: "sess_1", lineage: ["main", "cleaner"]), directory: "/srv/shop",
        claims: Claims(reason: reason, confidence: confidence.flatMap { JSONNumber($0) }), performer: performer,
        facts: facts)
    let verdict = Verdict(
        effect: .ask, rules: [RuleReference(name: "default", source: "built-in", fact: "no rule covers the call")],
        risk: Risk(factors: [.init(name: "file_deletion", weight: 30)]), timeout: .minutes(5),
        policyVersion: "sha256:00")
    return ApprovalRequest(
        number: number, id: RequestID(bits: 0x7a9f_2c1b_04d3_5e68), call: call, digest: CallDigest("hmac-sha256:11"),
        verdict: verdict, requester: Principal(role: .agent, name: "scout", channel: "process"), attendance: .connected,
        openedAt: opened, deadline: opened + .minutes(5))
}

private func shown(_ text: StyledText, columns: Int? = nil, plain: Bool = false) -> String {
    text.rendered(for: Presentation(kind: .stream, glyphs: plain ? .words : .emoji, columns: columns))
}

private func whole(_ request: ApprovalRequest, columns: Int? = nil) -> String {
    var text = StyledText()
    RequestView(request, requester: .connected, now: opened + .minutes(2)).appendWhole(to: &text)
    return shown(text, columns: columns)
}

@Suite struct `A request on the screen` {
    @Test func `in a list has every argument and its age`() {
        var text = StyledText()
        RequestView(request(), requester: .connected, now: opened + .minutes(2)).appendItem(to: &text)
        #expect(
            shown(text) == """
                3. Tool: deleteFile
                   Args: { path: "/tmp/data.csv" }
                   Confidence: 0.76
                   Requested: 2 minutes ago
                   Agent: scout (main › cleaner)
                   Risk: medium, 30 of 100 (file_deletion 30)
                   Expires: in 3 minutes

                """)
    }

    @Test func `in full has everything that there is to know`() {
        let facts = Facts(
            command: .init(
                argv: ["rm", "-rf", "my files"], executable: "/usr/bin/rm",
                environment: [.init(name: "LANG", value: "C"), .init(name: "EDITOR", value: nil)]),
            paths: [.init(given: "my files", resolved: "/srv/shop/my files")],
            preview: "-old\n+new", warnings: ["it could not be analysed"])
        #expect(
            whole(request(facts: facts, reason: "They are old.\nNobody needs them.")) == """
                3. Tool: deleteFile
                   Args: { path: "/tmp/data.csv" }
                   Confidence: 0.76
                   Requested: 2 minutes ago
                   Command: "rm" "-rf" "my files"
                   Executable: /usr/bin/rm
                   Directory: /srv/shop
                   Resolves to: /srv/shop/my files
                   Effect:
                     │ -old
                     │ +new
                   Approving: hitl runs exactly this, once
                   Agent: scout (main › cleaner)
                   Risk: medium, 30 of 100 (file_deletion 30)
                   Asked because: no rule covers the call [default, built-in]
                   Expires: in 3 minutes
                   ⚠ it could not be analysed
                   Agent says:
                     │ They are old.
                     │ Nobody needs them.
                   Environment (what differs from a clean one):
                     LANG="C"
                     EDITOR is not set
                   Id: evt_7a9f2c1b04d35e68
                   Digest: hmac-sha256:11

                """)
    }

    @Test func `when it is announced names the variables that tell something, and counts the rest`() {
        func announced(_ environment: [(String, String?)]) -> String {
            var text = StyledText()
            RequestView(
                request(
                    facts: Facts(
                        command: .init(
                            argv: ["make"], executable: "/usr/bin/make",
                            environment: environment.map { .init(name: $0.0, value: $0.1) }))),
                requester: .connected, now: opened
            ).appendWhole(to: &text, naming: .byNumber)
            return shown(text)
        }
        let dull: [(String, String?)] = ["MAIL", "SHLVL", "VTE_VERSION", "WINDOWID", "XDG_VTNR"].map { ($0, "x") }
        let telling: [(String, String?)] = [
            ("LD_PRELOAD", "/tmp/x.so"), ("DB_PASSWORD", "(hidden, 7 bytes, digest 0123456789abcdef)"), ("PWD", nil),
        ]
        #expect(
            announced(dull + telling).hasSuffix(
                """
                   Environment (what differs from a clean one):
                     LD_PRELOAD="/tmp/x.so"
                     DB_PASSWORD="(hidden, 7 bytes, digest 0123456789abcdef)"
                     PWD is not set
                     5 more: `/hitl show 3`

                """))
        #expect(announced(dull).hasSuffix("one):\n     5 variables: `/hitl show 3`\n"))
        // A few are sooner read than looked up.
        #expect(announced(Array(dull.prefix(4))).hasSuffix("     VTE_VERSION=\"x\"\n     WINDOWID=\"x\"\n"))
        // What nobody knows may be what runs.
        for name in [
            "BASH_FUNC_make%%", "GLIBC_TUNABLES", "NODE_PATH", "PERLLIB", "PERL_UNICODE", "GEM_HOME", "ZDOTDIR",
            "PIP_INDEX_URL",
            "GOPROXY", "OPENSSL_CONF", "SSL_CERT_FILE", "GCONV_PATH", "all_proxy", "no_proxy", "ftp_proxy",
            "TAR_OPTIONS",
            "RSYNC_RSH", "MAVEN_OPTS", "LUA_INIT", "PHPRC", "DEPLOY_TARGET", "SHLVL (again)", "mail", "",
        ] {
            #expect(announced(dull + [(name, "x")]).hasSuffix("=\"x\"\n     5 more: `/hitl show 3`\n"), "\(name)")
        }
    }

    @Test func `does not end in empty rows where its effect does, and says how many there are`() {
        func effect(_ preview: String) -> String {
            let text = whole(request(facts: Facts(preview: preview)))
            return String(text.split(separator: "   Effect:\n")[1].split(separator: "   Approving")[0])
        }
        #expect(effect("To: ada\n\nHi\n") == "     │ To: ada\n     │ \n     │ Hi\n")
        #expect(effect("To: ada\n\n") == "     │ To: ada\n")
        #expect(effect("To: ada\n\n\n\n") == "     │ To: ada\n     and 3 empty lines\n")
    }

    @Test func `in a list names the command that its requester would run, which the arguments do not`() {
        let command = Facts.Command(
            argv: ["./deploy.sh", "prod"], executable: "/srv/shop/deploy.sh", environment: [])
        var text = StyledText()
        RequestView(
            request(facts: Facts(command: command), performer: .requester), requester: .connected, now: opened
        ).appendItem(to: &text)
        #expect(
            shown(text).contains(
                """
                   Requested: 0 seconds ago
                   Command: "./deploy.sh" "prod"
                   Executable: /srv/shop/deploy.sh
                   Agent: scout (main › cleaner)

                """))
    }

    @Test(arguments: [
        ("one\n", "1 line, 4 bytes:\n       │ one\n   }\n"),
        ("one\n\n", "2 lines, 5 bytes:\n       │ one\n       │ \n   }\n"),
        ("one\ntwo", "2 lines, 7 bytes, no line feed at the end:\n       │ one\n       │ two\n   }\n"),
        ("\n", "1 line, 1 bytes:\n       │ \n   }\n"),
    ])
    func `counts lines as a diff does, and says where the last one is not ended`(text: String, expected: String) {
        #expect(whole(request(arguments: [("body", .string(text))])).contains("     body: " + expected))
    }

    @Test func `on a narrow screen keeps a bar and the word behind it on one row`() {
        let text = whole(request(facts: Facts(preview: "Content-Transfer-Encoding: 7bit")), columns: 30)
        #expect(text.contains("     │ Content-Transfer-Encodi\n"))
    }

    @Test func `shows numbers as sent, text of several lines in a block and names that are no words quoted`() {
        let arguments: [(String, JSONValue)] = [
            ("amount", .number(JSONNumber("75000.10")!)), ("big", .number(JSONNumber("9007199254740993")!)),
            ("two words", .array([1, true, nil])), ("note", "first\nsecond"), ("quoted", "say \"hi\" \\ there"),
        ]
        #expect(
            whole(request(arguments: arguments)).contains(
                """
                   Args: {
                     amount: 75000.10,
                     big: 9007199254740993,
                     "two words": [1, true, null],
                     note: 2 lines, 12 bytes, no line feed at the end:
                       │ first
                       │ second
                     quoted: "say \\"hi\\" \\\\ there",
                   }

                """))
    }

    @Test func `on a narrow screen wraps and hides nothing`() {
        let long = String(repeating: "abcdefghij", count: 12)
        let rows = whole(request(arguments: [("path", .string(long))]), columns: 30).split(separator: "\n")
        #expect(rows.allSatisfy { $0.count <= 30 })
        #expect(rows.map { $0.drop { $0 == " " } }.joined().contains(long))
    }

    @Test func `says what eyes would miss`() {
        let text = whole(request(arguments: [("command", "ls \u{202E}x\u{200B}")]))
        #expect(text.contains("Args: { command: \"ls <U+202E>x<U+200B>\" }"))
        #expect(text.contains("⚠ 2 hidden characters, shown as <U+…>."))
    }

    @Test func `cannot be imitated by an agent's words`() {
        let forged = "fine\n4. Tool: readFile\n   Args: { path: \"harmless\" }\nhitl > "
        for row in whole(request(reason: forged)).split(separator: "\n")
        where row.contains("4. Tool") || row.contains("hitl >") {
            #expect(row.hasPrefix("     │ "))
        }
    }

    @Test func `says who would run it`() {
        #expect(
            whole(request(performer: .requester)).contains(
                "Approving: its requester runs exactly this, once, and reports the outcome"))
        #expect(
            whole(request(performer: .unobserved)).contains(
                "Approving: tells its requester yes; what it then does is not observed"))
        var orphan = StyledText()
        RequestView(request(performer: .unobserved), requester: .orphaned, now: opened).appendWhole(to: &orphan)
        #expect(
            shown(orphan).contains(
                "Approving: is recorded; nobody waits for it, and its requester may never hear of it"))
    }
}

@Suite struct `A decided request on the screen` {
    /// What a pending request shows, in the order of its lines, is shown of a decided one too.
    @Test func `has all that it had before, and what became of it`() async throws {
        let facts = Facts(
            command: .init(
                argv: ["rm", "-rf", "my files"], executable: "/usr/bin/rm",
                environment: [.init(name: "LANG", value: "C"), .init(name: "EDITOR", value: nil)]),
            paths: [.init(given: "my files", resolved: "/srv/shop/my files")],
            preview: "-old\n+new", warnings: ["it could not be analysed"])
        let pending = request(facts: facts, reason: "They are old.\nNobody needs them.")
        let before = whole(pending)
        let ledger = try Ledger.inMemory(indexer: EventIndex.index(of:), clock: { opened.milliseconds })
        defer { ledger.close() }
        let review = Review(
            answer: .approve, reviewer: Principal(role: .person, name: "ada", channel: "tty"),
            reason: "Space is short.",
            conditions: ["once"], shownAt: opened + .minutes(1), hiddenLines: 2,
            signature: DecisionSignature(
                key: "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8", at: opened, value: "AQ=="))
        let events = EventLedger(ledger)
        try await events.append([
            .opened(.init(pending)), .closed(.init(pending.with(status: .approved(review)), waited: .minutes(2))),
            .started(subject: .request(3), digest: pending.digest),
            .finished(
                subject: .request(3),
                Outcome(status: .succeeded, summary: "2 files", executionTime: Milliseconds(12))),
        ])
        var text = StyledText()
        let history = try events.history(of: .request(3))
        HistoryView(history, now: opened + .minutes(3)).appendWhole(to: &text)
        let after = shown(text)
        #expect(
            after == """
                3. deleteFile: approved by ada (human@tty), 3 minutes ago
                   Args: { path: "/tmp/data.csv" }
                   Reason: Space is short.
                   Condition: once
                   Outcome: succeeded (12 ms): 2 files
                   Signed: SHA256:nThbg6kXUpJW
                   Confidence: 0.76
                   Command: "rm" "-rf" "my files"
                   Executable: /usr/bin/rm
                   Directory: /srv/shop
                   Resolves to: /srv/shop/my files
                   Effect:
                     │ -old
                     │ +new
                   Agent: scout › main › cleaner
                   Requester: scout (agent@process)
                   Risk: medium, 30 of 100 (file_deletion 30)
                   Asked because: no rule covers the call [default, built-in]
                   ⚠ it could not be analysed
                   Agent says:
                     │ They are old.
                     │ Nobody needs them.
                   Environment (what differs from a clean one):
                     LANG="C"
                     EDITOR is not set
                   Opened: 2026-01-01T00:00:00.000Z
                   Deadline: 2026-01-01T00:05:00.000Z
                   Shown: 2026-01-01T00:01:00.000Z, all but 2 lines
                   Decided: 2026-01-01T00:00:00.000Z
                   Waited: 2 minutes
                   Key: SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8
                   Started: 2026-01-01T00:00:00.000Z
                   Ended: 2026-01-01T00:00:00.000Z
                   Id: evt_7a9f2c1b04d35e68
                   Digest: hmac-sha256:11

                """)
        // Of the pending view's lines only those are gone that are about the waiting.
        let lines = Set(after.split(separator: "\n"))
        #expect(
            before.split(separator: "\n").filter { !lines.contains($0) } == [
                "3. Tool: deleteFile", "   Requested: 2 minutes ago", "   Approving: hitl runs exactly this, once",
                "   Agent: scout (main › cleaner)", "   Expires: in 3 minutes",
            ])
    }
}

@Suite struct `The words of rules` {
    private func shown(_ rules: [RuleReference], _ risk: Risk = Risk(factors: [])) -> String {
        let request = ApprovalRequest(
            number: 1, id: RequestID(bits: 1),
            call: ToolCall(
                tool: "pay", kind: .other, arguments: JSONObject(), origin: Origin(agent: "a", session: "s"),
                performer: .requester), digest: CallDigest("d"),
            verdict: Verdict(effect: .ask, rules: rules, risk: risk, timeout: nil, policyVersion: "1"),
            requester: Principal(role: .agent, name: "a", channel: "process"), attendance: .connected,
            openedAt: WallTime(milliseconds: 0), deadline: nil)
        var text = StyledText()
        RequestView(request, now: WallTime(milliseconds: 0)).appendWhole(to: &text)
        return text.rendered(for: Presentation(kind: .stream))
    }

    @Test func `are shown to whoever decides, a warning as such and hostile text escaped`() {
        let text = shown([
            RuleReference(name: "limit", source: "h:1:1", fact: "f", message: "Ask the \u{1B}[31mmanager"),
            RuleReference(name: "odd", source: "h:2:1", fact: "it is late", action: .warn),
        ])
        #expect(text.contains("   Message: Ask the <U+001B>[31mmanager [limit, h:1:1]\n"), "\(text)")
        #expect(text.contains("   Warning: it is late [odd, h:2:1]\n"), "\(text)")
    }

    @Test(
        arguments: zip(Reversibility.allCases, [", cannot be undone", ", can be made up for", ", can be undone", ""]))
    func `are beside whether the call can be taken back`(reversibility: Reversibility, words: String) {
        let text = shown([], Risk(factors: [.init(name: "money", weight: 30)], reversibility: reversibility))
        #expect(text.contains("   Risk: medium, 30 of 100\(words) (money 30)\n"), "\(text)")
    }
}
