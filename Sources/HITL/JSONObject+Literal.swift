// Here and not in `HITLCore`, where a literal would be ambiguous between objects and dictionaries of other kinds.
extension JSONObject: ExpressibleByDictionaryLiteral {
    /// `["order": 1032, "express": true]`, in this order.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements.map { Member($0, $1) })
    }
}
