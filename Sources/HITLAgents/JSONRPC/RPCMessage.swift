package import HITLCore

/// One line from a peer that speaks JSON-RPC 2.0, where both sides ask.
///
/// What a line is follows from its members and never from its id: the two sides number independently, and both begin
/// where they like.
package enum RPCMessage: Sendable, Equatable {
    case request(RPCRequest)
    case notification(method: String, parameters: JSONObject)
    case response(id: JSONValue, Result<JSONValue, RPCError>)
    /// No message. A program may write such lines by mistake; nothing follows from them.
    case none(because: String)
    /// No message, but one that was meant as a part of an exchange, whose other side must not wait for ever.
    case unreadable(Part, id: JSONValue, because: String)
    /// A request that cannot be carried out, and whom to tell.
    case faulty(id: JSONValue, RPCError)

    package enum Part: Sendable { case request, response }

    package init(_ line: [UInt8]) {
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: line) } catch {
            let reason = "it is not JSON: \(error)"
            self = Self.unreadable(line, because: reason)
            return
        }
        guard case .object(let object) = value else {
            self = .none(because: "it is no JSON object")
            return
        }
        let version = object["jsonrpc"]?.string
        guard version?.utf8.elementsEqual("2.0".utf8) ?? false else {
            self = Self.unreadable(line, because: "it does not say that it is JSON-RPC 2.0")
            return
        }
        self = object["method"] == nil ? Self.response(object) : Self.call(object)
    }

    /// Which exchange a line belongs to that cannot be read, an argument named twice or half a character in it: only
    /// where there is no doubt about that. What it says is never looked at.
    private static func unreadable(_ line: [UInt8], because reason: String) -> RPCMessage {
        let part = line.withUnsafeBufferPointer { bytes -> (Part, JSONValue)? in
            guard let members = JSONSkim.members(of: bytes, in: 0..<bytes.count),
                !members.contains(where: { bytes[$0.name].contains(UInt8(ascii: "\\")) })
            else { return nil }
            func values(_ name: StaticString) -> [Range<Int>] {
                members.filter { bytes.spells(name, in: $0.name) }.map(\.value)
            }
            let ids = values("id")
            guard ids.count == 1, let id = try? JSONValue(parsing: Array(bytes[ids[0]])), id.isRPCID else { return nil }
            if !values("method").isEmpty { return (.request, id) }
            return values("result").isEmpty && values("error").isEmpty ? nil : (.response, id)
        }
        return part.map { .unreadable($0, id: $1, because: reason) } ?? .none(because: reason)
    }

    private static func call(_ object: JSONObject) -> RPCMessage {
        let id = object["id"]
        func faulty(_ error: RPCError) -> RPCMessage {
            id.map { .faulty(id: $0, error) } ?? .none(because: error.message)
        }
        if let id, !id.isRPCID { return .faulty(id: .null, .invalidRequest("`id` must be a string or an integer")) }
        guard case .string(let method)? = object["method"], method.utf8.count <= 256 else {
            return faulty(.invalidRequest("`method` must be a string"))
        }
        let parameters: JSONObject
        switch object["params"] {
        case nil, .null?: parameters = JSONObject()
        case .object(let members)?: parameters = members
        default: return faulty(.invalidParameters("`params` must be an object"))
        }
        guard let id else { return .notification(method: method, parameters: parameters) }
        return .request(RPCRequest(id: id, method: method, parameters: parameters))
    }

    private static func response(_ object: JSONObject) -> RPCMessage {
        guard let id = object["id"], id.isRPCID else { return .none(because: "it is an answer without an id") }
        switch (object["result"], object["error"]) {
        case (let result?, nil), (let result?, .null?): return .response(id: id, .success(result))
        case (nil, let error?), (.null?, let error?): return .response(id: id, .failure(RPCError(error)))
        case (nil, nil): return .none(because: "it is neither a request nor an answer")
        // Two answers in one: which of them is meant nobody knows, so it is none.
        case (.some, .some):
            return .response(id: id, .failure(RPCError(code: -32600, message: "both a result and an error")))
        }
    }
}

package struct RPCRequest: Sendable, Equatable {
    /// As it was sent: a string, an integer or null.
    package let id: JSONValue
    package let method: String
    package let parameters: JSONObject

    package init(id: JSONValue, method: String, parameters: JSONObject) {
        self.id = id
        self.method = method
        self.parameters = parameters
    }
}

package struct RPCError: Error, Sendable, Equatable {
    package let code: Int64
    /// In the peer's words where the peer sent it.
    package let message: String
    package let data: JSONValue?

    package init(code: Int64, message: String, data: JSONValue? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    /// What a peer sent as an error, however badly.
    init(_ value: JSONValue) {
        self.init(
            code: value.object?["code"]?.integer ?? -32603,
            message: value.object?["message"]?.string ?? value.canonicalText, data: value.object?["data"])
    }

    package static func invalidRequest(_ message: String) -> RPCError { RPCError(code: -32600, message: message) }
    package static func unknownMethod(_ method: String) -> RPCError {
        RPCError(code: -32601, message: "There is no method `\(method)` here.")
    }
    package static func invalidParameters(_ message: String) -> RPCError { RPCError(code: -32602, message: message) }
    package static let cancelled = RPCError(code: -32800, message: "The request was cancelled.")

    var json: JSONValue {
        .members(["code": .integer(code), "message": .string(message), "data": data])
    }
}

/// Lines to a peer.
enum RPCLine {
    static func request(_ id: Int64, _ method: String, _ parameters: JSONValue) -> [UInt8] {
        line(["jsonrpc": "2.0", "id": .integer(id), "method": .string(method), "params": parameters])
    }

    static func notification(_ method: String, _ parameters: JSONValue) -> [UInt8] {
        line(["jsonrpc": "2.0", "method": .string(method), "params": parameters])
    }

    static func answer(_ result: Result<JSONValue, RPCError>, to id: JSONValue) -> [UInt8] {
        switch result {
        case .success(let value): line(["jsonrpc": "2.0", "id": id, "result": value])
        case .failure(let error): line(["jsonrpc": "2.0", "id": id, "error": error.json])
        }
    }

    private static func line(_ value: JSONValue) -> [UInt8] { value.canonical + [UInt8(ascii: "\n")] }
}

extension JSONValue {
    /// Null too: the specification discourages it and peers use it.
    fileprivate var isRPCID: Bool {
        switch self {
        case .null: true
        case .string(let text): text.utf8.count <= 1024
        case .number(let number): number.integer != nil
        case .bool, .array, .object: false
        }
    }
}
