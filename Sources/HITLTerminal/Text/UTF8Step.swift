/// One step through bytes that may or may not be UTF-8.
enum UTF8Step: Equatable {
    case scalar(Unicode.Scalar, length: Int)
    /// Right so far, but the bytes end here.
    case incomplete
    /// The byte at this place begins no character.
    case invalid

    /// The step at `index`, which counts from the first byte. Only shortest forms are right
    /// (Unicode 17.0, table 3-7).
    init(_ bytes: some RandomAccessCollection<UInt8>, at index: Int) {
        let position = bytes.index(bytes.startIndex, offsetBy: index)
        let first = bytes[position]
        let length: Int
        var value: UInt32
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0x00...0x7F:
            self = .scalar(Unicode.Scalar(first), length: 1)
            return
        case 0xC2...0xDF:
            (length, value) = (2, UInt32(first & 0x1F))
        case 0xE0...0xEF:
            (length, value) = (3, UInt32(first & 0x0F))
            if first == 0xE0 { second = 0xA0...0xBF }
            if first == 0xED { second = 0x80...0x9F }
        case 0xF0...0xF4:
            (length, value) = (4, UInt32(first & 0x07))
            if first == 0xF0 { second = 0x90...0xBF }
            if first == 0xF4 { second = 0x80...0x8F }
        default:
            self = .invalid
            return
        }
        let available = bytes.count - index
        for offset in 1..<length {
            guard offset < available else {
                self = .incomplete
                return
            }
            let byte = bytes[bytes.index(position, offsetBy: offset)]
            guard (offset == 1 ? second : 0x80...0xBF).contains(byte) else {
                self = .invalid
                return
            }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        guard let scalar = Unicode.Scalar(value) else {
            self = .invalid
            return
        }
        self = .scalar(scalar, length: length)
    }
}
