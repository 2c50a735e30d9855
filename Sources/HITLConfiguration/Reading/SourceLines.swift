/// The lines of a file, for excerpts.
struct SourceLines: Sendable {
    private let bytes: [UInt8]
    /// Offsets of the first byte of each line.
    private let starts: [Int]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var starts = [0]
        var offset = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            if byte == 0x0D, offset < bytes.count, bytes[offset] == 0x0A { offset += 1 }
            if byte == 0x0A || byte == 0x0D { starts.append(offset) }
        }
        self.starts = starts
    }

    func excerpt(line: Int, column: Int) -> Excerpt {
        guard starts.indices.contains(line - 1) else { return Excerpt(line: "", column: 1) }
        let rest = bytes[starts[line - 1]...]
        let content = rest.prefix { $0 != 0x0A && $0 != 0x0D }
        return Excerpt(line: String(decoding: content, as: UTF8.self), column: column)
    }
}
