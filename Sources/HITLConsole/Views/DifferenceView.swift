import HITLCore
import HITLTerminal

/// What an edit changed, argument by argument.
struct DifferenceView {
    private let old: JSONObject
    private let new: JSONObject

    init(from old: JSONObject, to new: JSONObject) {
        self.old = old
        self.new = new
    }

    func append(to text: inout StyledText, indent: Int) {
        text.line("Changed:", indent: indent)
        var names = old.members.map(\.name)
        names += new.members.map(\.name).filter { old[$0] == nil }
        for name in names where old[name] != new[name] {
            if let value = old[name] { line("- ", name, value, .bad, to: &text, indent: indent + 2) }
            if let value = new[name] { line("+ ", name, value, .good, to: &text, indent: indent + 2) }
        }
    }

    private func line(
        _ sign: DisplayText, _ name: String, _ value: JSONValue, _ style: Style, to text: inout StyledText, indent: Int
    ) {
        text.line(sign, style, indent: indent, hangingIndent: indent + 4)
        text.append(DisplayText(untrusted: name) + ": " + ArgumentsView.text(of: value), style)
    }
}
