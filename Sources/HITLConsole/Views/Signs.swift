import HITLCore
import HITLTerminal

/// The few pictures, each with the words that stand for it where pictures are not wanted.
extension Glyph {
    static let pending = Glyph("📋 ")
    static let approved = Glyph("✅ ")
    static let rejected = Glyph("❌ ")
    static let history = Glyph("📜 ")
    static let statistics = Glyph("📊 ")
    static let arrived = Glyph("🔔 ")
    static let expired = Glyph("⌛ ")
    static let warning = Glyph("⚠ ", words: "! ")
    static let edited = Glyph("📝 ")
    static let running = Glyph("⏳ ")
    /// Before each line of somebody else's words.
    static let bar = Glyph("│ ", words: "| ")
    /// Between an agent and its sub-agent.
    static let below = Glyph(" › ", words: " > ")
    static let ellipsis = Glyph("…", words: "...")
    static let becomes = Glyph(" → ", words: " -> ")
}

extension StyledText {
    /// Begins a line of somebody else's words, which a bar keeps apart from ours, also where it is wrapped.
    mutating func barredLine(_ text: DisplayText, _ style: Style = .plain, bar: Style = .dim, indent: Int) {
        newLine(indent: indent, hangingIndent: indent + 2)
        append(.bar, bar)
        append(text, style)
    }

    mutating func append(lineage: [String], _ style: Style = .plain) {
        for (place, name) in lineage.enumerated() {
            if place > 0 { append(.below, style) }
            append(DisplayText(untrusted: name), style)
        }
    }

    /// Words of the definitions, which are ours: their `…` has words for where it cannot be shown.
    mutating func append(definition text: String, _ style: Style = .plain) {
        let parts = text.parts(between: "…")
        for (place, part) in parts.enumerated() {
            if place > 0 { append(.ellipsis, style) }
            append(DisplayText(untrusted: part), style)
        }
    }
}
