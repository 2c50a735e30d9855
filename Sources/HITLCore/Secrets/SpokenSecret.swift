/// Secrets that words announce without a sign between: `the password is …`, `password …`, `IDENTIFIED BY '…'`,
/// `Bearer …`, `PIN 4921`.
enum SpokenSecret {
    private enum Kind {
        case password
        /// A few digits, at least and at most.
        case digits(ClosedRange<Int>)
        /// A token of some length, which stands alone.
        case scheme
        /// What stands in quotes behind it, and nothing else.
        case quoted
    }

    private static let words: [(word: [UInt8], kind: Kind)] = {
        let table: [(Kind, [String])] = [
            (
                .password,
                [
                    "passwords", "password", "passwd", "passphrase", "passcode", "passwort", "kennwort", "pwd",
                    "secret",
                    "token", "credentials", "api_token", "contraseña", "mot de passe",
                ]
            ),
            (
                .digits(4...8),
                ["pin", "otp", "one-time code", "one-time password", "verification code", "security code"]
            ),
            (.digits(3...4), ["cvv", "cvc"]),
            (.scheme, ["bearer", "basic"]),
            (.quoted, ["identified by", "identified with"]),
        ]
        return table.flatMap { entry in entry.1.map { (Array($0.utf8), entry.0) } }
            .sorted { $0.word.count > $1.word.count }
    }()

    private static let byPair: [UInt16: [(word: [UInt8], kind: Kind)]] = {
        var rows: [UInt16: [(word: [UInt8], kind: Kind)]] = [:]
        for row in words {
            for first in [row.word[0], row.word[0] & 0xDF] {
                for second in [row.word[1], row.word[1] & 0xDF] {
                    rows[TokenTable.pair(first, second), default: []].append(row)
                }
            }
        }
        return rows
    }()

    static let pairs: Set<UInt16> = Set(byPair.keys).union(
        ["in", "IN", "In"].map { TokenTable.pair(Array($0.utf8)[0], Array($0.utf8)[1]) })

    static func match(_ bytes: [UInt8], at start: Int) -> SecretMatch? {
        if bytes[start] | 0x20 == UInt8(ascii: "i"), let value = inserted(bytes, at: start) { return value }
        guard start + 1 < bytes.count, let rows = byPair[TokenTable.pair(bytes[start], bytes[start + 1])] else {
            return nil
        }
        for row in rows {
            let end = start + row.word.count
            guard end < bytes.count, !TokenTable.Body.alphanumeric.holds(bytes[end]),
                bytes[start..<end].lazy.map(folded).elementsEqual(row.word)
            else { continue }
            return value(bytes, from: end, row.kind)
        }
        return nil
    }

    private static func value(_ bytes: [UInt8], from end: Int, _ kind: Kind) -> SecretMatch? {
        switch kind {
        case .password:
            var place = blanks(bytes, end)
            var isSaid = false
            // `password for admin: …`, `password is …`, `password of bob = …`
            for word in ["for ", "of "] where bytes[place...].prefix(4).lazy.map(folded).starts(with: word.utf8) {
                let name = bytes[(place + word.utf8.count)...].prefix(40).prefix {
                    $0 > 0x20 && $0 != UInt8(ascii: ":")
                }
                place = blanks(bytes, name.endIndex)
            }
            for word in ["is:", "is ", "was ", "->", "=>", "to ", ":", "="]
            where bytes[place...].prefix(4).lazy.map(folded).starts(with: word.utf8) {
                // Right behind the word, the sign is read where names are.
                if word == ":" || word == "=", place == end || bytes[end] != 0x20 { return nil }
                isSaid = true
                place = blanks(bytes, place + word.utf8.count)
                break
            }
            guard place > end else { return nil }
            return password(bytes, from: place, isSaid: isSaid)
        case .quoted:
            let place = blanks(bytes, end)
            return place > end ? quoted(bytes, from: place) : nil
        case .digits(let count):
            var place = blanks(bytes, end)
            for word in ["is", ":", "=", "#"] where bytes[place...].starts(with: word.utf8) {
                place = blanks(bytes, place + word.utf8.count)
                break
            }
            let digits = bytes[place...].prefix(12).prefix { (0x30...0x39).contains($0) }
            guard place > end, count.contains(digits.count), !follows(bytes, digits.endIndex) else { return nil }
            return SecretMatch(kind: .password, range: digits.indices)
        case .scheme:
            let place = blanks(bytes, end)
            if place > end, place < bytes.count,
                let exact = StructuredSecret.match(bytes, at: place) ?? TokenTable.match(bytes, at: place)
            {
                return exact
            }
            let token = bytes[place...].prefix(4096).prefix(while: TokenTable.Body.dotted.holds)
            guard place > end, token.count >= 16, SecretValue.isLikely(token.prefix(512)) else { return nil }
            return SecretMatch(kind: .authorization, range: token.indices)
        }
    }

