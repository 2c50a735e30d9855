/// Why a record cannot be read back: it is not one that this program wrote.
public enum RecordError: Error, Equatable, CustomStringConvertible {
    case notAnObject(String)
    case missing(String)
    case unknownWord(String)
    case notJSON(JSONError)
    /// Its bytes are not those that this program writes for what they say.
    case notCanonical

    public var description: String {
        switch self {
        case .notAnObject(let name): "`\(name)` is not an object"
        case .missing(let name): "`\(name)` is missing or of another type"
        case .unknownWord(let name): "`\(name)` has a value that this version does not know"
        case .notJSON(let error): "not JSON: \(error)"
        case .notCanonical: "it is spelled in another way than this version writes it"
        }
    }
}

/// Members of one record, each asked for with the type it must have.
struct RecordReader {
    private let object: JSONObject

    init(_ value: JSONValue, _ name: String) throws(RecordError) {
        guard case .object(let object) = value else { throw .notAnObject(name) }
        self.object = object
    }

    subscript(name: String) -> JSONValue? { object[name] }

    func text(_ name: String) throws(RecordError) -> String {
        guard let text = object[name]?.string else { throw .missing(name) }
        return text
    }

    func integer(_ name: String) throws(RecordError) -> Int64 {
        guard let integer = object[name]?.integer else { throw .missing(name) }
        return integer
    }

    func object(_ name: String) throws(RecordError) -> JSONObject {
        guard let object = object[name]?.object else { throw .missing(name) }
        return object
    }

    func array(_ name: String) throws(RecordError) -> [JSONValue] {
        guard let array = object[name]?.array else { throw .missing(name) }
        return array
    }

    func value(_ name: String) throws(RecordError) -> JSONValue {
        guard let value = object[name] else { throw .missing(name) }
        return value
    }

    /// The strings of an array; an absent array is empty.
    func texts(_ name: String) throws(RecordError) -> [String] {
        guard let value = object[name] else { return [] }
        guard let elements = value.array else { throw .missing(name) }
        return try elements.map { element throws(RecordError) in
            guard let text = element.string else { throw .missing(name) }
            return text
        }
    }
}
