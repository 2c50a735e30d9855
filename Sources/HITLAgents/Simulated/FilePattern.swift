/// Which files of a directory are meant: `*.tmp`, `cache/part-?.bin`. `*` stands for any bytes of a
/// name or none, `?` for one character; the directory is written out.
package struct FilePattern: Sendable, Equatable {
    /// Relative to the workspace; `.` is the workspace itself.
    package let directory: String
    private let name: [UInt8]

    package init?(_ text: String) {
        var components = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let last = components.popLast(), !last.isEmpty, RelativePath.isPlain(components),
            !components.contains(where: { $0.utf8.contains(where: Self.isWild) })
        else { return nil }
        directory = components.isEmpty ? "." : components.joined(separator: "/")
        name = Array(last.utf8)
    }

    package var text: String { path(of: String(decoding: name, as: UTF8.self)) }

    /// Relative to the workspace.
    package func path(of name: String) -> String { directory == "." ? name : directory + "/" + name }

    /// A name that begins with a dot is matched by a pattern that does.
    package func matches(_ candidate: String) -> Bool {
        let candidate = Array(candidate.utf8)
        if candidate.first == UInt8(ascii: "."), name.first != UInt8(ascii: ".") { return false }
        var (place, at) = (0, 0)
        var star: (at: Int, place: Int)?
        while place < candidate.count {
            if at < name.count, name[at] == UInt8(ascii: "*") {
                star = (at, place)
                at += 1
            } else if at < name.count, name[at] == UInt8(ascii: "?") {
                at += 1
                place += 1
                // The rest of a character in UTF-8.
                while place < candidate.count, candidate[place] & 0xC0 == 0x80 { place += 1 }
            } else if at < name.count, name[at] == candidate[place] {
                at += 1
                place += 1
            } else if let last = star {
                star = (last.at, last.place + 1)
                (place, at) = (last.place + 1, last.at + 1)
            } else {
                return false
            }
        }
        return name[at...].allSatisfy { $0 == UInt8(ascii: "*") }
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
