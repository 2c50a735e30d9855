package import HITLTerminal

/// Something that an agent says: its name in front of the first line, the rest indented under it, so
/// that none of it can pass for a line of ours.
package enum UtteranceView {
    package static func text(_ lineage: [String], _ words: String) -> StyledText {
        var text = StyledText()
        for (place, line) in DisplayText.block(untrusted: words).lines.enumerated() {
            if place == 0 {
                text.newLine(hangingIndent: 4)
                text.append(lineage: lineage, .accent)
                text.append(.bar, .accent)
                text.append(line)
            } else {
                text.barredLine(line, bar: .accent, indent: 2)
            }
        }
        return text
    }
}
