import HITLCore

/// The members of a request's `params`, each asked for with the type it must have. What is not known is refused: a
/// member that one side means and the other does not read is how a request says two things.
struct Parameters {
    private let method: String
    private let object: JSONObject

    init(_ object: JSONObject, of method: String, knowing names: [String]) throws(DeskError) {
        for member in object.members where !names.contains(exactly: member.name) {
            throw .unknownMember(method: method, member.name)
        }
        self.method = method
        self.object = object
    }

    func fault(_ sentence: String) -> DeskError { .parameters(method: method, sentence) }

    subscript(name: String) -> JSONValue? { object[name] }

    func text(_ name: String) throws(DeskError) -> String? {
        switch object[name] {
        case nil: return nil
        case .string(let text)?: return text
        default: throw fault("`\(name)` must be a string")
        }
    }

    /// A string that is not empty and not longer than `limit` bytes.
    func name(_ name: String, within limit: Int = 256) throws(DeskError) -> String? {
        guard let text = try text(name) else { return nil }
        guard !text.isEmpty else { throw fault("`\(name)` must not be empty") }
        guard text.utf8.count <= limit else { throw fault("`\(name)` must not be longer than \(limit) bytes") }
        return text
    }

    func required<Value>(_ name: String, _ value: Value?) throws(DeskError) -> Value {
        guard let value else { throw fault("`\(name)` is missing") }
        return value
    }

    func texts(_ name: String) throws(DeskError) -> [String]? {
        guard let value = object[name] else { return nil }
        guard case .array(let elements) = value else { throw fault("`\(name)` must be an array of strings") }
        var texts: [String] = []
        for element in elements {
            guard case .string(let text) = element else { throw fault("`\(name)` must be an array of strings") }
            texts.append(text)
        }
        return texts
    }

    func members(_ name: String) throws(DeskError) -> JSONObject? {
        switch object[name] {
        case nil: return nil
        case .object(let object)?: return object
        default: throw fault("`\(name)` must be an object")
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int64>) throws(DeskError) -> Int64? {
        guard let value = object[name] else { return nil }
        guard let integer = value.integer, range.contains(integer) else {
            throw fault("`\(name)` must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    /// A time that something may take; its unit is in the protocol, milliseconds.
    func duration(_ name: String) throws(DeskError) -> Milliseconds? {
        try integer(name, in: 1...Milliseconds.longest.count).map { Milliseconds($0) }
    }

    func word<Word: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Word.Type
    ) throws(DeskError) -> Word? where Word.RawValue == String {
        try text(name).map { text throws(DeskError) in try word(text, of: name) }
    }

    func words<Word: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Word.Type
    ) throws(DeskError) -> [Word]? where Word.RawValue == String {
        guard let texts = try texts(name) else { return nil }
        var words: [Word] = []
        for text in texts { words.append(try word(text, of: name)) }
        return words
    }

    private func word<Word: RawRepresentable & CaseIterable>(
        _ text: String, of name: String
    ) throws(DeskError) -> Word where Word.RawValue == String {
        guard let word = Word.allCases.first(where: { $0.rawValue.utf8.elementsEqual(text.utf8) }) else {
            let words = Word.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            throw fault("`\(name)` must be one of \(words)")
        }
        return word
    }

    /// A request by its number or by its id.
    func request(_ name: String) throws(DeskError) -> RequestName? {
        switch object[name] {
        case nil: return nil
        case .number(let number)? where (number.integer ?? 0) > 0: return .number(number.integer ?? 0)
        case .string(let text)?:
            switch Subject(text) {
            case .request(let number)?: return .number(number)
            case .call(let id)?: return .id(id)
            case nil: throw .unknownRequest(text)
            }
        default: throw fault("`\(name)` must be a request's number or id")
        }
    }
}

/// How a client names a request.
enum RequestName {
    case number(Int64)
    case id(RequestID)

    var text: String {
        switch self {
        case .number(let number): String(number)
        case .id(let id): id.description
        }
    }
}
