import Glibc

/// Where a path leads, link by link, also where it leaves the workspace or does not exist.
///
/// For showing and for comparing. What runs resolves again beneath an open directory, so a lie told to this
/// resolver by somebody who swaps links meanwhile is found there.
struct ResolvedPath: Equatable {
    let given: String
    /// Without `.`, `..` and links; the part that does not exist as it was written.
    let absolute: String
    let goesThroughLink: Bool
    let exists: Bool

    enum LastComponent {
        case followed
        /// The name itself: for what deletes or moves a link instead of the file behind it.
        case kept
    }

    static func resolve(
        _ given: String, from directory: String, last: LastComponent = .followed
    ) throws(Obstacle) -> ResolvedPath {
        guard !given.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { throw .controlCharacter(in: given) }
        var ahead = Array(PathText.components(given).reversed())
        if !given.utf8.starts(with: "/".utf8) { ahead += PathText.components(directory).reversed() }
        var way: [String] = []
        var links = 0
        var exists = true
        while let name = ahead.popLast() {
            if name.utf8.elementsEqual("..".utf8) {
                // What `..` means there would be a guess about a directory that somebody is going to make.
                guard exists else { throw .throughMissingDirectory(given) }
                _ = way.popLast()
                continue
            }
            way.append(name)
            guard exists else { continue }
            let path = PathText.joined(way)
            switch entry(at: path) {
            case .missing: exists = false
            case .something: break
            case .link(let target):
                if ahead.isEmpty && last == .kept { break }
                links += 1
                guard links <= 40 else { throw .linksInACircle(given) }
                way.removeLast()
                if target.utf8.starts(with: "/".utf8) { way = [] }
                ahead += PathText.components(target).reversed()
            }
        }
        return ResolvedPath(given: given, absolute: PathText.joined(way), goesThroughLink: links > 0, exists: exists)
    }

    private enum Entry { case missing, something, link(String) }

    private static func entry(at path: String) -> Entry {
        var facts = stat()
        guard lstat(path, &facts) == 0 else {
            // What may not be looked at counts as there; whoever opens it is told.
            return errno == ENOENT || errno == ENOTDIR ? .missing : .something
        }
        guard facts.st_mode & S_IFMT == S_IFLNK else { return .something }
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count)
        guard count > 0 else { return .something }
        return .link(String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
}

/// Paths as text, compared component by component and byte by byte.
enum PathText {
    static func components(_ path: String) -> [String] {
        path.utf8.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    static func joined(_ components: [String]) -> String { "/" + components.joined(separator: "/") }

    /// Without looking at the disk: `..` takes away what stands before it.
    static func lexical(_ path: String, from directory: String) -> String {
        var way: [String] = []
        let isAbsolute = path.utf8.first == UInt8(ascii: "/")
        for component in (isAbsolute ? [] : components(directory)) + components(path) {
            if component.utf8.elementsEqual("..".utf8) { _ = way.popLast() } else { way.append(component) }
        }
        return joined(way)
    }

    /// The components of `path` below `directory`; nil where it is neither the directory nor beneath it.
    static func components(of path: String, below directory: String) -> [String]? {
        let inner = components(path)
        let outer = components(directory)
        guard inner.count >= outer.count, zip(inner, outer).allSatisfy({ $0.utf8.elementsEqual($1.utf8) }) else {
            return nil
        }
        return Array(inner.dropFirst(outer.count))
    }

    static func isAtOrBelow(_ path: String, _ directory: String) -> Bool {
        components(of: path, below: directory) != nil
    }
}
