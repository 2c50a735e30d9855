package import HITLCore

/// JSON as YAML in one line, which our own loader reads back as the same value.
///
/// Strings always have quotes, so that none is taken for a number or a word of YAML's; what is not printable ASCII is
/// escaped. YAML has no surrogates: a scalar beyond the first plane is `\U` with eight digits.
package enum YAMLText {
    package static func flow(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let number): number.lexeme
        case .string(let text): isWord(text) ? text : quoted(text)
        case .array(let elements): "[" + elements.map(flow).joined(separator: ", ") + "]"
        case .object(let object):
            object.members.isEmpty
                ? "{}"
                : "{ "
                    + object.members.map { "\(isWord($0.name) ? $0.name : quoted($0.name)): \(flow($0.value))" }
                    .joined(separator: ", ") + " }"
        }
    }

    /// A plain scalar that means the text that it is: letters, digits, `_` and `-`, a letter first, and no word of YAML's.
    private static func isWord(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first), text.utf8.count <= 40 else { return false }
        return text.utf8.allSatisfy {
            isLetter($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
        } && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case " "..."~": result.unicodeScalars.append(scalar)
            default:
                let wide = scalar.value > 0xFFFF
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += (wide ? "\\U" : "\\u") + String(repeating: "0", count: (wide ? 8 : 4) - digits.count) + digits
            }
        }
        return result + "\""
    }
}
