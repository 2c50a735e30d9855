package import HITLCore

/// What a simulated agent does: a story with real calls. `docs/scenarios.md` is its manual.
package struct Scenario: Sendable {
    package let name: String
    package let description: String
    package let files: [WorkspaceFile]
    package let tools: [DomainTool]
    /// At least one; what the operator types goes to the first.
    package let agents: [Agent]
    package let replies: [Reply]
    /// For a line that no reply is for; nil where the agent says what it understands.
    package let otherwise: [Step]?

    /// The same agents without anything that they do by themselves: for one that was cancelled and listens again.
    package var listeningOnly: Scenario {
        Scenario(
            name: name, description: description, files: files, tools: tools,
            agents: agents.map { Agent(name: $0.name, steps: []) }, replies: replies, otherwise: otherwise)
    }

    package struct Agent: Sendable {
        package let name: String
        package let steps: [Step]
    }

    package struct Reply: Sendable {
        package let phrases: [Phrase]
        /// A line that matches, for the operator to type.
        package let example: String
        package let steps: [Step]
    }
}

package indirect enum Step: Sendable {
    case say(Template)
    case call(CallStep)
    /// Each begins when the one before it has its place in the queue; then all go on at once.
    case together([Step])
    /// A sub-agent of whoever does this step.
    case agent(String, [Step])
    case forEach(ForEachStep)
}

package struct CallStep: Sendable {
    package let tool: String
    package let arguments: [ArgumentTemplate.Member]
    package let confidence: JSONNumber?
    package let reason: Template?
    package let onSucceeded: [Step]?
    package let onFailed: [Step]?
    package let onRejected: [Step]?
    package let onExpired: [Step]?
    /// Refused otherwise: by a rule, withdrawn, or because it cannot be recorded.
    package let onRefused: [Step]?
}

/// Steps for every file of the workspace that matches, as the workspace is when they are begun.
package struct ForEachStep: Sendable {
    package let pattern: FilePattern
    package let steps: [Step]
    package let ifNone: [Step]?
}

/// A file that the scenario puts into an empty workspace.
package struct WorkspaceFile: Sendable, Equatable {
    /// Relative, of plain components.
    package let path: String
    package let content: String
}
