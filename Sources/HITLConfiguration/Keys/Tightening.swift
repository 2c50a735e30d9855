/// What a file that is not trusted may do with a key.
enum Tightening<Value> {
    /// Nothing: no value of it is stricter than another, or it says where things are.
    case none
    /// The value that holds when `new` meets `old`, or nil where `new` would loosen.
    case stricter((_ old: Value, _ new: Value) -> Value?)
}

extension Tightening where Value: Comparable {
    static var smaller: Self { .stricter { old, new in new < old ? new : nil } }
    static var larger: Self { .stricter { old, new in new > old ? new : nil } }
}

extension Tightening where Value: Equatable {
    /// Only this value is stricter than any other.
    static func only(_ strictest: Value) -> Self { .stricter { _, new in new == strictest ? new : nil } }
}
