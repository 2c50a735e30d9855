package import HITLCore
package import HITLTerminal

/// How a call's arguments look: `{ path: "/tmp/data.csv" }`, in the order and with the digits they
/// were sent with. Text of several lines stands below in a block, line by line.
package struct ArgumentsView {
    private let arguments: JSONObject
    private let isErased: Bool

    package init(_ arguments: JSONObject) {
        self.arguments = arguments
        isErased = false
    }

    package init(_ call: ToolCall) {
        arguments = call.arguments
        isErased = call.content == .erased
    }

    /// In one piece; line feeds inside strings are shown as escapes.
    package var inline: DisplayText { isErased ? "erased" : Self.text(of: .object(arguments)) }

    /// Lines under `Args:`; the first stands behind it.
    package func append(to text: inout StyledText, indent: Int) {
        guard JSONValue.object(arguments).hasSeveralLines else {
            text.append(inline)
            return
        }
        Self.append(.object(arguments), to: &text, indent: indent)
    }

    /// A value in which there is text of several lines, beginning on the line that is there.
    private static func append(_ value: JSONValue, to text: inout StyledText, indent: Int) {
        switch value {
        case .object(let object) where value.hasSeveralLines:
            text.append("{")
            for member in object.members {
                text.line(name(member.name) + ": ", indent: indent + 2)
                append(member.value, to: &text, indent: indent + 2)
                if !member.value.isBlock { text.append(",") }
            }
            text.line("}", indent: indent)
        case .array(let elements) where value.hasSeveralLines:
            text.append("[")
            for element in elements {
                text.line("", indent: indent + 2)
                append(element, to: &text, indent: indent + 2)
                if !element.isBlock { text.append(",") }
            }
            text.line("]", indent: indent)
        case .string(let string) where value.isBlock:
            let lines = DisplayText.block(untrusted: string).closedLines
            text.append("\(lines.count) \(lines.count == 1 ? "line" : "lines"), \(string.utf8.count) bytes", .dim)
            text.append(string.utf8.last == UInt8(ascii: "\n") ? ":" : ", no line feed at the end:", .dim)
            for line in lines {
                text.newLine(indent: indent + 2, hangingIndent: indent + 6)
                text.append(.bar, .dim)
                text.append(line)
            }
        case .null, .bool, .number, .string, .array, .object: text.append(Self.text(of: value))
        }
    }

    static func name(_ name: String) -> DisplayText {
        isIdentifier(name) ? DisplayText(untrusted: name) : quoted(name)
    }

    private static func isIdentifier(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"):
                true
            default: false
            }
        }
    }

    /// Between quotes, so that the end of the text is seen. A quote or backslash in it is escaped as JSON
    /// does; all else that needs it as `DisplayText` does.
    package static func quoted(_ text: String) -> DisplayText {
        var escaped: [UInt8] = []
        escaped.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { escaped.append(UInt8(ascii: "\\")) }
            escaped.append(byte)
        }
        return "\"\(DisplayText(untrusted: escaped))\""
    }

    package static func text(of value: JSONValue) -> DisplayText {
        switch value {
        case .null: "null"
        case .bool(true): "true"
        case .bool(false): "false"
        case .number(let number): DisplayText(untrusted: number.lexeme)
        case .string(let string): quoted(string)
        case .array(let elements):
            elements.isEmpty ? "[]" : "[\(elements.map(text(of:)).joined(separator: ", "))]"
        case .object(let object):
            object.members.isEmpty
                ? "{}"
                : "{ \(object.members.map { name($0.name) + ": " + text(of: $0.value) }.joined(separator: ", ")) }"
        }
    }
}

extension JSONValue {
    /// Text of several lines, which stands below its name.
    fileprivate var isBlock: Bool {
        if case .string(let string) = self { string.utf8.contains(UInt8(ascii: "\n")) } else { false }
    }

    /// Whether there is such text in it.
    fileprivate var hasSeveralLines: Bool {
        switch self {
        case .null, .bool, .number: false
        case .string: isBlock
        case .array(let elements): elements.contains { $0.hasSeveralLines }
        case .object(let object): object.members.contains { $0.value.hasSeveralLines }
        }
    }
}
