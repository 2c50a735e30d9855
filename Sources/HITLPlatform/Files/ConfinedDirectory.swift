import CPlatform
import Glibc

/// A directory that no operation leaves.
///
/// Every path is resolved beneath an open descriptor of the directory by the kernel (openat2 with `RESOLVE_BENEATH` and
/// `RESOLVE_NO_MAGICLINKS`), in one step with the opening: neither `..`, nor an absolute path, nor a symbolic link, nor
/// somebody who swaps one in meanwhile leads outside. On kernels before 5.6 it goes component by component and then
/// refuses every link.
///
/// What it cannot see are other names of the same file (`FileFacts.links`) and what the operator mounted inside.
/// Operations block for as long as the disk takes.
package final class ConfinedDirectory: Sendable {
    package enum Links: Sendable {
        /// Links that stay inside are followed on the way; the last component never is where something is written.
        case followedInside
        case refused
    }

    /// Without links, as the kernel knows it at the time of opening.
    package let path: [UInt8]

    let root: OwnedDescriptor
    private let links: Links
    private let kernelResolves: Bool
    private let spellings: [[UInt8]]

    package convenience init(_ path: String, links: Links = .followedInside) throws(FileError) {
        try self.init(path, links: links, byKernel: true)
    }

    init(_ path: String, links: Links, byKernel: Bool) throws(FileError) {
        let bytes = Array(path.utf8)
        let descriptor = withPath(bytes) { platform_open_at(AT_FDCWD, $0, O_RDONLY | O_DIRECTORY, 0) }
        guard descriptor >= 0 else { throw FileError(path: path, SystemError(descriptor, "open")) }
        root = OwnedDescriptor(descriptor)
        self.path = readPath { platform_path_of(descriptor, $0, $1) } ?? bytes
        self.links = links
        spellings = bytes.first == UInt8(ascii: "/") && !bytes.containsTwoDots ? [self.path, bytes] : [self.path]

        let probe = withPath([UInt8(ascii: ".")]) { platform_open_beneath(descriptor, $0, O_PATH | O_DIRECTORY, 0, 1) }
        if probe >= 0 { close(probe) }
        kernelResolves = byKernel && probe >= 0
    }

    // MARK: Facts

    /// Of the entry itself: a link as last component is described, not followed.
    package func facts(of path: String) throws(FileError) -> FileFacts {
        let path = try confine(path)
        let descriptor = try open(path, O_PATH | O_NOFOLLOW)
        var facts = try facts(of: descriptor, at: path)
        if facts.kind == .symbolicLink {
            facts.linkTarget = readPath { platform_read_link_at(descriptor.number, "", $0, $1) }
        }
        return facts
    }

    /// Where the path really leads: links resolved, absolute. What does not exist yet stands under the nearest
    /// directory that does.
    package func realPath(of path: String) throws(FileError) -> (path: [UInt8], exists: Bool) {
        let path = try confine(path)
        var missing: [[UInt8]] = []
        var existing = path.components[...]
        while true {
            do throws(FileError) {
                let descriptor = try open(existing, O_PATH, given: path.given)
                guard let real = readPath({ platform_path_of(descriptor.number, $0, $1) }) else {
                    throw FileError(path: path.given, reason: .notFound)
                }
                return (missing.reversed().reduce(real) { $0 + [UInt8(ascii: "/")] + $1 }, missing.isEmpty)
            } catch {
                // `missing/..` would be a guess about what is going to be made.
                guard error.reason == .notFound, let last = existing.popLast(), last != Array("..".utf8) else {
                    throw error
                }
                missing.append(last)
            }
        }
    }

    // MARK: Resolution

    func confine(_ path: String) throws(FileError) -> ConfinedPath {
        try ConfinedPath(Array(path.utf8), roots: spellings)
    }

    func open(_ path: ConfinedPath, _ flags: Int32) throws(FileError) -> OwnedDescriptor {
        try open(path.components[...], flags | (path.mustBeDirectory ? O_DIRECTORY : 0), given: path.given)
    }

    func open(
        _ components: ArraySlice<[UInt8]>, _ flags: Int32, given: [UInt8]
    ) throws(FileError) -> OwnedDescriptor {
        guard kernelResolves else { return try walk(components, flags, given: given) }
        let descriptor = withPath(ConfinedPath.join(components)) {
            platform_open_beneath(root.number, $0, flags, 0, links == .refused ? 1 : 0)
        }
        if descriptor >= 0 { return OwnedDescriptor(descriptor) }
        // EXDEV is the kernel's word for a way that leads out of the root.
        throw FileError(
            path: given, reason: descriptor == -EXDEV ? .escapes : .init(SystemError(descriptor, "openat2")))
    }

    // Nothing but directories on the way, so `..` is the directory we came from.
    private func walk(
        _ components: ArraySlice<[UInt8]>, _ flags: Int32, given: [UInt8]
    ) throws(FileError) -> OwnedDescriptor {
        var way = [root]
        for component in components.dropLast() {
            way = try step(from: way, to: component, O_PATH | O_DIRECTORY, given: given)
        }
        way = try step(from: way, to: components.last ?? [UInt8(ascii: ".")], flags, given: given)
        return way[way.count - 1]
    }

    private func step(
        from way: [OwnedDescriptor], to component: [UInt8], _ flags: Int32, given: [UInt8]
    ) throws(FileError) -> [OwnedDescriptor] {
        var way = way
        var name = component
        if component == Array("..".utf8) {
            guard way.count > 1 else { throw FileError(path: given, reason: .escapes) }
            way.removeLast()
            name = [UInt8(ascii: ".")]
        }
        let here = way[way.count - 1].number
        let next = withPath(name) { platform_open_at(here, $0, flags | O_NOFOLLOW, 0) }
        if next < 0 {
            // A link that should have been a directory is reported as ENOTDIR.
            let isLink = next == -ENOTDIR && (try? FileFacts.of(name, in: here))?.kind == .symbolicLink
            throw FileError(path: given, reason: isLink ? .symbolicLink : .init(SystemError(next, "openat")))
        }
        let opened = OwnedDescriptor(next)
        if name == [UInt8(ascii: ".")] { return way.dropLast() + [opened] }
        return way + [opened]
    }

    /// The directory of an entry, open, as it is needed to change the entry.
    struct Place {
        let directory: OwnedDescriptor
        let name: [UInt8]
        let path: ConfinedPath

        /// What is there now; nil for nothing.
        func facts() throws(FileError) -> FileFacts? {
            do throws(SystemError) {
                return try FileFacts.of(name, in: directory.number)
            } catch {
                guard error.number != ENOENT else { return nil }
                throw FileError(path: path.given, error)
            }
        }

        func failure(_ result: Int32, _ call: String) -> FileError {
            FileError(path: path.given, SystemError(result, call))
        }

        func synchronizeDirectory() throws(FileError) {
            do throws(SystemError) {
                try directory.synchronize()
            } catch {
                // EBADF: opened by O_PATH, a directory that we may change but not read; EINVAL: a file system without.
                guard error.number == EBADF || error.number == EINVAL else { throw FileError(path: path.given, error) }
            }
        }
    }

    func place(of path: ConfinedPath, creatingParents: Bool = false) throws(FileError) -> Place {
        let (parent, name) = try path.split()
        let directory: OwnedDescriptor
        do throws(FileError) {
            directory = try openDirectory(parent, given: path.given)
        } catch {
            guard creatingParents, error.reason == .notFound else { throw error }
            directory = try makeDirectories(parent, given: path.given)
        }
        return Place(directory: directory, name: name, path: path)
    }

    /// Whether the directory that we hold is still the one that its path leads to. Somebody may have moved it away.
    func check(_ place: Place) throws(FileError) {
        let (parent, _) = try place.path.split()
        let now = try facts(of: open(parent, O_PATH | O_DIRECTORY, given: place.path.given), at: place.path).identity
        let held = try facts(of: place.directory, at: place.path).identity
        guard now.device == held.device, now.inode == held.inode else {
            throw FileError(path: place.path.given, reason: .changedSinceShown)
        }
    }

    private func openDirectory(_ components: ArraySlice<[UInt8]>, given: [UInt8]) throws(FileError) -> OwnedDescriptor {
        do throws(FileError) {
            return try open(components, O_RDONLY | O_DIRECTORY, given: given)
        } catch {
            guard error.reason == .permissionDenied else { throw error }
            return try open(components, O_PATH | O_DIRECTORY, given: given)
        }
    }

    private func makeDirectories(_ components: ArraySlice<[UInt8]>, given: [UInt8]) throws(FileError) -> OwnedDescriptor
    {
        var parent = try openDirectory([], given: given)
        for end in components.indices {
            let prefix = components[...end]
            do throws(FileError) {
                parent = try openDirectory(prefix, given: given)
            } catch {
                guard error.reason == .notFound, components[end] != Array("..".utf8) else { throw error }
                let result = withPath(components[end]) { mkdirat(parent.number, $0, 0o777) == 0 ? 0 : errno }
                guard result == 0 || result == EEXIST else {
                    throw FileError(path: given, SystemError(result, "mkdirat"))
                }
                _ = fsync(parent.number)
                parent = try openDirectory(prefix, given: given)
            }
        }
        return parent
    }

    func facts(of descriptor: OwnedDescriptor, at path: ConfinedPath) throws(FileError) -> FileFacts {
        do throws(SystemError) {
            return try FileFacts.of(descriptor.number)
        } catch {
            throw FileError(path: path.given, error)
        }
    }
}

extension [UInt8] {
    fileprivate var containsTwoDots: Bool {
        split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) }
    }
}
