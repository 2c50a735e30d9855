package import HITLCore
import HITLPlatform

/// What `hitl ask` asks for.
package struct AskedCall {
    package var tool: String
    package var arguments: JSONObject
    package var reason: String?
    package var confidence: JSONNumber?
    package var timeout: Milliseconds?
    package var isAsync = false
    package var command: CommandToRun?
    /// Random, and the same however often it is asked: it is what makes asking again one request.
    package var key: String

    package init(tool: String, arguments: JSONObject, key: String) {
        self.tool = tool
        self.arguments = arguments
        self.key = key
    }

    package static func newKey() -> String {
        RandomBytes.make(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// What becomes of asking.
package enum AskEnd {
    case noDesk(DeskSocket.Failure)
    /// The desk did not take the request, or could not decide it.
    case refused(DeskClient.Refused)
    /// What came back cannot be read.
    case unreadable
    /// It was approved, and nobody came to know in time: nothing ran.
    case approvalLost(number: Int64)
    /// Taken back because this process was told to end.
    case interrupted(number: Int64?)
    /// Nobody decided in time. The desk may be away, with the request still pending in its ledger.
    case timedOut(number: Int64?)
    case answered(AskAnswer)
}

/// The desk's answer.
package struct AskAnswer {
    package enum Decision: String, CaseIterable {
        case pending, rejected, expired, withdrawn, superseded, denied, approved, allowed
    }

    package let decision: Decision
    /// All that the desk said.
    package let json: JSONObject

    package var number: Int64? { json["number"]?.integer }
    package var reason: String? { json["reason"]?.string }
    package var reviewer: String? { json["reviewer"]?.string }
    /// The id that `hitl wait` takes as well as the number.
    package var request: String? { json["request"]?.string }
    package var conditions: [String] { json["conditions"]?.array?.compactMap(\.string) ?? [] }
    package var rules: [String] { json["rules"]?.array?.compactMap { $0.object?["name"]?.string } ?? [] }

    /// Nil where it is none.
    package init?(_ value: JSONValue) {
        guard let json = value.object, let word = json["decision"]?.string,
            let decision = Decision.allCases.first(where: { $0.rawValue.utf8.elementsEqual(word.utf8) })
        else { return nil }
        self.decision = decision
        self.json = json
    }
}

/// What happens while a client waits, for whoever looks at it.
package enum AskNews: Sendable, Equatable {
    case waitingForDesk
    case opened(number: Int64)
    case deskGone(number: Int64?)
    case deskBack
    /// The command has ended, and the desk that is to hear of it is gone.
    case keepsOutcome(number: Int64?)
}

/// One request from asking to its answer, across the desk's going and coming.
///
///     connect ─► ask ─► opened ─► answer
///        ▲        │        │
///        └────────┴────────┴── desk gone: wait for its return, ask again with the same key
package final class AskSession {
    private let call: AskedCall
    private let place: DeskPlace
    private let signals: SignalPipe?
    private let news: (AskNews) -> Void
    private let deadline: UInt64?
    private var client: DeskClient?
    private var number: Int64?
    private var hasAsked = false
    /// What the desk calls the call that it permitted.
    private var permitted: JSONValue?
    /// What this desk opened first: after an edit the answer has another number. A desk on another ledger gives the
    /// request a number of its own.
    package private(set) var firstNumber: Int64?
    private var isFirst = true

    private static let id = "ask"
    /// Beyond the requester's own patience, for an answer that is on its way.
    private static let courtesy: UInt64 = 2_000_000_000
    private static let firstPause: UInt64 = 20_000_000
    private static let longestPause: UInt64 = 500_000_000
    /// For a desk to hand an outcome in to.
    private static let patience: UInt64 = 60_000_000_000

    package init(
        _ call: AskedCall, at place: DeskPlace, signals: SignalPipe?, news: @escaping (AskNews) -> Void = { _ in }
    ) {
        self.call = call
        self.place = place
        self.signals = signals
        self.news = news
        deadline = call.timeout.map { SystemClock.monotonicNanoseconds() + UInt64($0.count) * 1_000_000 }
    }

    /// - Parameter patience: how long to wait for a desk where there is none.
    package func ask(waitingForDesk patience: Milliseconds? = nil) -> AskEnd {
        do throws(DeskClient.Failure) {
            client = try DeskClient(connectingTo: place)
        } catch {
            guard case .socket(let failure) = error else { return .unreadable }
            guard case .nobodyListens = failure, let patience else { return .noDesk(failure) }
            news(.waitingForDesk)
            let end = SystemClock.monotonicNanoseconds() + UInt64(patience.count) * 1_000_000
            if let end = reconnect(until: min(end, deadline ?? .max), otherwise: .noDesk(failure)) { return end }
        }
        while true {
            if let end = askOnce() { return end }
            client = nil
            news(.deskGone(number: number))
            let otherwise = AskEnd.timedOut(number: number)
            if let end = reconnect(until: deadline ?? .max, otherwise: otherwise) { return end }
            news(.deskBack)
        }
    }

    /// Nil where the desk went away.
    private func askOnce() -> AskEnd? {
        guard let client else { return nil }
        isFirst = true
        do throws(DeskClient.Failure) {
            let parameters = parameters()
            guard let parameters else { return .timedOut(number: number) }
            let result = try client.call(
                "ask", parameters, until: deadline.map { $0 + Self.courtesy }, signals: signals, heard: hear)
            guard let answer = AskAnswer(result) else { return .unreadable }
            permitted = answer.number.map { .integer($0) } ?? answer.request.map(JSONValue.string)
            return .answered(answer)
        } catch {
            switch error {
            case .unreadable: return .unreadable
            case .refused(let refused):
                if refused.kind.utf8.elementsEqual("alreadyStarted".utf8), let end = disown(client) { return end }
                return refused.kind.utf8.elementsEqual("deskClosing".utf8) ? nil : .refused(refused)
            case .socket(.interrupted): return takeBack(client)
            case .socket(.timedOut): return .timedOut(number: number)
            case .socket(.lost), .socket(.nobodyListens), .socket(.notOurs), .socket(.unusable): return nil
            }
        }
    }

    private func hear(_ method: String, _ parameters: JSONObject) {
        guard method.utf8.elementsEqual("opened".utf8), let opened = parameters["number"]?.integer else { return }
        if isFirst { firstNumber = opened }
        isFirst = false
        if number != opened { news(.opened(number: opened)) }
        number = opened
    }

    /// Nil where no time is left. A desk that was reached is asked once, however short the time was: then it is the
    /// desk that says that nobody decided.
    private func parameters() -> JSONValue? {
        var left: Int64?
        if let deadline {
            let now = SystemClock.monotonicNanoseconds()
            guard now < deadline || !hasAsked else { return nil }
            left = now < deadline ? Int64((deadline - now + 999_999) / 1_000_000) : 1
        }
        hasAsked = true
        return .members([
            "args": .object(call.arguments),
            "command": call.command?.json,
            "confidence": call.confidence.map(JSONValue.number),
            "directory": call.command.map { .string($0.directory) },
            "id": .string(Self.id),
            "key": call.isAsync ? nil : .string(call.key),
            "mode": call.isAsync ? "async" : nil,
            "reason": call.reason.map(JSONValue.string),
            "timeout": left.map { .integer($0) },
            "tool": .string(call.tool),
        ])
    }

    private func takeBack(_ client: DeskClient) -> AskEnd {
        let until = SystemClock.monotonicNanoseconds() + Self.courtesy
        do throws(DeskClient.Failure) {
            _ = try client.call(
                "withdraw", ["id": .string(Self.id), "reason": "interrupted by its requester"], until: until)
        } catch {
            // Closing the connection, which comes next, withdraws it too.
        }
        return .interrupted(number: number)
    }

    /// Nil once there is a desk again.
    private func reconnect(until end: UInt64, otherwise: AskEnd) -> AskEnd? {
        var pause = Self.firstPause
        while true {
            switch signals.map({ $0.wait(until: min(end, SystemClock.monotonicNanoseconds() + pause)) }) {
            case .interrupted?: return .interrupted(number: number)
            case .over?: break
            case nil: SignalPipe.sleep(until: min(end, SystemClock.monotonicNanoseconds() + pause))
            }
            do throws(DeskClient.Failure) {
                client = try DeskClient(connectingTo: place)
                return nil
            } catch {
                guard case .socket(.nobodyListens) = error else {
                    if case .socket(let failure) = error { return .noDesk(failure) }
                    return .unreadable
                }
            }
            guard SystemClock.monotonicNanoseconds() < end else { return otherwise }
            pause = min(pause * 2, Self.longestPause)
        }
    }

    // MARK: The command

    /// Whether the approved call is the one that was asked for, so that its command may run.
    package func mayRun(_ answer: AskAnswer) -> CommandVerdict {
        switch answer.decision {
        case .approved, .allowed: break
        case .pending, .rejected, .expired, .withdrawn, .superseded, .denied: return .mustNot(.notApproved)
        }
        // An edit makes another call, which has no command of ours.
        guard answer.json["arguments"] == .object(call.arguments),
            answer.decision == .allowed || answer.number == firstNumber
        else { return .mustNot(.edited) }
        return .may
    }

    package enum CommandVerdict: Equatable {
        case mustNot(Reason)
        case may

        package enum Reason: Equatable { case notApproved, edited }
    }

    package enum Reported: Equatable {
        /// No desk has heard it; the next one that starts records that nobody knows.
        case no
        case yes
    }

    /// Does `body` with somebody who listens for the desk's word to stop what it does.
    package func listening<Value>(_ body: (StopListener?) -> Value) -> Value {
        guard let client else { return body(nil) }
        return client.listening(body)
    }

    /// Tells the desk what came of the command; where that desk is gone, the next one, if it comes in time: within the
    /// time that was given for a decision, or a minute.
    package func report(_ outcome: Outcome) -> Reported {
        if let client {
            switch report(outcome, [.init("id", .string(Self.id))], to: client) {
            case .heard: return .yes
            case .refused: return .no
            case .deskGone: self.client = nil
            }
        }
        return handIn(outcome)
    }

    private enum Hearing { case deskGone, refused, heard }

    private func report(_ outcome: Outcome, _ name: [JSONObject.Member], to client: DeskClient) -> Hearing {
        let parameters = JSONObject((outcome.json.object?.members ?? []) + name)
        let until = SystemClock.monotonicNanoseconds() + Self.courtesy
        do throws(DeskClient.Failure) {
            _ = try client.call("outcome", .object(parameters), until: until)
            return .heard
        } catch {
            switch error {
            case .refused(let refused):
                return refused.kind.utf8.elementsEqual("deskClosing".utf8) ? .deskGone : .refused
            case .unreadable: return .refused
            case .socket: return .deskGone
            }
        }
    }

    /// To a later desk than the one that permitted it, which knows this process for the one that asked.
    private func handIn(_ outcome: Outcome) -> Reported {
        guard let permitted else { return .no }
        let patience = call.timeout.map { UInt64($0.count) * 1_000_000 } ?? Self.patience
        let end = SystemClock.monotonicNanoseconds() + patience
        var isTold = false
        while true {
            do throws(DeskClient.Failure) { client = try DeskClient(connectingTo: place) } catch {
                if !isTold { news(.keepsOutcome(number: number)) }
                isTold = true
                if reconnect(until: end, otherwise: .timedOut(number: number)) != nil { return .no }
            }
            guard let client else { return .no }
            switch report(outcome, [.init("request", permitted)], to: client) {
            case .heard: return .yes
            case .refused: return .no
            case .deskGone: self.client = nil
            }
        }
    }

    /// The desk went between recording the approval and telling it: this process knows that nothing ran.
    private func disown(_ client: DeskClient) -> AskEnd? {
        guard let number else { return nil }
        let outcome = Outcome(
            status: .failed, summary: "did not run: the desk ended before its requester heard of the approval")
        _ = report(outcome, [.init("request", .integer(number))], to: client)
        return .approvalLost(number: number)
    }
}
