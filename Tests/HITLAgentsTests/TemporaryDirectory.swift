import Glibc

/// A fresh directory that goes with everything in it when it is let go of.
final class TemporaryDirectory: Sendable {
    let path: String

    struct Failure: Error { let number: Int32 }

    init() throws {
        var template = Array("/tmp/hitl-agents-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(number: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { empty("") }

    private func empty(_ directory: String) {
        for entry in entries(of: directory) {
            if entry.isDirectory { empty(entry.path) } else { unlink(path + "/" + entry.path) }
        }
        rmdir(path + "/" + directory)
    }

    /// Every file below, with its content.
    var files: [String: String] {
        var found: [String: String] = [:]
        for name in names(below: "") { found[name] = read(name) }
        return found
    }

    var names: [String] { names(below: "").sorted() }

    private func names(below directory: String) -> [String] {
        entries(of: directory).flatMap { $0.isDirectory ? names(below: $0.path) : [$0.path] }
    }

    private func entries(of directory: String) -> [(path: String, isDirectory: Bool)] {
        guard let stream = opendir(path + "/" + directory) else { return [] }
        defer { closedir(stream) }
        var entries: [(String, Bool)] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name == "." || name == ".." { continue }
            entries.append((directory.isEmpty ? name : directory + "/" + name, entry.pointee.d_type == UInt8(DT_DIR)))
        }
        return entries
    }

    func read(_ name: String) -> String? { readFile(path + "/" + name) }

    func write(_ content: String, to name: String) throws {
        let descriptor = open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else { throw Failure(number: errno) }
        defer { close(descriptor) }
        let bytes = Array(content.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure(number: errno) }
    }
}

func readFile(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
        bytes += buffer[..<count]
    }
}

func fileNames(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        names.append(
            withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names.filter { $0 != "." && $0 != ".." }.sorted()
}

/// The folder `examples/scenarios` of the package that this file belongs to.
let scenarioFolder = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/examples/scenarios"
