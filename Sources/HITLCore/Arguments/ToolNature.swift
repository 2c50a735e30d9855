/// What a tool seems to do, by its kind and the words of its name. The worst of both counts.
struct ToolNature {
    enum Act: CaseIterable {
        case read, write, remove, move, run, request, send, pay, deploy, grant, decide
    }

    let acts: Set<Act>
    let takesSQL: Bool
    let words: [String]
    let kind: ToolKind

    init(_ call: ToolCall) {
        kind = call.kind
        words = ToolName.words(of: call.tool)
        var acts: Set<Act> = []
        switch call.kind {
        case .read, .search: acts.insert(.read)
        case .edit: acts.insert(.write)
        case .delete: acts.insert(.remove)
        case .move: acts.insert(.move)
        case .execute: acts.insert(.run)
        case .fetch: acts.insert(.request)
        case .think, .other: break
        }
        // The kind of a registered tool is known; its name may hold any word: `getRemovedUsers` reads.
        if call.kind == .other || call.kind == .execute {
            for word in words { if let act = Self.act(of: word) { acts.insert(act) } }
        }
        self.acts = acts
        takesSQL = words.contains { Self.databases.contains($0) }
    }

    var runsCommands: Bool { acts.contains(.run) }

    /// A tool whose whole doing is the statement that it is given.
    var isDatabase: Bool { takesSQL && (kind == .other || kind == .execute || kind == .read || kind == .search) }

    var access: PathAccess {
        if acts.contains(.remove) { return .remove }
        if acts.contains(.write) || acts.contains(.move) || acts.contains(.deploy) { return .write }
        return .read
    }

    var goesOut: Bool { acts.contains(.request) || acts.contains(.send) }

    private static func act(of word: String) -> Act? { acts.first { $0.words.contains(word) }?.act }

    private static let acts: [(act: Act, words: Set<String>)] = [
        (
            .remove,
            [
                "delete", "remove", "rm", "unlink", "wipe", "purge", "erase", "destroy", "truncate", "clear", "clean",
                "prune", "shred", "drop",
            ]
        ),
        (
            .write,
            [
                "write", "create", "update", "edit", "save", "put", "append", "patch", "modify", "set", "replace",
                "insert", "upload",
            ]
        ),
        (.move, ["move", "rename", "mv"]),
        (.run, ["bash", "shell", "exec", "execute", "run", "command", "terminal", "eval", "python", "spawn"]),
        (.request, ["http", "fetch", "request", "curl", "download", "browse", "scrape", "webhook"]),
        (
            .send,
            [
                "send", "email", "mail", "notify", "post", "publish", "sms", "message", "tweet", "reply", "broadcast",
                "share", "comment",
            ]
        ),
        (
            .pay,
            [
                "pay", "payment", "transfer", "refund", "charge", "wire", "withdraw", "withdrawal", "payout",
                "purchase", "buy", "sell",
                "trade", "order", "invoice", "funds", "money", "donate", "subscribe", "checkout", "billing",
            ]
        ),
        (
            .deploy,
            [
                "deploy", "deployment", "release", "rollout", "promote", "ship", "rollback", "provision", "apply",
                "migrate", "restart", "scale",
            ]
        ),
        (
            .grant,
            [
                "grant", "revoke", "permission", "permissions", "role", "privilege", "admin", "sudo", "impersonate",
                "invite", "user", "account",
            ]
        ),
        (
            .decide,
            [
                "diagnosis", "diagnose", "prescribe", "prescription", "medication", "dose", "treatment", "triage",
                "loan", "credit", "underwrite",
                "hire", "dismiss", "sentence", "benefit", "claim", "contract", "sign",
            ]
        ),
    ]

    private static let databases: Set<String> = [
        "sql", "sqlite", "postgres", "postgresql", "mysql", "mariadb", "database", "db", "bigquery", "snowflake",
        "redshift", "duckdb",
        "clickhouse", "mssql", "oracle", "psql",
    ]
}
