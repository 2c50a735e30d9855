import HITLCore
import Testing

@Suite struct `A glob` {
    @Test(
        arguments: [
            ("*", "", true), ("*", "anything/at all\n", true), ("wire_transfer", "wire_transfer", true),
            ("wire_transfer", "wire_transfers", false), ("*transfer*", "bankTransferNow", false),
            ("*transfer*", "bank_transfer_now", true), ("a*", "a", true), ("*a", "ba", true), ("*a", "ab", false),
            ("a*b*c", "a-b-b-c", true), ("a*b*c", "acb", false), ("?", "\u{E9}", true), ("?", "e\u{301}", false),
            ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false), ("[^a-c]x", "dx", true), ("[]]", "]", true),
            ("\\*", "*", true), ("\\*", "x", false), ("a.b", "axb", false), ("**", "a/b", true), ("A", "a", false),
            ("mcp__*__delete", "mcp__fs__delete", true),
        ]) func `matches the whole text, case and all`(glob: String, text: String, expected: Bool) throws
    {
        #expect(try Pattern(glob: glob).matches(text) == expected, "\(glob) on \(text)")
    }

    @Test(
        arguments: [
            ("/site/*", "/site/a", true), ("/site/*", "/site/a/b", false), ("/site/*", "/site/", false),
            ("/site/*", "/site", false), ("/site/**", "/site/a/b", true), ("/site/**", "/site", false),
            ("/site/**", "/workspace-evil/a", false), ("/site/**", "/site-evil/a", false),
            ("/site/**/x", "/site/x", true), ("/site/**/x", "/site/a/b/x", true), ("/site/**/x", "/site/ax", false),
            ("**/.git/**", "/a/.git/config", true), ("**/.git/**", "/.git/hooks/x", true),
            ("**/.git/**", "/a/x.git/config", false), ("**/*.key", "/a/b.key", true), ("**/*.key", "/a/b.key/c", false),
            ("/a/?", "/a/b", true), ("/a?b", "/a/b", false), ("/a[!b]c", "/a/c", false), ("/", "/", true),
            ("/**", "/etc", true), ("/etc/passwd", "/etc/passwd", true), ("/etc/passwd", "/ETC/passwd", false),
        ]) func `over paths goes component by component`(glob: String, path: String, expected: Bool) throws
    {
        #expect(try Pattern(pathGlob: glob).matches(path) == expected, "\(glob) on \(path)")
    }

    @Test(
        arguments: [
            ("", "an empty pattern matches nothing (at byte 1 of the pattern)"),
            ("work/*", "a pattern of paths begins with `/` or `**/` (at byte 1 of the pattern)"),
            ("/a/../b", "`.` and `..` never stand in a resolved path (at byte 4 of the pattern)"),
            ("/a//b", "an empty pattern matches nothing (at byte 4 of the pattern)"),
            ("/a/", "an empty pattern matches nothing (at byte 4 of the pattern)"),
            ("/a/b**", "`**` stands alone between two separators (at byte 5 of the pattern)"),
            ("/a/[b", "the class that begins here has no `]` (at byte 4 of the pattern)"),
            ("/a\\", "the pattern ends in a backslash (at byte 3 of the pattern)"),
        ]) func `over paths that could never match is refused with its place`(glob: String, error: String)
    {
        do throws(PatternError) {
            _ = try Pattern(pathGlob: glob)
            Issue.record("accepted \(glob)")
        } catch let refused { #expect(refused.description == error) }
    }
}