    private static func password(_ bytes: [UInt8], from place: Int, isSaid: Bool) -> SecretMatch? {
        if let match = quoted(bytes, from: place) { return match }
        let word = bytes[place...].prefix(256).prefix { $0 > 0x20 && !"\"'`,;&|\\".utf8.contains($0) }
        var end = word.endIndex
        while end > place, ".:)]!?".utf8.contains(bytes[end - 1]) { end -= 1 }
        // What ends in a mark may end so itself.
        let value = bytes[place..<end]
        let fits = SecretValue.standsOut(value) || isSaid && SecretValue.isLikely(value) && value.count >= 8
        guard fits else { return nil }
        return SecretMatch(kind: .password, range: place..<word.endIndex)
    }

    private static func quoted(_ bytes: [UInt8], from place: Int) -> SecretMatch? {
        guard place < bytes.count, bytes[place] == UInt8(ascii: "'") || bytes[place] == UInt8(ascii: "\"") else {
            return nil
        }
        let value = bytes[(place + 1)...].prefix(512).prefix { $0 != bytes[place] && $0 >= 0x20 }
        guard value.endIndex < bytes.count, bytes[value.endIndex] == bytes[place],
            SecretValue.isPlausible(value, .quoted)
        else { return nil }
        return SecretMatch(kind: .password, range: value.indices)
    }

    private static func blanks(_ bytes: [UInt8], _ start: Int) -> Int {
        var place = start
        while place < bytes.count, place - start < 8, bytes[place] == 0x20 || bytes[place] == 0x09 { place += 1 }
        return place
    }

    /// `INSERT INTO users (name, password) VALUES ('…', '…')`: the column says which of the values it is.
    static func inserted(_ bytes: [UInt8], at start: Int) -> SecretMatch? {
        let text = bytes[start...].prefix(2048)
        guard text.prefix(12).lazy.map(folded).elementsEqual("insert into ".utf8),
            let open = text.firstIndex(of: UInt8(ascii: "(")),
            let close = text[open...].firstIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let after = text[(close + 1)...].drop { $0 <= 0x20 }
        guard after.prefix(6).lazy.map(folded).elementsEqual("values".utf8),
            let values = after.firstIndex(of: UInt8(ascii: "("))
        else { return nil }
        let columns = text[(open + 1)..<close].split(separator: UInt8(ascii: ","))
        guard let column = columns.firstIndex(where: { SecretName.isStrong($0) }) else { return nil }
        var place = values + 1
        for index in 0...column {
            place = blanks(bytes, place)
            if index == column { return quoted(bytes, from: place) }
            let isQuoted = place < bytes.count && bytes[place] == UInt8(ascii: "'")
            if isQuoted {
                guard let end = bytes[(place + 1)...].prefix(512).firstIndex(of: UInt8(ascii: "'")) else { return nil }
                place = end + 1
            }
            guard let comma = bytes[place...].prefix(512).firstIndex(of: UInt8(ascii: ",")) else { return nil }
            place = comma + 1
        }
        return nil
    }

    private static func follows(_ bytes: [UInt8], _ end: Int) -> Bool {
        guard end < bytes.count else { return false }
        return TokenTable.Body.alphanumeric.holds(bytes[end])
            || bytes[end] == UInt8(ascii: ".") && end + 1 < bytes.count && (0x30...0x39).contains(bytes[end + 1])
    }

    private static func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}
