/// What the operator may want of an agent besides talking to it.
package enum AgentOrder: Sendable, Equatable {
    case cancel
    case showModes
    case setMode(String)
    case showModels
    case setModel(String)
    case showSessions
    case newSession
    /// By its number here, or by the agent's own id.
    case resume(String)
}

/// The answer to an order, for the operator. Each line is one row; text of the agent in it is escaped by whoever shows
/// it.
package struct AgentReply: Sendable, Equatable {
    package let lines: [String]
    package let isFailure: Bool

    package init(_ lines: [String], isFailure: Bool = false) {
        self.lines = lines
        self.isFailure = isFailure
    }

    package init(_ line: String) { self.init([line]) }

    package static func failure(_ line: String) -> AgentReply { AgentReply([line], isFailure: true) }
}

/// An agent that takes orders.
package protocol Directed: Runner {
    func carryOut(_ order: AgentOrder) async -> AgentReply

    /// Who gets what is typed, for `/agent`: `acp, session 2 (mode ask)`.
    var summary: String { get }

    /// Whether its program has ended, or never began: nothing that is typed reaches it.
    var isEnded: Bool { get }

    /// When it last said anything, to anybody.
    var lastHeard: ContinuousClock.Instant { get }
}
