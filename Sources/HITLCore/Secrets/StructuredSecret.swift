/// Secrets with an inner form: keys in blocks, web tokens, passwords in URLs.
enum StructuredSecret {
    static let pairs: Set<UInt16> = Set(
        ["ey", "Pu", "su", "LS"].map { TokenTable.pair(Array($0.utf8)[0], Array($0.utf8)[1]) }
    )
    .union(discordStarts)

    static func match(_ bytes: [UInt8], at start: Int) -> SecretMatch? {
        switch bytes[start] {
        case UInt8(ascii: "e"): webToken(bytes, at: start)
        case UInt8(ascii: "P"): puttyKey(bytes, at: start)
        case UInt8(ascii: "L"): encodedKey(bytes, at: start)
        case UInt8(ascii: "s"): CommandSecret.pipedPassword(bytes, at: start)
        case UInt8(ascii: "M"), UInt8(ascii: "N"), UInt8(ascii: "O"): discordToken(bytes, at: start)
        default: nil
        }
    }

    // MARK: Web tokens

    private static let longestHeader = 400

    /// RFC 7519: three parts, of which the first decodes to an object that names an algorithm.
    private static func webToken(_ bytes: [UInt8], at start: Int) -> SecretMatch? {
        guard bytes[start...].starts(with: "eyJ".utf8) else { return nil }
        // The header comes first, so that a long run of letters is not walked from each of its places.
        let first = bytes[start...].prefix(longestHeader).prefix(while: TokenTable.Body.base64URL.holds)
        guard first.endIndex < bytes.count, bytes[first.endIndex] == UInt8(ascii: ".") else { return nil }
        let header = base64(first)
        guard contains(header, #""alg""#) || contains(header, #""enc""#) || contains(header, #""typ""#) else {
            return nil
        }
        var parts: [Range<Int>] = []
        var place = start
        while parts.count < 5 {
            let from = place
            while place < bytes.count, TokenTable.Body.base64URL.holds(bytes[place]) { place += 1 }
            parts.append(from..<place)
            guard place < bytes.count, bytes[place] == UInt8(ascii: ".") else { break }
            place += 1
        }
        guard parts.count >= 3, parts[1].count >= 4 || parts.count == 5 else { return nil }
        return SecretMatch(kind: .jsonWebToken, range: start..<parts[parts.count - 1].upperBound)
    }

