package import HITLCore

/// One request that is asked about, understood exactly: a `tools/call`, or another method that is gated as well.
package struct ToolsCall: Sendable {
    package enum Form: Sendable {
        case tool
        /// Its answer has a form of its own, so a refusal is an error.
        case method
    }

    package let id: MessageID
    package let form: Form
    /// The tool's, or the method's.
    package let name: String
    /// What the call is decided by: its arguments, and beside them, as `params.…`, whatever else the server gets of
    /// it but for `_meta`: `params.task`, `params.inputResponses`.
    package let shown: JSONObject
    package let progressToken: JSONValue?
    /// Whether it speaks the protocol without handshake, in which results say that they are complete.
    package let isModern: Bool
    private let message: JSONObject
    private let parameters: JSONObject

    static let method = "tools/call"
    private static let ownNames = ["name", "arguments", "_meta"]
    private static let extraPrefix = "params."
    private static let longestName = 200

    /// A request of another method: all its parameters are shown.
    init(_ message: JSONObject, of method: String) throws(LineObjection) {
        guard let id = message["id"].flatMap(MessageID.init) else {
            throw LineObjection(nil, .invalidRequest, "the id of a \(method) must be a string or a plain integer")
        }
        switch message["params"] {
        case .object(let given)?: parameters = given
        case nil: parameters = JSONObject()
        default: throw LineObjection(id, .invalidParameters, "`params` of a \(method) must be an object")
        }
        self.id = id
        self.message = message
        form = .method
        name = method
        shown = JSONObject(parameters.members.filter { !$0.name.utf8.elementsEqual("_meta".utf8) })
        progressToken = nil
        isModern = false
    }

    init(_ message: JSONObject) throws(LineObjection) {
        guard let sent = message["id"] else {
            throw LineObjection(nil, .invalidRequest, "a tools/call without an id cannot be answered, so it is not run")
        }
        guard let id = MessageID(sent) else {
            throw LineObjection(nil, .invalidRequest, "the id of a tools/call must be a string or a plain integer")
        }
        func objection(_ why: String) -> LineObjection { LineObjection(id, .invalidParameters, why) }
        guard message["result"] == nil, message["error"] == nil else {
            throw objection("a message is a request or an answer, not both")
        }
        guard case .object(let parameters)? = message["params"] else {
            throw objection("`params` of a tools/call must be an object")
        }
        try FoldedNames.check(parameters, against: Self.ownNames + ["task", "inputResponses", "requestState"], of: id)
        guard case .string(let name)? = parameters["name"], !name.isEmpty, name.utf8.count <= Self.longestName else {
            throw objection("the name of a tool must be a string of 1 to \(Self.longestName) bytes")
        }
        var shown: JSONObject
        switch parameters["arguments"] {
        case .object(let given)?: shown = given
        // Both say that there are none, and it is shown so.
        case nil, .null?: shown = JSONObject()
        default: throw objection("`arguments` must be an object")
        }
        for member in parameters.members where !Self.isOwn(member.name) {
            let name = Self.extraPrefix + member.name
            guard shown[name] == nil else { throw objection("the argument `\(name)` is taken") }
            shown[name] = member.value
        }
        let meta: JSONObject?
        switch parameters["_meta"] {
        case .object(let given)?: meta = given
        case nil: meta = nil
        default: throw objection("`_meta` must be an object")
        }
        self.id = id
        form = .tool
        self.name = name
        self.shown = shown
        self.message = message
        self.parameters = parameters
        progressToken = meta?["progressToken"].flatMap { MessageID($0)?.json }
        isModern = meta?["io.modelcontextprotocol/protocolVersion"] != nil
    }

    private static func isOwn(_ name: String) -> Bool { ownNames.contains { $0.utf8.elementsEqual(name.utf8) } }

    /// The same for every call that asks for the same: whatever its id, its `_meta` and the order of its members.
    package var identity: [UInt8] { JSONValue.array([.string(name), .object(shown)]).canonical }

    /// Nested deeper than the desk reads: it would not know what to answer to.
    var isTooDeep: Bool { Self.isDeeper(.object(shown), than: Self.mostLevels) }

    /// Of the desk's 64, two are the request's own.
    private static let mostLevels = 62

    private static func isDeeper(_ value: JSONValue, than levels: Int) -> Bool {
        switch value {
        case .null, .bool, .number, .string: false
        case .array(let elements): levels == 0 || elements.contains { isDeeper($0, than: levels - 1) }
        case .object(let object): levels == 0 || object.members.contains { isDeeper($0.value, than: levels - 1) }
        }
    }

    /// The line for a call that a person edited: everything else as it was, in the canonical spelling.
    package func line(withEdited edited: JSONObject) -> [UInt8] {
        var message = message
        guard form == .tool else {
            var all = edited
            all["_meta"] = parameters["_meta"]
            message["params"] = .object(all)
            return JSONValue.object(message).canonical
        }
        var parameters = parameters
        var arguments = JSONObject()
        for member in parameters.members where !Self.isOwn(member.name) { parameters[member.name] = nil }
        for member in edited.members {
            if member.name.utf8.starts(with: Self.extraPrefix.utf8), shown[member.name] != nil, !isArgument(member.name)
            {
                parameters[String(member.name.unicodeScalars.dropFirst(Self.extraPrefix.utf8.count))] = member.value
            } else {
                arguments[member.name] = member.value
            }
        }
        parameters["arguments"] = .object(arguments)
        message["params"] = .object(parameters)
        return JSONValue.object(message).canonical
    }

    private func isArgument(_ name: String) -> Bool { parameters["arguments"]?.object?[name] != nil }
}
