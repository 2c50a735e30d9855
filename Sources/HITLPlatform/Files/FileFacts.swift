import CPlatform
import Glibc

package enum FileKind: String, Sendable, Hashable {
    case file, directory, symbolicLink, fifo, socket, characterDevice, blockDevice, unknown

    init(mode: UInt32) {
        switch mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .directory
        case S_IFLNK: self = .symbolicLink
        case S_IFIFO: self = .fifo
        case S_IFSOCK: self = .socket
        case S_IFCHR: self = .characterDevice
        case S_IFBLK: self = .blockDevice
        default: self = .unknown
        }
    }
}

package struct FileTime: Sendable, Hashable {
    package let seconds: Int64
    package let nanoseconds: UInt32

    package var milliseconds: Int64 { seconds * 1000 + Int64(nanoseconds) / 1_000_000 }
}

/// Which file, in which state. Equal identities mean that nobody wrote, replaced or changed the file in between:
/// the time of change cannot be set by a program. Contents that must be sure have a digest as well.
package struct FileIdentity: Sendable, Hashable {
    package let device: UInt64
    package let inode: UInt64
    package let size: UInt64
    package let modified: FileTime
    package let changed: FileTime

    /// Being renamed changes a file's time of change and nothing else.
    func isSameApartFromItsName(as other: FileIdentity) -> Bool {
        device == other.device && inode == other.inode && size == other.size && modified == other.modified
    }
}

package struct FileFacts: Sendable, Hashable {
    package let kind: FileKind
    /// Permission bits, with set-user-id, set-group-id and sticky.
    package let mode: UInt32
    package let owner: UInt32
    package let group: UInt32
    /// Names that the file has. More than one: it may also be somewhere outside.
    package let links: UInt64
    package let identity: FileIdentity
    /// Where a symbolic link points, as it is written.
    package var linkTarget: [UInt8]?

    package var size: UInt64 { identity.size }

    init(_ facts: platform_facts, linkTarget: [UInt8]? = nil) {
        kind = FileKind(mode: facts.mode)
        mode = facts.mode & 0o7777
        owner = facts.owner
        group = facts.group
        links = facts.links
        identity = FileIdentity(
            device: facts.device, inode: facts.inode, size: facts.size,
            modified: FileTime(seconds: facts.modified_seconds, nanoseconds: facts.modified_nanoseconds),
            changed: FileTime(seconds: facts.changed_seconds, nanoseconds: facts.changed_nanoseconds))
        self.linkTarget = linkTarget
    }

    static func of(_ descriptor: Int32) throws(SystemError) -> FileFacts {
        var facts = platform_facts()
        let result = platform_facts_of(descriptor, &facts)
        guard result == 0 else { throw SystemError(result, "fstat") }
        return FileFacts(facts)
    }

    /// Of the name itself, with its target where it is a symbolic link.
    static func of(_ name: [UInt8], in directory: Int32) throws(SystemError) -> FileFacts {
        var facts = platform_facts()
        let result = withPath(name) { platform_facts_at(directory, $0, &facts) }
        guard result == 0 else { throw SystemError(result, "fstatat") }
        guard FileKind(mode: facts.mode) == .symbolicLink else { return FileFacts(facts) }
        let target = readPath { buffer, capacity in
            withPath(name) { platform_read_link_at(directory, $0, buffer, capacity) }
        }
        return FileFacts(facts, linkTarget: target)
    }
}

/// The bytes with their end mark. They must not hold a NUL themselves.
func withPath<Result>(_ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    (bytes + [0]).withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: CChar.self)) }
}

/// What a call like readlink(2) fills in, whole; nil where it fails.
func readPath(_ fill: (UnsafeMutablePointer<CChar>, Int) -> Int) -> [UInt8]? {
    // The kernel holds no longer path.
    var buffer = [CChar](repeating: 0, count: 4097)
    let count = buffer.withUnsafeMutableBufferPointer { fill($0.baseAddress!, $0.count) }
    return count > 0 ? buffer.prefix(count).map { UInt8(bitPattern: $0) } : nil
}

let O_PATH = Int32(PLATFORM_OPEN_PATH)
