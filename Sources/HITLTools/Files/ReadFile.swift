import HITLCore
import HITLPlatform

struct ReadFile: Tool {
    private let path: String
    private let offset: Int
    private let limit: Int?

    init(_ arguments: Arguments) throws(Obstacle) {
        path = try arguments.required("path")
        offset = arguments.integer("offset") ?? 0
        limit = arguments.integer("limit")
    }

    /// Whether the file is there is found out by reading it: agents try, and nobody needs to be asked about that.
    func inspect(in place: Surroundings) async -> Inspection {
        place.inspectReading(path)
    }

    func run(_ errand: Errand, in place: Surroundings) async throws(Obstacle) -> Outcome {
        let relative = try place.workspace.relative(path, shownIn: errand.call)
        let most = min(limit ?? .max, place.limits.readBytes)
        let contents = try Obstacle.fromFile { () throws(FileError) in
            try place.workspace.directory.read(relative, limit: most, from: UInt64(offset))
        }
        // A character that the limit cuts through belongs to the next piece.
        let bytes = contents.cut > 0 ? UTF8Edges.withoutCutEnd(contents.bytes) : contents.bytes
        let end = offset + bytes.count
        let left = Int(contents.facts.size) - end
        let content = CapturedText.member("text", "base64", bytes[...])
        let result = JSONObject(
            [
                content, .init("offset", .integer(offset)), .init("bytes", .integer(bytes.count)),
                .init("size", .integer(Int(contents.facts.size))),
            ] + (left > 0 ? [.init("nextOffset", .integer(end))] : []))
        let rest = left > 0 ? ", \(plural(left, "byte")) left" : ""
        return Outcome(
            status: .succeeded, summary: "read \(plural(bytes.count, "byte"))\(rest)", result: .object(result))
    }
}
