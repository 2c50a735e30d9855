package import HITLConfiguration
package import HITLCore
package import HITLGate
import HITLPlatform

/// All that commands can see and do. Without a gate it is a ledger that can be read and nothing else.
package final class Desk: Sendable {
    package let records: Records
    /// Nil where no desk runs and the ledger's file is read alone.
    package let gate: Gate?
    package let session: Session
    package let shown = ShownRequests()
    package let outcomes = ExpectedOutcomes()
    private let listening = Locked<String?>(nil)
    package let edits = OwnEdits()
    let proposals = GrantProposals()
    /// Makes the call that an edit asks for and looks at the world for it; nil where `hitl` cannot.
    package let prepareEdited: (@Sendable (_ call: ToolCall, _ arguments: JSONObject) async -> ToolCall?)?
    /// The call that would undo one that ran; nil where nothing was kept.
    package let prepareRollback: (@Sendable (RequestHistory) async -> ToolCall?)?
    /// Runs approved calls whose agent is gone.
    package let executor: (any Executor)?
    package let clocks: Clocks
    private let settings: Settings
    package let agents: Agents?

    /// What `/session` tells.
    package struct Session: Sendable {
        package let id: String
        package let startedAt: WallTime
        package let workspace: String?
        package let ledgerPath: String
        package let gated: Event.Session.Gated

        package init(
            id: String, startedAt: WallTime, workspace: String?, ledgerPath: String,
            gated: Event.Session.Gated
        ) {
            self.id = id
            self.startedAt = startedAt
            self.workspace = workspace
            self.ledgerPath = ledgerPath
            self.gated = gated
        }
    }

    /// The loop's own agents, as far as commands need them.
    package struct Agents: Sendable {
        package let names: @Sendable () -> [String]
        /// Per agent and sub-agent: its lineage, and what it is doing, in our own words.
        package let activities: @Sendable () async -> [(lineage: [String], doing: String)]
        /// Does what the operator wants of them, and says what came of it, in rows that may hold text of agents.
        package let carryOut: @Sendable (AgentWish) async -> (rows: [String], exit: ExitCode)

        package init(
            names: @escaping @Sendable () -> [String],
            activities: @escaping @Sendable () async -> [(lineage: [String], doing: String)],
            carryOut: @escaping @Sendable (AgentWish) async -> (rows: [String], exit: ExitCode)
        ) {
            self.names = names
            self.activities = activities
            self.carryOut = carryOut
        }
    }

    package init(
        records: Records, gate: Gate?, session: Session, settings: Settings, clocks: Clocks,
        executor: (any Executor)? = nil, agents: Agents? = nil,
        prepareEdited: (@Sendable (_ call: ToolCall, _ arguments: JSONObject) async -> ToolCall?)? = nil,
        prepareRollback: (@Sendable (RequestHistory) async -> ToolCall?)? = nil
    ) {
        self.records = records
        self.gate = gate
        self.session = session
        self.clocks = clocks
        self.executor = executor
        self.agents = agents
        self.prepareEdited = prepareEdited
        self.prepareRollback = prepareRollback
        self.settings = settings
    }

    /// The request as people see it: with its secrets taken out.
    package func shown(_ request: ApprovalRequest) -> ApprovalRequest {
        gate?.ledger.redactor.shown(request) ?? request
    }

    package func shown(_ call: ToolCall) -> ToolCall { gate?.ledger.redactor.shown(call) ?? call }

    package func shown(_ outcome: Outcome, of subject: Subject) -> Outcome {
        gate?.ledger.redactor.shown(outcome, of: subject) ?? outcome
    }

    package var configuration: Configuration { settings.configuration }

    /// Where this desk listens, once it does.
    package var socketPath: String? { listening.withLock { $0 } }

    package func listens(at path: String) { listening.withLock { $0 = path } }

    package func change(_ configuration: Configuration) {
        settings.change(configuration)
    }

    /// The number that a name stands for; nil where the ledger has no such request.
    package func number(of name: RequestName) throws(EventLedgerError) -> Int64? {
        switch name {
        case .number(let number): number
        case .id(let id): try records.events.request(opened: id)?.number
        }
    }
}
