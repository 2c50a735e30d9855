import HITLCore
import HITLPlatform

/// A file as it is before a call changes it.
struct FileImage {
    let state: Facts.Pin.State
    /// Nil where there is no file, or where it is too large to be compared.
    let bytes: [UInt8]?
    /// Nil where there is no file.
    let permissions: Permissions?

    static let absent = FileImage(state: .absent, bytes: nil, permissions: nil)

    static func of(_ relative: String, in workspace: Workspace, limits: ToolLimits) throws(Obstacle) -> FileImage {
        let contents: FileContents
        do {
            contents = try workspace.directory.read(relative, limit: limits.editBytes)
        } catch {
            if error.reason == .notFound { return absent }
            throw .file(error)
        }
        let permissions = Permissions(contents.facts)
        guard contents.cut > 0 else {
            let state = Facts.Pin.State.file(
                sha256: ContentDigest.of(contents.bytes), bytes: Int64(contents.bytes.count))
            return FileImage(state: state, bytes: contents.bytes, permissions: permissions)
        }
        guard let state = try workspace.state(of: relative, limit: limits.pinnedBytes) else {
            throw .tooLarge(relative, bytes: contents.facts.size, limit: limits.pinnedBytes)
        }
        return FileImage(state: state, bytes: nil, permissions: permissions)
    }

    /// What making the file hold `after` would change, whole: a unified difference, or for what cannot be shown its
    /// size and digest.
    func preview(to after: [UInt8], name: String) -> String {
        guard state != .absent else {
            if after.isEmpty { return "new file `\(name)`, empty" }
            return Self.isDisplayable(after)
                ? UnifiedDiff.text(from: nil, to: after, name: name)
                : "new file `\(name)`: \(Self.size(after)), not displayable"
        }
        if let bytes, bytes == after { return "no change: `\(name)` holds exactly this already" }
        if let bytes, Self.isDisplayable(bytes), Self.isDisplayable(after) {
            return UnifiedDiff.text(from: bytes, to: after, name: name)
        }
        guard case .file(let sha256, let count) = state else { return "`\(name)` is no file" }
        let before = "\(plural(Int(count), "byte")), sha256 \(sha256)"
        let why = bytes == nil ? "too large to be compared" : "not displayable"
        return "content of `\(name)`, \(why)\nbefore: \(before)\nafter:  \(Self.size(after))"
    }

    private static func size(_ bytes: [UInt8]) -> String {
        "\(plural(bytes.count, "byte")), sha256 \(ContentDigest.of(bytes))"
    }

    /// Whether a person can be shown the bytes as text. What a terminal would obey is escaped on the way there; a NUL
    /// says that it is no text.
    static func isDisplayable(_ bytes: [UInt8]) -> Bool {
        !bytes.contains(0) && String(validating: bytes, as: UTF8.self) != nil
    }
}
