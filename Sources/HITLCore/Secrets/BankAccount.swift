/// International bank account numbers (ISO 13616), with or without blanks between groups of four.
enum BankAccount {
    static func match(_ bytes: [UInt8], at start: Int) -> SecretMatch? {
        guard start + 4 < bytes.count, (0x30...0x39).contains(bytes[start + 2]),
            (0x30...0x39).contains(bytes[start + 3]),
            let length = lengths[TokenTable.pair(bytes[start], bytes[start + 1])]
        else { return nil }
        var characters: [UInt8] = []
        var place = start
        while place < bytes.count, characters.count < length {
            let byte = bytes[place]
            if byte == 0x20 {
                guard characters.count % 4 == 0 else { return nil }
            } else {
                guard (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) else { return nil }
                characters.append(byte)
            }
            place += 1
        }
        guard characters.count == length, place == bytes.count || !TokenTable.Body.alphanumeric.holds(bytes[place]),
            Checksums.iban(characters)
        else { return nil }
        return SecretMatch(kind: .iban, range: start..<place)
    }

    /// The SWIFT registry: how long an account's number is in each country.
    private static let lengths: [UInt16: Int] = {
        let table: [(Int, String)] = [
            (15, "NO"), (16, "BE"), (18, "DK FI FO GL NL SD FK"), (19, "MK SI"), (20, "AT BA EE KZ LT LU XK MN"),
            (21, "CH HR LI LV"), (22, "BG BH CR DE GB GE IE ME RS VA"), (23, "AE GI IL IQ OM SO TL"),
            (24, "AD CZ ES MD PK RO SA SE SK TN VG"), (25, "LY PT ST"), (26, "IS TR"), (27, "BI DJ FR GR IT MC MR SM"),
            (28, "AL AZ BY CY DO GT HU LB NI PL SV"), (29, "BR EG PS QA UA"), (30, "JO KW MU YE"), (31, "MT SC"),
            (32, "LC"), (33, "RU"),
        ]
        var lengths: [UInt16: Int] = [:]
        for (length, countries) in table {
            for country in countries.utf8.split(separator: 0x20).map(Array.init) {
                lengths[TokenTable.pair(country[0], country[1])] = length
            }
        }
        return lengths
    }()

    static let pairs: Set<UInt16> = Set(lengths.keys)
}
