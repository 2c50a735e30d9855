import HITLCore
import HITLPlatform

/// The directory that the file tools work in and that none of them leaves.
///
/// A path is resolved, links and all, when the call is looked at; the person sees where it leads. What runs later uses
/// that resolved path, beneath the open directory and without following any link: one that has come since is found.
struct Workspace {
    let path: String
    let directory: ConfinedDirectory

    init(_ path: String) throws(FileError) {
        directory = try ConfinedDirectory(path, links: .refused)
        self.path = String(decoding: directory.path, as: UTF8.self)
    }

    func resolve(_ given: String, last: ResolvedPath.LastComponent = .followed) throws(Obstacle) -> ResolvedPath {
        guard !given.isEmpty else { throw .file(FileError(path: given, reason: .emptyPath)) }
        return try ResolvedPath.resolve(given, from: path, last: last)
    }

    /// The path beneath the workspace, `.` for the workspace itself.
    func relative(_ resolved: ResolvedPath) throws(Obstacle) -> String {
        try relative(resolved.absolute, given: resolved.given)
    }

    /// The path beneath the workspace that `given` led to when the call was shown.
    func relative(_ given: String, shownIn call: ToolCall) throws(Obstacle) -> String {
        guard let shown = call.facts.paths.first(where: { $0.given.utf8.elementsEqual(given.utf8) }) else {
            throw .notPrepared
        }
        return try relative(shown.resolved, given: given)
    }

    private func relative(_ resolved: String, given: String) throws(Obstacle) -> String {
        guard let components = PathText.components(of: resolved, below: path) else {
            throw .leavesWorkspace(path: given, resolved: resolved)
        }
        return components.isEmpty ? "." : components.joined(separator: "/")
    }

    func absolute(_ relative: String) -> String {
        PathText.joined(PathText.components(path) + PathText.components(relative))
    }
}

// MARK: Pins

extension Workspace {
    /// The state of an entry itself; a link is described, not followed.
    ///
    /// - Returns: nil for a file of more than `limit` bytes.
    func state(of relative: String, limit: Int) throws(Obstacle) -> Facts.Pin.State? {
        let facts: FileFacts
        do {
            facts = try directory.facts(of: relative)
        } catch {
            if error.reason == .notFound { return .absent }
            throw .file(error)
        }
        switch facts.kind {
        case .directory: return .directory
        case .symbolicLink:
            return .symbolicLink(target: String(decoding: facts.linkTarget ?? [], as: UTF8.self))
        case .file:
            guard facts.size <= limit else { return nil }
            return try digest(of: relative).state
        case .fifo, .socket, .characterDevice, .blockDevice, .unknown: return .unreadable
        }
    }

    private func digest(of relative: String) throws(Obstacle) -> (state: Facts.Pin.State, identity: FileIdentity) {
        var digest = ContentDigest()
        let facts = try Obstacle.fromFile { () throws(FileError) in try directory.stream(relative) { digest.update($0) }
        }
        let bytes = Int64(digest.byteCount)
        return (.file(sha256: digest.finish(), bytes: bytes), facts.identity)
    }

    /// What the system call that changes the entry is told to expect, after the entry was compared with its pin.
    func expectation(at relative: String, shownIn call: ToolCall) throws(Obstacle) -> Expectation {
        let path = absolute(relative)
        guard let pin = call.facts.pins.first(where: { $0.path.utf8.elementsEqual(path.utf8) }) else {
            throw .notPrepared
        }
        switch pin.state {
        case .absent: return .absent
        case .file:
            let (state, identity) = try digest(of: relative)
            guard state == pin.state else { throw .changed("`\(path)` was changed") }
            return .unchanged(identity)
        case .directory, .symbolicLink:
            guard try state(of: relative, limit: 0) == pin.state else { throw .changed("`\(path)` was changed") }
            return .unchanged(
                try Obstacle.fromFile { () throws(FileError) in try directory.facts(of: relative) }.identity)
        case .unreadable: throw .changed("`\(path)` could not be read")
        }
    }
}

extension Obstacle {
    static func fromFile<Value>(_ body: () throws(FileError) -> Value) throws(Obstacle) -> Value {
        do { return try body() } catch { throw .file(error) }
    }
}
