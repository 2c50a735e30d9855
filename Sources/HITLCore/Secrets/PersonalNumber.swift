/// Numbers that begin at a digit, by their grouping and check digits.
enum PersonalNumber {
    /// The personal number that begins at the digit `start`, where neither letter nor digit stands before it.
    static func match(_ bytes: [UInt8], at start: Int) -> SecretMatch? {
        guard let run = DigitRun(bytes, at: start) else { return nil }
        func found(_ kind: SecretKind) -> SecretMatch { SecretMatch(kind: kind, range: start..<run.end) }
        if isSocialSecurity(run, bytes) { return found(.socialSecurityNumber) }
        if isPaymentCard(run) { return found(.paymentCard) }
        if run.groups == [4, 4, 4], run.digits[0] >= 2, Checksums.verhoeff(run.digits) { return found(.aadhaar) }
        if isPhone(run, bytes) {
            let opens = start > 0 && bytes[start - 1] == UInt8(ascii: "(")
            return SecretMatch(kind: .phoneNumber, range: (opens ? start - 1 : start)..<run.end)
        }
        return nil
    }

    /// SSA: no area 000, 666 or 900–999, no group 00, no serial 0000. Nine digits in a row are taken for one only
    /// where they are all that stands in quotes.
    private static func isSocialSecurity(_ run: DigitRun, _ bytes: [UInt8]) -> Bool {
        guard run.digits.count == 9 else { return false }
        let isGrouped = run.groups == [3, 2, 4]
        let isQuotedWhole = run.groups == [9] && run.isQuoted(in: bytes)
        guard isGrouped || isQuotedWhole else { return false }
        return isSocialSecurity(run.digits)
    }

    static func isSocialSecurity(_ digits: [UInt8]) -> Bool {
        let area = Int(digits[0]) * 100 + Int(digits[1]) * 10 + Int(digits[2])
        return area != 0 && area != 666 && area < 900 && (digits[3], digits[4]) != (0, 0)
            && digits[5...].contains { $0 != 0 }
    }

    /// Issuer prefixes with the lengths that they are issued in, and Luhn's check.
    static func isPaymentCard(_ digits: [UInt8]) -> Bool {
        guard (13...19).contains(digits.count) else { return false }
        let four = digits[..<4].reduce(0) { $0 * 10 + Int($1) }
        let two = four / 100
        let isIssued =
            switch digits.count {
            case 13: digits[0] == 4
            case 14: two == 36 || (38...39).contains(two) || (300...305).contains(four / 10)
            case 15: two == 34 || two == 37 || four == 2131 || four == 1800
            case 16: is16(four, two, first: digits[0])
            case 17...19: digits[0] == 4 || two == 62 || isMaestro(four) || (3528...3589).contains(four) || two == 65
            default: false
            }
        // All zeros after the prefix, or one digit throughout, is a placeholder.
        return isIssued && Set(digits).count > 1 && Checksums.luhn(digits)
    }

    private static func is16(_ four: Int, _ two: Int, first: UInt8) -> Bool {
        first == 4 || (51...55).contains(two) || (2221...2720).contains(four) || four == 6011 || two == 65
            || (644...649).contains(four / 10) || (3528...3589).contains(four) || two == 62 || two == 81
            || isMaestro(four) || two == 60 || four == 9792 || (2200...2204).contains(four) || two == 36
    }

    private static func isMaestro(_ four: Int) -> Bool {
        [5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763].contains(four)
    }

    private static func isPaymentCard(_ run: DigitRun) -> Bool {
        let isPlain = run.groups.count == 1
        let isGrouped =
            run.groups == [4, 4, 4, 4] || run.groups == [4, 6, 5] || run.groups == [4, 6, 4]
            || run.groups == [4, 4, 4, 4, 3]
            || run.groups == [4, 4, 4, 1]
        return (isPlain || isGrouped) && isPaymentCard(run.digits)
    }

    /// The North American plan: three digits, three, four; area and exchange begin with 2 to 9.
    private static func isPhone(_ run: DigitRun, _ bytes: [UInt8]) -> Bool {
        var digits = run.digits
        var groups = run.groups
        if groups.count == 4, groups[0] == 1, digits[0] == 1 {
            digits.removeFirst()
            groups.removeFirst()
        }
        return groups == [3, 3, 4] && digits[0] >= 2 && digits[3] >= 2
    }

    /// E.164: a plus, then 8 to 15 digits, blanks, hyphens, dots or brackets between them.
    static func international(_ bytes: [UInt8], at plus: Int) -> SecretMatch? {
        var place = plus + 1
        var digits = 0
        var end = place
        var sinceDigit = 0
        guard place < bytes.count, (0x31...0x39).contains(bytes[place]) else { return nil }
        while place < bytes.count, digits <= 15 {
            switch bytes[place] {
            case 0x30...0x39:
                digits += 1
                end = place + 1
                sinceDigit = 0
            case 0x20, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "("), UInt8(ascii: ")"):
                sinceDigit += 1
            default: sinceDigit = 3
            }
            if sinceDigit > 2 { break }
            place += 1
        }
        guard (8...15).contains(digits), end == bytes.count || !TokenTable.Body.alphanumeric.holds(bytes[end]) else {
            return nil
        }
        return SecretMatch(kind: .phoneNumber, range: plus..<end)
    }
}

/// Digits in groups that one and the same separator parts.
struct DigitRun {
    private(set) var digits: [UInt8] = []
    private(set) var groups: [Int] = []
    let start: Int
    private(set) var end: Int

    init?(_ bytes: [UInt8], at start: Int) {
        self.start = start
        end = start
        var separator: UInt8?
        var place = start
        while place < bytes.count, digits.count <= 20 {
            let from = place
            while place < bytes.count, (0x30...0x39).contains(bytes[place]), digits.count <= 20 {
                digits.append(bytes[place] - 0x30)
                place += 1
            }
            guard place > from else { break }
            groups.append(place - from)
            end = place
            // `(212) 555-0123` parts its groups in two ways.
            if groups == [3], start > 0, bytes[start - 1] == UInt8(ascii: "("), bytes[place...].starts(with: ") ".utf8)
            {
                place += 2
                continue
            }
            guard place + 1 < bytes.count, " -.".utf8.contains(bytes[place]), (0x30...0x39).contains(bytes[place + 1]),
                separator == nil || separator == bytes[place]
            else { break }
            separator = bytes[place]
            place += 1
        }
        guard digits.count <= 19, Self.isAlone(bytes, start, end) else { return nil }
    }

    /// Neither part of a version (`1.123-45-6789-rc1`), nor of a path, a name or a longer number.
    private static func isAlone(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Bool {
        if start > 0 {
            let before = bytes[start - 1]
            if TokenTable.Body.alphanumeric.holds(before) || "._-/\\#$+".utf8.contains(before) || before >= 0x80 {
                return false
            }
        }
        guard end < bytes.count else { return true }
        let after = bytes[end]
        if TokenTable.Body.alphanumeric.holds(after) || "_-/\\%".utf8.contains(after) || after >= 0x80 { return false }
        if after == UInt8(ascii: "."), end + 1 < bytes.count {
            return !TokenTable.Body.alphanumeric.holds(bytes[end + 1])
        }
        return true
    }

    /// Whether nothing else stands between two quotes, or in the whole text.
    func isQuoted(in bytes: [UInt8]) -> Bool {
        if start == 0, end == bytes.count { return true }
        guard start > 0, end < bytes.count else { return false }
        return bytes[start - 1] == bytes[end] && "\"'".utf8.contains(bytes[end])
    }
}
