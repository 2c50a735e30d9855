/// Finds secrets and personal data in bytes: one pass, in which a byte that could begin something is looked at closer.
///
/// A finding is never longer than what was read for it and looking back is bounded, so that the time grows with the
/// length of the text and with nothing else.
package enum SecretScanner {
    /// Everything found, in the order of the text; ranges do not overlap.
    ///
    /// - Parameter name: what the text is the value of (`Authorization`, `db.password`), which may say it is secret.
    package static func scan(_ bytes: [UInt8], named name: some Sequence<UInt8> = EmptyCollection()) -> [SecretMatch] {
        var scan = SecretScan(bytes: bytes)
        scan.run()
        scan.applyName(Array(name))
        return scan.matches
    }

    package static func scan(_ text: String, named name: String = "") -> [SecretMatch] {
        scan(Array(text.utf8), named: name.utf8)
    }
}

/// One pass over one text.
struct SecretScan {
    let bytes: [UInt8]
    private(set) var matches: [SecretMatch] = []

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func run() {
        var place = 0
        var before: UInt8 = 0x20
        while place < bytes.count {
            let byte = bytes[place]
            let role = Self.roles[Int(byte)]
            if byte == UInt8(ascii: "=") || byte == UInt8(ascii: ":") {
                for match in NamedSecret.list(bytes, sign: place) { add(match) }
            }
            if role != 0, let match = look(at: place, byte, role, before), add(match) {
                // What encloses others, a header or an assignment, ends where its value does.
                place = max(place + 1, match.range.upperBound)
                before = bytes[place - 1]
                continue
            }
            before = byte
            place += 1
        }
    }

    private static let word: UInt8 = 1
    private static let digit: UInt8 = 2
    private static let mark: UInt8 = 4

    private static let roles: [UInt8] = (0..<256).map { value in
        switch UInt8(value) {
        case 0x30...0x39: digit
        case 0x41...0x5A, 0x61...0x7A: word
        case UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: "@"), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: ">"), UInt8(ascii: "<"), UInt8(ascii: ","):
            mark
        default: 0
        }
    }

    /// The first two bytes with which something known begins, one bit for each pair.
    private static let beginnings: [UInt64] = {
        var bits = [UInt64](repeating: 0, count: 1024)
        func set(_ pair: UInt16) { bits[Int(pair >> 6)] |= 1 << UInt64(pair & 63) }
        TokenTable.pairs.forEach(set)
        BankAccount.pairs.forEach(set)
        LabelledSecret.pairs.forEach(set)
        StructuredSecret.pairs.forEach(set)
        PositionalSecret.pairs.forEach(set)
        SpokenSecret.pairs.forEach(set)
        return bits
    }()

    private func look(at place: Int, _ byte: UInt8, _ role: UInt8, _ before: UInt8) -> SecretMatch? {
        let follows = TokenTable.Body.alphanumeric.holds(before)
        if role == Self.mark { return mark(byte, at: place, before) }
        if follows {
            // `https://api.telegram.org/bot123…:AA…`
            let isBot = role == Self.digit && place >= 3 && bytes[(place - 3)..<place].elementsEqual("bot".utf8)
            return isBot ? StructuredSecret.telegramToken(bytes, at: place) : nil
        }
        if role == Self.digit {
            if let token = TokenTable.match(bytes, at: place) { return token }
            return StructuredSecret.telegramToken(bytes, at: place) ?? PersonalNumber.match(bytes, at: place)
        }
        guard place + 1 < bytes.count else { return nil }
        let pair = Int(TokenTable.pair(byte, bytes[place + 1]))
        let isKnown = Self.beginnings[pair >> 6] & (1 << UInt64(pair & 63)) != 0
        return isKnown ? known(at: place) : nil
    }

    private func known(at place: Int) -> SecretMatch? {
        StructuredSecret.match(bytes, at: place) ?? TokenTable.match(bytes, at: place)
            ?? BankAccount.match(bytes, at: place) ?? LabelledSecret.match(bytes, at: place)
            ?? PositionalSecret.match(bytes, at: place) ?? SpokenSecret.match(bytes, at: place)
    }

    private func mark(_ byte: UInt8, at place: Int, _ before: UInt8) -> SecretMatch? {
        switch byte {
        case UInt8(ascii: "@"):
            return EmailAddress.match(bytes, at: place, notBefore: matches.last?.range.upperBound ?? 0)
        case UInt8(ascii: "<"): return CommandSecret.hereString(bytes, at: place)
        case UInt8(ascii: ">"): return MarkupSecret.match(bytes, close: place)
        case UInt8(ascii: "+"):
            return TokenTable.Body.alphanumeric.holds(before) ? nil : PersonalNumber.international(bytes, at: place)
        case UInt8(ascii: "-"):
            if before == UInt8(ascii: "-") || TokenTable.Body.alphanumeric.holds(before) { return nil }
            return StructuredSecret.privateKey(bytes, at: place) ?? CommandSecret.match(bytes, at: place)
        default:
            if byte == UInt8(ascii: ",") { return NamedSecret.second(bytes, comma: place) }
            if byte == UInt8(ascii: ":"), let password = StructuredSecret.urlPassword(bytes, at: place) {
                return password
            }
            return NamedSecret.match(bytes, sign: place)
        }
    }

    /// Adds it after, or in the place of, what it encloses.
    @discardableResult
    private mutating func add(_ match: SecretMatch) -> Bool {
        while let last = matches.last, last.range.upperBound > match.range.lowerBound {
            guard match.range.lowerBound <= last.range.lowerBound, match.range.upperBound >= last.range.upperBound
            else {
                return false
            }
            matches.removeLast()
        }
        matches.append(match)
        return true
    }

    /// The whole text as the value of a name.
    mutating func applyName(_ name: [UInt8]) {
        guard !name.isEmpty, !bytes.isEmpty, let match = NamedSecret.whole(bytes, name: name) else { return }
        // What is known more exactly keeps its name.
        guard !matches.contains(where: { $0.range.overlaps(match.range) && $0.kind.severity == .secret }) else {
            return
        }
        matches.removeAll { $0.range.overlaps(match.range) }
        let place = matches.firstIndex { $0.range.lowerBound > match.range.lowerBound } ?? matches.count
        matches.insert(match, at: place)
    }
}
