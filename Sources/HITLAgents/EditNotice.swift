package import HITLCore

/// What an agent is told when the call that ran is not the one it proposed, because a person edited it.
package struct EditNotice: Sendable, Equatable {
    package struct Change: Sendable, Equatable {
        /// JSON Pointer (RFC 6901).
        package let path: String
        /// Nil where the member was added or removed.
        package let from: JSONValue?
        package let to: JSONValue?
    }

    package let tool: String
    package let request: Int64?
    package let changes: [Change]

    /// Nil where both have the same arguments.
    package init?(proposed: ToolCall, permitted: ToolCall, request: Int64?) {
        changes = Self.changes(from: .object(proposed.arguments), to: .object(permitted.arguments), at: "")
        guard !changes.isEmpty else { return nil }
        tool = permitted.tool
        self.request = request
    }

    package var sentence: String { difference + " What ran is the edited call." }

    /// What was changed, where it is not known whether it ran.
    package var difference: String {
        let call = request.map { "`\(tool)` was approved as request \($0)" } ?? "`\(tool)` was permitted"
        return "\(call) with other arguments than you proposed: "
            + changes.map(\.words).joined(separator: "; ") + "."
    }

    package var json: JSONValue { json(saying: sentence) }

    package func json(saying message: String) -> JSONValue {
        .members([
            "tool": .string(tool),
            "request": request.map(JSONValue.integer),
            "edited": .array(changes.map(\.json)),
            "message": .string(message),
        ])
    }

    private static func changes(from old: JSONValue, to new: JSONValue, at path: String) -> [Change] {
        guard case .object(let before) = old, case .object(let after) = new else {
            return old == new ? [] : [Change(path: path, from: old, to: new)]
        }
        func place(_ name: String) -> String { path + "/" + escaped(name) }
        var changes: [Change] = []
        for member in before.members {
            if let value = after[member.name] {
                changes += Self.changes(from: member.value, to: value, at: place(member.name))
            } else {
                changes.append(Change(path: place(member.name), from: member.value, to: nil))
            }
        }
        for member in after.members where before[member.name] == nil {
            changes.append(Change(path: place(member.name), from: nil, to: member.value))
        }
        return changes
    }

    /// RFC 6901 §3.
    private static func escaped(_ name: String) -> String {
        var text = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension EditNotice.Change {
    fileprivate var words: String {
        let name = path.dropFirst()
        return switch (from, to) {
        case (let old?, let new?): "`\(name)` is \(new.canonicalText) instead of \(old.canonicalText)"
        case (nil, let new?): "`\(name)` was added: \(new.canonicalText)"
        case (let old?, nil): "`\(name)` was removed; it was \(old.canonicalText)"
        case (nil, nil): "`\(name)` is as it was"
        }
    }

    fileprivate var json: JSONValue {
        .members(["path": .string(path), "from": from, "to": to])
    }
}
