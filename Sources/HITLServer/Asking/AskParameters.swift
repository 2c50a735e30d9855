import HITLCore
import HITLGate
import HITLLedger

/// The `params` of `ask`: one call, and how its requester waits.
///
/// Nothing here says who asks or who decides. Unknown members are refused, so that `decision` or `approved` cannot be
/// believed to mean something.
struct AskParameters {
    /// Beginning with the one that is taken where nothing is said.
    enum Mode: String, CaseIterable { case wait, async }

    private enum By: String, CaseIterable {
        case unobserved, requester

        var performer: Performer {
            switch self {
            case .unobserved: .unobserved
            case .requester: .requester
            }
        }
    }

    /// The client's own name for the request, known on its connection only.
    let id: String
    let call: ToolCall
    let mode: Mode
    let timeout: Milliseconds?
    /// Lets a client that lost the desk ask again and meet its own request.
    let request: RequestID?
    let way: RequesterProcess.Way
    /// Whether the answer is to be proved (`DeskKey`).
    let isChallenge: Bool

    static let names = [
        "id", "tool", "args", "reason", "confidence", "agent", "session", "lineage", "directory", "command", "timeout",
        "mode", "key", "performer", "via", "kind", "challenge",
    ]
    private static let shortestKey = 16
    private static let deepestLineage = 64

    /// - Parameter label: what the desk calls the client, whatever that calls itself; nil where it has no name for it.
    init(_ object: JSONObject, label: String? = nil) throws(DeskError) {
        let parameters = try Parameters(object, of: "ask", knowing: Self.names)
        id = try Self.id(parameters)
        mode = try parameters.word("mode", Mode.self) ?? .wait
        timeout = try parameters.duration("timeout")
        way = try parameters.word("via", RequesterProcess.Way.self) ?? .socket
        request = try Self.key(parameters).map(RequestID.init(key:))
        isChallenge = try Self.challenge(parameters) != nil
        call = try Self.call(parameters, label)
        if mode == .async {
            guard request == nil else { throw parameters.fault("`key` is for a client that waits; `mode` is async") }
            guard call.performer == .unobserved else {
                throw parameters.fault(
                    "who asks with `mode` async does not wait for the permit, so it cannot carry the call out")
            }
        }
    }

    private static func id(_ parameters: Parameters) throws(DeskError) -> String {
        let id = try parameters.required("id", try parameters.name("id"))
        // It comes back in answers, records and on screens, and it is compared byte by byte.
        guard id.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw parameters.fault("`id` must be printable ASCII")
        }
        return id
    }

    private static func key(_ parameters: Parameters) throws(DeskError) -> String? {
        guard let key = try parameters.name("key") else { return nil }
        guard key.utf8.count >= shortestKey else {
            throw parameters.fault("`key` must have at least \(shortestKey) bytes, so that nobody meets it by chance")
        }
        return key
    }

    private static func challenge(_ parameters: Parameters) throws(DeskError) -> String? {
        guard let challenge = try parameters.name("challenge") else { return nil }
        guard challenge.utf8.count >= shortestKey else {
            throw parameters.fault(
                "`challenge` must have at least \(shortestKey) bytes, so that it is another each time")
        }
        return challenge
    }

    private static func call(_ parameters: Parameters, _ label: String?) throws(DeskError) -> ToolCall {
        let tool = try parameters.required("tool", try parameters.name("tool"))
        let command = try AskedCommand(parameters)?.facts
        let performer = try parameters.word("performer", By.self)
        let way = try parameters.word("via", RequesterProcess.Way.self) ?? .socket
        let lineage = try parameters.texts("lineage") ?? []
        guard lineage.count <= deepestLineage, lineage.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 256 }) else {
            throw parameters.fault("`lineage` must have at most \(deepestLineage) names of 1 to 256 bytes")
        }
        let name = try parameters.name("agent") ?? "ask"
        guard ((label == nil ? [name] : []) + lineage).allSatisfy({ !isOwnName($0) }) else {
            throw parameters.fault("`\(RemovalTool.agent)` is the name of the program itself, and of no agent")
        }
        return ToolCall(
            tool: tool,
            kind: command == nil
                ? AskedTool.kind(of: tool, via: way, claimed: try parameters.word("kind", ToolKind.self)) : .execute,
            arguments: try parameters.required("args", try parameters.members("args")),
            origin: Origin(
                agent: label ?? name, session: try parameters.name("session") ?? "socket",
                lineage: lineage),
            directory: try AskedCommand.path(parameters, "directory"),
            claims: Claims(reason: try parameters.text("reason"), confidence: try confidence(parameters)),
            // Who sends a command runs it.
            performer: (performer ?? (command == nil ? .unobserved : .requester)).performer,
            facts: command ?? Facts())
    }

    /// What the desk asks for itself, a rollback or an erasure, has this name; nobody else's request is to look like that.
    private static func isOwnName(_ name: String) -> Bool {
        name.utf8.lazy.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }.elementsEqual(RemovalTool.agent.utf8)
    }

    private static func confidence(_ parameters: Parameters) throws(DeskError) -> JSONNumber? {
        guard let value = parameters["confidence"] else { return nil }
        guard case .number(let number) = value, let double = number.double, (0...1).contains(double) else {
            throw parameters.fault("`confidence` must be a number from 0 to 1")
        }
        return number
    }
}

extension RequestID {
    /// The identity of the request that is asked for with that key, the same for every desk on the ledger.
    package init(key: String) {
        let digest = Digest(hashing: Array("hitl ask key\u{0}".utf8) + Array(key.utf8))
        self.init(bits: digest.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }
}
