/// Values behind a name that says what they are: `password=…`, `"apiKey": "…"`, `Authorization: Bearer …`.
enum NamedSecret {
    private static let longestName = 64
    private static let longestValue = 4096
    private static let longestBareValue = 1024

    /// The value that follows the `=` or `:` at `sign`.
    static func match(_ bytes: [UInt8], sign: Int) -> SecretMatch? {
        var end = sign
        var wasBlank = false
        while end > 0, bytes[end - 1] == 0x20, sign - end < 2 {
            end -= 1
            wasBlank = true
        }
        let nameWasQuoted = end > 0 && "\"'`".utf8.contains(bytes[end - 1])
        if nameWasQuoted { end -= 1 }
        if end > 0, nameWasQuoted, bytes[end - 1] == UInt8(ascii: "\\") { end -= 1 }
        var start = end
        while start > 0, end - start < longestName, isNameByte(bytes[start - 1]) { start -= 1 }
        guard start < end else { return nil }
        let name = bytes[start..<end]
        // `--from-literal=name=value`: whatever the name, the value is one of a secret.
        let isLiteral =
            bytes[sign] == UInt8(ascii: "=")
            && (follows("--from-literal=", bytes, start) || follows("--from-literal ", bytes, start)
                || CommandSecret.storesPairs(bytes, before: start))
        guard let strength = isLiteral ? .strong : strength(of: name, before: start, bytes) else { return nil }

        var from = sign + 1
        if bytes[sign] == UInt8(ascii: ":"), from < bytes.count, bytes[from] == UInt8(ascii: "=") { from += 1 }
        // `=>` gives a value, `==` asks for one.
        if from < bytes.count, bytes[sign] == UInt8(ascii: "="), bytes[from] == UInt8(ascii: ">") { from += 1 }
        if from < bytes.count, bytes[from] == UInt8(ascii: "=") || bytes[from] == UInt8(ascii: ">") { return nil }
        let tight = from
        if bytes[sign] == UInt8(ascii: ":"), strength == .strong, let below = below(bytes, from) {
            return value(bytes, from: below, strength, isTight: false, takesPhrase: SecretName.takesPhrase(name))
        }
        while from < bytes.count, bytes[from] == 0x20 || bytes[from] == 0x09, from - sign < 16 { from += 1 }
        return value(
            bytes, from: from, strength, isTight: isLiteral || from == tight && !wasBlank,
            takesPhrase: SecretName.takesPhrase(name), counts: SecretName.counts(name))
    }

    /// Where the value of YAML stands that begins in the next line: `password: >-`, or a list's first element.
    private static func below(_ bytes: [UInt8], _ start: Int) -> Int? {
        var place = start
        while place < bytes.count, bytes[place] == 0x20 { place += 1 }
        while place < bytes.count, place - start < 6, ">|-+".utf8.contains(bytes[place]) { place += 1 }
        guard place < bytes.count, bytes[place] == 0x0A else { return nil }
        let line = place + 1
        place = line
        while place < bytes.count, place - line < 40, bytes[place] == 0x20 { place += 1 }
        guard place > line else { return nil }
        return bytes[place...].starts(with: "- ".utf8) ? place + 2 : place
    }

    /// `define('DB_PASSWORD', '…')`, `put("api_key", "…")`: two texts, of which the first is the name.
    static func second(_ bytes: [UInt8], comma: Int) -> SecretMatch? {
        guard comma > 1, let quote = bytes[..<comma].last, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
        else { return nil }
        var start = comma - 1
        while start > 0, comma - start < longestName, isNameByte(bytes[start - 1]) { start -= 1 }
        guard start > 0, start < comma - 1, bytes[start - 1] == quote, SecretName.isStrong(bytes[start..<(comma - 1)])
        else { return nil }
        var from = comma + 1
        while from < bytes.count, bytes[from] == 0x20, from - comma < 4 { from += 1 }
        guard from < bytes.count, bytes[from] == UInt8(ascii: "\"") || bytes[from] == UInt8(ascii: "'") else {
            return nil
        }
        let match = value(bytes, from: from, .strong, isTight: true)
        // `["password", "email"]` is a list of names.
        guard let match, SecretValue.isLikely(bytes[match.range]) else { return nil }
        return match
    }

    /// `{"name": "API_KEY", "value": "…"}`, `<add key="ApiKey" value="…"/>`, `- name: API_KEY` with `value:` below: the
    /// name stands beside.
    private static func strength(of name: ArraySlice<UInt8>, before start: Int, _ bytes: [UInt8])
        -> SecretName.Strength?
    {
        if let strength = SecretName.strength(of: name) { return strength }
        guard SecretName.isNeutral(name), let label = label(before: start, bytes) else { return nil }
        return SecretName.strength(of: label)
    }

