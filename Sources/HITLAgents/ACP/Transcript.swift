package import HITLCore

/// What an agent's updates look like to the operator, line by line.
///
/// Pieces of a message are joined until a line ends or something else is said. Everything that comes out is the
/// agent's text, unchanged; whoever shows it escapes it.
package struct Transcript: Sendable {
    private enum Voice: Sendable, Equatable { case message, thought, user }

    private var voice = Voice.message
    private var rest: [UInt8] = []
    private var statuses: [String: String] = [:]
    private var shownDiffs: Set<String> = []
    private var commands: [String] = []

    /// A line without an end is shown in pieces of this size.
    private static let longestRest = 8192
    /// Of what one message of the protocol says, so much is shown; the screen is the operator's.
    private static let mostShown = 65_536
    private static let mostLines = 40

    package init() {}

    /// What is to be shown now, in order.
    package mutating func take(_ update: JSONObject, _ call: ToolCallTable.Record?) -> [String] {
        switch update["sessionUpdate"]?.string {
        case "agent_message_chunk"?: return chunk(update["content"], .message)
        case "agent_thought_chunk"?: return chunk(update["content"], .thought)
        case "user_message_chunk"?: return chunk(update["content"], .user)
        case "plan"?: return end() + [Self.plan(update)]
        case "tool_call"?, "tool_call_update"?: return call.map { end(before: tool($0)) } ?? []
        case "available_commands_update"?: return available(update)
        default: return []
        }
    }

    /// What was said and has not ended in a line feed.
    package mutating func end() -> [String] {
        guard !rest.isEmpty else { return [] }
        defer { rest = [] }
        return [marked(rest)]
    }

    private mutating func end(before lines: [String]) -> [String] { lines.isEmpty ? [] : end() + lines }

    // MARK: Messages

    private mutating func chunk(_ content: JSONValue?, _ voice: Voice) -> [String] {
        var shown: [String] = []
        if voice != self.voice {
            shown += end()
            self.voice = voice
        }
        rest += Array(Self.words(content).utf8)
        if rest.count > Self.mostShown {
            let cut = rest.count - Self.mostShown
            rest = Array(rest.prefix(Self.mostShown)) + Array("\n(\(cut) more bytes are not shown)\n".utf8)
        }
        if let last = rest.lastIndex(of: UInt8(ascii: "\n")) {
            shown.append(marked(Array(rest[..<last])))
            rest.removeSubrange(...last)
        }
        // Never in the middle of a character.
        if rest.count > Self.longestRest, (rest.last ?? 0) < 0x80 { shown += end() }
        return shown
    }

    private func marked(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        return switch voice {
        case .message: text
        case .thought: "(thinks) " + text
        case .user: "(you) " + text
        }
    }

    /// Of a block that is no text, what it is.
    private static func words(_ content: JSONValue?) -> String {
        guard let block = content?.object else { return "" }
        switch block["type"]?.string {
        case "text"?: return block["text"]?.string ?? ""
        case "resource_link"?: return "[\(block["name"]?.string ?? "link"): \(block["uri"]?.string ?? "")]"
        case let type?: return "[\(type)]"
        case nil: return ""
        }
    }

    // MARK: Everything else

    private static func plan(_ update: JSONObject) -> String {
        let entries = (update["entries"]?.array ?? []).compactMap(\.object).prefix(mostLines)
        let lines = entries.map { entry in
            let mark =
                switch entry["status"]?.string {
                case "completed"?: "[x]"
                case "in_progress"?: "[>]"
                default: "[ ]"
                }
            return "\(mark) \(entry["content"]?.string ?? "")"
        }
        return (["(plan)"] + lines).joined(separator: "\n")
    }

    private mutating func tool(_ call: ToolCallTable.Record) -> [String] {
        let status = call.status ?? "pending"
        let diffs = call.content.compactMap { ToolCallDiff($0) }
        let isNewDiff = !diffs.isEmpty && !shownDiffs.contains(call.id)
        let before = statuses[call.id]
        let isEnd = status == "completed" || status == "failed"
        guard before == nil || isNewDiff || (isEnd && before != status) else { return [] }
        if statuses.count > 1000 { (statuses, shownDiffs) = ([:], []) }
        statuses[call.id] = status
        var lines = ["(tool) \(call.title ?? "without a title"): \(call.kind ?? "other"), \(status)"]
        if isNewDiff {
            shownDiffs.insert(call.id)
            lines += diffs.flatMap { Self.cut($0.text) }
        }
        if isEnd { lines += call.content.compactMap(ToolCallTable.Record.text).flatMap(Self.cut) }
        return [lines.joined(separator: "\n")]
    }

    private mutating func available(_ update: JSONObject) -> [String] {
        let names = (update["availableCommands"]?.array ?? []).compactMap { $0.object?["name"]?.string }
        guard names != commands else { return [] }
        commands = names
        return end() + ["(commands) " + names.prefix(100).map { "/" + $0 }.joined(separator: " ")]
    }

    private static func cut(_ text: String) -> [String] {
        let lines = text.utf8.prefix(mostShown).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard lines.count > mostLines else { return lines }
        return lines.prefix(mostLines) + ["(\(lines.count - mostLines) more lines)"]
    }
}
