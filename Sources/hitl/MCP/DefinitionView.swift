import HITLAgents
import HITLCore
import HITLLedger
import HITLTerminal
import HITLTools

/// A tool's definition, or how it changed, line by line.
enum DefinitionView {
    static func append(_ tool: ToolPins.Tool, to text: inout StyledText) {
        let before: JSONValue?
        let after: JSONValue
        switch tool.state {
        case .trusted(let definition): (before, after) = (definition, definition)
        case .appeared(let seen): (before, after) = (nil, seen)
        case .changed(let first, let seen): (before, after) = (first, seen)
        }
        text.line(before == nil ? "added: " : "changed: ", .bad, indent: 2)
        text.append(DisplayText(untrusted: tool.name), .strong)
        text.append(" (" + digest(after) + ")", .dim)
        let difference = UnifiedDiff.text(
            from: before.map { Array(($0.indented() + "\n").utf8) }, to: Array((after.indented() + "\n").utf8),
            name: "definition")
        for line in DisplayText.block(untrusted: difference).lines.dropFirst(2) {
            text.line(
                line,
                line.text.utf8.first == UInt8(ascii: "+")
                    ? .good : line.text.utf8.first == UInt8(ascii: "-") ? .bad : .plain, indent: 4, hangingIndent: 5)
        }
    }

    private static func digest(_ definition: JSONValue) -> DisplayText {
        DisplayText(untrusted: "sha256:" + Digest(hashing: definition.canonical).hex)
    }
}
