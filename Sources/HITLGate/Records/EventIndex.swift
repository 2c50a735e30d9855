package import HITLCore
public import HITLLedger
import HITLPlatform

/// How events are found again in the ledger. Derived from the event alone, so that verification
/// can compare what the ledger's index says with what the records say.
public enum EventIndex {
    static let opened = "opened"
    static let closed = "closed"
    static let ruled = "ruled"
    static let finished = "finished"
    static let sessionStarted = "sessionStarted"
    static let erased = "erased"
    static let purged = "purged"

    static func openingClaim(_ id: RequestID) -> String { "opened/\(id)" }
    static func closingClaim(_ subject: Subject) -> String { "closed/\(subject)" }
    static func startingClaim(_ subject: Subject) -> String { "started/\(subject)" }
    static func removingClaim(_ request: Int64) -> String { "removed/\(request)" }
    static func mendingClaim(_ file: String) -> String { "mended/\(file)" }
    static func finishingClaim(_ subject: Subject) -> String { "finished/\(subject)" }

    public static func index(of record: [UInt8]) -> Index? {
        do throws(RecordError) { return Index(try Event(record: record)) } catch { return nil }
    }
}

extension Draft {
    /// With a salt where the event has something that may have to be erased.
    package init(_ event: Event, salt: () -> String = Salt.random) {
        let record = event.hasContent ? event.record(.salted(salt())) : event.record
        self.init(record: record, index: Index(event))
    }
}

enum Salt {
    /// 16 bytes that nobody can guess, in hexadecimal digits.
    @Sendable static func random() -> String { RandomBytes.make(16).hexadecimal }
}

extension Index {
    init(_ event: Event) {
        switch event {
        case .opened(let opened):
            self.init(
                claim: EventIndex.openingClaim(opened.id), subject: Subject.request(opened.number).description,
                kind: EventIndex.opened, standing: .open(brief: Brief.pending(Brief.Waiting(opened.request)).bytes))
        case .extended(let request, let deadline):
            self.init(
                subject: Subject.request(request).description, kind: "extended",
                standing: .open(brief: Brief.extended(deadline: deadline).bytes))
        case .closed(let closed):
            let subject = Subject.request(closed.request)
            self.init(
                claim: EventIndex.closingClaim(subject), subject: subject.description, kind: EventIndex.closed,
                label: closed.tool, standing: closed.standing)
        case .ruled(let ruled):
            let subject = Subject.call(ruled.id)
            self.init(
                claim: EventIndex.closingClaim(subject), subject: subject.description, kind: EventIndex.ruled,
                label: ruled.call.tool, standing: .settled)
        case .started(let subject, _):
            self.init(
                claim: EventIndex.startingClaim(subject), subject: subject.description, kind: "started",
                standing: .open(brief: Brief.started.bytes))
        case .finished(let subject, _):
            self.init(
                claim: EventIndex.finishingClaim(subject), subject: subject.description, kind: EventIndex.finished,
                standing: .settled)
        case .rolledBack(let subject, _): self.init(subject: subject.description, kind: "rolledBack")
        case .attempted: self.init(kind: "attempted")
        case .granted: self.init(kind: "granted")
        case .revoked: self.init(kind: "revoked")
        case .sessionStarted: self.init(kind: EventIndex.sessionStarted)
        case .sessionEnded: self.init(kind: "sessionEnded")
        case .mended(let mended): self.init(claim: EventIndex.mendingClaim(mended.file), kind: "mended")
        case .erased(let erased):
            self.init(
                claim: EventIndex.removingClaim(erased.request),
                subject: Subject.request(erased.request).description, kind: EventIndex.erased,
                removes: .contents(
                    erased.entries.map { .init(sequence: $0.sequence, left: Digest(hex: $0.left) ?? .zero) }))
        case .purged(let purged):
            self.init(
                claim: EventIndex.removingClaim(purged.request),
                subject: Subject.request(purged.request).description, kind: EventIndex.purged,
                removes: .prefix(through: purged.through))
        }
    }
}

extension Event.Closed {
    /// An approval that its requester still has to collect leaves the request unfinished. Where the
    /// call starts at once, the `started` record of the same write says so instead.
    fileprivate var standing: Standing {
        switch (status, performer) {
        case (.approved, .requester), (.approved, .desk): .open(brief: Brief.approved.bytes)
        case (.approved, .unobserved), (.rejected, _), (.expired, _), (.withdrawn, _), (.superseded, _): .settled
        case (.pending, _): .unchanged
        }
    }
}
