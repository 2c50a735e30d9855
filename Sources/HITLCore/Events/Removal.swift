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

    /// The oldest entries, removed because they had been kept for as long as they have to be.
    public struct Purged: Sendable, Equatable {
        public let request: Int64
        /// The last of them.
        public let through: Int64
        /// The greatest number that a request has had, so that none is given twice.
        public let lastNumber: Int64
        /// How long entries have to be kept, in milliseconds.
        public let floor: Milliseconds
        /// SHA-256 of the export that was written before, in hexadecimal digits.
        public let export: String
        public let reason: String?
        public let principal: Principal

        public init(
            request: Int64, through: Int64, lastNumber: Int64, floor: Milliseconds, export: String, reason: String?,
            by principal: Principal
        ) {
            (self.request, self.through, self.lastNumber, self.floor) = (request, through, lastNumber, floor)
            (self.export, self.reason, self.principal) = (export, reason, principal)
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

extension Event.Purged {
    var json: JSONValue {
        .members([
            "by": principal.json, "export": .string(export), "floor": .integer(floor.count),
            "lastNumber": .integer(lastNumber), "reason": reason.map(JSONValue.string), "request": .integer(request),
            "through": .integer(through), "type": "purged",
        ])
    }

    init(_ record: RecordReader) throws(RecordError) {
        self.init(
            request: try record.integer("request"), through: try record.integer("through"),
            lastNumber: try record.integer("lastNumber"), floor: Milliseconds(try record.integer("floor")),
            export: try record.text("export"), reason: record["reason"]?.string,
            by: try Principal(json: try record.value("by")))
    }
}
