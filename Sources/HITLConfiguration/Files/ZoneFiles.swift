import Glibc
import HITLCore

/// The system's zone database, read when a configuration is.
struct ZoneFiles {
    let directory: String

    /// Nothing in the environment says where it is: an agent may have set it.
    static let system = ZoneFiles(directory: "/usr/share/zoneinfo")

    enum Failure: Error {
        case unknown(nearest: String?)
        case unusable(because: String)
    }

    func rules(for name: String) -> Result<ZoneRules, Failure> {
        guard Self.isName(name) else { return .failure(.unknown(nearest: nearestName(to: name))) }
        let descriptor = open(directory + "/" + name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            guard access(directory, F_OK) == 0 else {
                return .failure(.unusable(because: "this system has no zone database at \(directory)"))
            }
            return .failure(.unknown(nearest: nearestName(to: name)))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return .failure(.unknown(nearest: nearestName(to: name)))
        }
        do throws(ZoneRules.Flaw) {
            return .success(try ZoneRules(name: name, tzif: Self.content(of: descriptor)))
        } catch .notAZone {
            return .failure(.unknown(nearest: nearestName(to: name)))
        } catch {
            return .failure(.unusable(because: Self.words(error)))
        }
    }

    /// `Europe/Berlin`, `Etc/GMT+5`. No `.` and no empty part, so that no name leads out of the directory.
    private static func isName(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return (1...4).contains(parts.count)
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy { byte in
                        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
                            || "_-+".utf8.contains(byte)
                    }
            }
    }

    /// At most one byte more than a zone may have: what is larger is refused, not cut.
    private static func content(of descriptor: Int32) -> [UInt8] {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while content.count <= 1 << 20 {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            content.append(contentsOf: buffer[..<count])
        }
        return content
    }

    private static func words(_ flaw: ZoneRules.Flaw) -> String {
        switch flaw {
        case .notAZone: "its file is no zone"
        case .cutOff: "its file is cut off"
        case .tooLarge: "its file is too large"
        case .contradiction: "its file contradicts itself"
        case .leapSeconds: "its file counts leap seconds"
        case .footer: "the rule at the end of its file cannot be read"
        }
    }

    // MARK: For whoever mistyped

    private func nearestName(to name: String) -> String? { nearest(to: name, among: names(beneath: "", depth: 0)) }

    private func names(beneath folder: String, depth: Int) -> [String] {
        guard depth < 3, let list = opendir(directory + "/" + folder) else { return [] }
        defer { closedir(list) }
        var names: [String] = []
        while let entry = readdir(list) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            // `posix` and `right` are the same zones once more; files with a dot are none.
            guard Self.isName(name), name != "posix", name != "right" else { continue }
            let path = folder.isEmpty ? name : folder + "/" + name
            if entry.pointee.d_type == DT_DIR {
                names += self.names(beneath: path, depth: depth + 1)
            } else {
                names.append(path)
            }
        }
        return names.sorted()
    }
}
