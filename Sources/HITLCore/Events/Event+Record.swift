extension Event {
    /// The event as the ledger keeps it: one line of canonical JSON, specified in `docs/formats/records.md`.
    public var record: [UInt8] { json.canonical }

    public var json: JSONValue {
        switch self {
        case .opened(let opened):
            .members([
                "attendance": .string(opened.attendance.rawValue),
                "call": opened.call.json,
                "deadline": opened.deadline.map { .integer($0.milliseconds) },
                "digest": .string(opened.digest.description),
                "id": .string(opened.id.description),
                "number": .integer(opened.number),
                "openedAt": .integer(opened.openedAt.milliseconds),
                "requester": opened.requester.json,
                "supersedes": opened.supersedes.map { .integer($0) },
                "type": "opened",
                "verdict": opened.verdict.json,
            ])
        case .extended(let request, let deadline):
            ["deadline": .integer(deadline.milliseconds), "request": .integer(request), "type": "extended"]
        case .closed(let closed):
            .members([
                "digest": .string(closed.digest.description),
                "performer": .string(closed.performer.rawValue),
                "request": .integer(closed.request),
                "status": closed.status.json,
                "tool": .string(closed.tool),
                "type": "closed",
                "waited": .integer(closed.waited.count),
            ])
        case .ruled(let ruled):
            .members([
                "call": ruled.call.json,
                "digest": .string(ruled.digest.description),
                "id": .string(ruled.id.description),
                "requester": ruled.requester.json,
                "type": "ruled",
                "verdict": ruled.verdict.json,
            ])
        case .started(let subject, let digest):
            ["digest": .string(digest.description), "subject": .string(subject.description), "type": "started"]
        case .finished(let subject, let outcome):
            ["outcome": outcome.json, "subject": .string(subject.description), "type": "finished"]
        case .rolledBack(let subject, let successor):
            ["by": .string(successor.description), "subject": .string(subject.description), "type": "rolledBack"]
        case .attempted(let principal, let what):
            ["by": principal.json, "type": "attempted", "what": .string(what)]
        case .granted(let grant):
            ["grant": grant.json, "type": "granted"]
        case .revoked(let request, let principal):
            ["by": principal.json, "request": .integer(request), "type": "revoked"]
        case .sessionStarted(let session):
            .members([
                "agent": .string(session.agent), "gated": .string(session.gated.rawValue),
                "operator": .string(session.operatorName), "session": .string(session.id), "type": "sessionStarted",
            ])
        case .sessionEnded(let id):
            ["session": .string(id), "type": "sessionEnded"]
        case .mended(let mended):
            [
                "after": .integer(mended.after), "by": mended.principal.json, "bytes": .integer(mended.bytes),
                "digest": .string(mended.digest), "file": .string(mended.file), "type": "mended",
            ]
        case .erased(let erased): erased.json
        case .purged(let purged): purged.json
        }
    }

    /// Why `record` could not be read back, or nil where it can. Only what agents and tools have put
    /// together, without a parser, can be at fault.
    package var flaw: JSONError.Fault? {
        switch self {
        case .opened(let opened): JSONValue.object(opened.call.arguments).flaw
        case .ruled(let ruled): JSONValue.object(ruled.call.arguments).flaw
        case .finished(_, let outcome): outcome.result?.flaw
        case .extended, .closed, .started, .rolledBack, .attempted, .granted, .revoked, .sessionStarted, .sessionEnded,
            .mended, .erased, .purged:
            nil
        }
    }

    /// Reads a record back.
    ///
    /// - Throws: `RecordError` for anything that `record` would not have written: two spellings of one
    ///   record would be two records.
    public init(record bytes: [UInt8]) throws(RecordError) {
        self = try Event.reading(bytes).event
    }

    /// The same with what the record says of its own erasure.
    public static func reading(_ bytes: [UInt8]) throws(RecordError) -> (event: Event, commitment: Commitment) {
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: bytes, depth: Self.depth) } catch {
            throw .notJSON(error)
        }
        let event = try Event(json: value)
        let commitment = try Commitment(value)
        guard event.record(commitment) == bytes else { throw .notCanonical }
        return (event, commitment)
    }

    /// Arguments and results are as deep as a call may be, some levels below the event.
    private static let depth = JSONValue.greatestDepth + 16

    private init(json value: JSONValue) throws(RecordError) {
        let record = try RecordReader(value, "event")
        switch try record.text("type") {
        case "opened": self = .opened(try Opened(record))
        case "extended":
            self = .extended(
                request: try record.integer("request"),
                deadline: WallTime(milliseconds: try record.integer("deadline")))
        case "closed":
            guard let performer = Performer(rawValue: try record.text("performer")) else {
                throw .unknownWord("performer")
            }
            let status = try Status(json: try record.value("status"))
            guard status != .pending else { throw .unknownWord("status") }
            self = .closed(
                Closed(
                    request: try record.integer("request"), tool: try record.text("tool"), performer: performer,
                    status: status,
                    digest: CallDigest(try record.text("digest")), waited: Milliseconds(try record.integer("waited"))))
        case "ruled":
            self = .ruled(
                Ruled(
                    id: try record.requestID("id"), call: try ToolCall(json: try record.value("call")),
                    digest: CallDigest(try record.text("digest")),
                    verdict: try Verdict(json: try record.value("verdict")),
                    requester: try Principal(json: try record.value("requester"))))
        case "started":
            self = .started(subject: try record.subject(), digest: CallDigest(try record.text("digest")))
        case "finished":
            self = .finished(subject: try record.subject(), try Outcome(json: try record.value("outcome")))
        case "rolledBack":
            guard let successor = Subject(try record.text("by")) else { throw .missing("by") }
            self = .rolledBack(subject: try record.subject(), by: successor)
        case "attempted":
            self = .attempted(by: try Principal(json: try record.value("by")), what: try record.text("what"))
        case "granted": self = .granted(try Grant(RecordReader(try record.value("grant"), "grant")))
        case "revoked":
            self = .revoked(
                grant: try record.integer("request"), by: try Principal(json: try record.value("by")))
        case "sessionStarted":
            guard let gated = Session.Gated(rawValue: try record.text("gated")) else { throw .unknownWord("gated") }
            self = .sessionStarted(
                Session(
                    id: try record.text("session"), operatorName: try record.text("operator"),
                    agent: try record.text("agent"), gated: gated))
        case "sessionEnded": self = .sessionEnded(id: try record.text("session"))
        case "mended":
            self = .mended(
                Mended(
                    after: try record.integer("after"), bytes: try record.integer("bytes"),
                    digest: try record.text("digest"), file: try record.text("file"),
                    by: try Principal(json: try record.value("by"))))
        case "erased": self = .erased(try Erased(record))
        case "purged": self = .purged(try Purged(record))
        default: throw .unknownWord("type")
        }
    }
}

