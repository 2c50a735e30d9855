/// A regular expression or a glob that was read and found acceptable.
///
/// It matches in time proportional to the text: no pattern, however it is written, can hang who asks. Bytes are
/// compared, so canonically equivalent text is different text, and `\r\n` are two characters.
public struct Pattern: Sendable, Hashable {
    public enum Syntax: String, Sendable {
        /// `PatternParser` says which; it may match anywhere in a text.
        case expression
        /// `*`, `?`, `[a-z]`, `[!a-z]`, `\` before a character that is meant itself; the whole text.
        case glob
        /// A glob by components: `*` and `?` stop at `/`, `**` is any number of whole components.
        case pathGlob
        /// A glob by words of a command: `*` and `?` stop where a word ends, `**` is any number of whole words.
        case wordGlob
    }

    public let syntax: Syntax
    public let text: String
    let meaning: PatternSyntax

    /// - Throws: what is wrong and at which byte; what a linear-time engine cannot match is refused by name.
    public init(_ text: String) throws(PatternError) {
        try self.init(text, as: .expression, meaning: PatternParser.parse(text))
    }

    public init(glob text: String) throws(PatternError) {
        try self.init(text, as: .glob, meaning: GlobParser.text(text))
    }

    /// - Parameter text: begins with `/` or `**/`.
    public init(pathGlob text: String) throws(PatternError) {
        try self.init(text, as: .pathGlob, meaning: GlobParser.path(text))
    }

    /// - Parameter text: words with blanks between them: `git push **`.
    public init(wordGlob text: String) throws(PatternError) {
        try self.init(text, as: .wordGlob, meaning: GlobParser.words(text))
    }

    private init(_ text: String, as syntax: Syntax, meaning: PatternSyntax) throws(PatternError) {
        self.text = text
        self.syntax = syntax
        self.meaning = meaning
        // Nearly all are small, and a bound says so sooner than the program itself.
        guard meaning.mostInstructions > PatternProgram.greatestPattern else { return }
        var program = PatternProgram()
        do throws(PatternError.Fault) { try program.add(meaning, id: 0) } catch { throw PatternError(error, at: 0) }
    }

    /// Whether the pattern occurs in `text`. It builds its states anew each time; who asks often uses a `PatternSet`.
    ///
    /// - Returns: nil where `text` would need more effort than is allowed.
    public func matches(_ text: String) -> Bool? {
        var set = PatternSet()
        let id = set.insert(self)
        var automaton = Automaton(set.program)
        var hits = PatternHits(count: 1)
        return automaton.scan(text, into: &hits) ? id.map(hits.contains) : nil
    }

    public static func == (left: Pattern, right: Pattern) -> Bool {
        left.syntax == right.syntax && left.text.utf8.elementsEqual(right.text.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(syntax)
        hasher.combine(ExactText(text))
    }
}
