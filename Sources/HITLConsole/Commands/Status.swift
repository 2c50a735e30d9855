package import HITLCore
package import HITLGate
import HITLTerminal

package struct StatusCommand: Command {
    package static let definition = CommandDefinition(
        "status", .desk, summary: "list what waits for a decision, most urgent first",
        discussion: """
            Shows every pending request with all of its arguments. The number in front of a request is its own for \
            ever: it is never given to another one.
            """,
        options: [.follow, .json],
        examples: [.init("/hitl status", "what waits")])

    private let json: Bool
    private let follows: Bool

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        json = arguments.has("json")
        follows = arguments.has("follow")
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        if follows { return .followedElsewhere }
        let pending: [PendingRequest]
        do { pending = try await desk.pending() } catch { return desk.ledgerFailure(error) }
        if json {
            return CommandResult(StyledText(), json: .members(["pending": .array(pending.map(\.json))]))
        }
        guard !pending.isEmpty else { return CommandResult("No pending HITL approvals.") }

        var text = StyledText()
        text.append(.pending)
        text.append("Pending HITL Approvals (\(pending.count)):")
        let now = desk.now
        for one in pending {
            text.newLine()
            RequestView(one.request, requester: one.requester, now: now).appendItem(to: &text)
        }
        return CommandResult(text)
    }
}

/// A request that waits, with what the queue knows of who waits for it.
package struct PendingRequest: Sendable {
    package let request: ApprovalRequest
    /// Nil where no desk runs: whoever asked may be waiting for one.
    package let requester: Queue.Waiting.Requester?

    var json: JSONValue {
        let call = request.call
        return .members([
            "number": .integer(request.number),
            "id": .string(request.id.description),
            "tool": .string(call.tool),
            "args": .object(call.arguments),
            "confidence": call.claims.confidence.map(JSONValue.number),
            "reason": call.claims.reason.map(JSONValue.string),
            "agent": .string(call.origin.agent),
            "session": .string(call.origin.session),
            "lineage": .array(call.origin.lineage.map(JSONValue.string)),
            "requestedAt": .string(request.openedAt.timestamp),
            "expiresAt": request.deadline.map { .string($0.timestamp) },
            "requester": word.map(JSONValue.string),
            "severity": .string(request.verdict.severity.rawValue),
            "verdict": request.verdict.json,
            "digest": .string(request.digest.description),
            "supersedes": request.supersedes.map { .integer($0) },
            // Not all that is known of the call, which repeats the arguments: those may be long.
            "command": call.facts.command.map { command in
                ["argv": .array(command.argv.map(JSONValue.string)), "executable": .string(command.executable)]
            },
        ])
    }

    private var word: String? {
        switch requester {
        case .connected?: "connected"
        case .detached?: "detached"
        case .orphaned?: "orphaned"
        case nil: nil
        }
    }
}

extension Desk {
    /// The desk's time while it runs, else the machine's.
    package var now: WallTime {
        gate?.queue.now ?? clocks.wall()
    }

    /// What waits, most urgent first; by the configured order.
    ///
    /// - Parameter limit: how many are wanted. Only those are read.
    package func pending(first limit: Int = .max) async throws(EventLedgerError) -> [PendingRequest] {
        let order = configuration.queueOrder
        var pending: [PendingRequest] = []
        if let queue = gate?.queue {
            let waiting = await queue.waiting.sorted {
                order.precedes(($0.severity, $0.number), ($1.severity, $1.number))
            }
            for waiting in waiting.prefix(limit) {
                do throws(ReviewError) {
                    let request = shown(try await queue.open(waiting.number))
                    pending.append(.init(request: request, requester: waiting.requester))
                } catch .alreadyClosed {
                    continue
                } catch {
                    throw .unavailable("\(DecisionText.error(error, number: waiting.number).text)")
                }
            }
        } else {
            for request in try records.pending() {
                pending.append(
                    .init(request: request, requester: request.attendance == .detached ? .detached : nil))
            }
            pending.sort { one, other in
                order.precedes(
                    (one.request.verdict.severity, one.request.number),
                    (other.request.verdict.severity, other.request.number))
            }
        }
        return Array(pending.prefix(limit))
    }

    package func ledgerFailure(_ error: EventLedgerError) -> CommandResult {
        .failure(StyledText(DisplayText(untrusted: error.description)), .ledger)
    }
}
