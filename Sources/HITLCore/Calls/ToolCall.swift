/// One concrete invocation that an agent wants: what will run, where, and by whom.
///
/// Everything in it was known before anybody was asked. A call is never changed: other arguments
/// make another call, with another digest.
///
/// An object, because it goes through every hop and waits in most of them: a copy is one pointer.
public final class ToolCall: Sendable, Equatable {
    public let tool: String
    public let kind: ToolKind
    public let arguments: JSONObject
    public let origin: Origin
    /// Absolute path of the directory that the call runs in, where it has one.
    public let directory: String?
    public let claims: Claims
    public let performer: Performer
    public let facts: Facts
    /// The call that this one undoes.
    public let compensates: Subject?
    public let content: Content

    /// Whether all of the call is there.
    public enum Content: String, Sendable {
        /// Secrets were taken out of it: it can be looked at, and cannot run.
        case redacted
        /// Arguments, claims and facts were erased: what is left is that there was a call.
        case erased
        case whole
    }

    public init(
        tool: String, kind: ToolKind, arguments: JSONObject, origin: Origin, directory: String? = nil,
        claims: Claims = Claims(), performer: Performer, facts: Facts = Facts(), compensates: Subject? = nil,
        content: Content = .whole
    ) {
        self.content = content
        self.tool = tool
        self.kind = kind
        self.arguments = arguments
        self.origin = origin
        self.directory = directory
        self.claims = claims
        self.performer = performer
        self.facts = facts
        self.compensates = compensates
    }

    public static func == (left: ToolCall, right: ToolCall) -> Bool {
        if left === right { return true }
        return left.tool == right.tool && left.kind == right.kind && left.arguments == right.arguments
            && left.origin == right.origin && left.directory == right.directory && left.claims == right.claims
            && left.performer == right.performer && left.facts == right.facts
            && left.compensates == right.compensates && left.content == right.content
    }

    /// The same call with other facts: what an adapter does after it looked at the world.
    public func with(facts: Facts) -> ToolCall {
        ToolCall(
            tool: tool, kind: kind, arguments: arguments, origin: origin, directory: directory, claims: claims,
            performer: performer, facts: facts, compensates: compensates, content: content)
    }

    /// The same call, as one that undoes another.
    public func undoing(_ subject: Subject) -> ToolCall {
        ToolCall(
            tool: tool, kind: kind, arguments: arguments, origin: origin, directory: directory, claims: claims,
            performer: performer, facts: facts, compensates: subject, content: content)
    }

    /// The same call with other arguments. Its facts are gone: they were about the old ones.
    public func with(arguments: JSONObject) -> ToolCall {
        ToolCall(
            tool: tool, kind: kind, arguments: arguments, origin: origin, directory: directory, claims: claims,
            performer: performer, compensates: compensates)
    }
}

/// Where a call comes from: the agent, its session, and the line of sub-agents down to the one that asks.
public struct Origin: Sendable, Equatable {
    public let agent: String
    public let session: String
    /// From the root agent down, the asking one last. `["main"]` for an agent without sub-agents.
    public let lineage: [String]

    public init(agent: String, session: String, lineage: [String] = []) {
        self.agent = agent
        self.session = session
        self.lineage = lineage
    }
}

/// What the agent says about its call. Shown as its words; nothing in it lowers the gate.
public struct Claims: Sendable, Equatable {
    public let reason: String?
    /// Between 0 and 1, as it was sent.
    public let confidence: JSONNumber?

    public init(reason: String? = nil, confidence: JSONNumber? = nil) {
        self.reason = reason
        self.confidence = confidence
    }
}

/// Who carries a permitted call out, and so who knows what came of it.
public enum Performer: String, Sendable {
    /// The requester, which does not say what came of it.
    case unobserved
    /// The requester, which reports the outcome.
    case requester
    /// `hitl` itself, from the bytes that were stored.
    case desk
}
