/// What makes a call ask, pass or fail, each with a file that does it. The page shows them, and a test loads them and
/// puts the calls to them.
package struct RuleExample: Sendable {
    package let title: String
    package let words: String
    /// A whole `hitl.yaml`.
    package let yaml: String

    init(_ title: String, _ words: String, _ yaml: String) {
        self.title = title
        self.words = words
        self.yaml = yaml
    }

    package static let all: [RuleExample] = settings + conditions + actions

    // MARK: Settings that stand for rules

    private static let settings = [
        RuleExample(
            "Tools by name", "These ask, whatever else would allow them.",
            """
            hitl:
              requireApproval: [writeFile, deleteFile, sendEmail]
            """),
        RuleExample(
            "Words of a tool's name", "`delete` is a word of deleteFile and drop_delete_log, and not of undeleted.",
            """
            hitl:
              dangerousActions: [delete, remove, drop]
            """),
        RuleExample(
            "Text anywhere in the arguments", "A regular expression in any name, text or number, at any depth.",
            """
            hitl:
              contentPatterns: ['\\b\\d{3}-\\d{2}-\\d{4}\\b']
            """),
        RuleExample(
            "Confidence", "A call whose confidence is below, or not given, asks.",
            """
            hitl:
              confidenceThreshold: 0.85
            """),
        RuleExample(
            "Thresholds of risk", "Up to the first a call needs nobody, from the second it is refused.",
            """
            policy:
              autoApproveThreshold: low
              autoRejectThreshold: critical
            """),
        RuleExample(
            "Presets", "What a regulation demands of reviews and records.",
            """
            policy:
              compliance: [eu-ai-act, soc2]
            """),
    ]

    // MARK: What a rule can look at

    private static func rule(_ title: String, _ words: String, _ lines: String) -> RuleExample {
        RuleExample(
            title, words,
            "policy:\n  rules:\n"
                + lines.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
                .map { ($0.offset == 0 ? "    - " : "      ") + $0.element }.joined(separator: "\n"))
    }

    private static let conditions = [
        rule(
            "Tool and kind", "A glob over the whole name; kinds are what tools do, whatever they are called.",
            """
            name: removals
            when: { tool: ["*_delete", "drop?"], kind: [delete, other] }
            action: require_approval
            examples:
              matches: [{ tool: user_delete, kind: other }]
              notMatches: [{ tool: delete_user, kind: other }]
            """),
        rule(
            "Numbers in arguments", "Compared as exact decimals; a name with dots goes into nested objects.",
            """
            name: large-refund
            when: { tool: "refund*", arguments: { order.amount: { gt: 100, le: 10000, lt: 9999, ge: 100.01 } } }
            action: require_approval
            severity: high
            examples:
              matches: [{ tool: refundOrder, arguments: { order: { amount: 100.01 } } }]
              notMatches: [{ tool: refundOrder, arguments: { order: { amount: 100 } } }]
            """),
        rule(
            "Values, lists and absence",
            "A JSON Pointer goes into lists; an absent argument meets `exists: false` alone.",
            """
            name: production
            when:
              arguments:
                environment: { in: [production, live] }
                action: { eq: deploy }
                /targets/0/region: { ne: eu-central-1 }
                ticket: { exists: false }
            action: block
            examples:
              matches: [{ tool: deploy, arguments: { environment: live, action: deploy, targets: [{ region: us-east-1 }] } }]
              notMatches: [{ tool: deploy, arguments: { environment: live, action: deploy, targets: [{ region: us-east-1 }], ticket: A-1 } }]
            """),
        rule(
            "Text in arguments", "`matches` is a regular expression in linear time, `glob` the whole text.",
            """
            name: outside-mail
            when: { tool: sendEmail, arguments: { to: { matches: '@(?i:gmail|outlook)\\.com$' }, subject: { glob: "*invoice*" } } }
            action: require_approval
            examples:
              matches: [{ tool: sendEmail, arguments: { to: bo@GMAIL.com, subject: your invoice 7 } }]
              notMatches: [{ tool: sendEmail, arguments: { to: bo@example.com, subject: your invoice 7 } }]
            """),
        rule(
            "Content", "As contentPatterns, for some tools.",
            """
            name: names-of-customers
            when: { tool: post, content: '(?i)customer' }
            action: require_approval
            examples:
              matches: [{ tool: post, arguments: { lines: [{ text: Dear Customer }] } }]
              notMatches: [{ tool: post, arguments: { lines: [{ text: hello }] } }]
            """),
        rule(
            "Paths that are allowed",
            "All paths of a call must match. Resolved paths are compared, component by component.",
            """
            name: notes
            when: { kind: edit, path: "/srv/notes/**" }
            action: allow
            examples:
              matches: [{ tool: writeFile, kind: edit, paths: [/srv/notes/today.md] }]
              notMatches: [{ tool: writeFile, kind: edit, paths: [/srv/notes/today.md, /srv/notes-old/x] }]
            """),
        rule(
            "Paths that are refused", "One path that matches is enough.",
            """
            name: keys
            when: { path: ["~/.ssh/**", "**/*.pem"] }
            action: block
            examples:
              matches: [{ tool: readFile, kind: read, paths: [/srv/tls/site.pem, /srv/readme] }]
              notMatches: [{ tool: readFile, kind: read, paths: [/srv/tls/site.txt] }]
            """),
        rule(
            "Commands", "Word by word, each command of a line by itself; to allow, all of them must match.",
            """
            name: tests
            when: { command: ["npm run test **", "swift test **"] }
            action: allow
            examples:
              matches: [{ tool: bash, kind: execute, commands: [[npm, run, test], [swift, test, --parallel]] }]
              notMatches: [{ tool: bash, kind: execute, commands: [[npm, run, test], [rm, -rf, x]] }]
            """),
        rule(
            "Risk", "none, low, medium, high or critical, as it was assessed.",
            """
            name: risky
            when: { riskAtLeast: high, agent: "scout*" }
            action: block
            examples:
              matches: [{ tool: x, agent: scout-2, risk: critical }]
              notMatches: [{ tool: x, agent: scout-2, risk: medium }]
            """),
        rule(
            "Confidence of some calls", "Below, or not given.",
            """
            name: unsure-mail
            when: { tool: sendEmail, confidenceBelow: 0.9 }
            action: require_approval
            examples:
              matches: [{ tool: sendEmail }, { tool: sendEmail, confidence: 0.89 }]
              notMatches: [{ tool: sendEmail, confidence: 0.9 }]
            """),
        rule(
            "Agent, session and directory", "Globs over the whole name; `cwd` is where the call runs.",
            """
            name: night-shift
            when: { agent: [scout, "nightly-*"], session: "sess_*", cwd: "/srv/**" }
            action: require_approval
            examples:
              matches: [{ tool: x, agent: nightly-1, session: sess_1, cwd: /srv/shop }]
              notMatches: [{ tool: x, agent: nightly-1, session: sess_1, cwd: /srv }]
            """),
        rule(
            "Hours", "On the clock of a place, in summer and in winter; hours may go over midnight.",
            """
            name: after-hours
            when:
              tool: deploy
              time:
                - { days: [mon-fri], hours: "18:00-08:00", zone: Europe/Berlin }
                - { days: [sat, sun], zone: "+01:00" }
            action: block
            examples:
              matches: [{ tool: deploy, at: "2026-07-20T16:00:00Z" }, { tool: deploy, at: "2026-01-20T17:00:00Z" }]
              notMatches: [{ tool: deploy, at: "2026-07-20T15:59:00Z" }, { tool: deploy, at: "2026-01-20T16:59:00Z" }]
            """),
        rule(
            "Rates", "The call that would be one too many asks.",
            """
            name: mail-rate
            when: { tool: sendEmail, rate: { calls: 20, within: 1h, per: agent } }
            action: require_approval
            examples: { matches: [{ tool: sendEmail, used: 20 }], notMatches: [{ tool: sendEmail, used: 19 }] }
            """),
        rule(
            "Budgets", "The call with which an argument would add up to more is refused.",
            """
            name: day-budget
            when: { tool: "pay*", budget: { argument: amount, most: 500, within: 1d } }
            action: block
            """),
    ]

    // MARK: What a rule can do

    private static let actions = [
        rule(
            "Message, severity and time", "Who is asked reads the message; the request waits so long and no longer.",
            """
            name: high-value-transfer
            when: { tool: "*transfer*", arguments: { amount: { gt: 10000 } } }
            action: require_approval
            severity: critical
            message: High-value transaction requires manager approval
            timeout: 1h
            """),
        rule(
            "A rule that is switched off", "It is read and checked, and has no say.",
            """
            name: maintenance
            when: { tool: restart }
            action: allow
            enabled: false
            """),
        rule(
            "Warning and logging", "They decide nothing; another rule, or nobody, does.",
            """
            name: noticed
            when: { tool: "mcp__*" }
            action: warn
            """),
        rule(
            "Only a line in the record", "The same, more quietly.",
            """
            name: counted
            when: { kind: read }
            action: log
            """),
        rule(
            "Masking",
            "Secrets, addresses and phone numbers are taken out of what is shown and recorded, not of what runs.",
            """
            name: private
            when: { tool: "crm*" }
            action: redact
            """),
        rule(
            "Confining", "Runs unasked, held by the kernel: no network, and it writes only beneath the workspace.",
            """
            name: builds
            when: { harmlessWithin: workspace, cwd: ~/projects/** }
            action: allow
            sandbox: workspace
            """),
        rule(
            "Blocking",
            "The strictest action of all that match holds, in whatever order and file they stand. The message is told to "
                + "whoever made the call.",
            """
            name: no-force
            when: { command: ["git push --force **", "git push -f **"] }
            action: block
            message: Push without force, or ask the owner of the branch
            """),
        RuleExample(
            "customRules", "The same as policy.rules, under the name that some know.",
            """
            hitl:
              customRules:
                - { name: pay, when: { tool: "pay*" }, action: require_approval }
            """),
    ]
}
