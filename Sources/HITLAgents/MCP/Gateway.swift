package import HITLCore
import HITLGate

/// What stands between one MCP client and one server: lines in, steps out. It does nothing itself and knows no clock.
///
///     client ──line──► passes ─────────────────────────────────────────► server
///                      tools/call ─► question ─► desk ─► permitted ──────►
///                                               └──────► refused ─► client
///
/// A question outlives the call that it was asked for: at the deadline the client gets a ticket, and the next call that
/// asks for exactly the same joins it.
package struct Gateway {
    /// What the driver does, in this order.
    package enum Step: Equatable {
        case toClient([UInt8])
        case toServer([UInt8])
        /// Without its line feed, as the others.
        case toDesk([UInt8])
        /// The same, and it can wait a moment for others like it: what came of a call is in nobody's way.
        case toDeskSoon([UInt8])
        /// Connects to a desk, and says `deskIsBack` or `deskIsAbsent`.
        case reachDesk
        /// For the log.
        case note(String)
    }

    package struct Settings: Sendable {
        /// The gateway's name for the server: tools are `NAME:tool` at the desk.
        package var server: String
        package var directory: String?
        /// How long a client waits before it gets a ticket; nil goes by the client.
        package var patience: Milliseconds?
        /// Methods that are asked about beside `tools/call`.
        package var methods: [String]
        package var newKey: @Sendable () -> String
        package var pins: PinStore
        /// Whether an answer is the desk's to what it was asked; nil: whatever answers is believed.
        package var proves: (@Sendable (_ answer: JSONObject, _ asked: JSONValue) -> Bool)?

        package init(
            server: String, directory: String?, patience: Milliseconds?, methods: [String] = [], pins: PinStore,
            newKey: @escaping @Sendable () -> String,
            proves: (@Sendable (_ answer: JSONObject, _ asked: JSONValue) -> Bool)? = nil
        ) {
            self.server = server
            self.directory = directory
            self.patience = patience
            self.methods = methods
            self.pins = pins
            self.newKey = newKey
            self.proves = proves
        }
    }

    /// Where the desk is reached; each connection has a number of its own.
    enum Desk: Equatable {
        case away
        case connected(Int)
    }

    let settings: Settings
    var pins: PinState
    var client: String?
    var desk = Desk.away
    var connections = 0
    var lastNumber: Int64 = 0
    /// By their numbers on the desk's connection.
    var questions: [Int64: Question] = [:]
    /// Which question a client's call waits for.
    var waiting: [MessageID: Int64] = [:]
    /// Calls that the server has and has not answered.
    var running: [MessageID: Running] = [:]
    /// Calls that the operator stopped: their client has been told, and what the server may still answer is dropped.
    var stopped: Set<MessageID> = []
    var lists: Set<MessageID> = []
    /// When something is due; on the driver's clock.
    package internal(set) var due: UInt64 = .max

    package init(_ settings: Settings) {
        self.settings = settings
        pins = PinState(settings.pins)
    }

    /// Whether a desk has to be looked for: something is open, and none is there.
    package var missesDesk: Bool { desk == .away && questions.values.contains { $0.isUndecided } }

    // MARK: Lines of the client

    package mutating func client(_ line: [UInt8], now: UInt64) -> [Step] {
        let read = ClientLine(line, introductions: client == nil, gated: settings.methods)
        if let name = read.client, client == nil { client = name }
        switch read.verdict {
        case .passes:
            lists.formUnion(read.lists)
            return [.toServer(line)] + read.cancellations.flatMap { cancel($0.id, $0.reason) ?? [] }
        case .refused(let objections): return [.toClient(GatewayReply.objections(objections))]
        case .cancelled(let id, let reason):
            // A server knows nothing of what still waits.
            let isOurs = waiting[id] != nil
            let steps = cancel(id, reason) ?? []
            return isOurs ? steps : [.toServer(line)] + steps
        case .call(let call): return gate(call, line, now: now)
        }
    }

    /// Nil where the server alone may know of it.
    private mutating func cancel(_ id: MessageID, _ reason: String?) -> [Step]? {
        lists.remove(id)
        if let ran = running.removeValue(forKey: id) {
            // No answer may follow, so what is known now is all that will be known.
            return outcome(of: ran.number, on: ran.connection, .unknown, "its client cancelled it while it ran")
        }
        guard let number = waiting.removeValue(forKey: id) else { return nil }
        return withdraw(number, because: reason.map { "cancelled by its client: \($0)" } ?? "cancelled by its client")
    }

    private mutating func gate(_ call: ToolsCall, _ line: [UInt8], now: UInt64) -> [Step] {
        guard waiting[call.id] == nil, running[call.id] == nil, !stopped.contains(call.id) else {
            // An answer with this id would pass for the answer to the first call.
            let state = stopped.contains(call.id) ? "was stopped and may still be answered" : "waits already"
            let objection = LineObjection(
                nil, .invalidRequest, "a call with the id \(call.id.json.canonicalText) \(state)")
            return [.toClient(GatewayReply.objections([objection]))]
        }
        if call.form == .tool, let refusal = pins.refusal(of: call.name, server: settings.server) {
            return [.toClient(GatewayReply.refusal(refusal, to: call)), .note(pins.obstacle ?? refusal)]
        }
        let waiter = Waiter(call: call, line: line, until: deadline(for: call, from: now), now: now)
        if let number = openTicket(for: call) { return join(number, waiter) }
        lastNumber += 1
        var question = Question(number: lastNumber, call: call, key: settings.newKey(), state: .open(waiter))
        guard let ask = ask(&question) else {
            let sentence = GatewayWords.notTaken(call.name, "It is too large or too deep to be shown to a person.")
            return [.toClient(GatewayReply.refusal(sentence, to: call))]
        }
        questions[lastNumber] = question
        waiting[call.id] = lastNumber
        due = min(due, waiter.until)
        guard case .connected(let connection) = desk else { return [.reachDesk] }
        questions[lastNumber]?.connection = connection
        return [.toDesk(ask)]
    }

    /// A question for the same call that nobody waits for: a ticket.
    private func openTicket(for call: ToolsCall) -> Int64? {
        let tickets = questions.values.filter(\.isTicket)
        guard !tickets.isEmpty else { return nil }
        let identity = call.identity
        return tickets.filter { $0.call.identity == identity }.map(\.number).min()
    }

    private mutating func join(_ number: Int64, _ waiter: Waiter) -> [Step] {
        guard var question = questions[number] else { return [] }
        switch question.state {
        case .open, .abandoned:
            question.state = .open(waiter)
            questions[number] = question
            waiting[waiter.call.id] = number
            due = min(due, waiter.until)
            return firstProgress(number) + (desk == .away ? [.reachDesk] : [])
        case .decided(let reply, let connection, _):
            question.connection = connection
            questions[number] = nil
            return conclude(question, reply, with: waiter)
        }
    }

    /// How long this client waits, as far as is known.
    private func deadline(for call: ToolsCall, from now: UInt64) -> UInt64 {
        let patience = settings.patience ?? Self.patience(of: client, call)
        return now + UInt64(patience.count) * 1_000_000
    }

    private static func patience(of client: String?, _ call: ToolsCall) -> Milliseconds {
        // The Python SDK's name for programs that give none. Those that ask for no progress include agents that go on
        // after five seconds without a word to the server.
        let isImpatient = client?.utf8.elementsEqual("mcp".utf8) == true && !call.isModern && call.progressToken == nil
        return isImpatient ? Milliseconds(4500) : .seconds(50)
    }

    // MARK: Lines of the server

    package mutating func server(_ line: [UInt8]) -> [Step] {
        guard !running.isEmpty || !lists.isEmpty || !waiting.isEmpty || !stopped.isEmpty else {
            return [.toClient(line)]
        }
        let answer = ServerLine(line)
        switch answer {
        case .other: return [.toClient(line)]
        case .unclear:
            // With a list under way this may be it, and the client may read it otherwise than we do.
            if !lists.isEmpty { pins.unreadable() }
            return [.toClient(line)]
        case .batch(let ids):
            var steps: [Step] = []
            for ran in ids.compactMap({ running.removeValue(forKey: $0) }) {
                steps += outcome(of: ran.number, on: ran.connection, .unknown, "the server answered several at once")
            }
            if ids.contains(where: { lists.remove($0) != nil }) { steps += observe(line) }
            // As of one alone: nobody hears an answer to what the server has not got, or was stopped.
            let dropped = ids.filter { waiting[$0] != nil || stopped.contains($0) }
            guard !dropped.isEmpty else { return steps + [.toClient(line)] }
            steps += dropped.map { .note("The server answered the call \($0.json.canonicalText) in a batch; dropped.") }
            return steps + (ServerLine.batch(line, without: Set(dropped)).map { [.toClient($0)] } ?? [])
        case .answer(let id, let ending):
            if lists.remove(id) != nil { return observe(line) + [.toClient(line)] }
            guard waiting[id] == nil else {
                return [.note("The server answered the call \(id.json.canonicalText), which it has not got; dropped.")]
            }
            if stopped.contains(id) {
                return [.note("The server answered the call \(id.json.canonicalText), which was stopped; dropped.")]
            }
            guard let ran = running.removeValue(forKey: id) else { return [.toClient(line)] }
            return report(ran, ending, line) + [
                .toClient(ran.note.flatMap { GatewayReply.noting($0, in: line) } ?? line)
            ]
        }
    }

    /// The server will not answer this request any more; whoever sent it hears why.
    package mutating func serverFailed(_ id: MessageID, _ fault: ServerFault) -> [Step] {
        lists.remove(id)
        if stopped.contains(id) { return [] }
        guard let ran = running.removeValue(forKey: id) else {
            return [.toClient(GatewayReply.failure(GatewayWords.unanswered(fault), of: id))]
        }
        let status = fault.mayHaveRun ? Outcome.Status.unknown : .failed
        return [.toClient(GatewayReply.refusal(GatewayWords.unanswered(ran.call.name, fault), to: ran.call))]
            + outcome(
                of: ran.number, on: ran.connection, status, "\(fault.mayHaveRun ? "" : "did not run: ")\(fault)")
    }

    /// A list of the server's tools that nobody waits for.
    package mutating func definitions(_ line: [UInt8]) -> [Step] { observe(line) }

    private mutating func observe(_ line: [UInt8]) -> [Step] {
        pins.observe(line, server: settings.server).map { [.note($0)] } ?? []
    }

    private func report(_ ran: Running, _ ending: ServerLine.Ending, _ line: [UInt8]) -> [Step] {
        var (status, summary) = ending.outcome
        // The client answers in a call of its own, which asks anew; what it was asked is not seen there.
        if ending == .inputRequired, let questions = ServerLine.questions(in: line) { summary += ": " + questions }
        return outcome(of: ran.number, on: ran.connection, status, summary)
    }

    func outcome(of number: Int64, on connection: Int?, _ status: Outcome.Status, _ summary: String) -> [Step] {
        // A permit is known on its own connection only; over another one nothing is owed.
        guard case .connected(let current) = desk, connection == current else { return [] }
        return [
            .toDeskSoon(
                DeskMessage.line(
                    0, "outcome",
                    [
                        "id": .string(Question.deskID(number)), "status": .string(status.rawValue),
                        "summary": .string(summary),
                    ]))
        ]
    }
}
