/// A path below a directory, checked for what can be checked without looking at the disk.
struct ConfinedPath {
    /// As the caller gave it, for errors.
    let given: [UInt8]
    /// Without empty ones and `.`; `..` is left to the resolution, where it means what the kernel means.
    let components: [[UInt8]]
    let mustBeDirectory: Bool

    private static let slash = UInt8(ascii: "/")

    /// An absolute path is accepted where it lies below one of `roots`, component by component.
    init(_ given: [UInt8], roots: [[UInt8]]) throws(FileError) {
        guard !given.isEmpty else { throw FileError(path: given, reason: .emptyPath) }
        for (position, byte) in given.enumerated() where byte < 0x20 || byte == 0x7f {
            throw FileError(path: given, reason: .controlCharacter(byte, at: position))
        }
        var components = Self.split(given)
        if given[0] == Self.slash {
            // `/root/../etc` would pass a comparison of text; the rest after the root is resolved beneath it, so that
            // `..` cannot climb, but a root that is reached by `..` is not recognised at all.
            guard let root = roots.map(Self.split).first(where: { components.starts(with: $0) }) else {
                throw FileError(path: given, reason: .escapes)
            }
            components.removeFirst(root.count)
        }
        self.given = given
        self.components = components
        let last = given.split(separator: Self.slash).last ?? []
        mustBeDirectory = given.last == Self.slash || last == [UInt8(ascii: ".")]
    }

    private static func split(_ path: [UInt8]) -> [[UInt8]] {
        path.split(separator: slash).filter { $0 != [UInt8(ascii: ".")] }.map(Array.init)
    }

    /// For the kernel: relative, `.` for the directory itself.
    var relative: [UInt8] { Self.join(components) }

    static func join(_ components: some Collection<[UInt8]>) -> [UInt8] {
        components.isEmpty ? [UInt8(ascii: ".")] : Array(components.joined(separator: [slash]))
    }

    /// The directory that holds the entry, and the entry's own name.
    func split() throws(FileError) -> (parent: ArraySlice<[UInt8]>, name: [UInt8]) {
        guard let name = components.last, name != Array("..".utf8) else {
            throw FileError(path: given, reason: .noName)
        }
        return (components.dropLast(), name)
    }
}
