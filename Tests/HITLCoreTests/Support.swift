import Glibc
import HITLCore
import HITLPlatform
import HITLTestSupport
import Testing

extension SplitMix {
    /// Text of the kind that parsers, terminals and comparisons stumble over.
    mutating func text() -> String {
        let pieces = [
            "", "a", "path", "/", "\"", "\\", "\u{0}", "\u{8}", "\t", "\n", "\r", "\r\n", "\u{1B}[31m", "\u{7F}",
            "\u{9B}",
            "\u{E9}", "e\u{301}", "\u{202E}", "\u{2028}", "\u{FFFD}", "\u{FB33}", "\u{1F600}", "\u{10FFFF}",
            "\u{E0041}",
            "<U+202E>", "0", " ", "null", "\u{212B}", "\u{C5}",
        ]
        return (0..<Int.random(in: 0...4, using: &self)).map { _ in pieces.randomElement(using: &self) ?? "" }.joined()
    }

    mutating func number() -> JSONNumber {
        let lexemes = [
            "0", "-0", "1", "-1", "9007199254740993", "-9223372036854775808", "99999999999999999999999", "0.0",
            "75000.10",
            "1e2", "1E+2", "1e-400", "0.1e9", "-0.5",
        ]
        return lexemes.randomElement(using: &self).flatMap(JSONNumber.init) ?? JSONNumber(0)
    }

    mutating func json(depth: Int = 4) -> JSONValue {
        switch Int.random(in: 0...(depth > 0 ? 7 : 5), using: &self) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .number(number())
        case 3, 4, 5: return .string(text())
        case 6: return .array((0..<Int.random(in: 0...4, using: &self)).map { _ in json(depth: depth - 1) })
        default: return .object(object(depth: depth - 1))
        }
    }

    mutating func object(depth: Int = 3) -> JSONObject {
        var names: Set<String> = []
        var members: [JSONObject.Member] = []
        for _ in 0..<Int.random(in: 0...5, using: &self) {
            let name = text()
            if names.insert(name).inserted { members.append(.init(name, json(depth: depth))) }
        }
        return JSONObject(members)
    }
}

/// Files beside the sources and beside the package.
enum Neighbourhood {
    private static let root =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")

    static func vectors(_ name: String) throws -> [JSONObject] {
        try lines(of: "\(root)/docs/formats/vectors/\(name)")
    }

    /// The project's own corpus of calls.
    static func calls() throws -> [JSONObject] { try lines(of: "\(root)/Tests/Corpus/calls.jsonl") }

    /// The lines of a corpus file, or nil, told loudly, in a checkout without the corpus.
    static func corpus(_ name: String) throws -> [JSONObject]? {
        let path = "\(root)/../shared/corpus/\(name)"
        guard access(path, R_OK) == 0 else {
            print("skipped: there is no \(path), so none of its cases was tried")
            return nil
        }
        return try lines(of: path)
    }

    private static func lines(of path: String) throws -> [JSONObject] {
        try SmallFile.read(path).split(separator: 10).map { line in
            try #require(try JSONValue(parsing: Array(line)).object)
        }
    }
}

func bytes(hex: String) -> [UInt8] {
    let digits = hex.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
}

/// What the parser says of a text: the value in canonical form, or the error in words.
func reading(_ bytes: [UInt8]) -> String {
    do throws(JSONError) { return try JSONValue(parsing: bytes).canonicalText } catch { return error.description }
}

func reading(_ text: String) -> String { reading(Array(text.utf8)) }
