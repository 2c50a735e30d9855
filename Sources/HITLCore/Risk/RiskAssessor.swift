/// Says how risky a call is from the call alone. Pure: facts about the world arrive with the call.
public struct RiskAssessor: Sendable {
    private let analyse: @Sendable (ToolCall) -> CallAnalysis
    private let sandboxObstacle: @Sendable () -> String?

    public init() {
        self.init(in: PathSurroundings()) { "nobody here confines commands" }
    }

    /// - Parameters:
    ///   - surroundings: the operator's home, the workspace and the gate's own files, which paths are judged by.
    ///   - sandboxObstacle: why whoever runs commands cannot confine them; nil where it can. Asked for commands only,
    ///     because finding it out takes a process.
    package init(in surroundings: PathSurroundings, sandboxObstacle: @escaping @Sendable () -> String?) {
        self.init(analyse: { CallAnalysis.of($0, in: surroundings) }, sandboxObstacle: sandboxObstacle)
    }

    /// - Parameter analyse: `CallAnalysis.of`, in surroundings that never change.
    package init(
        analyse: @escaping @Sendable (ToolCall) -> CallAnalysis, sandboxObstacle: @escaping @Sendable () -> String?
    ) {
        self.analyse = analyse
        self.sandboxObstacle = sandboxObstacle
    }

    public func assess(_ call: ToolCall) -> Risk { assess(call, analyse(call)) }

    /// What a policy needs to know of a call.
    ///
    /// - Parameter time: nil where nobody looked at a clock.
    public func context(of call: ToolCall, at time: WallTime?) -> EvaluationContext {
        let analysis = analyse(call)
        var context = EvaluationContext(of: call, risk: assess(call, analysis), time: time)
        context.findings = analysis.findings
        context.confinementObstacle = confinementObstacle(of: call)
        if context.confinementObstacle == nil {
            context.readsWithin = analysis.readsWithin
            context.harmlessWithin = analysis.harmlessWithin
        }
        addPaths(of: call, analysis, to: &context)
        context.wrappings = analysis.wrappings
        context.surplus = analysis.surplus
        if let doubt = analysis.doubts.first {
            context.commands = .unknown(because: doubt)
        } else if !analysis.commands.isEmpty {
            context.commands = .known(analysis.commands)
        }
        return context
    }

    /// What the desk's own file tools touch is known and resolved. Of any other call, and of one that is only talked
    /// about, it is what its arguments and commands name, resolved where somebody looked, and perhaps more.
    private func addPaths(of call: ToolCall, _ analysis: CallAnalysis, to context: inout EvaluationContext) {
        let isLookedAt = call.performer == .desk && call.kind != .execute && !call.facts.paths.isEmpty
        guard !isLookedAt || !analysis.parts.isEmpty else { return }
        guard case .known(var paths) = context.paths else { return }
        for path in analysis.paths {
            for meaning in [path.absolute] + path.otherMeanings {
                guard let meaning else {
                    context.pathSurplus = "it is not known where one of them leads"
                    continue
                }
                if !paths.contains(where: { $0.utf8.elementsEqual(meaning.utf8) }) { paths.append(meaning) }
            }
        }
        context.paths = .known(paths)
        switch call.kind {
        case .execute where !analysis.isHarmless: context.pathSurplus = "the command may touch others"
        case .other: context.pathSurplus = "no table says which arguments of the tool are files"
        case .execute, .read, .edit, .delete, .move, .search, .think, .fetch: break
        }
        if !analysis.parts.isEmpty { context.pathSurplus = "it carries other calls" }
    }

    /// The file tools of the desk are held beneath the workspace by how they open files; of what else it does, only
    /// commands can be confined.
    private func confinementObstacle(of call: ToolCall) -> String? {
        guard call.performer == .desk else { return "its agent carries it out" }
        switch call.kind {
        case .read, .edit, .delete, .move, .search: return nil
        case .execute: return sandboxObstacle()
        case .think, .fetch, .other: return "it is no command"
        }
    }

    private func assess(_ call: ToolCall, _ analysis: CallAnalysis) -> Risk {
        var factors: [Risk.Factor] = []
        func add(_ name: String, _ weight: Int) { factors.append(.init(name: name, weight: weight)) }

        switch call.kind {
        case .read, .search, .think:
            // Only what `hitl` itself carries out, beneath the workspace, is known to be a read. Anyone
            // can call a tool `readFile`.
            if call.performer != .desk { add("unproven_read", 5) }
        case .execute where analysis.isHarmless || analysis.onlyReadsDatabases:
            if call.performer != .desk { add("unproven_read", 5) }
        case .edit: add("file_modification", 20)
        case .move: add("file_move", 20)
        case .delete: add("file_deletion", 30)
        case .execute: add("system_command", 25)
        case .fetch: add("network_egress", 25)
        // The analysis says what these are.
        case .other: break
        }
        if call.arguments["recursive"] == .bool(true), call.kind != .read, call.kind != .search { add("recursive", 25) }
        if !call.facts.warnings.isEmpty { add("not_analysable", 20) }
        if !call.facts.gateFiles.isEmpty { add("self_modification", 80) }
        // What only reads ordinary things is no riskier for where it reads them.
        for finding in analysis.findings where finding.weight > 0 && !analysis.isHarmless {
            if let place = factors.firstIndex(where: { $0.name == finding.factor }) {
                factors[place] = .init(name: finding.factor, weight: max(factors[place].weight, finding.weight))
            } else {
                add(finding.factor, finding.weight)
            }
        }
        // A plan is as risky as the worst of its parts, and more where they are risky in several ways.
        for part in analysis.parts {
            for factor in assess(part.call, part.analysis).factors {
                if let place = factors.firstIndex(where: { $0.name == factor.name }) {
                    factors[place] = .init(name: factor.name, weight: max(factors[place].weight, factor.weight))
                } else {
                    add(factor.name, factor.weight)
                }
            }
        }
        let isProvenRead = analysis.isHarmless && (call.kind != .other || call.performer == .desk)
        if factors.isEmpty, !isProvenRead { add("not_proven_harmless", 5) }
        return Risk(factors: factors, reversibility: reversibility(of: call, analysis))
    }

    /// What `hitl` itself does to files is done under a snapshot, which `/hitl rollback` brings back.
    private func reversibility(of call: ToolCall, _ analysis: CallAnalysis) -> Reversibility {
        switch (call.performer, call.kind) {
        case (.desk, .edit), (.desk, .move): .reversible
        // What is erased from the ledger is no file.
        case (.desk, .delete) where call.arguments["path"] != nil: .reversible
        default: analysis.reversibility
        }
    }
}
