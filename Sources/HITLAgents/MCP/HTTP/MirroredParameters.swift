import HITLCore

/// Which arguments a server's tools want to see in the header, too: `x-mcp-header` in their schemas.
struct MirroredParameters {
    private struct Parameter {
        let path: [String]
        let field: String
    }

    private var tools: [[UInt8]: [Parameter]] = [:]
    private static let deepest = 32

    /// The server's answer to a `tools/list`.
    mutating func observe(_ answer: JSONValue) {
        for definition in answer.object?["result"]?.object?["tools"]?.array ?? [] {
            guard let name = definition.object?["name"]?.string else { continue }
            var found: [Parameter] = []
            if let schema = definition.object?["inputSchema"]?.object { Self.collect(schema, [], &found) }
            let names = found.map { $0.field.lowercased() }
            // Two that differ in case only would be one field.
            tools[Array(name.utf8)] = Set(names).count == names.count && !found.isEmpty ? found : nil
        }
    }

    private static func collect(_ schema: JSONObject, _ path: [String], _ found: inout [Parameter]) {
        guard path.count < deepest, let properties = schema["properties"]?.object else { return }
        for member in properties.members {
            guard let property = member.value.object else { continue }
            if let field = property["x-mcp-header"]?.string, FieldText.isName(field), field.utf8.count <= 100,
                ["string", "integer", "boolean"].contains(property["type"]?.string ?? "")
            {
                found.append(Parameter(path: path + [member.name], field: field))
            }
            collect(property, path + [member.name], &found)
        }
    }

    func fields(of tool: String, _ arguments: JSONObject) -> [ServerEndpoint.Field] {
        (tools[Array(tool.utf8)] ?? []).compactMap { parameter in
            var value: JSONValue? = .object(arguments)
            for name in parameter.path { value = value?.object?[name] }
            let text: String
            switch value {
            case .string(let string)?: text = string
            case .bool(let bool)?: text = bool ? "true" : "false"
            case .number(let number)?: text = number.lexeme
            case .null?, .array?, .object?, nil: return nil
            }
            return .init("Mcp-Param-" + parameter.field, FieldText.mirrored(text))
        }
    }
}
