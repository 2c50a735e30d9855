/// Text with its secrets taken out, for people and for the record. What runs is never masked.
package enum Masking {
    /// A text as it may be shown and stored: each match is replaced by what it is, how long or the end that people know
    /// it by, and a keyed digest, by which equal values are found as equal.
    ///
    /// `here: ghp_…` becomes `here: <secret: GitHub token, 40 bytes, 3f8a01c2d4e6>`, a card's number
    /// `<personal: payment card, ends 4444, 90ab12cd34ef>`.
    ///
    /// - Parameter digest: of a value's bytes, keyed, in hexadecimal: without the key nobody can try short values.
    package static func masked(_ text: String, _ matches: [SecretMatch], digest: (ArraySlice<UInt8>) -> String)
        -> String
    {
        replaced(text, matches) { kind, value in
            let end = kind.shownEnd
            let digits = value.filter(TokenTable.Body.alphanumeric.holds)
            guard end > 0, digits.count > 2 * end else {
                return "<\(label(kind)): \(kind.words), \(value.count) bytes, \(digest(value))>"
            }
            let last = String(decoding: digits.suffix(end), as: UTF8.self)
            return "<\(label(kind)): \(kind.words), ends \(last), \(digest(value))>"
        }
    }

    /// Every text of the value, members' names included, as `replace` makes it from the text and what was found in it.
    ///
    /// A member's name is handed to the scanner with its value. Numbers are texts too: a card number sent as a number
    /// becomes a text where it is masked.
    package static func value(
        _ value: JSONValue, named name: String = "",
        scan: (String, String) -> [SecretMatch],
        replace: (String, [SecretMatch]) -> String
    ) -> JSONValue {
        switch value {
        case .null, .bool: return value
        case .number(let number):
            let matches = scan(number.lexeme, name).filter { isPersonalNumber($0, name) }
            return matches.isEmpty ? value : .string(replace(number.lexeme, matches))
        case .string(let text):
            let matches = scan(text, name)
            return matches.isEmpty ? value : .string(replace(text, matches))
        case .array(let elements):
            return .array(elements.map { self.value($0, named: name, scan: scan, replace: replace) })
        case .object(let object):
            return .object(self.object(object, named: name, scan: scan, replace: replace))
        }
    }

    /// Amounts, identifiers and times are numbers of nine or of nineteen digits too.
    private static func isPersonalNumber(_ match: SecretMatch, _ name: String) -> Bool {
        switch match.kind {
        case .socialSecurityNumber: LabelledSecret.kind(of: Array(name.utf8)) == .socialSecurityNumber
        case .paymentCard: (15...16).contains(match.range.count)
        default: true
        }
    }

    package static func object(
        _ object: JSONObject, named parent: String = "",
        scan: (String, String) -> [SecretMatch],
        replace: (String, [SecretMatch]) -> String
    ) -> JSONObject {
        var members: [JSONObject.Member] = []
        var names: Set<[UInt8]> = []
        for member in object.members {
            let found = scan(member.name, "")
            var name = found.isEmpty ? member.name : replace(member.name, found)
            // Two secrets as names may be masked alike, and no name may occur twice.
            while !names.insert(Array(name.utf8)).inserted { name += "'" }
            members.append(
                .init(
                    name,
                    value(
                        member.value, named: object.secretName(of: member, beneath: parent), scan: scan,
                        replace: replace)))
        }
        return JSONObject(members)
    }

    /// Where the text has been masked already. Whoever imitates a mask can hide nothing in it: all of it is fixed but a
    /// count, the end of a number and a digest.
    static func masks(in bytes: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var place = 0
        while let start = bytes[place...].firstIndex(of: UInt8(ascii: "<")) {
            place = start + 1
            guard let end = bytes[place...].prefix(80).firstIndex(of: UInt8(ascii: ">")),
                isMask(String(decoding: bytes[place..<end], as: UTF8.self))
            else { continue }
            ranges.append(start..<(end + 1))
            place = end + 1
        }
        return ranges
    }

    private static func isMask(_ text: String) -> Bool {
        let parts = text.parts(between: ", ")
        guard parts.count == 3, heads.contains(parts[0]), parts[2].utf8.count <= 12,
            parts[2].utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) || $0 == 0x23 })
        else { return false }
        let size = parts[1].split(separator: " ")
        guard size.count == 2 else { return false }
        if size[1] == "bytes" { return size[0].utf8.allSatisfy { (0x30...0x39).contains($0) } }
        return size[0] == "ends" && size[1].utf8.count <= 4
    }

    private static let heads = Set(SecretKind.allCases.map { "\(label($0)): \($0.words)" })

    private static func label(_ kind: SecretKind) -> String {
        switch kind.severity {
        case .secret: "secret"
        case .personal: "personal"
        }
    }

    private static func replaced(
        _ text: String, _ matches: [SecretMatch], with mask: (SecretKind, ArraySlice<UInt8>) -> String
    ) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var place = 0
        for match in matches where match.range.lowerBound >= place && match.range.upperBound <= bytes.count {
            result += bytes[place..<match.range.lowerBound]
            result += Array(mask(match.kind, bytes[match.range]).utf8)
            place = match.range.upperBound
        }
        result += bytes[place...]
        return String(decoding: result, as: UTF8.self)
    }
}
