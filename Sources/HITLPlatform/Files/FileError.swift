import Glibc

/// What stood against an operation on a file, and on which path. The path is as the caller gave it: escape it before
/// it is shown.
package struct FileError: Error, Sendable, Hashable {
    package enum Reason: Sendable, Hashable {
        case emptyPath
        /// A NUL or another control character, by its position in the path's bytes.
        case controlCharacter(UInt8, at: Int)
        /// Leaves the directory: through `..`, as an absolute path, or through a link.
        case escapes
        case symbolicLink
        /// The path's last component does not name an entry of its directory: `.`, `..`, `/`.
        case noName
        case notFound
        case notADirectory
        case isADirectory
        case notARegularFile(FileKind)
        case alreadyExists
        case directoryNotEmpty
        /// Not what it was when its facts were taken.
        case changedSinceShown
        case tooLarge(limit: Int)
        case tooDeep(limit: Int)
        case nameTooLong
        case acrossFileSystems
        case permissionDenied
        case readOnlyFileSystem
        case noSpace
        case notPrivate(PrivacyFault)
        case system(SystemError)
    }

    package enum PrivacyFault: Sendable, Hashable {
        case ownedBy(uid: UInt32)
        /// Others may do what only the owner should.
        case mode(UInt32)
    }

    package let path: [UInt8]
    package let reason: Reason

    package init(path: [UInt8], reason: Reason) {
        self.path = path
        self.reason = reason
    }

    package init(path: String, reason: Reason) { self.init(path: Array(path.utf8), reason: reason) }

    init(path: [UInt8], _ error: SystemError) { self.init(path: path, reason: Reason(error)) }

    init(path: String, _ error: SystemError) { self.init(path: path, reason: Reason(error)) }
}

extension FileError.Reason {
    init(_ error: SystemError) {
        switch error.number {
        case ENOENT: self = .notFound
        case ENOTDIR: self = .notADirectory
        case EISDIR: self = .isADirectory
        case EEXIST: self = .alreadyExists
        case ENOTEMPTY: self = .directoryNotEmpty
        case EXDEV: self = .acrossFileSystems
        case ELOOP: self = .symbolicLink
        case ENAMETOOLONG: self = .nameTooLong
        case EACCES, EPERM: self = .permissionDenied
        case EROFS: self = .readOnlyFileSystem
        case ENOSPC, EDQUOT: self = .noSpace
        default: self = .system(error)
        }
    }
}

extension FileError.Reason: CustomStringConvertible {
    /// The end of a sentence that begins with the path: `… is a symbolic link`.
    package var description: String {
        switch self {
        case .emptyPath: "is empty"
        case .controlCharacter(let byte, let position):
            "has the control character 0x\(String(byte, radix: 16)) at byte \(position)"
        case .escapes: "leads outside"
        case .symbolicLink: "is a symbolic link, or leads through one"
        case .noName: "does not name a file"
        case .notFound: "does not exist"
        case .notADirectory: "is not a directory, or leads through something that is none"
        case .isADirectory: "is a directory"
        case .notARegularFile(let kind): "is not a regular file but a \(kind.words)"
        case .alreadyExists: "exists already"
        case .directoryNotEmpty: "is not empty"
        case .changedSinceShown: "has changed since it was shown"
        case .tooLarge(let limit): "is larger than \(limit) bytes"
        case .tooDeep(let limit): "is nested deeper than \(limit) directories"
        case .nameTooLong: "is too long"
        case .acrossFileSystems: "lies on another file system"
        case .permissionDenied: "may not be accessed"
        case .readOnlyFileSystem: "lies on a read-only file system"
        case .noSpace: "does not fit on the disk"
        case .notPrivate(.ownedBy(let uid)): "belongs to another user (uid \(uid))"
        case .notPrivate(.mode(let mode)): "can be used by other users (mode \(String(mode, radix: 8)))"
        case .system(let error): "failed: \(error)"
        }
    }
}

extension FileError: CustomStringConvertible {
    /// With the path in backticks and without anything in it that a terminal would obey.
    package var description: String {
        let shown = String(decoding: path, as: UTF8.self).unicodeScalars.map { scalar in
            let isPlain = scalar.isASCII && scalar.value >= 0x20 && scalar.value != 0x7f
            return isPlain
                ? String(scalar)
                : "<U+\(String(repeating: "0", count: max(0, 4 - hexadecimal(scalar).count)))\(hexadecimal(scalar))>"
        }
        return "`\(shown.joined())` \(reason)"
    }

    private func hexadecimal(_ scalar: Unicode.Scalar) -> String { String(scalar.value, radix: 16, uppercase: true) }
}

extension FileKind {
    package var words: String {
        switch self {
        case .file: "regular file"
        case .directory: "directory"
        case .symbolicLink: "symbolic link"
        case .fifo: "named pipe"
        case .socket: "socket"
        case .characterDevice, .blockDevice: "device"
        case .unknown: "file of an unknown kind"
        }
    }
}