    private static func label(before end: Int, _ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        let near = bytes[max(0, end - 160)..<end]
        let from = near.lastIndex { "{}<>;".utf8.contains($0) } ?? near.startIndex
        for key in ["name", "key", "header", "variable", "field", "property", "setting"] {
            let word = Array(key.utf8)
            var place = end - word.count - 2
            while place >= from {
                defer { place -= 1 }
                guard bytes[place] | 0x20 == word[0],
                    bytes[place...].prefix(word.count).lazy.map({ $0 | 0x20 }).elementsEqual(word),
                    place == 0 || !isNameByte(bytes[place - 1])
                else { continue }
                let sign = bytes[(place + word.count)..<end].drop { "\\\"' ".utf8.contains($0) }
                guard let first = sign.first, first == UInt8(ascii: ":") || first == UInt8(ascii: "=") else { continue }
                let label = sign.dropFirst().drop { "\\\"' ".utf8.contains($0) }.prefix(while: isNameByte)
                if !label.isEmpty { return label }
            }
        }
        // `{"secret": {"value": "…"}}`
        guard from < end, bytes[from] == UInt8(ascii: "{") else { return nil }
        let outer = bytes[max(0, from - longestName)..<from]
        guard let sign = outer.lastIndex(where: { !"\"'\\ ".utf8.contains($0) }), bytes[sign] == UInt8(ascii: ":"),
            let last = outer[..<sign].lastIndex(where: isNameByte), sign - last <= 3
        else { return nil }
        let first = outer[...last].lastIndex { !isNameByte($0) }.map { $0 + 1 } ?? outer.startIndex
        return outer[first...last]
    }

    /// The elements of a list behind the sign: `tokens: ["…", "…"]`.
    static func list(_ bytes: [UInt8], sign: Int) -> [SecretMatch] {
        var place = sign + 1
        while place < bytes.count, bytes[place] == 0x20, place - sign < 4 { place += 1 }
        guard place < bytes.count, bytes[place] == UInt8(ascii: "[") else { return [] }
        var end = sign
        while end > 0, "\\\"' ".utf8.contains(bytes[end - 1]), sign - end < 4 { end -= 1 }
        var start = end
        while start > 0, end - start < longestName, isNameByte(bytes[start - 1]) { start -= 1 }
        let name = bytes[start..<end]
        guard SecretName.isStrong(name) else { return [] }
        var matches: [SecretMatch] = []
        place += 1
        while place < bytes.count, matches.count < 64, bytes[place] != UInt8(ascii: "]") {
            if bytes[place] <= 0x20 || bytes[place] == UInt8(ascii: ",") {
                place += 1
                continue
            }
            let quote = "\"'".utf8.contains(bytes[place]) ? bytes[place] : nil
            let from = quote == nil ? place : place + 1
            var to = from
            while to < bytes.count, to - from < longestBareValue,
                quote.map({ bytes[to] != $0 && bytes[to] >= 0x20 })
                    ?? (bytes[to] > 0x20 && !",]\"'".utf8.contains(bytes[to]))
            {
                to += 1
            }
            let value = bytes[from..<to]
            // Without quotes a word may be a type: `tokens: [Token]`.
            let isPlausible =
                SecretValue.isPlausible(value, quote == nil ? .bare(isTight: true, endsLine: false) : .quoted)
                && (quote != nil || value.contains { (0x30...0x39).contains($0) } && value.count >= 6)
            if isPlausible, !(SecretName.counts(name) && value.allSatisfy({ (0x30...0x39).contains($0) })) {
                matches.append(SecretMatch(kind: .password, range: from..<to))
            }
            place = max(place + 1, quote == nil ? to : to + 1)
        }
        return matches
    }

    /// What is the value of a strong name, given as a whole: a member of an object, a header.
    static func whole(_ bytes: [UInt8], name: [UInt8]) -> SecretMatch? {
        guard let strength = SecretName.strength(of: name) else {
            return LabelledSecret.whole(bytes, name: name)
        }
        let from = strength == .authorization ? afterScheme(bytes, 0) : 0
        let value = bytes[from...]
        if SecretName.takesPhrase(name), SecretValue.isPhrase(value) {
            return SecretMatch(kind: .password, range: from..<bytes.count)
        }
        switch strength {
        case .strong:
            guard value.count <= longestValue, SecretValue.isPlausible(value, .quoted),
                !(SecretName.counts(name) && value.allSatisfy({ (0x30...0x39).contains($0) }))
            else { return nil }
        case .authorization:
            guard (8...longestValue).contains(value.count), !value.contains(0x20), !SecretValue.isPlaceholder(value)
            else {
                return nil
            }
        case .likely:
            guard SecretValue.isLikely(value) || SecretValue.looksRandom(value) else { return nil }
        case .weak: guard SecretValue.looksRandom(value) else { return nil }
        }
        return SecretMatch(kind: kind(strength), range: from..<bytes.count)
    }

