import HITLCore
import HITLPlatform

struct ListFiles: Tool {
    private let path: String
    private let isRecursive: Bool

    init(_ arguments: Arguments) throws(Obstacle) {
        path = arguments.text("path") ?? "."
        isRecursive = arguments.truth("recursive")
    }

    func inspect(in place: Surroundings) async -> Inspection {
        place.inspectReading(path)
    }

    func run(_ errand: Errand, in place: Surroundings) async throws(Obstacle) -> Outcome {
        let relative = try place.workspace.relative(path, shownIn: errand.call)
        let listing = try Obstacle.fromFile { () throws(FileError) in
            try place.workspace.directory.list(relative, depth: isRecursive ? 256 : 1, limit: place.limits.entries)
        }
        let entries = listing.entries.map { entry -> JSONValue in
            var members = [
                CapturedText.member("path", "pathBase64", entry.path[...]),
                .init("kind", .string(entry.facts.kind.rawValue)),
            ]
            if entry.facts.kind == .file { members.append(.init("bytes", .integer(Int(entry.facts.size)))) }
            if let target = entry.facts.linkTarget {
                members.append(CapturedText.member("target", "targetBase64", target[...]))
            }
            return .object(JSONObject(members))
        }
        let unread = isRecursive ? listing.unread.count : 0
        return .done(
            plural(entries.count, "entry", "entries") + (listing.isWhole ? "" : ", and more that were left out"),
            [
                "entries": .array(entries), "isWhole": .bool(listing.isWhole),
                "unreadDirectories": unread > 0 ? .integer(unread) : nil,
            ])
    }
}
