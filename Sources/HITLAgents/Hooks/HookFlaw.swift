package import HITLCore

/// Why an event cannot be understood; the call is refused then.
package enum HookFlaw: Error, Sendable, Equatable {
    case notJSON(JSONError)
    case notAnObject
    case missing(String)
    /// `expected` with its article: `a string`.
    case wrongForm(String, expected: String)
    case unknownEvent(String, known: String)
}

extension HookFlaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notJSON(let error): "the event is not JSON that every parser reads alike (\(error))"
        case .notAnObject: "the event is not a JSON object"
        case .missing(let name): "the event has no `\(name)`"
        case .wrongForm(let name, let expected): "the event's `\(name)` is not \(expected)"
        case .unknownEvent(let name, let known): "the event `\(name)` is not one that this hook answers (\(known))"
        }
    }
}
