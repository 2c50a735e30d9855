package import HITLCore
import HITLPlatform

/// A tool as agents and people are told of it. Help, the manual and the schemas that models see are made of these.
package struct ToolDefinition: Sendable {
    package let name: String
    package let kind: ToolKind
    /// One sentence, for the agent and for `help`.
    package let summary: String
    package let parameters: [Parameter]
    /// What `Outcome.result` holds, by member.
    package let results: [ResultMember]
    let make: @Sendable (Arguments) throws(Obstacle) -> any Tool

    package struct Parameter: Sendable {
        package let name: String
        package let form: Form
        package let isRequired: Bool
        package let summary: String
    }

    package enum Form: String, Sendable, CaseIterable {
        case text
        case integer
        case truth
        /// `250ms`, `30s`, `5m`.
        case duration
        case texts
        case textOrTexts
        /// An object whose members are all texts.
        case textMembers
        /// Bytes in base64 (RFC 4648 §4), with padding.
        case base64
        /// `0644`
        case permissions
    }

    package struct ResultMember: Sendable {
        package let name: String
        package let summary: String
    }
}

extension ToolDefinition {
    /// JSON Schema of the arguments, as models and MCP clients want it.
    package var schema: JSONValue {
        let properties = parameters.map { parameter in
            JSONObject.Member(parameter.name, parameter.form.schema(described: parameter.summary))
        }
        return [
            "type": "object",
            "properties": .object(JSONObject(properties)),
            "required": .array(parameters.filter(\.isRequired).map { .string($0.name) }),
            "additionalProperties": false,
        ]
    }
}

extension ToolDefinition.Form {
    /// The end of a sentence that begins with the parameter: `… must be a text`.
    var words: String {
        switch self {
        case .text: "a text"
        case .integer: "a whole number of 0 or more"
        case .truth: "true or false"
        case .duration: "a duration such as \"30s\""
        case .texts: "a list of texts"
        case .textOrTexts: "a text or a list of texts"
        case .textMembers: "an object whose members are texts"
        case .base64: "bytes in base64"
        case .permissions: "permissions in octal such as \"0644\""
        }
    }

    func holds(_ value: JSONValue) -> Bool {
        switch self {
        case .text: value.string != nil
        case .integer: (value.integer ?? -1) >= 0
        case .truth: value.bool != nil
        case .duration: value.string.flatMap(Milliseconds.init(text:)) != nil
        case .texts: value.array?.allSatisfy { $0.string != nil } ?? false
        case .textOrTexts: value.string != nil || Self.texts.holds(value)
        case .textMembers: value.object?.members.allSatisfy { $0.value.string != nil } ?? false
        case .base64: value.string.flatMap(Base64.decode) != nil
        case .permissions: value.string.flatMap(Permissions.init) != nil
        }
    }

    fileprivate func schema(described summary: String) -> JSONValue {
        let texts: JSONValue = ["type": "array", "items": ["type": "string"]]
        var schema: JSONObject
        switch self {
        case .text: schema = JSONObject([.init("type", "string")])
        case .integer: schema = JSONObject([.init("type", "integer"), .init("minimum", 0)])
        case .truth: schema = JSONObject([.init("type", "boolean")])
        case .duration: schema = JSONObject([.init("type", "string"), .init("pattern", "^[0-9]+(ms|s|m|h|d)$")])
        case .texts: schema = texts.object ?? JSONObject()
        case .textOrTexts: schema = JSONObject([.init("anyOf", [["type": "string"], texts])])
        case .textMembers:
            schema = JSONObject([.init("type", "object"), .init("additionalProperties", ["type": "string"])])
        case .base64: schema = JSONObject([.init("type", "string"), .init("contentEncoding", "base64")])
        case .permissions: schema = JSONObject([.init("type", "string"), .init("pattern", "^[01]?[0-7]{3}$")])
        }
        schema["description"] = .string(summary)
        return .object(schema)
    }
}
