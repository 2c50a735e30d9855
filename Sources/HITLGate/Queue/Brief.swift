import HITLCore

/// What the ledger keeps beside an unfinished request, so that a desk that opens knows its queue
/// without reading one record. Each form can be derived from the record that set it.
enum Brief: Equatable {
    case pending(Waiting)
    /// Only the deadline changed; the rest is in the record that opened the request.
    case extended(deadline: WallTime)
    /// Approved, and not yet collected by the requester that is to carry it out.
    case approved
    case started

    struct Waiting: Equatable {
        let severity: Severity
        let performer: Performer
        let attendance: Attendance
        let openedAt: WallTime
        let deadline: WallTime?
        let id: RequestID
        let agent: String
    }

    /// One byte for the form, then for `pending`
    ///
    ///     severity performer attendance   1 byte each
    ///     openedAt deadline id            8 bytes each, little endian; the least deadline = none
    ///     agent                           the rest, UTF-8
    ///
    /// and for `extended` the deadline's 8 bytes.
    var bytes: [UInt8] {
        switch self {
        case .pending(let waiting):
            var bytes: [UInt8] = [1, UInt8(waiting.severity.rank), waiting.performer.code, waiting.attendance.code]
            bytes.reserveCapacity(28 + waiting.agent.utf8.count)
            bytes.append(word: UInt64(bitPattern: waiting.openedAt.milliseconds))
            bytes.append(word: UInt64(bitPattern: waiting.deadline?.milliseconds ?? .min))
            bytes.append(word: waiting.id.bits)
            bytes.append(contentsOf: waiting.agent.utf8)
            return bytes
        case .extended(let deadline):
            var bytes: [UInt8] = [2]
            bytes.append(word: UInt64(bitPattern: deadline.milliseconds))
            return bytes
        case .approved: return [3]
        case .started: return [4]
        }
    }

    /// Nil where the bytes are none of these forms.
    init?(_ bytes: [UInt8]) {
        switch bytes.first {
        case 1:
            guard bytes.count >= 28, Int(bytes[1]) < Severity.allCases.count, let performer = Performer(code: bytes[2]),
                let attendance = Attendance(code: bytes[3])
            else { return nil }
            let deadline = Int64(bitPattern: bytes.word(at: 12))
            self = .pending(
                Waiting(
                    severity: Severity.allCases[Int(bytes[1])], performer: performer, attendance: attendance,
                    openedAt: WallTime(milliseconds: Int64(bitPattern: bytes.word(at: 4))),
                    deadline: deadline == .min ? nil : WallTime(milliseconds: deadline),
                    id: RequestID(bits: bytes.word(at: 20)), agent: String(decoding: bytes[28...], as: UTF8.self)))
        case 2 where bytes.count == 9:
            self = .extended(deadline: WallTime(milliseconds: Int64(bitPattern: bytes.word(at: 1))))
        case 3 where bytes.count == 1: self = .approved
        case 4 where bytes.count == 1: self = .started
        default: return nil
        }
    }
}

extension Brief.Waiting {
    init(_ request: ApprovalRequest) {
        self.init(
            severity: request.verdict.severity, performer: request.call.performer, attendance: request.attendance,
            openedAt: request.openedAt, deadline: request.deadline, id: request.id, agent: request.call.origin.agent)
    }
}

extension [UInt8] {
    fileprivate mutating func append(word: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { append(UInt8(truncatingIfNeeded: word >> shift)) }
    }

    fileprivate func word(at place: Int) -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(self[place + $1]) << UInt64($1 * 8) }
    }
}

extension Performer {
    fileprivate var code: UInt8 {
        switch self {
        case .unobserved: 0
        case .requester: 1
        case .desk: 2
        }
    }

    fileprivate init?(code: UInt8) {
        switch code {
        case 0: self = .unobserved
        case 1: self = .requester
        case 2: self = .desk
        default: return nil
        }
    }
}

extension Attendance {
    fileprivate var code: UInt8 {
        switch self {
        case .connected: 0
        case .detached: 1
        }
    }

    fileprivate init?(code: UInt8) {
        switch code {
        case 0: self = .connected
        case 1: self = .detached
        default: return nil
        }
    }
}
