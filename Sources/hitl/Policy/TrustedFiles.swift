import Glibc
import HITLConfiguration
import HITLLedger
import HITLPlatform

/// The workspaces' configuration files that the operator trusts: each by its path and its content. A file that changed
/// is another file.
///
/// Kept in the state directory, one a line, readable by the owner alone:
///
///     sha256:<64 hexadecimal digits> <absolute path>
struct TrustedFiles: Sendable {
    private(set) var entries: [Entry]
    private let directory: String
    private let path: String

    struct Entry: Sendable, Equatable {
        let path: String
        let digest: String
    }

    /// - Throws: where the list is there and cannot be read, or others could have written it.
    init(_ paths: Paths) throws(FileError) {
        directory = paths.state
        path = paths.state + "/trusted"
        guard access(path, F_OK) == 0 || errno != ENOENT else {
            entries = []
            return
        }
        let text = String(decoding: try PrivateFile.read(path), as: UTF8.self)
        // A line that is not understood trusts nothing.
        entries = text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            return parts.count == 2 ? Entry(path: String(parts[1]), digest: String(parts[0])) : nil
        }
    }

    func contains(_ path: String, _ bytes: [UInt8]) -> Bool {
        let digest = Self.digest(of: bytes)
        return entries.contains { $0.path.utf8.elementsEqual(path.utf8) && $0.digest.utf8.elementsEqual(digest.utf8) }
    }

    mutating func trust(_ path: String, _ bytes: [UInt8]) throws(FileError) {
        entries.removeAll { $0.path.utf8.elementsEqual(path.utf8) }
        entries.append(Entry(path: path, digest: Self.digest(of: bytes)))
        try save()
    }

    /// - Returns: whether it was trusted.
    mutating func untrust(_ path: String) throws(FileError) -> Bool {
        let count = entries.count
        entries.removeAll { $0.path.utf8.elementsEqual(path.utf8) }
        try save()
        return entries.count < count
    }

    private func save() throws(FileError) {
        try PrivateDirectory.prepare(directory)
        let text = entries.map { "\($0.digest) \($0.path)\n" }.joined()
        try PrivateFile.write(Array(text.utf8), to: path)
    }

    private static func digest(of bytes: [UInt8]) -> String { "sha256:" + Digest(hashing: bytes).hex }

    /// Without links, so that a file has one name; the path as it is where nothing is there.
    static func realPath(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
