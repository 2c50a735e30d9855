import Glibc
import HITLAgents
import HITLConsole
import HITLCore
import HITLGate
import HITLPlatform
import HITLServer
import HITLTerminal

/// What `hitl ask` was told on its command line.
struct AskOptions: Sendable {
    var tool: String
    var arguments = JSONObject()
    var reason: String?
    var confidence: JSONNumber?
    var timeout: Milliseconds?
    var isAsync = false
    var json = false
    /// Nil: without a desk it is over at once.
    var waitForDesk: Milliseconds?
    /// Empty where there is no COMMAND.
    var command: [String] = []
    /// Where a desk may listen, the first that does is asked.
    var desk: DeskPlace

    init(tool: String, desk: DeskPlace) {
        self.tool = tool
        self.desk = desk
    }

    /// The call's arguments from `--args JSON` and every `--arg KEY=VALUE`, whose values are strings.
    static func arguments(json: String?, pairs: [String]) throws(UsageError) -> JSONObject {
        var object = JSONObject()
        if let json {
            let value: JSONValue
            do throws(JSONError) { value = try JSONValue(parsing: json) } catch {
                throw .badValue(json, of: "--args", expected: "a JSON object (\(error))")
            }
            guard case .object(let given) = value else {
                throw .badValue(json, of: "--args", expected: "a JSON object")
            }
            object = given
        }
        for pair in pairs {
            guard let equals = pair.utf8.firstIndex(of: UInt8(ascii: "=")), equals != pair.utf8.startIndex else {
                throw .badValue(pair, of: "--arg", expected: "KEY=VALUE")
            }
            let key = String(pair[..<equals])
            // As in what the desk takes: names that are the same to any reader are one name.
            guard !object.members.contains(where: { $0.name == key }) else { throw .givenTwice(option: "arg \(key)") }
            object[key] = .string(String(pair[pair.utf8.index(after: equals)...]))
        }
        return object
    }

    static func confidence(_ text: String) throws(UsageError) -> JSONNumber {
        guard let number = JSONNumber(text), let value = number.double, (0...1).contains(value) else {
            throw .badValue(text, of: "--confidence", expected: "a number from 0 to 1")
        }
        return number
    }

    func check() throws(UsageError) {
        // The desk would refuse it, but it is no matter of the desk's.
        guard 1...256 ~= tool.utf8.count else {
            throw .badValue(tool, of: "TOOL", expected: "a name of 1 to 256 bytes")
        }
        if isAsync, !command.isEmpty { throw .contradiction("--async", "-- COMMAND") }
    }
}

/// `hitl ask`: one request to the desk, and with a COMMAND its execution, here, where it was approved.
///
/// - Returns: the exit code: with a COMMAND its own, or 125 where it did not run; else the contract's.
func ask(_ options: AskOptions) -> Int32 {
    let said = AskWords(options)
    let signals: SignalPipe
    do throws(SystemError) { signals = try SignalPipe() } catch { return said.failed("\(error)", .failed) }

    var call = AskedCall(tool: options.tool, arguments: options.arguments, key: AskedCall.newKey())
    call.reason = options.reason
    call.confidence = options.confidence
    call.timeout = options.timeout
    call.isAsync = options.isAsync
    if !options.command.isEmpty {
        do throws(CommandToRun.Failure) { call.command = try CommandToRun(options.command, key: call.key) } catch {
            return said.failed("The command did not run: \(error).", .failed)
        }
    }

    let session = AskSession(call, at: options.desk, signals: signals, news: said.news)
    let end = session.ask(waitingForDesk: options.waitForDesk)
    guard case .answered(let answer) = end else { return said.unanswered(end) }
    guard let command = call.command else { return said.answered(answer) }
    switch session.mayRun(answer) {
    case .mustNot(.notApproved): return said.answered(answer)
    case .mustNot(.edited):
        let outcome = Outcome(
            status: .failed, summary: "did not run: the arguments were edited, and the command was not")
        _ = session.report(outcome)
        return said.didNotRun(
            "The arguments were edited, and the command was not. Ask again with the new ones.", answer, outcome)
    case .may: return run(command, for: answer, in: session, signals, said)
    }
}

private func run(
    _ command: CommandToRun, for answer: AskAnswer, in session: AskSession, _ signals: SignalPipe, _ said: AskWords
) -> Int32 {
    said.approved(answer)
    let result: ProcessResult
    let (execution, wasStopped) = session.listening { listener in
        let execution = blocking { await command.execution(passing: signals, stoppedBy: listener) }
        return (execution, listener?.wasAsked ?? false)
    }
    switch execution {
    case .success(let ended): result = ended
    case .failure(let failure):
        let outcome = Outcome(status: .failed, summary: "did not run: \(failure)")
        _ = session.report(outcome)
        return said.didNotRun("The command did not run: \(failure).", answer, outcome)
    }
    let outcome = Outcome(result, wasStopped: wasStopped)
    let reported = session.report(outcome)
    said.ran(answer, outcome, reported)
    return result.ending.exitCode
}

