import HITLCore

/// One message that came in the body of an HTTP reply, and that it is one.
struct ServerMessage {
    enum Kind {
        case answer(MessageID)
        case request
        case notification
        /// Answers only.
        case batch([MessageID])
    }

    let kind: Kind
    /// As a line: the bytes as they came but for line ends between its words.
    let line: [UInt8]
    let value: JSONValue

    init(_ bytes: [UInt8]) throws(ServerFault) {
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes, depth: 512)
        } catch {
            throw .nonsense("\(error)")
        }
        // Within strings there are none, so what is replaced is blank already.
        line = bytes.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
        switch value {
        case .object(let object): kind = try Self.kind(of: object)
        case .array(let elements):
            var ids: [MessageID] = []
            for element in elements {
                guard case .object(let object) = element, case .answer(let id) = try Self.kind(of: object) else {
                    throw .nonsense("a batch of something else than answers")
                }
                ids.append(id)
            }
            kind = .batch(ids)
        case .null, .bool, .number, .string: throw .nonsense("JSON that is no message")
        }
    }

    private static func kind(of object: JSONObject) throws(ServerFault) -> Kind {
        do throws(LineObjection) {
            try FoldedNames.check(object, against: ["jsonrpc", "id", "method", "params", "result", "error"], of: nil)
        } catch {
            throw .nonsense(error.why)
        }
        if case .string? = object["method"] {
            guard object["result"] == nil, object["error"] == nil else {
                throw .nonsense("a message that is a request and an answer")
            }
            return object["id"] == nil ? .notification : .request
        }
        guard object["method"] == nil, (object["result"] == nil) != (object["error"] == nil) else {
            throw .nonsense("JSON that is no message")
        }
        guard let id = object["id"].flatMap(MessageID.init) else { throw .nonsense("an answer without an id") }
        return .answer(id)
    }
}
