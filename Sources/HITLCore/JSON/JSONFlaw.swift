extension JSONValue {
    /// Why the parser would not read back what `canonical` writes, or nil where it does.
    ///
    /// Only a value that a program has put together can have a flaw: one that is nested too deep, or an
    /// object with a name twice, or in two canonically equal spellings. Such a value must not be
    /// recorded, because the record could not be read again.
    public var flaw: JSONError.Fault? { flaw(within: Self.greatestDepth) }

    private func flaw(within levels: Int) -> JSONError.Fault? {
        let children: [JSONValue]
        switch self {
        case .null, .bool, .number, .string: return nil
        case .array(let elements): children = elements
        case .object(let object):
            var names = DistinctNames()
            for member in object.members where !names.insert(member.name) { return .repeatedName(member.name) }
            children = object.members.map(\.value)
        }
        guard levels > 0 else { return .nesting(limit: Self.greatestDepth) }
        for child in children {
            if let flaw = child.flaw(within: levels - 1) { return flaw }
        }
        return nil
    }
}
