package import HITLCore

/// A value that is about to be read as what its reader expects.
///
/// Each method answers the value, or reports what was expected and what was found and answers nil.
package struct Field {
    package let node: Node
    let keyPosition: Node.Position
    package let reading: Reading

    /// Where the key stands that the value belongs to; the value's own place where it has no key.
    package var key: Source { reading.source(at: keyPosition) }

    /// The value's own place.
    package var source: Source { reading.source(at: node.position) }

    package func report(_ fault: Fault) { reading.report(fault, at: source) }

    package func report(expected: String) { report(.unexpected(expected: expected, found: found)) }

    // MARK: Scalars

    package var isNull: Bool {
        guard case .scalar(let text, .plain) = node.content else { return false }
        return CoreScalar(plain: text) == .null
    }

    package func string() -> String? {
        guard let text = text else {
            report(expected: "text")
            return nil
        }
        return text
    }

    /// Text, without a word about it where there is none.
    var text: String? {
        guard case .scalar(let text, let style) = node.content else { return nil }
        return style != .plain || CoreScalar(plain: text) == .text ? text : nil
    }

    package func bool() -> Bool? {
        guard case .bool(let value)? = scalar else {
            report(expected: "`true` or `false`")
            return nil
        }
        return value
    }

    package func int(in range: ClosedRange<Int>) -> Int? {
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard case .integer(let value)? = scalar else {
            report(expected: expected)
            return nil
        }
        guard let value = value.flatMap(Int.init(exactly:)), range.contains(value) else {
            report(.unexpected(expected: expected, found: found))
            return nil
        }
        return value
    }

    package func number(in range: ClosedRange<Double>) -> Double? {
        let expected = "a number from \(plain(range.lowerBound)) to \(plain(range.upperBound))"
        let value: Double? =
            switch scalar {
            case .integer(let value): value.map(Double.init) ?? .infinity
            case .float(let value): value
            case .null, .bool, .text, nil: nil
            }
        guard let value else {
            report(expected: expected)
            return nil
        }
        // Not a number is in no range.
        guard range.contains(value) else {
            report(.unexpected(expected: expected, found: found))
            return nil
        }
        return value
    }

    /// `30s`, `5m`, `2h`; a bare integer is milliseconds, except on the command line and at the prompt,
    /// where it is nobody's guess.
    package func duration() -> Milliseconds? {
        let expected = "a duration such as `30s`, `5m` or `2h`"
        switch scalar {
        case .integer(let count):
            guard let count, count > 0 else {
                report(.unexpected(expected: expected, found: found))
                return nil
            }
            switch source {
            case .option, .session:
                report(.bareInteger(found: "\(count)"))
                return nil
            case .fallback, .preset, .file, .variable: break
            }
            guard Milliseconds(count) <= .longest else {
                report(.timeTooLong(found: "\(count)"))
                return nil
            }
            return Milliseconds(count)
        case .text:
            guard let text, let duration = Milliseconds(text: text) else {
                report(text.map(Self.looksLikeDuration) == true ? .timeTooLong(found: text ?? "") : mistake(expected))
                return nil
            }
            guard duration > Milliseconds(0) else {
                report(.unexpected(expected: expected, found: found))
                return nil
            }
            return duration
        case .null, .bool, .float, nil:
            report(expected: expected)
            return nil
        }
    }

    /// One of a few words.
    package func choice(_ choices: [String]) -> String? {
        let typed = scalarText
        if let typed, let choice = choices.first(where: { $0.utf8.elementsEqual(typed.utf8) }) { return choice }
        report(
            .unknownChoice(
                found: found, choices: choices, nearest: typed.flatMap { nearest(to: $0, among: choices) }))
        return nil
    }

    // MARK: Lists and maps

    /// The elements that `read` could read. An element that it could not is reported by it.
    package func list<Element>(of what: String = "values", _ read: (Field) -> Element?) -> [Element]? {
        switch node.content {
        case .list(let nodes):
            return nodes.compactMap { read(Field(node: $0, keyPosition: $0.position, reading: reading)) }
        case .scalar(let words, .words):
            return separated(words).compactMap { word in
                read(
                    Field(
                        node: Node(.scalar(word, .words), at: node.position), keyPosition: keyPosition, reading: reading
                    ))
            }
        case .scalar, .map:
            report(expected: "a list of \(what)")
            return nil
        }
    }

    /// The value as a map, after every key outside `keys` was reported with the nearest known one.
    ///
    /// - Parameter elsewhere: keys that are known in other places; their full names are offered
    ///   where none of `keys` is near.
    package func map(_ keys: [String], elsewhere: [(key: String, name: String)] = []) -> FieldMap? {
        guard let map = anyMap() else { return nil }
        for entry in map.entries where !keys.contains(where: { $0.utf8.elementsEqual(entry.key.utf8) }) {
            reading.report(
                .unknownKey(entry.key, nearest: hint(for: entry.key, keys: keys, elsewhere: elsewhere)),
                at: map.source(of: entry))
        }
        return map
    }

    private func hint(for key: String, keys: [String], elsewhere: [(key: String, name: String)]) -> String? {
        if let near = nearest(to: key, among: keys) { return near }
        let near = nearest(to: key, among: elsewhere.map(\.key))
        return near.flatMap { near in elsewhere.first { $0.key.utf8.elementsEqual(near.utf8) }?.name }
    }

    /// The value as a map whose keys are data: names of arguments, of files.
    package func anyMap() -> FieldMap? {
        guard case .map(let entries) = node.content else {
            report(expected: "a map")
            return nil
        }
        return FieldMap(entries: entries, position: node.position, reading: reading)
    }

    // MARK: JSON

    /// The value as JSON: what a tool call carries. Plain scalars are typed, numbers keep their
    /// spelling where JSON has it.
    package func json() -> JSONValue? {
        switch node.content {
        case .list(let nodes):
            let elements = nodes.map { Field(node: $0, keyPosition: $0.position, reading: reading).json() }
            return elements.contains { $0 == nil } ? nil : .array(elements.compactMap { $0 })
        case .map(let entries):
            var members: [JSONObject.Member] = []
            for entry in entries {
                guard let value = Field(node: entry.value, keyPosition: entry.position, reading: reading).json() else {
                    continue
                }
                members.append(JSONObject.Member(entry.key, value))
            }
            return members.count == entries.count ? .object(JSONObject(members)) : nil
        case .scalar(let text, let style):
            guard style == .plain else { return .string(text) }
            switch CoreScalar(plain: text) {
            case .null: return .null
            case .bool(let value): return .bool(value)
            case .text: return .string(text)
            case .integer(let value):
                if let number = JSONNumber(text) { return .number(number) }
                if let value { return .integer(value) }
            case .float:
                if let number = JSONNumber(text) { return .number(number) }
            }
            report(expected: "a number as JSON writes it")
            return nil
        }
    }

    // MARK: What was found

    /// In words, for an error: ``the text `soon` ``, `a list`, `nothing`.
    package var found: String {
        switch node.content {
        case .list: "a list"
        case .map: "a map"
        case .scalar(let text, .words): quoted(text)
        case .scalar(let text, .quoted): "the text \(quoted(text))"
        case .scalar(let text, .plain):
            switch CoreScalar(plain: text) {
            case .null: "nothing"
            case .bool, .integer, .float: quoted(text)
            case .text: "the text \(quoted(text))"
            }
        }
    }

    private var scalar: CoreScalar? {
        guard case .scalar(let text, let style) = node.content else { return nil }
        return style == .quoted ? .text : CoreScalar(plain: text)
    }

    /// The scalar as it is written, whatever its type: `none` and `1` are both words of a choice.
    private var scalarText: String? {
        guard case .scalar(let text, _) = node.content else { return nil }
        return text
    }

    private func mistake(_ expected: String) -> Fault { .unexpected(expected: expected, found: found) }

    private static func looksLikeDuration(_ text: String) -> Bool {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let unit = text.utf8.dropFirst(digits.count)
        return !digits.isEmpty && ["ms", "s", "m", "h", "d"].contains { $0.utf8.elementsEqual(unit) }
    }

    private func plain(_ value: Double) -> String {
        Int(exactly: value).map { "\($0)" } ?? "\(value)"
    }
}

/// The words between commas, without the blanks around them. `none` alone is the empty list, as it is shown.
private func separated(_ words: String) -> [String] {
    // Over scalars: a comma that carries a combining mark is still a comma.
    let parts = words.unicodeScalars.split(separator: ",").map { part in
        let start = part.drop { $0 == " " || $0 == "\t" }
        let blanks = start.reversed().prefix { $0 == " " || $0 == "\t" }.count
        return String(String.UnicodeScalarView(start.dropLast(blanks)))
    }.filter { !$0.isEmpty }
    return parts == ["none"] ? [] : parts
}