    private static func base64(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in text {
            let value: UInt8
            switch byte {
            case 0x41...0x5A: value = byte - 0x41
            case 0x61...0x7A: value = byte - 0x61 + 26
            case 0x30...0x39: value = byte - 0x30 + 52
            case UInt8(ascii: "-"), UInt8(ascii: "+"): value = 62
            default: value = 63
            }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                decoded.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return decoded
    }

    private static func contains(_ bytes: [UInt8], _ text: String) -> Bool {
        let wanted = Array(text.utf8)
        guard bytes.count >= wanted.count else { return false }
        return (0...(bytes.count - wanted.count)).contains { bytes[$0...].starts(with: wanted) }
    }

    // MARK: Keys in blocks

    /// `-----BEGIN … PRIVATE KEY-----` up to its end, or to the end of the text where that is cut off.
    static func privateKey(_ bytes: [UInt8], at start: Int) -> SecretMatch? {
        let opening = Array("-----BEGIN ".utf8)
        guard bytes[start...].starts(with: opening) else { return nil }
        let from = start + opening.count
        let label = bytes[from...].prefix(40).prefix {
            (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x20
        }
        guard contains(Array(label), "PRIVATE KEY"), bytes[label.endIndex...].starts(with: "-----".utf8) else {
            return nil
        }
        let closing = Array("-----END ".utf8)
        var place = label.endIndex + 5
        while place < bytes.count {
            guard bytes[place] == UInt8(ascii: "-"), bytes[place...].starts(with: closing) else {
                place += 1
                continue
            }
            place += closing.count
            while place < bytes.count, bytes[place] != UInt8(ascii: "-"), bytes[place] >= 0x20 { place += 1 }
            while place < bytes.count, bytes[place] == UInt8(ascii: "-") { place += 1 }
            return SecretMatch(kind: .privateKey, range: start..<place)
        }
        return SecretMatch(kind: .privateKey, range: start..<bytes.count)
    }

    /// The same in base64.
    private static func encodedKey(_ bytes: [UInt8], at start: Int) -> SecretMatch? {
        guard bytes[start...].starts(with: "LS0tLS1CRUdJTi".utf8) else { return nil }
        func isBody(_ byte: UInt8) -> Bool {
            TokenTable.Body.alphanumeric.holds(byte) || "+/=-_".utf8.contains(byte)
        }
        let text = bytes[start...].prefix(while: isBody)
        guard contains(base64(text.prefix(96)), "PRIVATE KEY") else { return nil }
        return SecretMatch(kind: .privateKey, range: text.indices)
    }

    private static func puttyKey(_ bytes: [UInt8], at start: Int) -> SecretMatch? {
        guard bytes[start...].starts(with: "PuTTY-User-Key-File-".utf8) else { return nil }
        let end = Array("Private-MAC:".utf8)
        var place = start
        while place < bytes.count, !(bytes[place] == end[0] && bytes[place...].starts(with: end)) { place += 1 }
        while place < bytes.count, bytes[place] != 0x0A { place += 1 }
        return SecretMatch(kind: .privateKey, range: start..<place)
    }

    // MARK: Bots

    /// Digits, a colon, `AA` and 33 more.
    static func telegramToken(_ bytes: [UInt8], at start: Int) -> SecretMatch? {
        var place = start
        while place < bytes.count, (0x30...0x39).contains(bytes[place]), place - start <= 10 { place += 1 }
        guard (8...10).contains(place - start), bytes[place...].starts(with: ":AA".utf8) else { return nil }
        let from = place + 1
        place = from
        while place < bytes.count, TokenTable.Body.base64URL.holds(bytes[place]), place - from <= 36 { place += 1 }
        guard (34...36).contains(place - from) else { return nil }
        return SecretMatch(kind: .telegramToken, range: start..<place)
    }

    private static let discordStarts: Set<UInt16> = {
        var pairs: Set<UInt16> = []
        for first in "MNO".utf8 {
            for second in UInt8(0x30)...0x7A where TokenTable.Body.alphanumeric.holds(second) {
                pairs.insert(TokenTable.pair(first, second))
            }
        }
        return pairs
    }()

    /// A user's number in base64, six bytes of time, twenty-seven or more of a digest.
    private static func discordToken(_ bytes: [UInt8], at start: Int) -> SecretMatch? {
        var parts: [Int] = []
        var place = start
        while parts.count < 3 {
            let from = place
            while place < bytes.count, TokenTable.Body.base64URL.holds(bytes[place]), place - from <= 40 { place += 1 }
            parts.append(place - from)
            guard parts.count < 3 else { break }
            guard place < bytes.count, bytes[place] == UInt8(ascii: ".") else { return nil }
            place += 1
        }
        guard (23...28).contains(parts[0]), (6...7).contains(parts[1]), (27...40).contains(parts[2]) else { return nil }
        return SecretMatch(kind: .discordToken, range: start..<place)
    }

    // MARK: URLs

    /// The password in `scheme://user:password@host`, where `colon` is the first of them.
    static func urlPassword(_ bytes: [UInt8], at colon: Int) -> SecretMatch? {
        guard colon + 2 < bytes.count, bytes[colon + 1] == UInt8(ascii: "/"), bytes[colon + 2] == UInt8(ascii: "/")
        else {
            return nil
        }
        let from = colon + 3
        var separator: Int?
        var at: Int?
        var place = from
        while place < bytes.count, place - from < 512 {
            let byte = bytes[place]
            if byte <= 0x20 || "/?#\"'<>`\\".utf8.contains(byte) { break }
            if byte == UInt8(ascii: ":"), separator == nil { separator = place }
            if byte == UInt8(ascii: "@") { at = place }
            place += 1
        }
        // What has a form of its own is found by it.
        if separator == nil, let at, TokenTable.match(bytes, at: from) == nil {
            let account = bytes[from..<at]
            // A token stands in the place of the name; names are shorter, or have a dot, or no capitals among digits.
            let isToken = account.count >= 16 && SecretValue.standsOut(account) && !account.contains(UInt8(ascii: "."))
            if isToken || SecretValue.looksRandom(account) { return SecretMatch(kind: .urlPassword, range: from..<at) }
        }
        guard let separator, let at, separator + 1 < at, !SecretValue.isPlaceholder(bytes[(separator + 1)..<at]) else {
            return nil
        }
        return SecretMatch(kind: .urlPassword, range: (separator + 1)..<at)
    }
}
