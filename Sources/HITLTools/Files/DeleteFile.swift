import HITLCore
import HITLPlatform

struct DeleteFile: Tool {
    private let path: String
    private let isRecursive: Bool

    init(_ arguments: Arguments) throws(Obstacle) {
        path = try arguments.required("path")
        isRecursive = arguments.truth("recursive")
    }

    func inspect(in place: Surroundings) async -> Inspection {
        var inspection = Inspection()
        inspection.attempt { inspection throws(Obstacle) in
            let (target, relative) = try place.enter(
                path, to: .changing, noting: &inspection, last: .kept, reach: .everythingBelow)
            let entry = try EntrySummary.of(relative, in: place.workspace)
            try inspection.pin(target, entry, relative, in: place)
            inspection.preview = "deletes `\(relative)`: \(entry.words)"
            if case .directory(let tree) = entry.kind {
                if tree.entries > 0 && !isRecursive { throw .directoryNotEmpty(path, entries: tree.entries) }
                if !tree.isWhole { inspection.warnings.append("not everything in `\(path)` could be counted") }
            }
        }
        return inspection
    }

    func run(_ errand: Errand, in place: Surroundings) async throws(Obstacle) -> Outcome {
        let relative = try place.workspace.relative(path, shownIn: errand.call)
        let identity = try place.workspace.identity(at: relative, shownIn: errand.call)
        let entry = try EntrySummary.of(relative, in: place.workspace)
        let deletion: ConfinedDirectory.Deletion =
            switch entry.kind {
            case .directory: isRecursive ? .tree : .emptyDirectory
            case .other: .file
            }
        let count = try Obstacle.fromFile { () throws(FileError) in
            try place.workspace.directory.delete(relative, as: deletion, expecting: identity)
        }
        return .done(
            "deleted `\(relative)`" + (count > 1 ? " and \(plural(count - 1, "entry", "entries")) in it" : ""),
            ["deleted": true, "entries": .integer(count)])
    }
}
