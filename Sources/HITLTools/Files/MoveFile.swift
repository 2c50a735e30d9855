import HITLCore
import HITLPlatform

struct MoveFile: Tool {
    private let from: String
    private let to: String

    init(_ arguments: Arguments) throws(Obstacle) {
        from = try arguments.required("from")
        to = try arguments.required("to")
    }

    func inspect(in place: Surroundings) async -> Inspection {
        var inspection = Inspection()
        var way: (source: String?, target: String?)
        inspection.attempt { inspection throws(Obstacle) in
            let (source, relative) = try place.enter(
                from, to: .changing, noting: &inspection, last: .kept, reach: .everythingBelow)
            let entry = try EntrySummary.of(relative, in: place.workspace)
            try inspection.pin(source, entry, relative, in: place)
            inspection.preview = "moves `\(relative)`: \(entry.words)"
            way.source = relative
        }
        inspection.attempt { inspection throws(Obstacle) in
            let (target, relative) = try place.enter(to, to: .changing, noting: &inspection, last: .kept)
            guard let state = try place.workspace.state(of: relative, limit: 0) else {
                throw .file(FileError(path: to, reason: .alreadyExists))
            }
            inspection.pin(target.absolute, state)
            way.target = relative
            guard state == .absent else { throw .file(FileError(path: to, reason: .alreadyExists)) }
        }
        if let source = way.source, let target = way.target {
            inspection.preview = (inspection.preview ?? "") + "\nto `\(target)`"
            if PathText.isAtOrBelow("/" + target, "/" + source) { inspection.obstacles.append(.intoItself(from)) }
        }
        return inspection
    }

    func run(_ errand: Errand, in place: Surroundings) async throws(Obstacle) -> Outcome {
        let source = try place.workspace.relative(from, shownIn: errand.call)
        let target = try place.workspace.relative(to, shownIn: errand.call)
        let identity = try place.workspace.identity(at: source, shownIn: errand.call)
        try Obstacle.fromFile { () throws(FileError) in
            try place.workspace.directory.move(source, to: target, expecting: identity, creatingParents: true)
        }
        return .done(
            "moved `\(source)` to `\(target)`", ["moved": true, "from": .string(source), "to": .string(target)])
    }
}
