/// An authenticated identity: who asks, or who reviews.
///
/// It comes from the operating system or the program's own wiring, never from a field of a request.
public struct Principal: Sendable, Equatable {
    public enum Role: String, Sendable { case agent, person, script, gate }

    public let role: Role
    /// The agent's name, or the login name of the user.
    public let name: String
    /// Through what the identity came: `tty`, `script`, `socket`, `callback`, `process`.
    public let channel: String

    public init(role: Role, name: String, channel: String) {
        self.role = role
        self.name = name
        self.channel = channel
    }

    /// `human@tty`, `script@stdin`: what the audit record calls the actor.
    public var actor: String { "\(role == .person ? "human" : role.rawValue)@\(channel)" }

    /// Whether both are one and the same identity: one person counts once, through whatever channel.
    public func isSame(as other: Principal) -> Bool {
        role == other.role && name.utf8.elementsEqual(other.name.utf8)
    }
}
