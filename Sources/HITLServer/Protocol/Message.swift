import HITLCore

/// One line of a client: a JSON-RPC 2.0 request.
struct Message {
    /// A string or an integer, given back as it was sent.
    let id: JSONValue
    let method: String
    let parameters: JSONObject
}

/// What a line is. Every line that is not blank is answered.
enum Line {
    case blank
    case message(Message)
    /// The id is null where the line does not let it be known.
    case refused(id: JSONValue, DeskError)

    /// The longest id and the longest name of a method, in bytes.
    private static let longestName = 256

    init(_ bytes: [UInt8]) {
        if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
            self = .blank
            return
        }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes)
        } catch {
            self = .refused(id: .null, .notJSON(error))
            return
        }
        guard case .object(let object) = value else {
            self = .refused(id: .null, .notARequest("a line is one request object"))
            return
        }
        self = Line(object)
    }

    private init(_ object: JSONObject) {
        guard let id = object["id"], id.isMessageID(within: Self.longestName) else {
            // A request that does not want to hear what came of it is not carried out: it would be decided or asked
            // blindly.
            let why = "it needs an `id` of its own, a string of at most \(Self.longestName) bytes or an integer"
            self = .refused(id: .null, .notARequest(why))
            return
        }
        func refused(_ why: String) -> Line { .refused(id: id, .notARequest(why)) }
        for member in object.members where !["jsonrpc", "id", "method", "params"].contains(exactly: member.name) {
            self = refused("it has the unknown member `\(member.name)`")
            return
        }
        guard case .string(let version)? = object["jsonrpc"], version.utf8.elementsEqual("2.0".utf8) else {
            self = refused("`jsonrpc` must be \"2.0\"")
            return
        }
        guard case .string(let method)? = object["method"], method.utf8.count <= Self.longestName else {
            self = refused("`method` must be a string")
            return
        }
        switch object["params"] {
        case nil: self = .message(Message(id: id, method: method, parameters: JSONObject()))
        case .object(let parameters)?: self = .message(Message(id: id, method: method, parameters: parameters))
        default: self = refused("`params` must be an object")
        }
    }
}

extension JSONValue {
    fileprivate func isMessageID(within limit: Int) -> Bool {
        switch self {
        case .string(let text): text.utf8.count <= limit
        case .number(let number): number.integer != nil
        case .null, .bool, .array, .object: false
        }
    }
}

extension [String] {
    /// Byte by byte: names that merely look alike are other names.
    func contains(exactly name: String) -> Bool { contains { $0.utf8.elementsEqual(name.utf8) } }
}

/// What goes back to a client, one line each.
enum Reply {
    static func result(_ value: JSONValue, to id: JSONValue) -> [UInt8] {
        line(["id": id, "jsonrpc": "2.0", "result": value])
    }

    static func error(_ error: DeskError, to id: JSONValue) -> [UInt8] {
        line(["error": error.json, "id": id, "jsonrpc": "2.0"])
    }

    static func notification(_ method: String, _ parameters: JSONValue) -> [UInt8] {
        line(["jsonrpc": "2.0", "method": .string(method), "params": parameters])
    }

    private static func line(_ value: JSONValue) -> [UInt8] { value.canonical + [UInt8(ascii: "\n")] }
}
