package import HITLTerminal

/// What this program says about one of its agents, in one row: `acp is now in mode ask.`
package enum AgentNoticeView {
    package static func text(_ lineage: [String], _ words: String, isWarning: Bool) -> StyledText {
        var text = StyledText()
        text.newLine(hangingIndent: 4)
        if isWarning { text.append(.warning, .warning) }
        text.append(lineage: lineage, isWarning ? .warning : .dim)
        text.append(" \(DisplayText(untrusted: words))", isWarning ? .warning : .dim)
        return text
    }
}
