import HITLCore

/// One line of the client, as far as HTTP has to say what it is.
struct ClientMessage {
    enum Kind {
        case initialize(MessageID)
        case request(MessageID, method: String)
        /// Several requests in one, which are answered as one.
        case batch([MessageID])
        case notification(method: String)
        case cancelled(MessageID)
        /// To what the server asked.
        case answer
    }

    let kind: Kind
    let line: [UInt8]
    /// Of the newer era: the version that it says itself.
    let version: String?
    private let parameters: JSONObject?

    init(_ line: [UInt8]) throws(LineObjection) {
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: line, depth: 512) } catch {
            throw LineObjection(nil, .notJSON, error.description)
        }
        self.line = line.last == 0x0D ? line.dropLast() : line
        guard case .object(let message) = value else {
            guard case .array(let elements) = value else {
                throw LineObjection(nil, .invalidRequest, "a line is one message or a batch of them")
            }
            let ids = elements.compactMap { element in
                element.object.flatMap { $0["method"] == nil ? nil : $0["id"] }.flatMap(MessageID.init)
            }
            kind = ids.isEmpty ? .answer : .batch(ids)
            (version, parameters) = (nil, nil)
            return
        }
        parameters = message["params"]?.object
        guard let method = message["method"]?.string else {
            kind = .answer
            version = nil
            return
        }
        version = parameters?["_meta"]?.object?["io.modelcontextprotocol/protocolVersion"]?.string
        guard let sent = message["id"] else {
            let cancelled = parameters?["requestId"].flatMap(MessageID.init)
            if method == "notifications/cancelled", let cancelled {
                kind = .cancelled(cancelled)
            } else {
                kind = .notification(method: method)
            }
            return
        }
        guard let id = MessageID(sent) else {
            throw LineObjection(nil, .invalidRequest, "the id of a request must be a string or a plain integer")
        }
        kind = method == "initialize" ? .initialize(id) : .request(id, method: method)
        // What cannot stand in a header as it is would have to be put there otherwise than it stands in the body.
        guard version == nil || Self.isPlain(method) && Self.isPlain(version ?? "") else {
            throw LineObjection(id, .invalidRequest, "a method or version with such characters cannot be sent")
        }
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 256 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    var ids: [MessageID] {
        switch kind {
        case .initialize(let id), .request(let id, _): [id]
        case .batch(let ids): ids
        case .notification, .cancelled, .answer: []
        }
    }

    var isCall: Bool {
        if case .request(_, ToolsCall.method) = kind { true } else { false }
    }

    /// What of the message is said in the header as well (MCP 2026-07-28); nothing in the older era.
    func mirrored(_ declared: MirroredParameters) -> [ServerEndpoint.Field] {
        guard let version else { return [] }
        var fields = [ServerEndpoint.Field("MCP-Protocol-Version", version)]
        guard case .request(_, let method) = kind else { return fields }
        fields.append(.init("Mcp-Method", method))
        let name: String? =
            switch method {
            case ToolsCall.method, "prompts/get": parameters?["name"]?.string
            case "resources/read": parameters?["uri"]?.string
            default: nil
            }
        guard let name else { return fields }
        fields.append(.init("Mcp-Name", FieldText.mirrored(name)))
        if method == ToolsCall.method, let arguments = parameters?["arguments"]?.object {
            fields += declared.fields(of: name, arguments)
        }
        return fields
    }
}
