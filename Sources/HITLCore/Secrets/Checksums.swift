/// Check digits of numbers that people and banks are known by.
enum Checksums {
    /// ISO/IEC 7812-1: every second digit from the right doubled.
    static func luhn(_ digits: [UInt8]) -> Bool {
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let value = Int(digit) * (place % 2 == 0 ? 1 : 2)
            sum += value > 9 ? value - 9 : value
        }
        return sum % 10 == 0
    }

    /// ISO 13616: the first four characters moved to the end, letters as 10 to 35, the remainder by 97 is 1.
    static func iban(_ characters: [UInt8]) -> Bool {
        var remainder = 0
        for byte in characters[4...] + characters[..<4] {
            switch byte {
            case 0x30...0x39: remainder = (remainder * 10 + Int(byte - 0x30)) % 97
            case 0x41...0x5A: remainder = (remainder * 100 + Int(byte - 0x37)) % 97
            default: return false
            }
        }
        return remainder == 1
    }

    /// Verhoeff's scheme over the dihedral group of ten elements, which Aadhaar numbers use.
    static func verhoeff(_ digits: [UInt8]) -> Bool {
        var check = 0
        for (place, digit) in digits.reversed().enumerated() {
            check = product[check][permutation[place % 8][Int(digit)]]
        }
        return check == 0
    }

    private static let product: [[Int]] = (0..<10).map { left in
        (0..<10).map { right in
            switch (left < 5, right < 5) {
            case (true, true): (left + right) % 5
            case (true, false): (left + right) % 5 + 5
            case (false, true): (left - right + 5) % 5 + 5
            case (false, false): (left - right + 5) % 5
            }
        }
    }

    private static let permutation: [[Int]] = {
        let once = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
        var rows = [Array(0..<10)]
        for _ in 1..<8 { rows.append(once.indices.map { rows[rows.count - 1][once[$0]] }) }
        return rows
    }()
}
