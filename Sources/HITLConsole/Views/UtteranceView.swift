package import HITLTerminal

/// Something that an agent says: its name in front of the first line, the rest indented under it, so
/// that none of it can pass for a line of ours.
package enum UtteranceView {
    package static func text(_ lineage: [String], _ words: String) -> StyledText {
        let name = lineage.map(DisplayText.init(untrusted:)).joined(separator: " › ")
        var text = StyledText()
        for (place, line) in DisplayText.block(untrusted: words).lines.enumerated() {
            if place == 0 {
                text.newLine(hangingIndent: 4)
                text.append(name + "│ ", .accent)
            } else {
                text.line("│ ", .accent, indent: 2, hangingIndent: 4)
            }
            text.append(line)
        }
        return text
    }
}
