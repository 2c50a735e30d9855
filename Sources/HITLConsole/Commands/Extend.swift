package import HITLCore
import HITLGate
import HITLTerminal

package struct ExtendCommand: Command {
    package static let definition = CommandDefinition(
        "extend", .desk, summary: "give a request more time",
        positionals: [
            .init("N", .request, doc: "number or id"),
            .init("D", .duration, .optional, doc: "how much more: 30s, 5m, 2h (5m where it is not given)"),
        ],
        options: [.json],
        examples: [.init("/hitl extend 3 10m", "ten more minutes for request 3")])

    private let name: RequestName
    private let duration: Milliseconds
    private let json: Bool

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        name = try arguments.request()
        duration =
            arguments.positionals.count > 1
            ? try Arguments.someTime(arguments.positionals[1], of: Self.definition.typed) : .minutes(5)
        json = arguments.has("json")
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        var document: JSONValue?
        let result = await desk.change(name, by: `operator`, "extend") { gate, number throws(ReviewError) in
            let deadline = try await gate.queue.extend(number, by: duration)
            let left = deadline - gate.queue.now
            document = .members(["number": .integer(number), "expiresAt": .string(deadline.timestamp)])
            return StyledText("Request \(number) now expires in \(DisplayText(untrusted: left.remaining)).")
        }
        return json ? result.told(as: document) : result
    }
}

package struct WithdrawCommand: Command {
    package static let definition = CommandDefinition(
        "withdraw", .desk, summary: "take a request back: nobody decides it",
        positionals: [.init("N", .request, doc: "number or id")],
        options: [.init("reason", "R", doc: "why; the agent is told"), .json],
        examples: [.init("/hitl withdraw 3", "request 3 is no longer wanted")])

    private let name: RequestName
    private let reason: String
    private let json: Bool

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        name = try arguments.request()
        json = arguments.has("json")
        reason = arguments.text("reason") ?? "taken back by the operator"
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        var document: JSONValue?
        let result = await desk.change(name, by: `operator`, "withdraw") { gate, number throws(ReviewError) in
            let request = try await gate.queue.withdraw(number, by: `operator`.principal, reason: reason)
            document = .members([
                "number": .integer(number), "tool": .string(request.call.tool), "decision": "withdrawn",
                "reason": .string(reason),
            ])
            return StyledText(
                "Withdrew request \(number), \(DisplayText(untrusted: request.call.tool)). It did not run.")
        }
        return json ? result.told(as: document) : result
    }
}

extension CommandResult {
    /// The same as a document, where there is one: of what was refused there is none.
    func told(as document: JSONValue?) -> CommandResult {
        guard let document else { return self }
        return CommandResult(StyledText(), json: document, exit: exit)
    }
}

extension Desk {
    /// What commands that change one request share: it must exist, and the operator must be allowed to.
    func change(
        _ name: RequestName, by operator: Operator, _ what: String,
        _ body: (Gate, Int64) async throws(ReviewError) -> StyledText
    ) async -> CommandResult {
        guard let gate else { return .failure(Desk.noDeskText, .noDesk) }
        let number: Int64
        do {
            guard let found = try self.number(of: name) else { return await unknownRequest(name) }
            number = found
        } catch {
            return ledgerFailure(error)
        }
        if let barred = `operator`.barred {
            await gate.ledger.note(.attempted(by: `operator`.principal, what: "\(what) request \(number)"))
            let error = ReviewError.notEligible(`operator`.principal, because: barred)
            return .failure(StyledText(DecisionText.error(error, number: number)))
        }
        do throws(ReviewError) { return CommandResult(try await body(gate, number)) } catch .unknownRequest {
            return await unknownRequest(name)
        } catch {
            return .failure(StyledText(DecisionText.error(error, number: number)), .of(error))
        }
    }
}
