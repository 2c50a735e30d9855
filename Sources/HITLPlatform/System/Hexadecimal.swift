extension [UInt8] {
    /// Two lower-case digits a byte.
    package var hexadecimal: String {
        String(unsafeUninitializedCapacity: 2 * count) { text in
            for (place, byte) in enumerated() {
                text[2 * place] = hexadecimalDigits[Int(byte >> 4)]
                text[2 * place + 1] = hexadecimalDigits[Int(byte & 15)]
            }
            return 2 * count
        }
    }
}

private let hexadecimalDigits = Array("0123456789abcdef".utf8)
