import HITLCore
import HITLGate
import HITLPlatform
import HITLTerminal

/// `/hitl approve N --for 10m`: an approval that comes with a grant, once the operator has read what it grants.
struct Granting {
    let terms: GrantTerms
    let deciding: Deciding
    let json: Bool

    func decide(_ name: RequestName) async -> CommandResult {
        let desk = deciding.desk
        guard let gate = desk.gate else { return .failure(Desk.noDeskText, .noDesk) }
        let request: ApprovalRequest
        do {
            guard let number = try desk.number(of: name) else { return await desk.unknownRequest(name) }
            request = try await gate.queue.open(number)
        } catch is ReviewError {
            // Decided meanwhile: the approval says so.
            return await deciding.decide([name], json: json)
        } catch {
            return .failure(StyledText(DisplayText(untrusted: "\(error)")), .ledger)
        }
        do throws(GrantRefusal) { try gate.check(terms, for: request) } catch { return refused(error, request) }
        if let words = propose(request) { return words }

        var result = await deciding.decide([name], json: json)
        guard result.exit == .done else { return result }
        do throws(GrantRefusal) {
            let grant = try await gate.grant(terms, with: request, by: deciding.operator.principal)
            if json {
                result.json = .members(["decisions": result.json?.object?["decisions"], "grant": grant.json])
            } else {
                result.text.line(
                    "Granted. \(deciding.operator.typed("grants revoke \(request.number)")) ends it.", indent: 3)
            }
        } catch {
            result.text.append(linesOf: refused(error, request).text)
            result.exit = .failed
        }
        return result
    }

    // MARK: In words first

    /// What would be granted, where the operator has not had it before the eyes yet.
    private func propose(_ request: ApprovalRequest) -> CommandResult? {
        let operatorName = deciding.operator.principal.name
        if deciding.desk.proposals.take(request.number, terms, operatorName, entered: deciding.operator.entered) {
            return nil
        }
        deciding.desk.proposals.show(request.number, terms, operatorName)
        var text = StyledText("This would approve request \(request.number) and allow from then on, without asking:")
        text.line(GrantView.words(terms, request), .strong, indent: 3)
        text.line("Nothing is decided yet. Enter the same line again to approve and to grant that.")
        return CommandResult(
            json ? StyledText() : text,
            json: json ? .members(["proposed": .string(GrantView.words(terms, request).text)]) : nil, exit: .pending)
    }

    private func refused(_ refusal: GrantRefusal, _ request: ApprovalRequest) -> CommandResult {
        let alone: DisplayText = "Without a grant: \(deciding.operator.typed("approve \(request.number)"))"
        switch refusal {
        case .notGrantable(let obstacle):
            return .failure(
                StyledText(
                    "Nothing can be granted with request \(request.number): \(DisplayText(untrusted: obstacle)). \(alone)"
                ))
        case .scopeIsEmpty(let scope):
            return .failure(
                StyledText(
                    "Request \(request.number) has no \(DisplayText(untrusted: scope.rawValue)) that a grant could be for. \(alone)"
                ))
        case .ledgerUnavailable(let reason):
            return .failure(
                StyledText("The grant could not be recorded, so there is none: \(DisplayText(untrusted: reason))"),
                .ledger)
        }
    }
}

/// Which grants have been put into words, and for whom: only what somebody has read can be given.
final class GrantProposals: Sendable {
    private struct Proposal: Equatable {
        let terms: GrantTerms
        let operatorName: String
    }

    private let shown = Locked<[Int64: (proposal: Proposal, at: ContinuousClock.Instant)]>([:])

    func show(_ request: Int64, _ terms: GrantTerms, _ operatorName: String) {
        shown.withLock { $0[request] = (Proposal(terms: terms, operatorName: operatorName), .now) }
    }

    /// - Parameter entered: when the line was sent, at a terminal: a line typed ahead has read nothing.
    func take(
        _ request: Int64, _ terms: GrantTerms, _ operatorName: String, entered: ContinuousClock.Instant?
    ) -> Bool {
        shown.withLock { shown in
            guard let found = shown[request], found.proposal == Proposal(terms: terms, operatorName: operatorName),
                entered.map({ $0 - found.at >= ShownRequests.dwell }) ?? true
            else { return false }
            shown[request] = nil
            return true
        }
    }
}

extension GrantTerms {
    /// nil where the line asks for no grant.
    init?(_ arguments: Arguments) throws(UsageError) {
        let duration = try arguments.text("for").map { text throws(UsageError) in
            try Arguments.someTime(text, of: "--for")
        }
        let uses = try arguments.count("uses")
        guard duration != nil || uses != nil || arguments.has("session") else {
            guard !arguments.has("scope") else {
                throw .incomplete("--scope", needs: "--for, --uses or --session", command: "/hitl approve")
            }
            return nil
        }
        guard uses != 0 else { throw .badValue("0", of: "--uses", expected: "at least 1") }
        let word = arguments.text("scope") ?? GrantScope.exact.rawValue
        guard let scope = GrantScope(rawValue: word) else {
            throw .badValue(word, of: "--scope", expected: "exact, argv, path or tool")
        }
        self.init(scope: scope, duration: duration, uses: uses)
    }
}
