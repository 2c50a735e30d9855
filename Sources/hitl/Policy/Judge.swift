import HITLConfiguration
import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTerminal

/// What the policy in force says of calls that nobody makes, as if the gate were on.
struct Judge {
    let policy: Policy
    private let place: Place

    /// What is in force all the same, and not as somebody may think.
    var warnings: [String] { place.configuration.notices.map(\.description) }

    private let assessor: RiskAssessor

    /// - Parameter place: whose configuration, home and files count; the workspace is the current directory.
    init(_ place: Place) {
        self.place = place
        policy = place.configuration.policy { Digest(hashing: $0).hex }
        assessor = Self.assessor(place, directory: Process.directory)
    }

    func verdict(of call: ToolCall) -> Verdict { policy.evaluate(call, in: context(of: call)) }

    /// Every rule, matched or not, and what decided it.
    func explanations(of call: ToolCall) -> [HITLCore.Explanation] { policy.explain(call, in: context(of: call)) }

    private func context(of call: ToolCall) -> EvaluationContext {
        assessor.context(of: call, at: Clocks.system.wall())
    }

    /// - Parameter directory: the workspace; where it is nil, that of each call.
    func assessor(directory: String?) -> RiskAssessor { Self.assessor(place, directory: directory) }

    private static func assessor(_ place: Place, directory: String?) -> RiskAssessor {
        RiskAssessor(
            in: PathSurroundings(
                directory: directory, workspace: directory, home: place.account.home, gateFiles: place.gateFiles)
        ) { Sandbox.obstacle?.description }
    }

    /// The text that an operator would see before deciding.
    static func display(_ call: ToolCall, _ verdict: Verdict, now: WallTime) -> String {
        let request = ApprovalRequest(
            number: 1, id: RequestID(bits: 0), call: call, digest: CallDigest(""), verdict: verdict,
            requester: Principal(role: .agent, name: call.origin.agent, channel: "explain"), attendance: .connected,
            openedAt: now, deadline: verdict.timeout.map { now + $0 })
        var text = StyledText()
        RequestView(request, now: now).appendWhole(to: &text, naming: .byNumber)
        return text.rendered(for: Presentation(kind: .stream, encoding: .ascii))
    }
}
