package import HITLCore
package import HITLTerminal

/// A call's arguments in a part of a line, for lists. What is left out is counted, never dropped in silence: both ends
/// of a long text are shown, and the mark stands outside of the quotes, where no text can put it.
package struct BriefArguments {
    private let arguments: JSONObject

    package init(_ arguments: JSONObject) {
        self.arguments = arguments
    }

    private static let mostMembers = 4
    private static let head = 40
    private static let tail = 16

    package var text: DisplayText {
        guard !arguments.members.isEmpty else { return "{}" }
        var parts = arguments.members.prefix(Self.mostMembers).map { member in
            ArgumentsView.name(member.name) + ": " + Self.text(of: member.value)
        }
        let more = arguments.members.count - parts.count
        if more > 0 { parts.append("[\(more) more]") }
        return "{ \(parts.joined(separator: ", ")) }"
    }

    private static func text(of value: JSONValue) -> DisplayText {
        guard case .string(let text) = value else {
            let whole = ArgumentsView.text(of: value)
            return whole.text.utf8.count <= head + tail + 20 ? whole : quoted(value.canonicalText)
        }
        return quoted(text)
    }

    private static func quoted(_ text: String) -> DisplayText {
        let scalars = text.unicodeScalars
        guard scalars.count > head + tail + 20 else { return ArgumentsView.quoted(text) }
        let first = String(String.UnicodeScalarView(scalars.prefix(head)))
        let last = String(String.UnicodeScalarView(scalars.suffix(tail)))
        let hidden = text.utf8.count - first.utf8.count - last.utf8.count
        return "\(ArgumentsView.quoted(first)) [\(hidden) bytes] \(ArgumentsView.quoted(last))"
    }
}
