/// One YAML document as a tree in which every key and value knows where it is written.
///
/// Read for decisions, so everything is refused that two readers might take for two things or that
/// grows when it is read: repeated keys, anchors and aliases, tags, several documents, characters
/// that break or turn lines invisibly. Values are typed by the core schema of YAML 1.2 when a
/// `Field` asks for them: `no`, `010` and `12:30:45` are text.
package struct YAMLDocument: Sendable {
    package struct Limits: Sendable {
        package let bytes: Int
        package let depth: Int
        package let nodes: Int

        package init(bytes: Int, depth: Int, nodes: Int) {
            self.bytes = bytes
            self.depth = depth
            self.nodes = nodes
        }

        /// Far more than a person writes, and a fraction of a second to read.
        package static let usual = Limits(bytes: 4 << 20, depth: 32, nodes: 400_000)
    }

    package let root: Node
    let file: String
    let lines: SourceLines

    /// - Parameter file: the name that places carry, as the person knows it.
    /// - Throws: everything that is wrong up to the first mistake after which nothing can be read.
    package init(_ bytes: [UInt8], file: String, limits: Limits = .usual) throws(Diagnostics) {
        // A byte order mark is allowed (YAML 1.2 §5.2) and would shift the columns of the first line.
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        guard bytes.count <= limits.bytes else {
            throw Diagnostics([
                Diagnostic(.file(Place(file: file, line: 1, column: 1)), .tooLarge(limit: limits.bytes))
            ])
        }
        self.file = file
        lines = SourceLines(bytes)
        if let unfit = UnfitCharacter(in: bytes) {
            let source = Source.file(Place(file: file, line: unfit.line, column: unfit.column))
            throw Diagnostics([
                Diagnostic(source, unfit.fault, excerpt: lines.excerpt(line: unfit.line, column: unfit.column))
            ])
        }
        var composer = YAMLComposer(file: file, lines: lines, limits: limits)
        root = try composer.compose(bytes)
    }
}

/// The first character that cannot stand in a file that people decide by.
private struct UnfitCharacter {
    let fault: Fault
    let line: Int
    let column: Int

    init?(in bytes: [UInt8]) {
        // Nearly every file has ASCII alone, and this is four times as fast as decoding it.
        if bytes.allSatisfy({ (0x20..<0x7F).contains($0) || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }) { return nil }
        var line = 1
        var column = 1
        var previous: Unicode.Scalar?
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while true {
            switch decoder.decode(&iterator) {
            case .emptyInput: return nil
            case .error:
                (self.fault, self.line, self.column) = (.invalidUTF8, line, column)
                return
            case .scalarValue(let scalar):
                if Self.isUnfit(scalar) {
                    (self.fault, self.line, self.column) = (.character(scalar.value), line, column)
                    return
                }
                if scalar == "\n", previous == "\r" {
                    // One line break of two bytes, counted at the first.
                } else if scalar == "\n" || scalar == "\r" {
                    line += 1
                    column = 1
                } else {
                    column += 1
                }
                previous = scalar
            }
        }
    }

    private static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: false
        case 0..<0x20, 0x7F..<0xA0: true
        // Line breaks to libyaml (YAML 1.1), ordinary characters to YAML 1.2 and to most editors: a
        // comment would end where nobody sees it.
        case 0x2028, 0x2029: true
        // What follows them is shown in another order than it is read.
        case 0x202A...0x202E, 0x2066...0x2069: true
        case 0xFEFF, 0xFFFE, 0xFFFF: true
        default: false
        }
    }
}
