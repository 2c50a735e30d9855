import CPlatform
import Glibc

package struct Listing: Sendable {
    package struct Entry: Sendable {
        /// Below the directory that was listed.
        package let path: [UInt8]
        package let facts: FileFacts
    }

    /// In the order of the paths' bytes.
    package let entries: [Entry]
    /// False where the limit cut something off.
    package let isWhole: Bool
    /// Directories that could not be read, or that lie deeper than was asked for.
    package let unread: [[UInt8]]
}

extension ConfinedDirectory {
    /// The entries of a directory, and of those below it down to `depth` (1: one level). Links are never followed.
    package func list(_ path: String, depth: Int = 1, limit: Int) throws(FileError) -> Listing {
        let path = try confine(path)
        let top = try open(path.components[...], O_RDONLY | O_DIRECTORY, given: path.given)
        var entries: [Listing.Entry] = []
        var unread: [[UInt8]] = []
        var isWhole = true
        // Directories to read, the next one last. Opened by their path beneath the root again, so that a deep tree does
        // not need a descriptor a level.
        var open: [(descriptor: OwnedDescriptor?, path: [[UInt8]])] = [(top, [])]

        while let (descriptor, below) = open.popLast() {
            let names: (names: [[UInt8]], isWhole: Bool)
            let directory: OwnedDescriptor
            do throws(FileError) {
                if let descriptor {
                    directory = descriptor
                } else {
                    let way = (path.components + below)[...]
                    directory = try self.open(way, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, given: path.given)
                }
                names = try Self.names(in: directory, limit: limit - entries.count, given: path.given)
            } catch {
                guard !below.isEmpty else { throw error }
                unread.append(ConfinedPath.join(below))
                continue
            }
            isWhole = isWhole && names.isWhole
            var directories: [[UInt8]] = []
            for name in names.names {
                // What vanished since its name was read is not there.
                guard let facts = try? FileFacts.of(name, in: directory.number) else { continue }
                entries.append(Listing.Entry(path: ConfinedPath.join(below + [name]), facts: facts))
                guard facts.kind == .directory else { continue }
                if below.count + 1 < depth {
                    directories.append(name)
                } else {
                    unread.append(ConfinedPath.join(below + [name]))
                }
            }
            for name in directories.reversed() { open.append((nil, below + [name])) }
        }
        return Listing(
            entries: entries.sorted { $0.path.lexicographicallyPrecedes($1.path) },
            isWhole: isWhole,
            unread: unread.sorted { $0.lexicographicallyPrecedes($1) })
    }

    /// The first `limit` names in the order of their bytes. Of a directory with very many names only so many are
    /// looked at.
    static func names(
        in directory: OwnedDescriptor, limit: Int, given: [UInt8]
    ) throws(FileError) -> (names: [[UInt8]], isWhole: Bool) {
        let mostNames = max(limit, 100_000)
        var names: [[UInt8]] = []
        var isWhole = true
        var buffer = [UInt64](repeating: 0, count: 4096)
        var failure = 0
        buffer.withUnsafeMutableBytes { buffer in
            while isWhole {
                let count = platform_read_directory(directory.number, buffer.baseAddress, buffer.count)
                guard count > 0 else {
                    failure = count
                    return
                }
                var offset = 0
                while offset < count {
                    var name: UnsafePointer<CChar>?
                    var type: UInt8 = 0
                    platform_directory_entry(buffer.baseAddress, &offset, &name, &type)
                    let bytes = Array(UnsafeRawBufferPointer(start: name!, count: strlen(name!)))
                    if bytes == [UInt8(ascii: ".")] || bytes == Array("..".utf8) { continue }
                    guard names.count < mostNames else {
                        isWhole = false
                        break
                    }
                    names.append(bytes)
                }
            }
        }
        guard failure == 0 else { throw FileError(path: given, SystemError(failure, "getdents64")) }
        names.sort { $0.lexicographicallyPrecedes($1) }
        if names.count > limit {
            names.removeLast(names.count - max(limit, 0))
            isWhole = false
        }
        return (names, isWhole)
    }
}
