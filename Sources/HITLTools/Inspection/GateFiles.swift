/// The gate's own files: ledger, keys, configuration, socket. What lies beneath one of the paths belongs to it too.
struct GateFiles {
    /// As they were given and, where links lead elsewhere, where they really are.
    private let paths: [String]

    init(_ given: [String]) throws(Obstacle) {
        var paths: [String] = []
        for path in given {
            let written = PathText.joined(PathText.components(path))
            let resolved = try ResolvedPath.resolve(path, from: "/").absolute
            paths.append(written)
            if !resolved.utf8.elementsEqual(written.utf8) { paths.append(resolved) }
        }
        self.paths = paths
    }

    enum Reach {
        /// The file itself, or what is beneath the directory that it names.
        case itself
        /// Everything below too, as a deletion or a move has it.
        case everythingBelow
    }

    /// Files of the gate that something done to `path` would touch.
    func touched(by path: String, reach: Reach) -> [String] {
        if paths.contains(where: { PathText.isAtOrBelow(path, $0) }) { return [path] }
        return reach == .itself ? [] : paths.filter { PathText.isAtOrBelow($0, path) }
    }

    /// Files of the gate whose path stands somewhere in a text that is not analysed: a shell line, code.
    ///
    /// What comes before the path does not matter (`-o/path`, `"/path`); after it the name must be over.
    func named(in text: String) -> [String] {
        let bytes = Array(text.utf8)
        return paths.filter { path in
            let path = Array(path.utf8)
            guard path.count > 1 else { return false }
            return bytes.occurrences(of: path).contains { place in
                let end = place + path.count
                return end == bytes.count || !Self.goesOnWithName(bytes[end])
            }
        }
    }

    private static func goesOnWithName(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte >= 0x80
            || "-_.".utf8.contains(byte)
    }
}
