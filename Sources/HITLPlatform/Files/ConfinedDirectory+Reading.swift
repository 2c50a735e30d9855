import CPlatform
import Glibc

package struct FileContents: Sendable {
    package let bytes: [UInt8]
    /// Bytes of the file before and after `bytes`.
    package let skipped: UInt64
    package let cut: UInt64
    /// Of the file that was read, taken when it was opened. It is what `expecting` wants later.
    package let facts: FileFacts
}

extension ConfinedDirectory {
    /// The first `limit` bytes from `offset` on, with the rest counted. Only regular files: a named pipe would block, a
    /// device would do whatever devices do.
    package func read(_ path: String, limit: Int, from offset: UInt64 = 0) throws(FileError) -> FileContents {
        let path = try confine(path)
        let (file, facts) = try openRegularFile(path)
        do throws(SystemError) {
            if offset > 0, lseek(file.number, off_t(clamping: offset), SEEK_SET) < 0 {
                throw SystemError(errno, "lseek")
            }
            let isWithin = UInt64(limit) > facts.size
            // One byte more than there is shows that the file does not grow while it is read.
            var bytes = try file.read(atMost: isWithin ? min(limit, Int(facts.size) + 1) : limit)
            while isWithin, bytes.count > Int(facts.size), bytes.count < limit {
                let more = try file.read(atMost: min(limit - bytes.count, 65536))
                if more.isEmpty { break }
                bytes += more
            }
            let skipped = min(offset, facts.size)
            let end = skipped + UInt64(bytes.count)
            return FileContents(
                bytes: bytes, skipped: skipped, cut: facts.size > end ? facts.size - end : 0, facts: facts)
        } catch {
            throw FileError(path: path.given, error)
        }
    }

    /// Hands the whole file to `body`, piece by piece, whatever its size; for digests.
    @discardableResult
    package func stream(_ path: String, _ body: ([UInt8]) -> Void) throws(FileError) -> FileFacts {
        let path = try confine(path)
        let (file, facts) = try openRegularFile(path)
        do throws(SystemError) {
            while true {
                let piece = try file.read(atMost: 1 << 18)
                if piece.isEmpty { return facts }
                body(piece)
            }
        } catch {
            throw FileError(path: path.given, error)
        }
    }

    /// Looks before it opens, because opening alone can do things: a FIFO's writer is let go, a tape rewinds.
    func openRegularFile(_ path: ConfinedPath) throws(FileError) -> (OwnedDescriptor, FileFacts) {
        let before = try facts(of: open(path, O_PATH), at: path)
        try requireRegular(before, path)
        let file = try open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
        let facts = try facts(of: file, at: path)
        try requireRegular(facts, path)
        return (file, facts)
    }

    func requireRegular(_ facts: FileFacts, _ path: ConfinedPath) throws(FileError) {
        switch facts.kind {
        case .file: return
        case .directory: throw FileError(path: path.given, reason: .isADirectory)
        case .symbolicLink: throw FileError(path: path.given, reason: .symbolicLink)
        case .fifo, .socket, .characterDevice, .blockDevice, .unknown:
            throw FileError(path: path.given, reason: .notARegularFile(facts.kind))
        }
    }
}