    /// The value that begins at `from`, quoted or bare.
    static func value(
        _ bytes: [UInt8], from: Int, _ strength: SecretName.Strength, isTight: Bool, takesPhrase: Bool = false,
        counts: Bool = false
    ) -> SecretMatch? {
        var start = from
        var quote: UInt8?
        if start < bytes.count, bytes[start] == UInt8(ascii: "\\") { start += 1 }
        if start < bytes.count, "\"'`".utf8.contains(bytes[start]) {
            quote = bytes[start]
            start += 1
            // `"""…"""`
            if start + 2 < bytes.count, bytes[start] == quote, bytes[start + 1] == quote { start += 2 }
        }
        if strength == .authorization { start = afterScheme(bytes, start) }
        var end = start
        let limit = quote == nil ? longestBareValue : longestValue
        while end < bytes.count, end - start < limit, !isEnd(bytes[end], quote) { end += 1 }
        guard start < end else { return nil }
        // What has a form of its own is named by it.
        if let exact = StructuredSecret.match(bytes, at: start) ?? TokenTable.match(bytes, at: start)
            ?? StructuredSecret.privateKey(bytes, at: start)
        {
            return exact
        }
        let value = bytes[start..<end]
        if takesPhrase, quote != nil, SecretValue.isPhrase(value) {
            return SecretMatch(kind: .password, range: start..<end)
        }
        if counts, value.allSatisfy({ (0x30...0x39).contains($0) }) { return nil }
        guard isSecret(value, strength, isQuoted: quote != nil, isTight: isTight, endsLine: endsLine(bytes, end)) else {
            return nil
        }
        return SecretMatch(kind: kind(strength), range: start..<end)
    }

    private static func isSecret(
        _ value: ArraySlice<UInt8>, _ strength: SecretName.Strength, isQuoted: Bool, isTight: Bool, endsLine: Bool
    ) -> Bool {
        switch strength {
        case .strong:
            SecretValue.isPlausible(value, isQuoted ? .quoted : .bare(isTight: isTight, endsLine: endsLine))
        case .authorization: value.count >= 8 && !SecretValue.isPlaceholder(value)
        // Digits alone are a number of anything, but for a person who writes them down.
        case .likely:
            SecretValue.looksRandom(value)
                || SecretValue.isLikely(value)
                    && (isQuoted || endsLine || isTight || SecretValue.standsOut(value))
        case .weak: SecretValue.looksRandom(value)
        }
    }

    private static func kind(_ strength: SecretName.Strength) -> SecretKind {
        switch strength {
        case .strong, .likely: .password
        case .weak: .keyLike
        case .authorization: .authorization
        }
    }

    /// Behind `Bearer `, `Basic `, `token ` and the like.
    private static func afterScheme(_ bytes: [UInt8], _ start: Int) -> Int {
        for scheme in ["bearer ", "basic ", "token ", "apikey ", "digest ", "negotiate ", "aws4-hmac-sha256 "] {
            let end = start + scheme.utf8.count
            guard end <= bytes.count,
                bytes[start..<end].lazy.map({ $0 == 0x20 || $0 == 0x2D ? $0 : $0 | 0x20 })
                    .elementsEqual(scheme.utf8)
            else { continue }
            return end
        }
        return start
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        TokenTable.Body.alphanumeric.holds(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: ".")
    }

    private static func isEnd(_ byte: UInt8, _ quote: UInt8?) -> Bool {
        if let quote { return byte == quote || byte == 0x0A || byte == UInt8(ascii: "\\") }
        return byte <= 0x20 || byte == 0x7F || "\"'`,;&|\\".utf8.contains(byte)
    }

    private static func endsLine(_ bytes: [UInt8], _ end: Int) -> Bool {
        var place = end
        while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x0D { place += 1 }
        return place == bytes.count || bytes[place] == 0x0A || "\"'`,;&|".utf8.contains(bytes[place])
    }

    private static func follows(_ text: String, _ bytes: [UInt8], _ end: Int) -> Bool {
        let count = text.utf8.count
        return end >= count && bytes[(end - count)..<end].elementsEqual(text.utf8)
    }
}
