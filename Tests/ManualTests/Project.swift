import Glibc
import Testing

/// The checked-out project that the tests were built from.
enum Project {
    static let root = #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/" + $1 }

    struct Unusable: Error {
        let path: String
        let errno: Int32
    }

    static func read(_ path: String) throws -> String {
        guard let file = fopen(root + "/" + path, "r") else { throw Unusable(path: path, errno: errno) }
        defer { fclose(file) }
        return contents(of: file)
    }

    static func write(_ text: String, to path: String) throws {
        guard let file = fopen(root + "/" + path, "w") else { throw Unusable(path: path, errno: errno) }
        defer { fclose(file) }
        guard fputs(text, file) >= 0 else { throw Unusable(path: path, errno: errno) }
    }

    /// What a line of shell prints to both of its streams, in the project's directory.
    static func shell(_ line: String) throws -> String {
        guard let stream = popen("cd '\(root)' && { \(line)\n} 2>&1", "r") else {
            throw Unusable(path: "sh", errno: errno)
        }
        defer { pclose(stream) }
        return contents(of: stream)
    }

    static func has(_ program: String) -> Bool {
        ["/usr/bin/", "/bin/", "/usr/local/bin/"].contains { access($0 + program, X_OK) == 0 }
    }

    private static func contents(of file: UnsafeMutablePointer<FILE>) -> String {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&part, 1, part.count, file)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += part[..<count]
        }
    }
}
