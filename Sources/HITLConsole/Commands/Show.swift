package import HITLCore
import HITLGate
import HITLTerminal

package struct ShowCommand: Command {
    package static let definition = CommandDefinition(
        "show", .desk, summary: "show one request in full",
        discussion: """
            Every argument untruncated, what the call would do, the risk and what it consists of, the rule that \
            asks, the deadline; of a request that was decided also who decided, why, and what came of it.
            """,
        positionals: [.init("N", .request, doc: "number or id of the request")],
        options: [
            .json,
            .init("reveal", doc: "show secrets too, while the desk still has them in memory"),
        ],
        examples: [
            .init("/hitl show 3", "everything about request 3"),
            .init("/hitl show 3 --reveal", "with what is masked otherwise"),
        ])

    private let name: RequestName
    private let json: Bool
    private let reveals: Bool

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        reveals = arguments.has("reveal")
        name = try arguments.request()
        json = arguments.has("json")
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        let found: RequestHistory?
        do { found = try desk.history(of: name) } catch { return desk.ledgerFailure(error) }
        guard let history = found else { return await desk.unknownRequest(name) }
        if json { return CommandResult(StyledText(), json: history.json) }

        var text = StyledText()
        guard let recorded = history.request, history.status == .pending else {
            HistoryView(history, now: desk.now).appendWhole(to: &text)
            return CommandResult(text)
        }
        let request = reveals ? await whole(recorded, in: desk, for: `operator`) : recorded
        if reveals, request.call.content == .redacted {
            text.line(
                `operator`.isAtDesk
                    ? "What is masked cannot be shown: the desk does not have it in memory."
                    : "What is masked is shown at the desk's own prompt only.", .warning)
        }
        let requester = await desk.gate?.queue.requesterOf(request.number)
        RequestView(request, requester: requester, now: desk.now).appendWhole(to: &text)
        if let old = request.supersedes, let former = try? desk.records.events.history(of: .request(old)).call {
            DifferenceView(from: former.arguments, to: request.call.arguments).append(to: &text, indent: 3)
        }
        return CommandResult(text, shows: [request])
    }

    /// What is in memory, for the person at the desk's own terminal. Looking is on the record.
    private func whole(
        _ recorded: ApprovalRequest, in desk: Desk, for operator: Operator
    ) async -> ApprovalRequest {
        guard let gate = desk.gate, `operator`.isAtDesk, recorded.call.content == .redacted else { return recorded }
        await gate.ledger.note(
            .attempted(by: `operator`.principal, what: "revealed the secrets of request \(recorded.number)"))
        do { return try await gate.queue.open(recorded.number) } catch { return recorded }
    }
}

extension Arguments {
    /// The one request that a command is about.
    func request() throws(UsageError) -> RequestName {
        let word = positionals.first ?? ""
        guard let name = RequestName(word) else {
            throw .badValue(word, of: command.typed, expected: "the number of a request, such as 3")
        }
        return name
    }
}

extension Desk {
    /// What the ledger says of a request or of a call that a rule decided; nil where it has none.
    func history(of name: RequestName) throws(EventLedgerError) -> RequestHistory? {
        let subject: Subject
        switch name {
        case .number(let number): subject = .request(number)
        case .id(let id):
            if let request = try records.events.request(opened: id) {
                subject = .request(request.number)
            } else {
                subject = .call(id)
            }
        }
        let history = try records.events.history(of: subject)
        return history.call == nil ? nil : history
    }

    func unknownRequest(_ name: RequestName) async -> CommandResult { await unknownRequests([name]) }

    /// For numbers that nobody was given: says what there is instead.
    func unknownRequests(_ names: [RequestName]) async -> CommandResult {
        if let gate, let principal = gatePrincipal {
            for name in names.prefix(Self.mostNamed) {
                await gate.ledger.note(.attempted(by: principal, what: "unknown request \(name.text)"))
            }
        }
        var text = StyledText("There is no request \(Self.list(names)). ")
        // One may have come under that number just now.
        let pending = ((try? await self.pending(first: Self.mostNamed)) ?? []).map(\.request)
            .filter { !names.contains(.number($0.number)) }
        if pending.isEmpty {
            text.append("Nothing is pending.")
        } else {
            text.append("Pending:")
            for request in pending {
                text.line("\(request.number). \(DisplayText(untrusted: request.call.tool))", indent: 3)
            }
        }
        return .failure(text)
    }

    private static let mostNamed = 20

    /// `2`, `2 or 3`, `2, 3 or 4`.
    private static func list(_ names: [RequestName]) -> DisplayText {
        var shown = names.prefix(mostNamed).map { DisplayText(untrusted: $0.text) }
        if names.count > shown.count { shown.append("\(names.count - shown.count) more") }
        guard let last = shown.popLast(), !shown.isEmpty else {
            return shown.first ?? DisplayText(untrusted: names.first?.text ?? "")
        }
        return "\(shown.joined(separator: ", ")) or \(last)"
    }

    private var gatePrincipal: Principal? { Principal(role: .gate, name: "hitl", channel: "desk") }
}
