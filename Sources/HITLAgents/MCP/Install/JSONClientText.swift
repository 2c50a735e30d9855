package import HITLCore

/// `{"mcpServers":{"name":{"command":"…","args":["…"]}}}`: Claude Code, Cursor, Gemini CLI; `servers` of VS Code.
package struct JSONClientText: ClientText {
    private let bytes: [UInt8]
    private let document: JSONObject
    private let key: String
    /// What VS Code wants to be told of each server.
    private let type: String?
    private let remote: Remote

    /// How a server with a URL is written.
    package struct Remote: Sendable {
        let key: String
        let type: String?

        /// Clients that tell it from the rest by its `url`.
        package static let plain = Remote(key: "url", type: nil)
        package static let typed = Remote(key: "url", type: "http")
        /// Gemini CLI, where a bare `url` is one of the older transport.
        package static let named = Remote(key: "httpUrl", type: nil)
    }

    package init(_ bytes: [UInt8], key: String, type: String?, remote: Remote = .plain) throws(InstallObstacle) {
        let isEmpty = bytes.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        self.bytes = isEmpty ? Array("{}\n".utf8) : bytes
        self.key = key
        self.type = type
        self.remote = remote
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: self.bytes, depth: 512) } catch {
            throw .unreadable(error.description)
        }
        guard case .object(let object) = value else { throw .unreadable("it is no JSON object") }
        document = object
    }

    private func entry(_ name: String) throws(InstallObstacle) -> JSONObject? {
        guard let servers = document[key] else { return nil }
        guard let object = servers.object else { throw .unreadable("`\(key)` is no object") }
        guard let entry = object[name] else { return nil }
        guard let members = entry.object else { throw .notACommand(name) }
        return members
    }

    package func server(_ name: String) throws(InstallObstacle) -> ServerCommand? {
        guard let entry = try entry(name) else { return nil }
        guard case .string(let command)? = entry["command"] else { throw .notACommand(name) }
        var words: [String] = []
        for word in entry["args"]?.array ?? [] {
            guard case .string(let text) = word else { throw .notACommand(name) }
            words.append(text)
        }
        return ServerCommand(command: command, arguments: words)
    }

    package func setting(_ name: String, to command: ServerCommand) throws(InstallObstacle) -> [UInt8] {
        var entry = try entry(name) ?? JSONObject(type.map { [.init("type", .string($0))] } ?? [])
        if entry[remote.key] != nil {
            entry[remote.key] = nil
            if entry["type"] != nil { entry["type"] = "stdio" }
        }
        entry["command"] = .string(command.command)
        entry["args"] = .array(command.arguments.map(JSONValue.string))
        return try setting(name, to: entry)
    }

    package func url(_ name: String) throws(InstallObstacle) -> String? {
        guard let entry = try entry(name), entry["command"] == nil, let url = entry[remote.key]?.string,
            remote.type == nil || entry["type"]?.string == remote.type
        else { return nil }
        guard entry["headers"]?.object?.members.isEmpty ?? true else { throw .hasHeaders(name) }
        return url
    }

    package func setting(_ name: String, toURL url: String) throws(InstallObstacle) -> [UInt8] {
        var entry = try entry(name) ?? JSONObject()
        entry["command"] = nil
        entry["args"] = nil
        entry["type"] = remote.type.map(JSONValue.string)
        entry[remote.key] = .string(url)
        return try setting(name, to: entry)
    }

    private func setting(_ name: String, to entry: JSONObject) throws(InstallObstacle) -> [UInt8] {
        let written = try splice(name, .object(entry))

        // What comes out must be what was there, with this one difference.
        var expected = document
        var servers = document[key]?.object ?? JSONObject()
        servers[name] = .object(entry)
        expected[key] = .object(servers)
        let result = try? JSONValue(parsing: written, depth: 512)
        guard result?.canonical == JSONValue.object(expected).canonical else { throw .unsure }
        return written
    }

    private func splice(_ name: String, _ entry: JSONValue) throws(InstallObstacle) -> [UInt8] {
        let places = bytes.withUnsafeBufferPointer { bytes -> (range: Range<Int>, text: String)? in
            guard let top = JSONSkim.members(of: bytes, in: 0..<bytes.count) else { return nil }
            guard let servers = top.first(where: { Self.spells(bytes, $0.name, key) }) else {
                guard let start = bytes.firstIndex(of: UInt8(ascii: "{")) else { return nil }
                let member = "\n  \(quoted(key)): {\n    \(quoted(name)): \(entry.indented(by: 2))\n  }"
                return (start + 1..<start + 1, member + (top.isEmpty ? "\n" : ","))
            }
            guard let inner = JSONSkim.members(of: bytes, in: servers.value) else { return nil }
            if let old = inner.first(where: { Self.spells(bytes, $0.name, name) }) {
                return (old.value, entry.indented(by: 2))
            }
            let start = servers.value.lowerBound + 1
            let member = "\n    \(quoted(name)): \(entry.indented(by: 2))"
            return (start..<start, member + (inner.isEmpty ? "\n  " : ","))
        }
        guard let places else { throw .unsure }
        return Array(bytes[..<places.range.lowerBound]) + Array(places.text.utf8)
            + Array(bytes[places.range.upperBound...])
    }

    private static func spells(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ name: String) -> Bool {
        bytes[range].elementsEqual(name.utf8)
    }

    private func quoted(_ text: String) -> String { JSONValue.string(text).canonicalText }
}

extension JSONValue {
    /// A member a line, in the order in which they stand: for files of people, and for differences between lines.
    package func indented(by depth: Int = 0) -> String {
        let inner = String(repeating: "  ", count: depth + 1)
        let outer = String(repeating: "  ", count: depth)
        switch self {
        case .array(let elements) where !elements.isEmpty:
            return "[\n" + elements.map { inner + $0.indented(by: depth + 1) }.joined(separator: ",\n") + "\n\(outer)]"
        case .object(let object) where !object.members.isEmpty:
            let lines = object.members.map {
                "\(inner)\(JSONValue.string($0.name).canonicalText): \($0.value.indented(by: depth + 1))"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
        case .null, .bool, .number, .string, .array, .object: return canonicalText
        }
    }
}
