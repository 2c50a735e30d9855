import HITLCore
import HITLPlatform

/// Arguments of which every one is known to its tool, of the right form, and none that is required is missing.
struct Arguments {
    private let object: JSONObject

    init(checking object: JSONObject, against definition: ToolDefinition) throws(Obstacle) {
        for member in object.members {
            guard let parameter = definition.parameter(member.name) else {
                throw .unknownArgument(member.name, known: definition.parameters.map(\.name))
            }
            // A null is an argument that was left out, as many clients write it.
            guard member.value == .null || parameter.form.holds(member.value) else {
                throw .wrongForm(parameter.name, expected: parameter.form)
            }
        }
        for parameter in definition.parameters where parameter.isRequired {
            guard let value = object[parameter.name], value != .null else { throw .missingArgument(parameter.name) }
        }
        self.object = object
    }

    func text(_ name: String) -> String? { object[name]?.string }
    func integer(_ name: String) -> Int? { object[name]?.integer.flatMap(Int.init(exactly:)) }
    func truth(_ name: String) -> Bool { object[name]?.bool ?? false }
    func duration(_ name: String) -> Milliseconds? { object[name]?.string.flatMap(Milliseconds.init(text:)) }
    func bytes(_ name: String) -> [UInt8]? { object[name]?.string.flatMap(Base64.decode) }

    func permissions(_ name: String) -> Permissions? { object[name]?.string.flatMap(Permissions.init) }

    func texts(_ name: String) -> [String]? {
        if let text = object[name]?.string { return [text] }
        return object[name]?.array?.compactMap(\.string)
    }

    func textMembers(_ name: String) -> [(name: String, value: String)] {
        (object[name]?.object?.members ?? []).compactMap { member in member.value.string.map { (member.name, $0) } }
    }

    func required(_ name: String) throws(Obstacle) -> String {
        guard let text = text(name) else { throw .missingArgument(name) }
        return text
    }

    /// Which of two arguments was given, of which there must be exactly one.
    func either(_ one: String, _ other: String) throws(Obstacle) -> String {
        switch (object[one] ?? .null, object[other] ?? .null) {
        case (.null, .null): throw .neither(one, other)
        case (_, .null): return one
        case (.null, _): return other
        default: throw .both(one, other)
        }
    }
}

extension ToolDefinition {
    func parameter(_ name: String) -> Parameter? {
        parameters.first { $0.name.utf8.elementsEqual(name.utf8) }
    }
}
