public import HITLCore

/// What a person wants to give with an approval.
public struct GrantTerms: Sendable, Equatable {
    public let scope: GrantScope
    /// From now; nil is until the desk closes.
    public let duration: Milliseconds?
    public let uses: Int?

    public init(scope: GrantScope, duration: Milliseconds?, uses: Int?) {
        self.scope = scope
        self.duration = duration
        self.uses = uses
    }
}

/// Why no grant was given.
public enum GrantRefusal: Error, Sendable, Equatable {
    /// The request is of a kind that is looked at each time.
    case notGrantable(because: String)
    /// The call has no program or no paths, which the scope is about.
    case scopeIsEmpty(GrantScope)
    case ledgerUnavailable(because: String)
}

extension Gate {
    /// Whether a grant could be given with that request.
    public func check(_ terms: GrantTerms, for request: ApprovalRequest) throws(GrantRefusal) {
        if let obstacle = request.call.obstacleToGrant(at: request.verdict.risk.level) {
            throw .notGrantable(because: obstacle)
        }
        guard GrantPattern(terms.scope, like: request.call, at: request.verdict.risk.level) != nil else {
            throw .scopeIsEmpty(terms.scope)
        }
    }

    /// Gives a grant with a request that `principal` has approved. It is in the ledger before it answers anything.
    public func grant(
        _ terms: GrantTerms, with request: ApprovalRequest, by principal: Principal
    ) async throws(GrantRefusal) -> Grant {
        try check(terms, for: request)
        guard let pattern = GrantPattern(terms.scope, like: request.call, at: request.verdict.risk.level) else {
            throw .scopeIsEmpty(terms.scope)
        }
        let grant = Grant(
            request: request.number, tool: request.call.tool, agent: request.call.origin.agent, scope: terms.scope,
            until: terms.duration.map { clocks.wall() + $0 }, uses: terms.uses, grantedBy: principal)
        do { try await ledger.append([.granted(grant)]) } catch {
            throw .ledgerUnavailable(because: error.description)
        }
        grants.add(grant, pattern, for: terms.duration)
        return grant
    }

    /// Ends a grant. It answers nothing more, also where that cannot be written.
    ///
    /// - Returns: whether it was in force.
    public func revoke(grant request: Int64, by principal: Principal) async throws(GrantRefusal) -> Bool {
        guard grants.remove(request) else { return false }
        do { try await ledger.append([.revoked(grant: request, by: principal)]) } catch {
            throw .ledgerUnavailable(because: error.description)
        }
        return true
    }
}
