/// Where in a call's arguments a rule looks.
public struct ArgumentPath: Sendable, Hashable, CustomStringConvertible {
    /// As it was written.
    public let description: String
    let steps: [String]

    /// - Parameter text: a JSON Pointer (RFC 6901, `/items/0/price`), or names with dots between them
    ///   (`items.0.price`). A name that holds a dot needs the pointer.
    /// - Returns: nil where a step is empty or a `~` is followed by neither 0 nor 1.
    public init?(_ text: String) {
        description = text
        let isPointer = text.utf8.first == UInt8(ascii: "/")
        let separator = UInt8(ascii: isPointer ? "/" : ".")
        let parts = text.utf8.dropFirst(isPointer ? 1 : 0)
            .split(separator: separator, omittingEmptySubsequences: false)
        var steps: [String] = []
        for part in parts {
            guard let step = isPointer ? Self.unescaped(part) : String(part) else { return nil }
            steps.append(step)
        }
        guard isPointer || !steps.contains("") else { return nil }
        self.steps = steps
    }

    private static func unescaped(_ part: Substring.UTF8View) -> String? {
        var bytes: [UInt8] = []
        var rest = part
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "~") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "0"): bytes.append(UInt8(ascii: "~"))
            case UInt8(ascii: "1"): bytes.append(UInt8(ascii: "/"))
            default: return nil
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// - Returns: nil where the arguments have nothing there.
    func value(in arguments: JSONObject) -> JSONValue? {
        guard let first = steps.first, var value = arguments[first] else { return nil }
        for step in steps.dropFirst() {
            switch value {
            case .object(let object):
                guard let member = object[step] else { return nil }
                value = member
            case .array(let elements):
                guard let place = Self.index(step), place < elements.count else { return nil }
                value = elements[place]
            case .null, .bool, .number, .string: return nil
            }
        }
        return value
    }

    /// RFC 6901 §4: digits without leading zeros.
    private static func index(_ step: String) -> Int? {
        guard step.utf8.allSatisfy({ (0x30...0x39).contains($0) }), step == "0" || step.utf8.first != 0x30 else {
            return nil
        }
        return Int(step)
    }

    public static func == (left: ArgumentPath, right: ArgumentPath) -> Bool {
        left.steps.count == right.steps.count
            && zip(left.steps, right.steps).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(steps.count)
        for step in steps { hasher.combine(ExactText(step)) }
    }
}
