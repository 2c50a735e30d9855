import CPlatform
import Glibc

package enum SmallFile {
    /// The whole file. Follows links; for paths of the operator's own, not of an agent's.
    package static func read(_ path: String, limit: Int = 16 << 20) throws(FileError) -> [UInt8] {
        let descriptor = withPath(Array(path.utf8)) {
            platform_open_at(AT_FDCWD, $0, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0)
        }
        guard descriptor >= 0 else { throw FileError(path: path, SystemError(descriptor, "open")) }
        let file = OwnedDescriptor(descriptor)
        let facts: FileFacts
        var bytes: [UInt8] = []
        do throws(SystemError) {
            facts = try FileFacts.of(descriptor)
            // Files under /proc say that they are empty.
            while facts.kind == .file, bytes.count <= limit {
                let piece = try file.read(
                    atMost: min(limit + 1 - bytes.count, max(4096, Int(clamping: facts.size) + 1)))
                if piece.isEmpty { break }
                bytes += piece
            }
        } catch {
            throw FileError(path: path, error)
        }
        guard facts.kind == .file else {
            throw FileError(path: path, reason: facts.kind == .directory ? .isADirectory : .notARegularFile(facts.kind))
        }
        guard bytes.count <= limit else { throw FileError(path: path, reason: .tooLarge(limit: limit)) }
        return bytes
    }
}
