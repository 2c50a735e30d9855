/// What begins with an escape (ECMA-48, 5.4; xterm's control sequences for the keys).
enum ControlSequence: Equatable {
    /// Nil for what is no key of ours: a reply, a function key, Shift-Tab, a mouse.
    case key(Key?, length: Int)
    case pasteBegins(length: Int)
    /// An operating system command or another string that runs to its terminator.
    case stringBegins(length: Int)
    /// More may follow. If nothing does, it was this key.
    case incomplete(otherwise: Key?, length: Int)

    init(_ bytes: ArraySlice<UInt8>) {
        let bytes = Array(bytes.prefix(64))
        guard bytes.count > 1 else {
            self = .incomplete(otherwise: .character("\u{1B}"), length: 1)
            return
        }
        switch bytes[1] {
        case UInt8(ascii: "["):
            self = Self.control(bytes)
        case UInt8(ascii: "O"):
            self =
                bytes.count == 2
                ? .incomplete(otherwise: .meta("O"), length: 2)
                : .key(Self.key(final: bytes[2], parameters: []), length: 3)
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"), UInt8(ascii: "X"):
            // Alone, it is a key with Meta; a terminal sends its reply in one piece.
            self =
                bytes.count == 2
                ? .incomplete(otherwise: .meta(Unicode.Scalar(bytes[1])), length: 2)
                : .stringBegins(length: 2)
        case 0x20..<0x7F, 0x08, 0x7F:
            self = .key(.meta(Unicode.Scalar(bytes[1])), length: 2)
        default:
            // A second escape, a control or a letter beyond ASCII: this one stands alone.
            self = .key(.character("\u{1B}"), length: 1)
        }
    }

    /// Parameters, intermediates, one final byte.
    private static func control(_ bytes: [UInt8]) -> ControlSequence {
        var index = 2
        while index < bytes.count, (0x20...0x3F).contains(bytes[index]) { index += 1 }
        guard index < bytes.count else {
            // Too long for a key or a reply: none of it becomes text.
            if bytes.count == 64 { return .key(nil, length: 64) }
            return .incomplete(otherwise: bytes.count == 2 ? .meta("[") : nil, length: bytes.count)
        }
        guard (0x40...0x7E).contains(bytes[index]) else {
            // Broken off: what broke it off is looked at by itself.
            return .key(nil, length: index)
        }
        let parameters = String(decoding: bytes[2..<index], as: UTF8.self)
            .split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
        let length = index + 1
        switch bytes[index] {
        case UInt8(ascii: "~") where parameters == [200]:
            return .pasteBegins(length: length)
        case UInt8(ascii: "[") where length == 3:
            // Function keys of the Linux console: ESC [ [ A.
            return bytes.count > 3 ? .key(nil, length: 4) : .incomplete(otherwise: nil, length: 3)
        default:
            return .key(key(final: bytes[index], parameters: parameters), length: length)
        }
    }

    private static func key(final: UInt8, parameters: [Int]) -> Key? {
        // The second parameter is one more than the bits Shift 1, Alt 2, Control 4.
        let modifiers = parameters.count == 2 ? parameters[1] - 1 : 0
        let byWord = modifiers > 0 && modifiers & 6 != 0
        switch final {
        case UInt8(ascii: "A"): return .up
        case UInt8(ascii: "B"): return .down
        case UInt8(ascii: "C"): return byWord ? .wordRight : .right
        case UInt8(ascii: "D"): return byWord ? .wordLeft : .left
        case UInt8(ascii: "H"): return .home
        case UInt8(ascii: "F"): return .end
        case UInt8(ascii: "~"):
            switch parameters.first {
            case 1, 7: return .home
            case 4, 8: return .end
            case 3: return .deleteForward
            default: return nil
            }
        default: return nil
        }
    }
}
