/// Programs that act on clusters, clouds, databases, registries and hosted repositories.
///
/// What takes a whole container of things away (a project, an account, every namespace, every database, a
/// repository), and what destroys while its own question is switched off, is refused; single things ask.
extension CommandJudge {
    private struct Row {
        let program: String
        /// All must be among the words.
        let words: [String]
        /// One of these must be an option, when there are any.
        let options: [String]
        let effect: Effect
        let factor: Finding.CommandFactor
        let says: String
    }

    private static let rows: [String: [Row]] = {
        let text:
            [(
                programs: String, words: String, options: String, effect: Effect, factor: Finding.CommandFactor,
                says: String
            )] = [
                ("kubectl oc", "delete", "-A --all-namespaces", .deny, .wholeTree, "deletes in every namespace"),
                ("kubectl oc", "delete ns", "--all", .deny, .wholeTree, "deletes every namespace"),
                ("kubectl oc", "delete namespace", "--all", .deny, .wholeTree, "deletes every namespace"),
                ("kubectl oc", "delete namespaces", "--all", .deny, .wholeTree, "deletes every namespace"),
                ("kubectl oc", "delete node", "--all", .deny, .wholeTree, "deletes every node"),
                ("kubectl oc", "delete nodes", "--all", .deny, .wholeTree, "deletes every node"),
                ("kubectl oc", "delete all", "--all", .deny, .wholeTree, "deletes everything of a namespace"),
                (
                    "terraform tofu terragrunt", "destroy",
                    "-auto-approve --auto-approve --terragrunt-non-interactive -force", .deny, .irreversible,
                    "destroys without its own question"
                ),
                (
                    "pulumi", "destroy", "--yes -y --skip-preview -f", .deny, .irreversible,
                    "destroys without its own question"
                ),
                ("cdk", "destroy", "--force -f", .deny, .irreversible, "destroys without its own question"),
                ("gcloud", "projects delete", "", .deny, .wholeTree, "deletes a whole project"),
                ("gcloud", "organizations delete", "", .deny, .wholeTree, "deletes an organization"),
                ("az", "group delete", "--yes -y --no-wait", .deny, .wholeTree, "deletes a whole resource group"),
                ("aws", "organizations close-account", "", .deny, .wholeTree, "closes an account"),
                ("aws", "s3 rb", "--force", .deny, .wholeTree, "deletes a bucket with all that is in it"),
                (
                    "aws", "rds", "--skip-final-snapshot --delete-automated-backups", .deny, .irreversible,
                    "deletes without the last backup"
                ),
                (
                    "aws", "secretsmanager", "--force-delete-without-recovery", .deny, .irreversible,
                    "deletes without a way back"
                ),
                ("gh", "repo delete", "--yes --confirm -y", .deny, .wholeTree, "deletes a repository"),
                ("glab", "repo delete", "--yes -y", .deny, .wholeTree, "deletes a repository"),
                ("glab", "project delete", "--yes -y", .deny, .wholeTree, "deletes a repository"),
                ("redis-cli", "flushall", "", .deny, .wholeTree, "empties every database"),
                ("heroku", "apps:destroy", "--confirm", .deny, .wholeTree, "destroys an app"),
                ("fly flyctl", "apps destroy", "--yes -y", .deny, .wholeTree, "destroys an app"),
                ("vercel", "remove", "--yes -y", .deny, .wholeTree, "deletes a project"),
                ("doctl", "projects delete", "--force -f", .deny, .wholeTree, "deletes a project"),
                ("eksctl", "delete cluster", "", .deny, .wholeTree, "deletes a cluster"),
                ("gcloud", "clusters delete", "--quiet -q", .deny, .wholeTree, "deletes a cluster"),
                ("az", "aks delete", "--yes -y", .deny, .wholeTree, "deletes a cluster"),
                ("terragrunt", "run-all destroy", "", .deny, .irreversible, "destroys everything in all directories"),
                ("mysqladmin", "drop", "", .deny, .wholeTree, "drops a whole database"),
                ("dropdb", "", "", .deny, .wholeTree, "drops a whole database"),
                ("etcdctl", "del", "--prefix --from-key", .deny, .wholeTree, "deletes every key"),
            ]
        var rows: [String: [Row]] = [:]
        for entry in text {
            for program in entry.programs.split(separator: " ") {
                rows[String(program), default: []].append(
                    Row(
                        program: String(program), words: entry.words.split(separator: " ").map(String.init),
                        options: entry.options.split(separator: " ").map(String.init), effect: entry.effect,
                        factor: entry.factor, says: entry.says))
            }
        }
        return rows
    }()

