/// What a policy knows beside the call itself. All of it is found out before, because rules look at nothing.
public struct EvaluationContext: Sendable {
    /// A fact that may be impossible to find out. A rule that needs an unknown one asks.
    public enum Known<Value: Sendable>: Sendable {
        case unknown(because: String)
        case known(Value)
    }

    public var risk: Risk
    /// What the analysis saw. What it refuses, no rule lifts.
    package var findings: [Finding] = []
    /// nil where nobody looked at a clock.
    public var time: WallTime?
    /// Every file that the call would touch, resolved.
    public var paths: Known<[String]>
    /// Why `paths` may not be all of them; nil where they are. A rule that allows does not know the others.
    package var pathSurplus: String?
    /// Every command that the call would run, unwrapped and dequoted, each as its words.
    public var commands: Known<[[String]]>
    /// Why the call cannot be confined; nil where it can. Nobody confines anything unless it is said.
    public var confinementObstacle: String? = "nobody here confines commands"
    /// The narrowest confinement in which the call only reads; nil where it cannot be held in one.
    package var readsWithin: Confinement?
    /// The narrowest confinement in which the call could do no harm; nil where it needs none or
    /// cannot be held in one.
    package var harmlessWithin: Confinement?
    /// What the commands were taken out of, each whole: `sudo git push`. A rule that stops looks at them too.
    package var wrappings: [[String]] = []
    /// What the commands do that does not stand in their words. A rule that allows by the words alone does not know it.
    package var surplus: [String] = []
    /// What was permitted before, within the key's time; nil where nobody counted.
    public var usage: @Sendable (UsageKey) -> ExactDecimal?

    public init(
        risk: Risk, time: WallTime? = nil, paths: Known<[String]>, commands: Known<[[String]]>,
        usage: @escaping @Sendable (UsageKey) -> ExactDecimal? = { _ in nil }
    ) {
        self.risk = risk
        self.time = time
        self.paths = paths
        self.commands = commands
        self.usage = usage
    }

    /// With the paths and the command that the call's own facts name.
    public init(of call: ToolCall, risk: Risk, time: WallTime? = nil) {
        let facts = call.facts
        let paths: Known<[String]> =
            facts.warnings.isEmpty
            ? .known(facts.paths.map(\.resolved)) : .unknown(because: "something about the call could not be found out")
        let commands: Known<[[String]]> =
            if let command = facts.command {
                .known([command.argv])
            } else if call.kind == .execute {
                .unknown(because: "the command was not analysed")
            } else {
                .known([])
            }
        self.init(risk: risk, time: time, paths: paths, commands: commands)
    }
}
