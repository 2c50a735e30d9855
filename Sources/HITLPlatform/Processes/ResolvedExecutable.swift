import CPlatform
import Glibc

/// The file that a command's name stands for.
package struct ResolvedExecutable: Sendable, Hashable {
    package enum Failure: Error, Sendable, Hashable {
        case emptyName
        case notFound(name: String)
        /// It is there and is no program that we may run.
        case notExecutable(path: String)
        case file(FileError)
    }

    /// Absolute, as it was found: links are not resolved, since programs look at the name they are called by.
    package let path: String
    /// Where the links lead.
    package let realPath: [UInt8]
    /// Of the file at the end of all links.
    package let facts: FileFacts

    package var program: Launch.Program {
        .pinned(Array(path.utf8), device: facts.identity.device, inode: facts.identity.inode)
    }

    /// A name without a slash is looked for along `searchPath` (as in PATH, whose empty and relative parts are passed
    /// over: what they mean changes with the directory); one with a slash is taken from `directory`, which is absolute.
    package static func resolve(
        _ name: String, searchPath: String, from directory: String
    ) throws(Failure) -> ResolvedExecutable {
        guard !name.isEmpty, !name.utf8.contains(0) else { throw .emptyName }
        if name.utf8.contains(UInt8(ascii: "/")) {
            guard name.utf8.first != UInt8(ascii: "/") else { return try look(at: name, name) }
            // `./deploy.sh` is shown as people know the file; `..` stays, because a link may stand before it.
            var below = name[...]
            while below.hasPrefix("./") { below = below.dropFirst(2).drop { $0 == "/" } }
            return try look(at: "\(directory)/\(below)", name)
        }
        var unusable: Failure?
        for part in searchPath.split(separator: ":") where part.utf8.first == UInt8(ascii: "/") {
            do throws(Failure) {
                return try look(at: "\(part)/\(name)", name)
            } catch {
                // As in execvp(3): what cannot be run is passed over, and told where nothing better comes.
                switch error {
                case .notFound, .emptyName: break
                case .notExecutable, .file: unusable = unusable ?? error
                }
            }
        }
        throw unusable ?? .notFound(name: name)
    }

    private static func look(at path: String, _ name: String) throws(Failure) -> ResolvedExecutable {
        let descriptor = withPath(Array(path.utf8)) { platform_open_at(AT_FDCWD, $0, O_PATH, 0) }
        guard descriptor >= 0 else {
            let reason = FileError.Reason(SystemError(descriptor, "open"))
            if reason == .notFound || reason == .notADirectory { throw .notFound(name: name) }
            throw .file(FileError(path: path, reason: reason))
        }
        let file = OwnedDescriptor(descriptor)
        let facts: FileFacts
        do throws(SystemError) {
            facts = try FileFacts.of(file.number)
        } catch {
            throw .file(FileError(path: path, error))
        }
        let mayRun = withPath(Array(path.utf8)) { faccessat(AT_FDCWD, $0, X_OK, 0x200 /* AT_EACCESS */) == 0 }
        guard facts.kind == .file, mayRun, let real = readPath({ platform_path_of(descriptor, $0, $1) }) else {
            throw .notExecutable(path: path)
        }
        return ResolvedExecutable(path: path, realPath: real, facts: facts)
    }
}

extension ResolvedExecutable.Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .emptyName: "the command has no name"
        case .notFound(let name): "there is no command `\(name)`"
        case .notExecutable(let path): "`\(path)` is no program that may be run"
        case .file(let error): error.description
        }
    }
}
