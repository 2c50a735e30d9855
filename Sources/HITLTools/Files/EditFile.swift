import HITLCore
import HITLPlatform

struct EditFile: Tool {
    private let path: String
    private let old: [UInt8]
    private let new: [UInt8]
    private let replacesAll: Bool

    init(_ arguments: Arguments) throws(Obstacle) {
        path = try arguments.required("path")
        old = Array(try arguments.required("oldText").utf8)
        new = Array(try arguments.required("newText").utf8)
        replacesAll = arguments.truth("replaceAll")
        guard !old.isEmpty else { throw .emptyOldText }
    }

    func inspect(in place: Surroundings) async -> Inspection {
        var inspection = Inspection()
        inspection.attempt { inspection throws(Obstacle) in
            let (target, relative) = try place.enter(path, to: .changing, noting: &inspection)
            let image = try FileImage.of(relative, in: place.workspace, limits: place.limits)
            inspection.pin(target.absolute, image.state)
            let after = try edited(try bytes(of: image, limits: place.limits)).bytes
            inspection.preview = image.preview(to: after, name: relative)
        }
        return inspection
    }

    func run(_ errand: Errand, in place: Surroundings) async throws(Obstacle) -> Outcome {
        let relative = try place.workspace.relative(path, shownIn: errand.call)
        let expectation = try place.workspace.expectation(at: relative, shownIn: errand.call)
        let image = try FileImage.of(relative, in: place.workspace, limits: place.limits)
        let (after, count) = try edited(try bytes(of: image, limits: place.limits))
        _ = try Obstacle.fromFile { () throws(FileError) in
            try place.workspace.directory.write(after, to: relative, expecting: expectation)
        }
        return .done(
            "replaced \(plural(count, "place")) in `\(relative)`",
            [
                "replacements": .integer(count), "bytes": .integer(after.count),
                "sha256": .string(ContentDigest.of(after)),
            ])
    }

    private func bytes(of image: FileImage, limits: ToolLimits) throws(Obstacle) -> [UInt8] {
        if let bytes = image.bytes { return bytes }
        guard case .file(_, let count) = image.state else { throw .file(FileError(path: path, reason: .notFound)) }
        throw .tooLarge(path, bytes: UInt64(count), limit: limits.editBytes)
    }

    private func edited(_ bytes: [UInt8]) throws(Obstacle) -> (bytes: [UInt8], count: Int) {
        let places = bytes.occurrences(of: old)
        guard !places.isEmpty else { throw .nothingToReplace(path: path) }
        guard places.count == 1 || replacesAll else { throw .ambiguous(path: path, occurrences: places.count) }
        return (bytes.replacing(places, ofLength: old.count, with: new), places.count)
    }
}
