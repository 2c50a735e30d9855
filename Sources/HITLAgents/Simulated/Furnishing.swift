import Glibc

/// Puts a scenario's files into a workspace that is empty. Nothing that exists is ever touched.
package enum Furnishing {
    package enum Problem: Error, Equatable, CustomStringConvertible {
        /// Something is in the directory already; nothing was written.
        case notEmpty(String)
        case failed(path: String, because: String)

        package var description: String {
            switch self {
            case .notEmpty(let directory):
                "The scenario's files were not written, because `\(directory)` is not empty. Choose an empty directory with `--workspace`."
            case .failed(let path, let because): "The scenario's file `\(path)` cannot be written: \(because)."
            }
        }
    }

    /// Not synced: a workspace that a crash takes is made again.
    package static func put(_ files: [WorkspaceFile], into directory: String) throws(Problem) {
        guard !files.isEmpty else { return }
        let root = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else { throw failure(directory) }
        defer { close(root) }
        guard try isEmpty(root, directory) else { throw .notEmpty(directory) }
        for file in files { try put(file, beneath: root) }
    }

    private static func isEmpty(_ root: Int32, _ directory: String) throws(Problem) -> Bool {
        let copy = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else { throw failure(directory) }
        defer { closedir(stream) }
        // `.` and `..` are the two entries of an empty directory.
        var count = 0
        while readdir(stream) != nil { count += 1 }
        return count <= 2
    }

    private static func put(_ file: WorkspaceFile, beneath root: Int32) throws(Problem) {
        var components = file.path.split(separator: "/").map(String.init)
        guard let name = components.popLast() else { return }
        var directory = dup(root)
        guard directory >= 0 else { throw failure(file.path) }
        defer { close(directory) }
        for component in components {
            if mkdirat(directory, component, 0o777) != 0, errno != EEXIST { throw failure(file.path) }
            let next = openat(directory, component, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard next >= 0 else { throw failure(file.path) }
            close(directory)
            directory = next
        }
        let descriptor = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(file.path) }
        defer { close(descriptor) }
        var rest = Array(file.content.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(file.path) }
            rest = rest.dropFirst(count)
        }
    }

    private static func failure(_ path: String) -> Problem {
        .failed(path: path, because: String(cString: strerror(errno)))
    }
}
