import HITLCore

/// Random numbers that are the same in every run: SplitMix64.
struct Noise: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }

    mutating func one<Element>(of elements: [Element]) -> Element { elements[below(elements.count)] }

    /// Some of the pieces, and now and then a byte that none of them has.
    mutating func text(of pieces: [String], upTo count: Int) -> [UInt8] {
        (0..<below(count + 1)).flatMap { _ -> [UInt8] in
            below(12) == 0 ? [UInt8(truncatingIfNeeded: next())] : Array(one(of: pieces).utf8)
        }
    }

    mutating func json(depth: Int) -> JSONValue {
        switch below(depth > 0 ? 8 : 5) {
        case 0: return .null
        case 1: return .bool(below(2) == 0)
        case 2:
            return one(
                of: ["0", "-1", "1e9", "9007199254740993", "0.10"].compactMap(JSONNumber.init).map { .number($0) })
        case 3, 4:
            let pieces = [
                "a", " ", "\"", "\\", "\n", "\t", "\u{0}", "\u{85}", "\u{2028}", "\u{FEFF}", "\u{1F600}", "\u{E9}",
                ": ", "- ", "#", "true", "null", "~", "1", "{", "}", "[", "]", ",", "&", "*", "!", "%", "@", "`", "|",
                ">", "'",
            ]
            return .string((0..<below(6)).map { _ in one(of: pieces) }.joined())
        case 5, 6: return .array((0..<below(4)).map { _ in json(depth: depth - 1) })
        default:
            return .object(JSONObject((0..<below(4)).map { .init("k\($0)", json(depth: depth - 1)) }))
        }
    }
}
