package import HITLCore
import HITLGate
import HITLPlatform

/// A call as an agent thinks of it.
package struct Proposal: Sendable, Equatable {
    package let tool: String
    package let arguments: JSONObject
    package let lineage: [String]
    package let claims: Claims

    package init(tool: String, arguments: JSONObject, lineage: [String], claims: Claims = Claims()) {
        self.tool = tool
        self.arguments = arguments
        self.lineage = lineage
        self.claims = claims
    }
}

/// What became of a proposal.
package enum CallAnswer: Sendable, Equatable {
    case refused(RefusalNotice)
    /// It ran: the outcome, the request's number where a person was asked, and what was changed in it.
    case ended(Outcome, request: Int64?, edit: EditNotice?)
}

extension RunnerContext {
    /// Takes one call from the proposal to its end: looks at the world, asks the gate, carries out
    /// what was permitted. Blocks for as long as people take.
    ///
    /// - Parameters:
    ///   - placed: told as soon as the call has its place: it became a request, or was ruled on.
    ///   - opened: told which request it became, where it became one.
    package func propose(
        _ proposal: Proposal, on strand: Strand, placed: @Sendable () -> Void = {},
        opened report: @Sendable (Int64) -> Void = { _ in }
    ) async -> CallAnswer {
        let call = await workbench.prepare(
            tool: proposal.tool, arguments: proposal.arguments,
            origin: Origin(agent: agent, session: session, lineage: proposal.lineage), claims: proposal.claims)

        let opened = Locked<Int64?>(nil)
        let ruling = await gate.rule(on: call, from: requester) { request in
            opened.withLock { $0 = request.number }
            strand.blocked(on: request.number)
            report(request.number)
            placed()
        }
        strand.working()
        placed()

        switch consume ruling {
        case .refused(let refused):
            return .refused(RefusalNotice(refused, tool: call.tool, proposedAs: opened.withLock { $0 }))
        case .permitted(let permit):
            let request = permit.subject.number
            let edit = EditNotice(proposed: call, permitted: permit.call, request: request)
            let outcome = await gate.execute(permit, with: workbench)
            return .ended(outcome, request: request, edit: edit)
        }
    }
}

extension Subject {
    var number: Int64? {
        switch self {
        case .request(let number): number
        case .call: nil
        }
    }
}
