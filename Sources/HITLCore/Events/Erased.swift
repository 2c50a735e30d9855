extension Event {
    /// The content of entries, erased because a person approved the request for it. Says which, and not what.
    public struct Erased: Sendable, Equatable {
        public struct Entry: Sendable, Equatable {
            public let sequence: Int64
            /// The hash of the entry with what is left in the place of its record, in hexadecimal digits.
            public let left: String

            public init(sequence: Int64, left: String) {
                (self.sequence, self.left) = (sequence, left)
            }
        }

        /// The request that a person approved.
        public let request: Int64
        /// By sequence.
        public let entries: [Entry]
        public let reason: String?
        public let principal: Principal

        public init(request: Int64, entries: [Entry], reason: String?, by principal: Principal) {
            (self.request, self.entries, self.reason, self.principal) = (request, entries, reason, principal)
        }
    }
}

extension Event.Erased {
    var json: JSONValue {
        .members([
            "by": principal.json,
            "entries": .array(entries.map { ["entry": .integer($0.sequence), "left": .string($0.left)] }),
            "reason": reason.map(JSONValue.string), "request": .integer(request), "type": "erased",
        ])
    }

    init(_ record: RecordReader) throws(RecordError) {
        self.init(
            request: try record.integer("request"),
            entries: try record.array("entries").map { value throws(RecordError) in
                let entry = try RecordReader(value, "entry")
                return Entry(sequence: try entry.integer("entry"), left: try entry.text("left"))
            },
            reason: record["reason"]?.string, by: try Principal(json: try record.value("by")))
    }
}
