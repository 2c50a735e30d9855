/// A JSON document as it was sent: members in order, numbers as their lexemes.
///
/// Nothing is rounded, merged or reordered on the way in, because the person approves what was
/// sent. Two values are equal when their bytes are: text that is merely canonically equivalent
/// (U+212B and U+00C5) is different text.
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): false
        }
    }
}

/// The members of a JSON object, in the order they were sent. No name occurs twice.
public struct JSONObject: Sendable, Equatable {
    public struct Member: Sendable, Equatable {
        public let name: String
        public let value: JSONValue

        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }

        public static func == (left: Member, right: Member) -> Bool {
            left.isCalled(right.name) && left.value == right.value
        }

        func isCalled(_ name: String) -> Bool {
            self.name.utf8.count == name.utf8.count && self.name.utf8.elementsEqual(name.utf8)
        }
    }

    public private(set) var members: [Member]

    public init(_ members: [Member] = []) {
        self.members = members
    }

    /// The value of the member called `name`, compared byte by byte.
    public subscript(name: String) -> JSONValue? {
        get { members.first { $0.isCalled(name) }?.value }
        set {
            let place = members.firstIndex { $0.isCalled(name) }
            switch (place, newValue) {
            case (let place?, let value?): members[place] = Member(name, value)
            case (let place?, nil): members.remove(at: place)
            case (nil, let value?): members.append(Member(name, value))
            case (nil, nil): break
            }
        }
    }
}

/// A JSON number, kept as the text it was sent as: `75000.10` stays `75000.10`.
public struct JSONNumber: Sendable, Equatable {
    public let lexeme: String

    public init(_ integer: Int64) {
        lexeme = String(integer)
    }

    /// `lexeme` must follow RFC 8259 §6; the parser is the only caller that has checked it.
    init(checked lexeme: String) {
        self.lexeme = lexeme
    }

    /// The number that the text spells, or nil when the text is no JSON number.
    public init?(_ lexeme: String) {
        guard case .number(let number)? = try? JSONValue(parsing: Array(lexeme.utf8)) else { return nil }
        self = number
    }

    /// Exact, or nil where the number is no integer or too large.
    public var integer: Int64? { Int64(lexeme) }

    public var double: Double? { Double(lexeme) }
}

extension JSONValue {
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
    public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    public var integer: Int64? { if case .number(let value) = self { value.integer } else { nil } }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

    public static func integer(_ value: Int64) -> JSONValue { .number(JSONNumber(value)) }
    public static func integer(_ value: Int) -> JSONValue { .number(JSONNumber(Int64(value))) }

    /// An object of the members that have a value, in the given order.
    public static func members(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        .object(JSONObject(members.compactMap { name, value in value.map { .init(name, $0) } }))
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements.map { .init($0, $1) }))
    }
    public init(nilLiteral: ()) { self = .null }
}