extension CommandToRun {
    fileprivate func execution(
        passing signals: SignalPipe, stoppedBy listener: StopListener?
    ) async -> Result<ProcessResult, Failure> {
        do throws(Failure) { return .success(try await run(passing: signals, stoppedBy: listener)) } catch {
            return .failure(error)
        }
    }
}

extension ProcessResult.Ending {
    /// As a shell says it.
    fileprivate var exitCode: Int32 {
        switch self {
        case .exited(let code): code
        case .signalled(let signal): 128 + signal
        case .stopped, .timedOut: 128 + SIGTERM
        case .lost: 128 + SIGKILL
        }
    }
}

extension Outcome {
    fileprivate init(_ result: ProcessResult, wasStopped: Bool) {
        let (seconds, attoseconds) = result.duration.components
        let time = Milliseconds(seconds * 1000 + attoseconds / 1_000_000_000_000_000)
        let code = JSONValue.members(["exitCode": .integer(Int64(result.ending.exitCode))])
        switch result.ending {
        case .exited(0): self.init(status: .succeeded, summary: "exit code 0", result: code, executionTime: time)
        case .exited(let number):
            self.init(status: .failed, summary: "exit code \(number)", result: code, executionTime: time)
        case .signalled(let number):
            self.init(status: .failed, summary: "ended by signal \(number)", result: code, executionTime: time)
        case .stopped, .timedOut:
            let by = wasStopped ? "the operator" : "its requester"
            self.init(status: .failed, summary: "stopped by \(by)", result: code, executionTime: time)
        case .lost: self.init(status: .unknown, summary: "nobody saw its end", executionTime: time)
        }
    }
}

/// What `ask` and `wait` say. Standard output stays free for COMMAND and for what scripts read.
struct AskWords: Sendable {
    private let json: Bool
    private let hasCommand: Bool
    private let watches: Bool
    private let tool: String
    /// What was asked for; nil for who comes back for a request.
    private let asked: JSONObject?

    init(_ options: AskOptions) {
        self.init(
            json: options.json, hasCommand: !options.command.isEmpty, tool: options.tool, asked: options.arguments)
    }

    init(json: Bool, hasCommand: Bool = false, tool: String, asked: JSONObject? = nil) {
        self.asked = asked
        self.json = json
        self.hasCommand = hasCommand
        self.tool = tool
        // Progress is for somebody who looks; errors are for everybody.
        watches = isatty(2) == 1
    }

    // MARK: While it waits

    func news(_ news: AskNews) {
        switch news {
        case .waitingForDesk: progress("Waiting for a desk.")
        case .opened(let number):
            progress("Waiting for approval of request \(number): \(DisplayText(untrusted: tool)).")
        case .deskGone(let number?):
            Output.complaint("The desk is gone; request \(number) is pending, and this waits for the desk's return.")
        case .deskGone(nil): Output.complaint("The desk is gone; this waits for its return.")
        case .deskBack: progress("The desk is back.")
        case .keepsOutcome(let number):
            let name: DisplayText = number.map { " of request \($0)" } ?? ""
            Output.complaint("The desk is gone; the outcome\(name) is kept, and this waits for the desk's return.")
        }
    }

    private func progress(_ text: StyledText) {
        guard watches else { return }
        Output.error(text.rendered(for: Output.presentation(of: 2)))
    }

    // MARK: Without an answer

    func unanswered(_ end: AskEnd) -> Int32 {
        switch end {
        case .noDesk(let failure): failed(failure.description, .noDesk)
        case .refused(let refused): failed(refused.message, refused.exit, kind: refused.kind)
        case .unreadable: failed(DeskClient.Failure.unreadable.description, .failed)
        case .approvalLost(let number):
            failed(
                "Request \(number) was approved, and the desk ended before it could say so: nothing ran. Ask again.",
                .failed)
        case .interrupted(let number): failed("Interrupted\(Self.withdrawn(number)).", .undecided)
        // Where it was never opened there was no desk to ask.
        case .timedOut(nil): failed("The time is over, and no desk took the request.", .noDesk)
        case .timedOut(let number?): failed("The time is over; nobody decided on request \(number).", .undecided)
        case .answered(let answer): answered(answer)
        }
    }

    private static func withdrawn(_ number: Int64?) -> String { number.map { "; request \($0) is withdrawn" } ?? "" }

    func failed(_ message: String, _ exit: ExitCode, kind: String? = nil) -> Int32 {
        Output.complaint(StyledText(DisplayText(untrusted: message)))
        document([.init("error", .members(["kind": kind.map(JSONValue.string), "message": .string(message)]))])
        return (hasCommand ? .notRun : exit).rawValue
    }

