import HITLCore

/// Which files of a directory are meant: `*.tmp`, `cache/part-?.bin`. `*` stands for any bytes of a
/// name or none, `?` for one character; the directory is written out.
package struct FilePattern: Sendable, Equatable {
    /// Relative to the workspace; `.` is the workspace itself.
    package let directory: String
    private let name: [Unicode.Scalar]

    package init?(_ text: String) {
        var components = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let last = components.popLast(), !last.isEmpty, RelativePath.isPlain(components),
            !components.contains(where: { $0.utf8.contains(where: Self.isWild) })
        else { return nil }
        directory = components.isEmpty ? "." : components.joined(separator: "/")
        name = Array(last.unicodeScalars)
    }

    package var text: String { path(of: String(String.UnicodeScalarView(name))) }

    /// Relative to the workspace.
    package func path(of name: String) -> String { directory == "." ? name : directory + "/" + name }

    /// A name that begins with a dot is matched by a pattern that does.
    package func matches(_ candidate: String) -> Bool {
        let candidate = Array(candidate.unicodeScalars)
        if candidate.first == ".", name.first != "." { return false }
        return Wildcard.matches(name, candidate, isStar: { $0 == "*" }) { $0 == "?" || $0 == $1 }
    }

    private static func isWild(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") }
}

/// Paths that scenarios may name: relative and without anything that has a meaning of its own.
enum RelativePath {
    static func isPlain(_ path: String) -> Bool {
        isPlain(path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)) && !path.isEmpty
    }

    static func isPlain(_ components: [String]) -> Bool {
        components.allSatisfy { component in
            !component.isEmpty && component != "." && component != ".."
                && component.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        }
    }
}
