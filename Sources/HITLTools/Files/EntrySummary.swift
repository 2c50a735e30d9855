import HITLCore
import HITLPlatform

/// What an entry is, as far as a person needs to know before it is deleted or moved.
struct EntrySummary {
    enum Kind {
        case other
        case directory(Tree)
    }

    struct Tree {
        let entries: Int
        let directories: Int
        let bytes: UInt64
        let isWhole: Bool
    }

    let kind: Kind
    let words: String

    static func of(_ relative: String, in workspace: Workspace) throws(Obstacle) -> EntrySummary {
        let facts = try Obstacle.fromFile { () throws(FileError) in try workspace.directory.facts(of: relative) }
        switch facts.kind {
        case .file:
            return EntrySummary(kind: .other, words: "regular file, \(plural(Int(facts.size), "byte"))")
        case .symbolicLink:
            let target = String(decoding: facts.linkTarget ?? [], as: UTF8.self)
            return EntrySummary(kind: .other, words: "symbolic link to `\(target)`, which itself stays")
        case .directory:
            let tree = try tree(relative, in: workspace)
            guard tree.entries > 0 else { return EntrySummary(kind: .directory(tree), words: "empty directory") }
            let files = tree.entries - tree.directories
            let more = tree.isWhole ? "" : " or more"
            return EntrySummary(
                kind: .directory(tree),
                words: "directory with \(plural(tree.entries, "entry", "entries"))\(more) in it, "
                    + "\(plural(tree.directories, "directory", "directories")) and \(plural(files, "file")) "
                    + "of \(plural(Int(tree.bytes), "byte"))")
        case .fifo, .socket, .characterDevice, .blockDevice, .unknown:
            return EntrySummary(kind: .other, words: facts.kind.words)
        }
    }

    private static func tree(_ relative: String, in workspace: Workspace) throws(Obstacle) -> Tree {
        let listing = try Obstacle.fromFile { () throws(FileError) in
            try workspace.directory.list(relative, depth: 256, limit: 100_000)
        }
        return Tree(
            entries: listing.entries.count, directories: listing.entries.count { $0.facts.kind == .directory },
            bytes: listing.entries.reduce(0) { $0 + ($1.facts.kind == .file ? $1.facts.size : 0) },
            isWhole: listing.isWhole && listing.unread.isEmpty)
    }
}

extension Inspection {
    /// Pins the entry itself. A file that is too large to be digested is told apart by its size alone.
    mutating func pin(
        _ path: ResolvedPath, _ entry: EntrySummary, _ relative: String, in place: Surroundings
    ) throws(Obstacle) {
        switch try place.workspace.state(of: relative, limit: place.limits.pinnedBytes) {
        case .unreadable?: break  // A pipe, a socket, a device: there is no content to compare.
        case let state?: pin(path.absolute, state)
        case nil: warnings.append("`\(path.given)` is too large for its content to be compared before it goes")
        }
    }
}

extension Workspace {
    /// The identity that the entry must still have when it is deleted or moved, after it was compared with its pin.
    func identity(at relative: String, shownIn call: ToolCall) throws(Obstacle) -> FileIdentity {
        let path = absolute(relative)
        guard call.facts.pins.contains(where: { $0.path.utf8.elementsEqual(path.utf8) }) else {
            return try Obstacle.fromFile { () throws(FileError) in try directory.facts(of: relative) }.identity
        }
        switch try expectation(at: relative, shownIn: call) {
        case .unchanged(let identity): return identity
        case .absent, .anything: throw .changed("`\(path)` did not exist and now does")
        }
    }
}