extension Event.Opened {
    fileprivate init(_ record: RecordReader) throws(RecordError) {
        guard let attendance = Attendance(rawValue: try record.text("attendance")) else {
            throw .unknownWord("attendance")
        }
        self.init(
            ApprovalRequest(
                number: try record.integer("number"), id: try record.requestID("id"),
                call: try ToolCall(json: try record.value("call")), digest: CallDigest(try record.text("digest")),
                verdict: try Verdict(json: try record.value("verdict")),
                requester: try Principal(json: try record.value("requester")), attendance: attendance,
                openedAt: WallTime(milliseconds: try record.integer("openedAt")),
                deadline: record["deadline"]?.integer.map(WallTime.init(milliseconds:)),
                supersedes: record["supersedes"]?.integer))
    }
}

extension Status {
    public var json: JSONValue {
        switch self {
        case .pending, .expired: .members(["is": .string(word)])
        case .approved(let review), .rejected(let review): .members(["is": .string(word), "review": review.json])
        case .withdrawn(let principal, let reason):
            .members(["by": principal.json, "is": .string(word), "reason": .string(reason)])
        case .superseded(let number): .members(["by": .integer(number), "is": .string(word)])
        }
    }

    public init(json value: JSONValue) throws(RecordError) {
        let record = try RecordReader(value, "status")
        switch try record.text("is") {
        case "pending": self = .pending
        case "expired": self = .expired
        case "approved": self = .approved(try record.review(.approve))
        case "rejected": self = .rejected(try record.review(.reject))
        case "withdrawn":
            self = .withdrawn(by: try Principal(json: try record.value("by")), reason: try record.text("reason"))
        case "superseded": self = .superseded(by: try record.integer("by"))
        default: throw .unknownWord("is")
        }
    }
}

extension RecordReader {
    /// A review that says what the status says.
    fileprivate func review(_ answer: Review.Answer) throws(RecordError) -> Review {
        let review = try Review(json: try value("review"))
        guard review.answer == answer else { throw .unknownWord("answer") }
        return review
    }

    fileprivate func requestID(_ name: String) throws(RecordError) -> RequestID {
        guard let id = RequestID(try text(name)) else { throw .missing(name) }
        return id
    }

    fileprivate func subject() throws(RecordError) -> Subject {
        guard let subject = Subject(try text("subject")) else { throw .missing("subject") }
        return subject
    }
}