    private static let destroying: Set<String> = [
        "delete", "destroy", "remove", "rm", "drop", "uninstall", "terminate", "purge", "flushdb", "unpublish", "yank",
        "rb",
        "drain", "del", "prune", "down", "rollback", "wipe", "truncate", "flushall", "expire", "strip", "revoke",
        "deregister",
    ]
    private static let deploying: Set<String> = [
        "apply", "deploy", "create", "up", "publish", "push", "upgrade", "install", "scale", "rollout", "release",
        "promote",
        "set", "patch", "replace", "run", "merge", "edit", "import", "sync", "upload",
    ]

    mutating func judgeInfrastructure(_ name: String, _ arguments: ArraySlice<CommandArgument>) {
        let words = Set(arguments.map(\.text.asciiLowercased))
        if words.isSubset(of: ["--help", "--version", "-?", "-v", "-h"]) { return }
        if name == "mongosh" || name == "mongo", words.contains(where: { $0.holds("dropdatabase") }) {
            add(.wholeTree, 95, .deny, "\(name) drops a whole database")
        }
        for row in Self.rows[name] ?? [] {
            let hasOption =
                row.options.isEmpty
                || row.options.contains { option in
                    words.contains(option)
                        || arguments.contains { $0.text.begins(option + "=") && !$0.text.ends("=false") }
                        || (option.begins("--")
                            && arguments.contains {
                                $0.isLongOption && $0.bytes.count > 4
                                    && $0.abbreviates(String(option.dropFirst(2)), from: 3)
                            })
                }
            let destroysByApply =
                row.words == ["destroy"] && words.contains("apply")
                && (words.contains("-destroy") || words.contains("--destroy"))
            if row.words.allSatisfy(words.contains) || destroysByApply, hasOption {
                add(row.factor, 95, row.effect, "\(name) \(row.says)")
            }
        }
        if words.contains(where: { word in
            Self.destroying.contains(word) || Self.destroying.contains { word.begins($0 + "-") || word.ends(":" + $0) }
        }) {
            add(.irreversible, 40, .ask, "\(name) takes something away")
        }
        if !words.isDisjoint(with: Self.deploying)
            || words.contains(where: { $0.begins("create-") || $0.begins("put-") })
        {
            add(.deployment, 25, .ask, "\(name) changes what is running or published")
        }
        if words.contains(where: { $0.holdsAny(["prod", "live"]) }) { add(.breadth, 25, nil, "names production") }
        judgeQueries(name, arguments)
    }

    private mutating func judgeQueries(_ name: String, _ arguments: ArraySlice<CommandArgument>) {
        if ["mongosh", "mongo", "bq"].contains(name) {
            add(.databaseModification, 20, .ask, "\(name) sends statements to a database")
        }
        if name == "dropdb" || name == "dropuser" {
            add(.databaseModification, 60, .ask, "\(name) drops a database or its user")
        }
    }

    /// `curl -X DELETE …/_all`: everything of a search index.
    mutating func judgeRequest(_ arguments: ArraySlice<CommandArgument>) {
        var deletes = false
        for index in arguments.indices {
            let argument = arguments[index]
            let next = index + 1 < arguments.endIndex ? arguments[index + 1].text.asciiLowercased : ""
            if argument.text == "-X" || argument.text == "--request" { deletes = deletes || next == "delete" }
            if argument.text.asciiLowercased == "-xdelete" || argument.text.asciiLowercased == "--request=delete"
                || argument.text.asciiLowercased == "--method=delete" || argument.text == "DELETE"
            {
                deletes = true
            }
        }
        guard deletes else { return }
        add(.irreversible, 40, .ask, "deletes what the address names")
        for argument in arguments {
            // `gh api repos/owner/name`: the repository itself.
            let pieces = argument.text.split(separator: "/")
            if !argument.isOption, pieces.count == 3, pieces[0] == "repos" || pieces[0] == "projects" {
                add(.wholeTree, 95, .deny, "deletes a repository")
            }
            guard let host = HostName(url: argument.bytes) else { continue }
            let path = CommandArgument.text(of: host.path.prefix { $0 != UInt8(ascii: "?") })
            let parts = path.split(separator: "/")
            if parts.count == 1, ["_all", "*", "%2a", "_data_stream"].contains(String(parts[0]).asciiLowercased) {
                add(.wholeTree, 95, .deny, "deletes every index")
            }
        }
    }
}
