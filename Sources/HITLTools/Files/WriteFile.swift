import HITLCore
import HITLPlatform

struct WriteFile: Tool {
    private let path: String
    private let content: [UInt8]
    private let permissions: Permissions?

    init(_ arguments: Arguments) throws(Obstacle) {
        path = try arguments.required("path")
        switch try arguments.either("content", "contentBase64") {
        case "content": content = Array((arguments.text("content") ?? "").utf8)
        default: content = arguments.bytes("contentBase64") ?? []
        }
        permissions = arguments.permissions("mode")
    }

    func inspect(in place: Surroundings) async -> Inspection {
        var inspection = Inspection()
        inspection.attempt { inspection throws(Obstacle) in
            let (target, relative) = try place.enter(path, to: .changing, noting: &inspection)
            let image = try FileImage.of(relative, in: place.workspace, limits: place.limits)
            inspection.pin(target.absolute, image.state)
            inspection.preview = image.preview(to: content, name: relative) + Self.change(of: image, to: permissions)
            guard content.count <= place.limits.editBytes else {
                throw .tooLarge(path, bytes: UInt64(content.count), limit: place.limits.editBytes)
            }
        }
        return inspection
    }

    func run(_ errand: Errand, in place: Surroundings) async throws(Obstacle) -> Outcome {
        let relative = try place.workspace.relative(path, shownIn: errand.call)
        let expectation = try place.workspace.expectation(at: relative, shownIn: errand.call)
        _ = try Obstacle.fromFile { () throws(FileError) in
            try place.workspace.directory.write(
                content, to: relative, expecting: expectation, creatingParents: true, permissions: permissions?.bits)
        }
        let isNew = if case .absent = expectation { true } else { false }
        return .done(
            "\(isNew ? "created" : "wrote") `\(relative)` with \(plural(content.count, "byte"))",
            ["created": .bool(isNew), "bytes": .integer(content.count), "sha256": .string(ContentDigest.of(content))])
    }
    /// The line that follows the preview of the content; empty where nobody's rights change.
    private static func change(of image: FileImage, to permissions: Permissions?) -> String {
        guard let permissions, permissions != image.permissions else { return "" }
        return "\npermissions: \(permissions.text)" + (image.permissions.map { ", before \($0.text)" } ?? "")
    }
}
