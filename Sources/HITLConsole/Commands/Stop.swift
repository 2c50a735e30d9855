package import HITLCore
import HITLGate
import HITLTerminal

package struct StopCommand: Command {
    package static let definition = CommandDefinition(
        "stop", .desk, summary: "end a call that is running",
        discussion: """
            Everything that the call started is ended too. What it did until then stays done. A command of hitl ask is \
            run by that process, which is told to end it. A call that a rule permitted has an id and no number; \
            `/session` names what runs.
            """,
        positionals: [.init("N", .request, doc: "number or id")],
        options: [.json],
        examples: [.init("/hitl stop 3", "end the command of request 3")])

    private let name: RequestName
    private let json: Bool

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        name = try arguments.request()
        json = arguments.has("json")
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        let ruled: Subject?
        do { ruled = try ruledCall(desk) } catch { return desk.ledgerFailure(error) }
        guard let ruled else {
            var ended = true
            var result = await desk.change(name, by: `operator`, "stop") { gate, number throws(ReviewError) in
                let (text, isReached) = try await stop(
                    .request(number), "request \(number)", "Request \(number)", gate, desk)
                ended = isReached
                return text
            }
            return finish(&result, ended)
        }
        guard let gate = desk.gate else { return .failure(Desk.noDeskText, .noDesk) }
        let words = DisplayText(untrusted: name.text)
        if let barred = `operator`.barred {
            await gate.ledger.note(.attempted(by: `operator`.principal, what: "stop \(name.text)"))
            return .failure("You may not stop \(words): \(DisplayText(untrusted: barred)).")
        }
        do throws(ReviewError) {
            let (text, isReached) = try await stop(ruled, words, words, gate, desk)
            var result = CommandResult(text)
            return finish(&result, isReached)
        } catch {
            return .failure("\(words) is not running.", .of(error))
        }
    }

    private func finish(_ result: inout CommandResult, _ isReached: Bool) -> CommandResult {
        if !isReached { result.exit = .failed }
        guard json, result.exit == .done else { return result }
        switch name {
        case .number(let number): return result.told(as: .members(["number": .integer(number), "stopping": true]))
        case .id(let id): return result.told(as: .members(["id": .string(id.description), "stopping": true]))
        }
    }

    /// A call that no person was asked about.
    private func ruledCall(_ desk: Desk) throws(EventLedgerError) -> Subject? {
        guard case .id(let id) = name, try desk.number(of: name) == nil else { return nil }
        return try desk.records.events.history(of: .call(id)).call == nil ? nil : .call(id)
    }

    /// - Parameter first: `words` as they begin a sentence.
    /// - Returns: what there is to say, and whether whoever runs it hears of it.
    private func stop(
        _ subject: Subject, _ words: DisplayText, _ first: DisplayText, _ gate: Gate, _ desk: Desk
    ) async throws(ReviewError) -> (StyledText, isReached: Bool) {
        do throws(ReviewError) {
            switch try await gate.queue.stop(subject) {
            case .ends: return ("Stopping \(words).", true)
            case .told(let performer):
                return ("Told \(DisplayText(untrusted: performer)), which runs \(words), to end it.", true)
            case .unreachable(let performer, let advice):
                return (
                    "\(first) is carried out by \(DisplayText(untrusted: performer)), which cannot be told to end it from here; \(DisplayText(untrusted: advice)).",
                    false
                )
            }
        } catch .notRunning {
            guard let standing = standing(of: subject, first, desk) else { throw .notRunning }
            return (standing, false)
        }
    }

    /// What there is to say of a call of which nothing runs; nil where that is all.
    private func standing(of subject: Subject, _ first: DisplayText, _ desk: Desk) -> StyledText? {
        guard let history = try? desk.records.events.history(of: subject), history.started != nil,
            let call = history.call, call.performer == .unobserved
        else { return nil }
        let agent = DisplayText(untrusted: call.origin.agent)
        return "\(first) is carried out by \(agent) itself, which does not say when it is done: end it there."
    }
}
