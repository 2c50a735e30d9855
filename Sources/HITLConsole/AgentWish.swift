/// What the operator wants of the loop's own agents.
package enum AgentWish: Sendable, Equatable {
    case cancel
    /// The list of modes, or the change to one.
    case mode(String?)
    case model(String?)
    case sessions
    /// Takes up a session, by its number here or by the agent's own name for it; a new one where there is no name.
    case resume(String?)
    case list
    /// Lets another agent get what is typed.
    case use(String)
    case add(agent: String, command: [String])
}
