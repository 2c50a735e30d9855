/// What the operator types to one agent.
package struct Conversation: Sendable {
    package let activity: AgentActivity
    package let lines: AsyncStream<TypedLine>
    private let input: AsyncStream<TypedLine>.Continuation

    package init(activity: AgentActivity) {
        self.activity = activity
        (lines, input) = AsyncStream.makeStream(of: TypedLine.self)
    }

    package func send(_ text: String) {
        input.yield(TypedLine(text: text, strand: activity.begin([])))
    }

    /// Nothing more will be typed.
    package func end() { input.finish() }
}

/// One line for the agent. Its strand is working from the moment it was typed, so that a line which
/// no runner has seen yet is not mistaken for silence; the runner ends it.
package struct TypedLine: Sendable {
    package let text: String
    package let strand: Strand
}
