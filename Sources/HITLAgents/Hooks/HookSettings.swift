package import HITLCore

/// An agent's settings file with our hook in it, or without.
///
/// Everything else in the file stays byte for byte.
package struct HookSettings: Sendable {
    package enum Flaw: Error, Sendable, Equatable {
        case notJSON(JSONError)
        /// Something in the way has another form than the agent's documentation gives it.
        case wrongForm(String, expected: String)
    }

    package let agent: HookAgent
    /// The executable's absolute path.
    package let program: String
    package let socket: String
    /// The file of the key by which the desk proves its answers.
    package let deskKey: String
    /// How long the hook takes at most.
    private let hookSeconds: Int64

    /// - Parameter seconds: how long the hook waits for an answer, up to `longest`.
    package init(agent: HookAgent, program: String, socket: String, deskKey: String, seconds: Int64 = longest) {
        self.agent = agent
        self.program = program
        self.socket = socket
        self.deskKey = deskKey
        hookSeconds = seconds
    }

    /// With the agent's ten seconds more it is a day.
    package static let longest: Int64 = 86_390

    /// How long the agent gives the hook: it must answer by itself, since some agents go on without an answer.
    private var agentSeconds: Int64 { hookSeconds + 10 }

    /// The line that the agent hands to a shell. What ends in any other way than by our answer ends in the one exit code
    /// that refuses: a missing file, a signal, a machine without memory.
    package var command: String {
        "\(Self.quoted(program)) hook \(agent.rawValue) --socket \(Self.quoted(socket)) "
            + "--desk-key \(Self.quoted(deskKey)) --timeout \(hookSeconds)s || exit 2"
    }

    /// Where the file lies beneath the home directory or the project.
    package static func file(of agent: HookAgent) -> String {
        let place = place(of: agent)
        return place.directory + "/" + place.name
    }

    /// The same taken apart: the directory beneath home, and the variable by which the agent is told of another one.
    package static func place(of agent: HookAgent) -> (variable: String?, directory: String, name: String) {
        switch agent {
        case .claude: ("CLAUDE_CONFIG_DIR", ".claude", "settings.json")
        case .codex: ("CODEX_HOME", ".codex", "hooks.json")
        case .gemini: (nil, ".gemini", "settings.json")
        }
    }

    private var event: String {
        switch agent {
        case .claude, .codex: "PreToolUse"
        case .gemini: "BeforeTool"
        }
    }

    /// One group of the event's list.
    package var group: JSONValue {
        var hook: [JSONObject.Member] = [.init("type", "command"), .init("command", .string(command))]
        switch agent {
        case .claude:
            // Beside the exit code: the hook that runs out of time, or cannot be started.
            hook += [.init("timeout", .integer(agentSeconds)), .init("onFailure", "block")]
        case .codex: hook.append(.init("timeout", .integer(agentSeconds)))
        case .gemini: hook.append(.init("timeout", .integer(agentSeconds * 1000)))
        }
        return ["matcher": "*", "hooks": [.object(JSONObject(hook))]]
    }

    // MARK: Changing the file

    /// - Parameter file: nil or blank where there is none.
    package func installed(in file: [UInt8]?) throws(Flaw) -> [UInt8] {
        guard let file, !file.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
            return Array((Self.pretty(["hooks": .object(JSONObject([.init(event, [group])]))]) + "\n").utf8)
        }
        let text = try checked(file)
        guard let hooks = text.member("hooks", of: text.root) else {
            return append(
                "\"hooks\": " + Self.pretty(.object(JSONObject([.init(event, [group])]))), to: text.root, in: text)
        }
        guard let list = text.member(event, of: hooks.value) else {
            return append("\"\(event)\": " + Self.pretty([group]), to: hooks.value, in: text)
        }
        let groups = text.elements(of: list.value)
        guard let ours = groups.first(where: { isOurs($0, in: text) }) else {
            return append(Self.pretty(group), to: list.value, in: text)
        }
        if let value = try? JSONValue(parsing: Array(file[ours])), value == group { return file }
        let indent = text.indent(at: ours.lowerBound)
        return text.replacing(ours, with: Self.pretty(group).replacingLineFeeds(with: "\n" + indent))
    }

    package func uninstalled(from file: [UInt8]) throws(Flaw) -> [UInt8] {
        var text = try checked(file)
        while let found = find(in: text) {
            let groups = text.elements(of: found.list.value)
            if groups.count > 1 {
                text = JSONText(bytes: text.removing(found.group, from: groups))
                continue
            }
            // What only we were in goes with us.
            let events = text.members(of: found.hooks.value)
            let sections = text.members(of: text.root)
            text = JSONText(
                bytes: events.count > 1
                    ? text.removing(found.list.whole, from: events.map(\.whole))
                    : text.removing(found.hooks.whole, from: sections.map(\.whole)))
        }
        return text.bytes
    }

    private func find(
        in text: JSONText
    ) -> (hooks: JSONText.Member, list: JSONText.Member, group: Range<Int>)? {
        guard let hooks = text.member("hooks", of: text.root), let list = text.member(event, of: hooks.value),
            let group = text.elements(of: list.value).first(where: { isOurs($0, in: text) })
        else { return nil }
        return (hooks, list, group)
    }

    /// A group that holds our hook and no other.
    private func isOurs(_ group: Range<Int>, in text: JSONText) -> Bool {
        guard let hooks = text.member("hooks", of: group) else { return false }
        let all = text.elements(of: hooks.value)
        guard all.count == 1, let command = text.member("command", of: all[0]) else { return false }
        let line = text.text(command.value)
        // Of this very program, whatever it is called and wherever it stands.
        if line.utf8.starts(with: "\(Self.quoted(program)) hook \(agent.rawValue) ".utf8) { return true }
        let words = line.split(separator: " ", maxSplits: 3).map { word in
            String(word.unicodeScalars.filter { $0 != "'" })
        }
        return words.count >= 3
            && (words[0] == "hitl" || words[0].utf8.reversed().starts(with: "/hitl".utf8.reversed()))
            && words[1] == "hook" && words[2] == agent.rawValue
    }

    private func checked(_ file: [UInt8]) throws(Flaw) -> JSONText {
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: file) } catch { throw .notJSON(error) }
        guard case .object(let root) = value else { throw .wrongForm("the file", expected: "an object") }
        if let hooks = root["hooks"] {
            guard case .object(let events) = hooks else { throw .wrongForm("`hooks`", expected: "an object") }
            if let list = events[event] {
                guard case .array = list else { throw .wrongForm("`hooks.\(event)`", expected: "a list") }
            }
        }
        return JSONText(bytes: file)
    }

    private func append(_ text: String, to container: Range<Int>, in file: JSONText) -> [UInt8] {
        let inner = file.members(of: container).map(\.whole) + file.elements(of: container)
        return file.appending(
            text, to: container, after: inner.last, indent: file.indent(at: container.lowerBound))
    }

    // MARK: Text

    private static func quoted(_ word: String) -> String {
        "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    private static func pretty(_ value: JSONValue, indent: String = "") -> String {
        let inner = indent + JSONText.step
        switch value {
        case .object(let object) where !object.members.isEmpty:
            let lines = object.members.map { member in
                "\(inner)\(JSONValue.string(member.name).canonicalText): \(pretty(member.value, indent: inner))"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n" + indent + "}"
        case .array(let elements) where !elements.isEmpty:
            return "[\n" + elements.map { inner + pretty($0, indent: inner) }.joined(separator: ",\n") + "\n" + indent
                + "]"
        case .null, .bool, .number, .string, .array, .object: return value.canonicalText
        }
    }
}

extension HookSettings.Flaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notJSON(let error): "it is not the JSON that can be changed safely (\(error))"
        case .wrongForm(let what, let expected): "\(what) is not \(expected)"
        }
    }
}
