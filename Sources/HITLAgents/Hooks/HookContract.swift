package import HITLCore

/// What one agent sends to a hook, and what it takes for an answer.
///
/// Pure: bytes of the agent in, bytes for the agent out. The agents agree on little: what one takes for a refusal,
/// another takes for a hook that failed, and goes on.
package protocol HookContract: Sendable {
    /// What records call the agent.
    static var agent: String { get }

    /// The events that wait for an answer, with what each asks.
    static var asking: [(event: String, question: HookCall.Question)] { get }

    /// The events that come when a call has happened.
    static var telling: [String] { get }

    /// The answer to a question that was decided.
    static func answer(_ decision: HookDecision, to call: HookCall) -> HookAnswer
}

extension HookContract {
    /// What the event asks.
    ///
    /// - Throws: what is not as the agent's documentation has it. Then the call is refused.
    package static func read(_ event: JSONObject) throws(HookFlaw) -> HookEvent {
        let fields = HookFields(event)
        let name = try fields.name
        if let asked = asking.first(where: { $0.event.utf8.elementsEqual(name.utf8) }) {
            return .asks(try fields.call(asked.question, by: agent))
        }
        guard telling.contains(where: { $0.utf8.elementsEqual(name.utf8) }) else {
            throw .unknownEvent(name, known: asking.map(\.event).joined(separator: ", "))
        }
        return .tells
    }
}

/// An event of an agent, as far as it concerns the gate.
package enum HookEvent: Sendable, Equatable {
    /// The agent waits for the answer before it goes on.
    case asks(HookCall)
    /// The agent only tells: the call has happened.
    case tells
}

/// A call that an agent is about to make.
package struct HookCall: Sendable, Equatable {
    package enum Question: Sendable, Equatable {
        /// Whether the call may run at all. Asked of every call.
        case use
        /// Whether the call may run that the agent would ask its own user about.
        case permission
    }

    package let question: Question
    package let tool: String
    package let arguments: JSONObject
    package let session: String?
    /// Absolute path.
    package let directory: String?
    /// From the root agent down.
    package let lineage: [String]

    package init(
        _ question: Question, tool: String, arguments: JSONObject, session: String?, directory: String?,
        lineage: [String]
    ) {
        self.question = question
        self.tool = tool
        self.arguments = arguments
        self.session = session
        self.directory = directory
        self.lineage = lineage
    }
}

/// What became of the call.
package enum HookDecision: Sendable, Equatable {
    /// The sentence is for the model.
    case refused(String)
    /// The sentence is for the agent's user.
    case permitted(String)
    /// It may run with these arguments instead of those that were proposed. The sentence is for the model and says
    /// what was changed.
    case edited(JSONObject, String)
}

/// How the hook ends: what it prints, and its exit code.
package struct HookAnswer: Sendable, Equatable {
    package let output: [UInt8]
    /// For standard error; nothing where it is empty.
    package let complaint: String
    package let exitCode: Int32

    /// One JSON document, and success.
    package static func document(_ value: JSONValue) -> HookAnswer {
        HookAnswer(output: value.canonical + [UInt8(ascii: "\n")], complaint: "", exitCode: 0)
    }

    /// Nothing to say: what the agent would do without us, it does.
    package static let noOpinion = HookAnswer(output: [], complaint: "", exitCode: 0)

    /// The exit code that stops a call in all three, with the reason on standard error.
    package static func block(_ reason: String) -> HookAnswer {
        HookAnswer(output: [], complaint: reason, exitCode: 2)
    }
}
