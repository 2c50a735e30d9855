import HITLCore

/// One line of an MCP client, as far as the gateway has to understand it.
package struct ClientLine: Sendable {
    package enum Verdict: Sendable {
        /// Nothing of it is passed on; each of these is answered.
        case refused([LineObjection])
        case call(ToolsCall)
        /// Taken back by the client; the server hears of it only where it knows the call.
        case cancelled(MessageID, reason: String?)
        /// Goes to the server as it is.
        case passes
    }

    package let verdict: Verdict
    /// Requests for the list of tools, whose answers are looked at.
    package private(set) var lists: [MessageID] = []
    /// What a batch takes back, which goes to the server with the rest of it.
    package private(set) var cancellations: [Cancellation] = []
    /// What the client calls itself.
    package private(set) var client: String?

    package struct Cancellation: Sendable {
        package let id: MessageID
        package let reason: String?
    }

    /// Calls have at most 64 levels, which the desk sees to; what passes may have more.
    private static let depth = 512
    private static let topNames = ["jsonrpc", "id", "method", "params", "result", "error"]

    /// - Parameters:
    ///   - introductions: whether a line that introduces the client is of interest.
    ///   - gated: methods that are asked about beside `tools/call`.
    package init(_ bytes: [UInt8], introductions: Bool = true, gated: [String] = []) {
        // What is looked for at a glance is what every gateway looks for.
        guard gated.isEmpty else {
            self.init(reading: bytes, gated)
            return
        }
        switch LineScan.look(at: bytes, introductions: introductions) {
        case .plain: self.init(verdict: .passes)
        case .suspicious: self.init(reading: bytes, gated)
        }
    }

    private init(reading bytes: [UInt8], _ gated: [String]) {
        // CRLF ends lines too; elsewhere a CR would end one for some servers, and what follows it would be another.
        let body = bytes.last == 0x0D ? bytes.dropLast() : bytes[...]
        guard !body.contains(0x0D) else {
            self.init(verdict: .refused([LineObjection(nil, .notJSON, "a carriage return stands within the line")]))
            return
        }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes, depth: Self.depth)
        } catch {
            let code: LineObjection.Code
            if case .repeatedName = error.fault { code = .invalidRequest } else { code = .notJSON }
            self.init(verdict: .refused([LineObjection(Self.id(skimmedFrom: bytes), code, error.description)]))
            return
        }
        switch value {
        case .object(let object):
            do throws(LineObjection) {
                self = try ClientLine(message: object, gated)
            } catch {
                self.init(verdict: .refused([error]))
            }
        case .array(let elements): self.init(batch: elements, gated)
        case .null, .bool, .number, .string:
            self.init(
                verdict: .refused([LineObjection(nil, .invalidRequest, "a line is one message or a batch of them")]))
        }
    }

    private init(verdict: Verdict, lists: [MessageID] = [], client: String? = nil) {
        self.verdict = verdict
        self.lists = lists
        self.client = client
    }

    private init(message: JSONObject, _ gated: [String]) throws(LineObjection) {
        let id = message["id"].flatMap(MessageID.init)
        try FoldedNames.check(message, against: Self.topNames, of: id)
        guard let method = message["method"] else {
            self.init(verdict: .passes)
            return
        }
        guard case .string(let method) = method else {
            throw LineObjection(id, .invalidRequest, "`method` must be a string")
        }
        let client = Self.introduction(message["params"]?.object)
        switch method {
        case ToolsCall.method: self.init(verdict: .call(try ToolsCall(message)), client: client)
        case "tools/list":
            guard let id else {
                throw LineObjection(nil, .invalidRequest, "the id of a tools/list must be a string or a plain integer")
            }
            self.init(verdict: .passes, lists: [id], client: client)
        case "notifications/cancelled":
            let parameters = message["params"]?.object
            if let cancelled = parameters?["requestId"].flatMap(MessageID.init) {
                self.init(verdict: .cancelled(cancelled, reason: parameters?["reason"]?.string))
            } else {
                self.init(verdict: .passes)
            }
        default:
            if gated.contains(where: { $0.utf8.elementsEqual(method.utf8) }) {
                self.init(verdict: .call(try ToolsCall(message, of: method)), client: client)
                return
            }
            // A server that trims or folds would take it for a call.
            let letters = Self.letters(method)
            for name in [ToolsCall.method, "tools/list"] + gated where Self.letters(name) == letters {
                throw LineObjection(id, .invalidRequest, "`\(method)` can be read as `\(name)`")
            }
            self.init(verdict: .passes, client: client)
        }
    }

    private static func letters(_ method: String) -> [UInt8] {
        FoldedNames.fold(method).filter { (0x61...0x7A).contains($0) }
    }

    /// A batch passes whole or not at all, because it is answered as one.
    private init(batch elements: [JSONValue], _ gated: [String]) {
        var lists: [MessageID] = []
        var cancellations: [Cancellation] = []
        var objections: [LineObjection] = []
        var ids: [MessageID] = []
        for element in elements {
            guard case .object(let message) = element else {
                objections.append(LineObjection(nil, .invalidRequest, "a batch holds messages only"))
                continue
            }
            if message["method"] != nil, let id = message["id"].flatMap(MessageID.init) { ids.append(id) }
            do throws(LineObjection) {
                let line = try ClientLine(message: message, gated)
                lists += line.lists
                switch line.verdict {
                case .call(let call):
                    throw LineObjection(
                        call.id, .invalidRequest, "a tools/call cannot be part of a batch; send it on a line of its own"
                    )
                case .cancelled(let id, let reason): cancellations.append(Cancellation(id: id, reason: reason))
                case .passes, .refused: break
                }
            } catch {
                objections.append(error)
            }
        }
        guard !objections.isEmpty else {
            self.init(verdict: elements.isEmpty ? .refused([Self.emptyBatch]) : .passes, lists: lists)
            self.cancellations = cancellations
            return
        }
        let answered = Set(objections.compactMap(\.id))
        for id in ids where !answered.contains(id) {
            objections.append(LineObjection(id, .invalidRequest, "another message of its batch was refused"))
        }
        self.init(verdict: .refused(objections))
    }

    private static let emptyBatch = LineObjection(nil, .invalidRequest, "a batch must hold a message")

    /// Both eras: in `initialize`, and in the `_meta` of every request.
    private static func introduction(_ parameters: JSONObject?) -> String? {
        let info =
            parameters?["clientInfo"] ?? parameters?["_meta"]?.object?["io.modelcontextprotocol/clientInfo"]
        guard case .string(let name)? = info?.object?["name"], !name.isEmpty else { return nil }
        return name
    }

    /// The id of what cannot be read, so that its sender does not wait: only where there is no doubt about it.
    private static func id(skimmedFrom bytes: [UInt8]) -> MessageID? {
        bytes.withUnsafeBufferPointer { bytes in
            guard let members = JSONSkim.members(of: bytes, in: 0..<bytes.count) else { return nil }
            let ids = members.filter { bytes.spells("id", in: $0.name) }
            guard ids.count == 1, let value = try? JSONValue(parsing: Array(bytes[ids[0].value])) else { return nil }
            return MessageID(value)
        }
    }
}
