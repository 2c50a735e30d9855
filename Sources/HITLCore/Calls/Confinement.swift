/// Within what a command that `hitl` runs is held, by the kernel.
public enum Confinement: String, Sendable, CaseIterable, Comparable {
    /// It reads the system and the workspace, and writes into a temporary directory of its own. No network.
    case readOnly = "read-only"
    /// It reads the system and writes beneath the workspace and a temporary directory of its own. No network.
    case workspace
    /// The same, with connections to other machines.
    case workspaceWithNetwork = "workspace+network"

    /// The narrower is less.
    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .readOnly: 0
        case .workspace: 1
        case .workspaceWithNetwork: 2
        }
    }

    package var obligation: Obligation {
        switch self {
        case .readOnly: .confinedToReading
        case .workspace: .confinedToWorkspace
        case .workspaceWithNetwork: .confinedToWorkspaceWithNetwork
        }
    }
}

extension Set<Obligation> {
    /// The narrowest where several are wanted.
    package var confinement: Confinement? {
        if contains(.confinedToReading) { return .readOnly }
        if contains(.confinedToWorkspace) { return .workspace }
        return contains(.confinedToWorkspaceWithNetwork) ? .workspaceWithNetwork : nil
    }
}

extension ToolCall {
    /// The call as it will run under a verdict: a command that has to be confined says so, to the person who decides,
    /// in its digest, and to whoever runs it.
    public func confined(by verdict: Verdict) -> ToolCall {
        guard performer == .desk, kind == .execute, let command = facts.command,
            let confinement = verdict.obligations.confinement,
            command.confinement != confinement
        else { return self }
        var facts = facts
        facts.command = Facts.Command(
            argv: command.argv, executable: command.executable, environment: command.environment,
            confinement: confinement)
        return with(facts: facts)
    }
}
