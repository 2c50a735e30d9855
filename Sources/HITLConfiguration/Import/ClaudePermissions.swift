package import HITLCore

/// Reads the permission settings of Claude Code (`permissions` in its `settings.json`) and makes rules of them.
///
/// What cannot be said here with the same meaning becomes a remark and no rule. Where there is a choice, what stops
/// is taken wider and what allows narrower.
package struct ClaudePermissions {
    private var policy = ImportedPolicy(from: "Claude Code")
    /// The project that the settings belong to, which relative paths start from; nil for those of a person.
    private let project: String?
    private let home: String

    package enum Failure: Error, CustomStringConvertible {
        case notJSON(JSONError)
        case noSettings

        package var description: String {
            switch self {
            case .notJSON(let error): "it is no JSON: \(error)"
            case .noSettings: "it is no object with `permissions`"
            }
        }
    }

    /// - Parameter file: absolute; settings in a project's `.claude` belong to that project.
    package static func read(_ bytes: [UInt8], file: String, home: String) throws(Failure) -> ImportedPolicy {
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: bytes) } catch { throw .notJSON(error) }
        guard case .object(let permissions)? = value.object?["permissions"] else { throw .noSettings }
        var reader = ClaudePermissions(project: project(of: file, home: home), home: home)
        reader.read(permissions)
        return reader.policy
    }

    private init(project: String?, home: String) {
        self.project = project
        self.home = home
    }

    private static func project(of file: String, home: String) -> String? {
        let parts = file.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 2, parts[parts.count - 2] == ".claude" else { return nil }
        let project = parts.dropLast(2).joined(separator: "/")
        return project.isEmpty || project == home ? nil : project
    }

    // MARK: Lists

    private mutating func read(_ permissions: JSONObject) {
        for (list, action) in [("deny", Rule.Action.block), ("ask", .requireApproval), ("allow", .allow)] {
            guard let entries = permissions[list] else { continue }
            guard case .array(let entries) = entries else {
                policy.leaveOut("permissions.\(list)", "it is no list")
                continue
            }
            for (place, entry) in entries.enumerated() {
                let origin = "permissions.\(list)[\(place)]"
                guard let text = entry.string else {
                    policy.leaveOut(origin, "it is no text")
                    continue
                }
                ClaudeEntry(
                    text: text, origin: "\(origin): \(text)", name: "claude-\(list)-\(place + 1)", action: action,
                    project: project, home: home
                ).add(to: &policy)
            }
        }
        readMode(permissions["defaultMode"])
        if case .array(let directories)? = permissions["additionalDirectories"], !directories.isEmpty {
            policy.leaveOut(
                "permissions.additionalDirectories",
                "a workspace is one directory; calls outside of it are judged as such")
        }
        policy.joinCommands()
        policy.guardAllowances()
    }

    private mutating func readMode(_ mode: JSONValue?) {
        guard let mode else { return }
        let origin = "permissions.defaultMode: \(mode.string ?? mode.canonicalText)"
        switch mode.string {
        case "default"?: break
        case "acceptEdits"?:
            ClaudeEntry(
                text: "Edit", origin: origin, name: "claude-accept-edits", action: .allow, project: project, home: home
            ).add(to: &policy)
        case "plan"?:
            policy.leaveOut(origin, "what changes something asks; add a rule with `action: block` to refuse it")
        case "bypassPermissions"?: policy.leaveOut(origin, "nothing here lets every call through")
        case "dontAsk"?: policy.leaveOut(origin, "what no rule covers asks a person instead of being refused")
        case "auto"?: policy.leaveOut(origin, "no model decides here; what no rule covers asks")
        default: policy.leaveOut(origin, "it is not known")
        }
    }
}
