extension ToolCall {
    /// What the digest is over: everything that decides what runs. The agent's claims stay outside,
    /// so that the same call with another story is seen to be the same call.
    public var digested: [UInt8] {
        JSONValue.object(JSONObject(members(withClaims: false))).canonical
    }

    /// The whole call as it stands in the ledger.
    public var json: JSONValue { .object(JSONObject(members(withClaims: true))) }

    private func members(withClaims: Bool) -> [JSONObject.Member] {
        var members: [JSONObject.Member] = [
            .init("agent", .string(origin.agent)),
            .init("arguments", .object(arguments)),
        ]
        // Canonical JSON sorts names; people are shown them as they were sent, after a restart too.
        if withClaims, let order = arguments.orderIfUnsorted { members.append(.init("argumentOrder", order)) }
        if let compensates { members.append(.init("compensates", .string(compensates.description))) }
        if withClaims, let confidence = claims.confidence { members.append(.init("confidence", .number(confidence))) }
        if content != .whole { members.append(.init("content", .string(content.rawValue))) }
        if let directory { members.append(.init("directory", .string(directory))) }
        if facts != Facts() { members.append(.init("facts", facts.json)) }
        members.append(.init("kind", .string(kind.rawValue)))
        if !origin.lineage.isEmpty { members.append(.init("lineage", .array(origin.lineage.map(JSONValue.string)))) }
        members.append(.init("performer", .string(performer.rawValue)))
        if withClaims, let reason = claims.reason { members.append(.init("reason", .string(reason))) }
        members.append(.init("session", .string(origin.session)))
        members.append(.init("tool", .string(tool)))
        return members
    }

    /// Reads back what `json` wrote.
    ///
    /// - Throws: `RecordError` that names the first member which is missing or of another type.
    public convenience init(json value: JSONValue) throws(RecordError) {
        let record = try RecordReader(value, "call")
        guard let kind = ToolKind(rawValue: try record.text("kind")) else { throw .unknownWord("kind") }
        guard let performer = Performer(rawValue: try record.text("performer")) else { throw .unknownWord("performer") }
        var confidence: JSONNumber?
        if case .number(let number)? = record["confidence"] { confidence = number }
        self.init(
            tool: try record.text("tool"), kind: kind,
            arguments: try record.object("arguments").ordered(by: try record.texts("argumentOrder")),
            origin: Origin(
                agent: try record.text("agent"), session: try record.text("session"),
                lineage: try record.texts("lineage")),
            directory: record["directory"]?.string,
            claims: Claims(reason: record["reason"]?.string, confidence: confidence),
            performer: performer,
            facts: try record["facts"].map { value throws(RecordError) in try Facts(json: value) } ?? Facts(),
            compensates: try record["compensates"].map { value throws(RecordError) in
                guard let subject = value.string.flatMap({ Subject($0) }) else { throw .missing("compensates") }
                return subject
            },
            content: try record["content"].map { value throws(RecordError) in
                guard let content = value.string.flatMap(Content.init) else { throw .unknownWord("content") }
                return content
            } ?? .whole)
    }
}

extension JSONObject {
    fileprivate var orderIfUnsorted: JSONValue? {
        let names = members.map(\.name)
        let isSorted = zip(names, names.dropFirst()).allSatisfy { $0.utf16.lexicographicallyPrecedes($1.utf16) }
        return isSorted ? nil : .array(names.map(JSONValue.string))
    }

    /// The members named first, in that order, then the others.
    fileprivate func ordered(by names: [String]) -> JSONObject {
        guard !names.isEmpty else { return self }
        var rest = self
        var first: [Member] = []
        for name in names {
            guard let value = rest[name] else { continue }
            first.append(Member(name, value))
            rest[name] = nil
        }
        return JSONObject(first + rest.members)
    }
}

extension Facts {
    var json: JSONValue {
        .members([
            "command": command.map { command in
                .members([
                    "argv": .array(command.argv.map(JSONValue.string)),
                    "confinement": command.confinement.map { .string($0.rawValue) },
                    "environment": command.environment.isEmpty ? nil : .array(command.environment.map(\.json)),
                    "executable": .string(command.executable),
                ])
            },
            "gateFiles": gateFiles.isEmpty ? nil : .array(gateFiles.map(JSONValue.string)),
            "paths": paths.isEmpty
                ? nil
                : .array(paths.map { .members(["given": .string($0.given), "resolved": .string($0.resolved)]) }),
            "pins": pins.isEmpty ? nil : .array(pins.map(\.json)),
            "preview": preview.map(JSONValue.string),
            "warnings": warnings.isEmpty ? nil : .array(warnings.map(JSONValue.string)),
        ])
    }

    init(json value: JSONValue) throws(RecordError) {
        let record = try RecordReader(value, "facts")
        self.init(
            command: try record["command"].map { value throws(RecordError) in try Command(json: value) },
            paths: try (record["paths"]?.array ?? []).map { value throws(RecordError) in
                let path = try RecordReader(value, "path")
                return ResolvedPath(given: try path.text("given"), resolved: try path.text("resolved"))
            },
            pins: try (record["pins"]?.array ?? []).map { value throws(RecordError) in try Pin(json: value) },
            preview: record["preview"]?.string, warnings: try record.texts("warnings"),
            gateFiles: try record.texts("gateFiles"))
    }
}

extension Facts.Command {
    init(json value: JSONValue) throws(RecordError) {
        let record = try RecordReader(value, "command")
        self.init(
            argv: try record.texts("argv"), executable: try record.text("executable"),
            environment: try (record["environment"]?.array ?? []).map { value throws(RecordError) in
                try Facts.EnvironmentChange(json: value)
            },
            confinement: try record["confinement"].map { value throws(RecordError) in
                guard let word = value.string, let confinement = Confinement(rawValue: word) else {
                    throw .unknownWord("confinement")
                }
                return confinement
            })
    }
}

extension Facts.EnvironmentChange {
    /// Not a member of one object: an environment may hold a name twice.
    var json: JSONValue {
        .members(["name": .string(name), "value": value.map(JSONValue.string)])
    }

    init(json value: JSONValue) throws(RecordError) {
        let record = try RecordReader(value, "environment")
        self.init(name: try record.text("name"), value: record["value"]?.string)
    }
}

extension Facts.Pin {
    var json: JSONValue {
        let state: JSONValue =
            switch state {
            case .unreadable: "unreadable"
            case .absent: "absent"
            case .directory: "directory"
            case .file(let sha256, let bytes): .members(["bytes": .integer(bytes), "sha256": .string(sha256)])
            case .symbolicLink(let target): .members(["symbolicLink": .string(target)])
            }
        return .members(["path": .string(path), "state": state])
    }

    init(json value: JSONValue) throws(RecordError) {
        let record = try RecordReader(value, "pin")
        let state: State =
            switch record["state"] {
            case .string("absent")?: .absent
            case .string("directory")?: .directory
            case .object(let file)?:
                if let sha256 = file["sha256"]?.string, let bytes = file["bytes"]?.integer {
                    .file(sha256: sha256, bytes: bytes)
                } else if let target = file["symbolicLink"]?.string {
                    .symbolicLink(target: target)
                } else {
                    .unreadable
                }
            default: .unreadable
            }
        self.init(path: try record.text("path"), state: state)
    }
}
