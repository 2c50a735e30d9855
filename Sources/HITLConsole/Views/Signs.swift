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
}
