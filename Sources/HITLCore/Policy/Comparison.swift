/// What a rule demands of one argument. What an argument is not (a number, text) cannot be compared: the rule then
/// cannot be decided, and asks.
public enum Comparison: Sendable, Equatable {
    case equal(JSONValue)
    case notEqual(JSONValue)
    case oneOf([JSONValue])
    case less(ExactDecimal)
    case lessOrEqual(ExactDecimal)
    case greater(ExactDecimal)
    case greaterOrEqual(ExactDecimal)
    case matches(Pattern)
    /// The only one that an absent argument can meet: `exists(false)`.
    case exists(Bool)

    /// For an argument that is there.
    ///
    /// - Parameter matches: whether a pattern occurs in text; nil where that took too long.
    func holds(for value: JSONValue, matches: (Pattern, String) -> Bool?) -> Truth {
        switch self {
        case .equal(let wanted): Truth(value.isSame(as: wanted))
        case .notEqual(let wanted): Truth(!value.isSame(as: wanted))
        case .oneOf(let wanted): Truth(wanted.contains { value.isSame(as: $0) })
        case .less(let bound): value.compared(to: bound) { $0 < bound }
        case .lessOrEqual(let bound): value.compared(to: bound) { $0 <= bound }
        case .greater(let bound): value.compared(to: bound) { $0 > bound }
        case .greaterOrEqual(let bound): value.compared(to: bound) { $0 >= bound }
        case .matches(let pattern):
            if case .string(let text) = value, !pattern.isDeceived(by: text) {
                matches(pattern, text).map(Truth.init) ?? .unclear
            } else {
                .unclear
            }
        case .exists(let wanted): Truth(wanted)
        }
    }

    /// In words that follow the argument's name: ``is greater than 10000``.
    var words: String {
        switch self {
        case .equal: "is the value"
        case .notEqual: "is another value"
        case .oneOf: "is one of the values"
        case .less(let bound): "is less than \(bound)"
        case .lessOrEqual(let bound): "is at most \(bound)"
        case .greater(let bound): "is greater than \(bound)"
        case .greaterOrEqual(let bound): "is at least \(bound)"
        case .matches(let pattern): "matches `\(pattern.text)`"
        case .exists(let wanted): wanted ? "is there" : "is absent"
        }
    }

    /// What the argument must be to be compared; nil where anything can.
    var subject: String? {
        switch self {
        case .equal, .notEqual, .oneOf, .exists: nil
        case .less, .lessOrEqual, .greater, .greaterOrEqual: "a number"
        case .matches(let pattern): pattern.looksAtFolders ? "text without `.` and `..` as folders" : "text"
        }
    }
}

/// Whether something holds, where it may be impossible to say.
enum Truth: Sendable {
    case unclear, no, yes

    init(_ holds: Bool) { self = holds ? .yes : .no }

    /// Both: one that does not hold is enough, whatever the other is.
    func and(_ other: Truth) -> Truth {
        self == .no || other == .no ? .no : self == .unclear || other == .unclear ? .unclear : .yes
    }

    /// Either: one that holds is enough.
    func or(_ other: Truth) -> Truth {
        self == .yes || other == .yes ? .yes : self == .unclear || other == .unclear ? .unclear : .no
    }
}

extension JSONValue {
    /// Numbers by value, the rest byte by byte, members in any order.
    func isSame(as other: JSONValue) -> Bool {
        switch (self, other) {
        case (.number(let left), .number(let right)):
            if left == right { return true }
            guard let left = ExactDecimal(left), let right = ExactDecimal(right) else { return false }
            return left == right
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1) }
        case (.object(let left), .object(let right)):
            return left.members.count == right.members.count
                && left.members.allSatisfy { member in right[member.name].map(member.value.isSame) ?? false }
        default: return self == other
        }
    }

    fileprivate func compared(to bound: ExactDecimal, _ holds: (ExactDecimal) -> Bool) -> Truth {
        guard case .number(let number) = self, let value = ExactDecimal(number) else { return .unclear }
        return Truth(holds(value))
    }
}

extension Pattern {
    /// A glob with a separator is about files, and `/site/*` must not be met by `/site/../etc`.
    fileprivate var looksAtFolders: Bool { syntax != .expression && text.utf8.contains(UInt8(ascii: "/")) }

    fileprivate func isDeceived(by value: String) -> Bool {
        guard looksAtFolders else { return false }
        let components = value.utf8.split(separator: UInt8(ascii: "/"))
        return components.contains { $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8) }
    }
}
