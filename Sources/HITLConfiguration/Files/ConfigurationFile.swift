import Glibc

/// A configuration file that was opened once, checked, and read from the same descriptor, so that
/// what was checked is what is read.
struct ConfigurationFile {
    enum Author {
        /// Written by the operator: must belong to `user` or root and be writable by nobody else.
        case theOperator(user: UInt32)
        /// Possibly written by an agent. It may belong to anybody, because it only makes things stricter.
        case workspace
    }

    /// Which file it is, whatever its name.
    struct Identity: Equatable {
        let device: UInt64
        let inode: UInt64
    }

    let name: String
    let bytes: [UInt8]
    let identity: Identity

    /// - Parameter name: how the file is called in errors.
    /// - Returns: nil where there is no such file.
    init?(at path: String, name: String, author: Author, limit: Int) throws(Diagnostics) {
        func failure(_ fault: Fault) -> Diagnostics {
            Diagnostics([Diagnostic(.file(Place(file: name, line: 1, column: 1)), fault, subject: name)])
        }

        // Not blocking: opening a pipe that lies in the workspace would wait for a writer.
        var flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        if case .workspace = author { flags |= O_NOFOLLOW }
        let descriptor = open(path, flags)
        if descriptor < 0 {
            switch errno {
            // Not a directory: something above it is a file, so it is not there either.
            case ENOENT, ENOTDIR: return nil
            case ELOOP where flags & O_NOFOLLOW != 0: throw failure(.symbolicLink)
            default: throw failure(.unreadable(reason: reason(errno)))
            }
        }
        defer { close(descriptor) }

        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(.unreadable(reason: reason(errno))) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw failure(.notARegularFile) }
        if case .theOperator(let user) = author {
            guard status.st_uid == user || status.st_uid == 0 else {
                throw failure(.foreignOwner(path: path, owner: status.st_uid))
            }
            guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else { throw failure(.writableByOthers(path: path)) }
        }

        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(.unreadable(reason: reason(errno)))
            }
            content.append(contentsOf: buffer[..<count])
            guard content.count <= limit else { throw failure(.tooLarge(limit: limit)) }
        }
        self.name = name
        bytes = content
        identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }
}

private func reason(_ code: Int32) -> String {
    switch code {
    case EACCES, EPERM: "permission denied"
    case ELOOP: "too many symbolic links"
    case ENAMETOOLONG: "the name is too long"
    case EISDIR: "it is a directory"
    case EIO: "input/output error"
    case EMFILE, ENFILE: "too many open files"
    default: "error \(code) of the system"
    }
}
