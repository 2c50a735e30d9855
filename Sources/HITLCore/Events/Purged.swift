extension Event {
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