    // MARK: With an answer

    /// Of a request without a command, or whose command does not run.
    func answered(_ answer: AskAnswer) -> Int32 {
        let exit: ExitCode
        switch answer.decision {
        case .approved, .allowed:
            if let edited = edited(answer), !json {
                // Whoever only looks at the exit code would do what a person changed.
                Output.complaint(
                    "Approved with other arguments: \(DisplayText(untrusted: edited)). A script that can take them asks with --json."
                )
                exit = .failed
            } else {
                approved(answer)
                exit = .done
            }
        case .pending:
            if !json { Output.standard("\(answer.number ?? 0) \(answer.request ?? "")\n") }
            exit = .pending
        case .rejected:
            Output.complaint("Rejected by \(person(answer))\(because(answer)).")
            exit = .rejected
        case .expired:
            Output.complaint("Nobody decided in time.")
            exit = .undecided
        case .withdrawn:
            Output.complaint("Withdrawn\(because(answer)).")
            exit = .undecided
        case .superseded:
            Output.complaint(
                "The arguments were edited: the request goes on as number \(answer.json["successor"]?.integer ?? 0).")
            exit = .undecided
        case .denied:
            let notice = RefusalNotice(
                refusal: .denied(by: answer.references), tool: tool, request: answer.number)
            Output.complaint(StyledText(DisplayText(untrusted: notice.sentence)))
            exit = .denied
        }
        document(answer.facts)
        return (hasCommand ? .notRun : exit).rawValue
    }

    /// Of a request that was decided while nobody waited; nil where it was not.
    func decided(_ history: RequestHistory) -> Int32? {
        let exit: ExitCode
        switch history.status {
        case nil, .pending?: return nil
        case .approved?: exit = .done
        case .rejected?: exit = .rejected
        case .expired?, .withdrawn?, .superseded?: exit = .undecided
        }
        if let status = history.status, exit != .done {
            Output.complaint("Request \(history.request?.number ?? 0): \(DecisionText.status(status)).")
        }
        document(history.json.object?.members ?? [])
        return exit.rawValue
    }

    /// The arguments that were approved, where they are not those that were asked for.
    private func edited(_ answer: AskAnswer) -> String? {
        guard let approved = answer.json["arguments"] else { return nil }
        let isSame =
            if let asked { approved == .object(asked) } else {
                // Who comes back names a number, and an edit has made it another.
                Int64(tool).map { $0 == answer.number } ?? true
            }
        return isSame ? nil : approved.printable
    }

    func approved(_ answer: AskAnswer) {
        switch answer.decision {
        case .approved: progress("Approved by \(person(answer))\(because(answer)).")
        case .allowed, .pending, .rejected, .expired, .withdrawn, .superseded, .denied: break
        }
        for condition in answer.conditions { progress("Condition: \(DisplayText(untrusted: condition))") }
    }

    func ran(_ answer: AskAnswer, _ outcome: Outcome, _ reported: AskSession.Reported) {
        if reported == .no {
            Output.complaint("The desk is gone and has not heard of the outcome; it will be recorded as unknown.")
        }
        document(answer.facts + [.init("outcome", outcome.json)])
    }

    func didNotRun(_ message: String, _ answer: AskAnswer, _ outcome: Outcome) -> Int32 {
        Output.complaint(StyledText(DisplayText(untrusted: message)))
        document(answer.facts + [.init("outcome", outcome.json)])
        return ExitCode.notRun.rawValue
    }

    private func person(_ answer: AskAnswer) -> DisplayText { DisplayText(untrusted: answer.reviewer ?? "nobody") }

    private func because(_ answer: AskAnswer) -> DisplayText {
        guard let reason = answer.reason else { return .empty }
        return ": \(DisplayText(untrusted: reason))"
    }

    /// With a COMMAND standard output is the command's, so the document goes to standard error.
    private func document(_ members: [JSONObject.Member]) {
        guard json else { return }
        let text = JSONValue.object(JSONObject(members)).printable + "\n"
        if hasCommand { Output.error(text) } else { Output.standard(text) }
    }
}

extension AskAnswer {
    /// For programs, with the names that all commands use: `id` is the request's, not that of the call to the desk.
    fileprivate var facts: [JSONObject.Member] {
        json.members.compactMap { member in
            switch member.name {
            case "id": nil
            case "request": .init("id", member.value)
            default: member
            }
        }
    }
}

extension DeskClient.Refused {
    /// What the desk's errors mean for whoever asked.
    var exit: ExitCode {
        switch kind {
        case "ledgerUnavailable": .ledger
        case "tooManyPending": .denied
        case "deskClosing": .noDesk
        default: .failed
        }
    }
}
