/// Arguments with their secrets taken out, for people and for the record. What runs is never masked.
package enum Masking {
    /// A text as it may be shown: each match is replaced by what it is, how long, and the end that people know it by.
    ///
    /// `here: ghp_…` becomes `here: <secret: GitHub token, 40 bytes>`, a card's number becomes
    /// `<personal: payment card, ends 4444>`.
    package static func shown(_ text: String, _ matches: [SecretMatch]) -> String {
        replaced(text, matches) { kind, value in
            let end = kind.shownEnd
            let digits = value.filter(TokenTable.Body.alphanumeric.holds)
            guard end > 0, digits.count > 2 * end else {
                return "<\(label(kind)): \(kind.words), \(value.count) bytes>"
            }
            return "<\(label(kind)): \(kind.words), ends \(String(decoding: digits.suffix(end), as: UTF8.self))>"
        }
    }

    /// A text as it may be stored: a keyed digest stands for each value, so that equal values are found as equal.
    ///
    /// - Parameter digest: of a value's bytes, keyed, in hexadecimal: without the key nobody can try short values.
    package static func stored(_ text: String, _ matches: [SecretMatch], digest: (ArraySlice<UInt8>) -> String)
        -> String
    {
        replaced(text, matches) { kind, value in "<\(label(kind)): \(kind.words), \(digest(value))>" }
    }

    /// Every text of the value, members' names included, as `replace` makes it from the text and what was found in it.
    ///
    /// A member's name is handed to the scanner with its value. Numbers are texts too: a card number sent as a number
    /// becomes a text where it is masked.
    package static func value(
        _ value: JSONValue, named name: String = "",
        scan: (String, String) -> [SecretMatch] = { SecretScanner.scan($0, named: $1) },
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
            return .object(self.object(object, scan: scan, replace: replace))
        }
    }

    /// Amounts, identifiers and times are numbers of nine or of nineteen digits too.
    private static func isPersonalNumber(_ match: SecretMatch, _ name: String) -> Bool {
        switch match.kind {
        case .socialSecurityNumber: LabelledSecret.isLabel(Array(name.utf8), of: .socialSecurityNumber)
        case .paymentCard: (15...16).contains(match.range.count)
        default: true
        }
    }

    package static func object(
        _ object: JSONObject,
        scan: (String, String) -> [SecretMatch] = { SecretScanner.scan($0, named: $1) },
        replace: (String, [SecretMatch]) -> String
    ) -> JSONObject {
        var members: [JSONObject.Member] = []
        var names: Set<[UInt8]> = []
        for member in object.members {
            let found = scan(member.name, "")
            var name = found.isEmpty ? member.name : replace(member.name, found)
            // Two secrets as names may be masked alike, and no name may occur twice.
            while !names.insert(Array(name.utf8)).inserted { name += "'" }
            members.append(.init(name, value(member.value, named: member.name, scan: scan, replace: replace)))
        }
        return JSONObject(members)
    }

    /// Arguments as they are shown.
    package static func shown(_ arguments: JSONObject) -> JSONObject { object(arguments, replace: shown) }

    /// Arguments as they are stored.
    package static func stored(_ arguments: JSONObject, digest: (ArraySlice<UInt8>) -> String) -> JSONObject {
        object(arguments, replace: { stored($0, $1, digest: digest) })
    }

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
