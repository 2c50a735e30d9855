import HITLCore

/// Who or what decided a call, as the record says it.
public enum Decider: String, Sendable, CaseIterable {
    /// A person at the desk's own terminal.
    case terminal
    /// A person in another process of the operator, over the desk's socket.
    case remote
    /// Commands that nobody typed: the desk's standard input was no terminal.
    case script
    /// A program that has the gate built in.
    case program
    /// A rule, without anybody.
    case rule
    /// A standing permission that a person had given.
    case grant
    /// Time, an edit or the end of the desk.
    case desk
    /// Whoever asked took it back.
    case requester

    init(_ principal: Principal) {
        switch principal.role {
        case .agent: self = .requester
        case .gate: self = .desk
        case .script: self = .script
        case .person where principal.channel.utf8.elementsEqual("tty".utf8): self = .terminal
        case .person where principal.channel.utf8.elementsEqual("socket".utf8): self = .remote
        case .person: self = .program
        }
    }
}

extension RequestHistory {
    /// nil while nobody has decided.
    public var decidedBy: Decider? {
        switch status {
        case .approved(let review)?, .rejected(let review)?: Decider(review.reviewer)
        case .withdrawn(let principal, _)?: Decider(principal)
        case .expired?, .superseded?: .desk
        case .pending?: nil
        case nil: ruled.map { $0.verdict.rules.contains(where: \.isGrant) ? .grant : .rule }
        }
    }
}
