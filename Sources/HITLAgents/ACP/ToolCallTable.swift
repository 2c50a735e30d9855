package import HITLCore

/// What an agent has said about its tool calls, merged: a permission request may hold nothing but an id.
package struct ToolCallTable: Sendable {
    /// Members that were said, by name; the last word counts, and null takes nothing back.
    package struct Record: Sendable, Equatable {
        package let id: String
        package private(set) var said = JSONObject()

        package init(id: String) {
            self.id = id
        }

        package mutating func merge(_ update: JSONObject) {
            for name in ["title", "kind", "status", "content", "locations", "rawInput", "rawOutput"] {
                guard let value = update[name], value != .null else { continue }
                said[name] = value
            }
        }

        package var title: String? { said["title"]?.string }
        package var kind: String? { said["kind"]?.string }
        package var status: String? { said["status"]?.string }
        package var content: [JSONValue] { said["content"]?.array ?? [] }
    }

    private var records: [Record] = []
    /// The oldest goes first; an agent that asks about it later has to say it all again.
    private static let most = 500

    package init() {}

    package mutating func merge(_ update: JSONObject) -> Record? {
        guard let id = update["toolCallId"]?.string else { return nil }
        let place = records.firstIndex { $0.id.utf8.elementsEqual(id.utf8) }
        var record = place.map { records[$0] } ?? Record(id: id)
        record.merge(update)
        if let place {
            records[place] = record
        } else {
            if records.count == Self.most { records.removeFirst() }
            records.append(record)
        }
        return record
    }

    package func record(_ id: String) -> Record? { records.first { $0.id.utf8.elementsEqual(id.utf8) } }

    package mutating func forget(_ id: String) { records.removeAll { $0.id.utf8.elementsEqual(id.utf8) } }
}

extension ToolCallTable.Record {
    /// The call that the agent means to carry out itself, as far as it says.
    ///
    /// Its tool is named by us (`acp/execute`): a title is the agent's prose, and a rule about `readFile` is about the
    /// tool of this desk. The agent's kind can make the call graver and never lighter: what it calls a read is *other*.
    /// All that it said is in the arguments, which are what is shown, judged, digested and recorded.
    package func call(origin: Origin, directory: String, answer: String) -> ToolCall {
        let claimed = kind ?? "other"
        return ToolCall(
            tool: "acp/" + (Self.kinds.first { $0.utf8.elementsEqual(claimed.utf8) } ?? "other"),
            kind: Self.kind(claimed), arguments: arguments(answer: answer), origin: origin, directory: directory,
            performer: .unobserved, facts: Facts(preview: preview, warnings: warnings))
    }

    private static let kinds = ["read", "edit", "delete", "move", "search", "execute", "think", "fetch", "switch_mode"]

    private static func kind(_ claimed: String) -> ToolKind {
        switch ToolKind.allCases.first(where: { $0.rawValue.utf8.elementsEqual(claimed.utf8) }) {
        case .edit?: .edit
        case .delete?: .delete
        case .move?: .move
        case .execute?: .execute
        case .fetch?: .fetch
        case .read?, .search?, .think?, .other?, nil: .other
        }
    }

    /// The members of `rawInput`, then what else was said, under `toolCall`.
    private func arguments(answer: String) -> JSONObject {
        var about: [JSONObject.Member] = []
        if let title { about.append(.init("title", .string(title))) }
        if let kind { about.append(.init("kind", .string(kind))) }
        if let locations = said["locations"], locations != [] { about.append(.init("locations", locations)) }
        if !content.isEmpty { about.append(.init("content", .array(content.map(plain)))) }
        about.append(.init("answer", .string(answer)))
        let toolCall = JSONObject.Member("toolCall", .object(JSONObject(about)))
        // Swift compares names as people read them, so that two that look the same never stand side by side.
        if case .object(let input)? = said["rawInput"], !input.members.contains(where: { $0.name == "toolCall" }) {
            return JSONObject(input.members + [toolCall])
        }
        return JSONObject((said["rawInput"].map { [.init("rawInput", $0)] } ?? []) + [toolCall])
    }

    /// Text without its wrapping, and a diff without the texts that stand among the arguments already; everything
    /// else as it was sent.
    private func plain(_ item: JSONValue) -> JSONValue {
        if let text = Self.text(item) { return .string(text) }
        guard ToolCallDiff(item) != nil, case .object(let object) = item else { return item }
        let said = self.said["rawInput"]?.object?.members.map(\.value) ?? []
        return .object(
            JSONObject(
                object.members.filter { member in
                    member.name != "oldText" && member.name != "newText" || member.value == .null
                        || !said.contains(member.value)
                }))
    }

    /// `{"type":"content","content":{"type":"text","text":"…"}}`
    package static func text(_ item: JSONValue) -> String? {
        guard item.object?["type"]?.string == "content", let block = item.object?["content"]?.object,
            block["type"]?.string == "text", block["_meta"] == nil, block["annotations"] == nil
        else { return nil }
        return block["text"]?.string
    }

    private var preview: String? {
        let diffs = content.compactMap { ToolCallDiff($0) }
        return diffs.isEmpty ? nil : diffs.map(\.text).joined(separator: "\n")
    }

    private var warnings: [String] {
        guard said["rawInput"] == nil, content.isEmpty else { return [] }
        return [
            title == nil
                ? "the agent says nothing of what it would do"
                : "the agent gives nothing but a title, which is its own prose"
        ]
    }
}

/// What a file would become: `{"type":"diff","path":"…","oldText":"…"|null,"newText":"…"}`
package struct ToolCallDiff: Sendable, Equatable {
    package let path: String
    package let old: String?
    package let new: String

    package init?(_ item: JSONValue) {
        guard let object = item.object, object["type"]?.string == "diff", let path = object["path"]?.string,
            let new = object["newText"]?.string
        else { return nil }
        self.path = path
        self.new = new
        old = object["oldText"]?.string
    }

    private static let context = 3

    /// Every line that goes and every line that comes, between up to three that stay.
    package var text: String {
        let before = Self.lines(old ?? "")
        let after = Self.lines(new)
        var start = 0
        while start < min(before.count, after.count), Self.same(before[start], after[start]) { start += 1 }
        var end = 0
        while end < min(before.count, after.count) - start,
            Self.same(before[before.count - 1 - end], after[after.count - 1 - end])
        {
            end += 1
        }
        var lines = [old == nil ? "new file \(path)" : "change of \(path)"]
        let head = max(0, start - Self.context)
        if head > 0 { lines.append("@ line \(head + 1)") }
        lines += before[head..<start].map { "  " + $0 }
        lines += before[start..<(before.count - end)].map { "- " + $0 }
        lines += after[start..<(after.count - end)].map { "+ " + $0 }
        let tail = after[(after.count - end)...].prefix(Self.context)
        lines += tail.map { "  " + $0 }
        if start + end == before.count, start + end == after.count { lines.append("nothing changes") }
        return lines.joined(separator: "\n")
    }

    private static func lines(_ text: String) -> [Substring] {
        guard !text.utf8.isEmpty else { return [] }
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            Substring($0)
        }
        if text.utf8.last == UInt8(ascii: "\n") { lines.removeLast() }
        return lines
    }

    private static func same(_ left: Substring, _ right: Substring) -> Bool { left.utf8.elementsEqual(right.utf8) }
}
