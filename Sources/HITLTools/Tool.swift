import HITLCore
import HITLGate
import HITLPlatform

/// One call of a tool, with its arguments read.
///
/// `inspect` looks at the world and changes nothing in it. `run` works from the call: from its arguments, and from
/// what its facts say was shown.
protocol Tool: Sendable {
    init(_ arguments: Arguments) throws(Obstacle)

    func inspect(in place: Surroundings) async -> Inspection

    /// What is no longer as it was shown. A tool overrides this where looking again gives something else by nature.
    func changes(since call: ToolCall, in place: Surroundings) async -> [String]

    func run(_ errand: Errand, in place: Surroundings) async throws(Obstacle) -> Outcome
}

/// A call that is permitted and now carried out.
struct Errand {
    let call: ToolCall
    /// What the records call it; commands get it as their idempotency key.
    let subject: Subject
    let stop: StopSignal
    /// Where what a command prints can be looked at meanwhile; nil where nobody looks.
    var output: LiveOutput?
}

extension Tool {
    func changes(since call: ToolCall, in place: Surroundings) async -> [String] {
        let now = await inspect(in: place)
        let changes = Changes.between(call.facts, now.facts)
        return changes.isEmpty ? now.obstacles.map(\.description) : changes
    }
}

extension Outcome {
    static func done(_ summary: String, _ result: KeyValuePairs<String, JSONValue?>) -> Outcome {
        Outcome(status: .succeeded, summary: summary, result: .members(result))
    }
}
