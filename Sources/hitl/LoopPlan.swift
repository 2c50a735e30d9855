import Glibc
import HITLAgents
import HITLConfiguration
import HITLConsole
import HITLPlatform
import HITLTools

/// What a loop will be: decided from command line, environment and configuration before anything is opened.
struct LoopPlan: Sendable {
    enum Agent: Sendable {
        case none
        case simulated(Scenario, isDemoByDefault: Bool)
        case program(AgentLaunch)
    }

    let place: Place
    let agent: Agent
    /// Absolute path.
    let workspace: String
    let isScratch: Bool
    let isDemo: Bool
    let stateDirectory: String
    let socketPath: String
    let plain: Bool

    static func make(from arguments: Arguments) -> Result<LoopPlan, Failure> {
        var options: [ConfigurationOption] = []
        if arguments.has("enable-hitl") {
            options.append(.init("hitl.enabled", .text("true"), option: "--enable-hitl"))
        }
        if arguments.has("debug") { options.append(.init("hitl.debug", .text("true"), option: "--debug")) }
        if let agent = arguments.text("agent") { options.append(.init("agent.name", .text(agent), option: "--agent")) }
        if let file = arguments.text("scenario") {
            options.append(.init("agent.scenario", .text(file), option: "--scenario"))
            switch arguments.text("agent") {
            // Whatever agent the configuration names, who names a scenario wants the one that plays it.
            case nil: options.append(.init("agent.name", .text("simulated"), option: "--scenario"))
            case "simulated"?: break
            case let other?:
                return .failure(
                    Failure(.usage, "--scenario is for the agent `simulated`, and --agent names `\(other)`."))
            }
        }
        let workspace = arguments.text("workspace")
        let find: Finding = { more in
            Place.find(
                file: arguments.text("config"), workspace: workspace ?? Process.directory, options: options + more)
        }
        return find([]).flatMap { place in plan(place, find, arguments, workspace) }
    }

    private typealias Finding = (_ more: [ConfigurationOption]) -> Result<Place, Failure>

    private static func plan(
        _ place: Place, _ find: Finding, _ arguments: Arguments, _ workspace: String?
    ) -> Result<LoopPlan, Failure> {
        let configuration = place.configuration
        let isDemo = configuration.agentName.value == .simulated && configuration.agentScenario.value == "demo"
        do {
            let agent: Agent
            switch configuration.agentName.value {
            case .none: agent = .none
            case .simulated:
                agent = .simulated(
                    try scenario(configuration), isDemoByDefault: configuration.agentName.isDefault && isDemo)
            case .acp, .exec, .claude, .codex: agent = .program(try launch(configuration, arguments))
            }
            if arguments.rest?.isEmpty == false {
                guard case .program = agent else {
                    throw Failure(
                        .usage,
                        "The agent `\(configuration.agentName.value.rawValue)` starts no program; \(AgentTable.all.map { "`\($0.name)`" }.joined(separator: " and ")) do."
                    )
                }
            }
            // The demo never touches the operator's own things: everything it has is thrown away with it.
            let scratch =
                isDemo || (workspace == nil && configuration.agentName.value == .simulated) ? try Scratch.make() : nil
            let state = isDemo ? scratch.map { $0 + "/state" } : nil
            let paths = configuration.paths
            let isScratch = workspace == nil && scratch != nil
            var places: [ConfigurationOption] = []
            if let state {
                let name = configuration.auditStorage.value == .file ? "/ledger.jsonl" : "/ledger.db"
                places.append(.init("audit.path", .text(state + name), option: "scratch"))
            }
            if isScratch, let scratch {
                places.append(.init("tools.outbox", .text(scratch + "/workspace/outbox"), option: "scratch"))
            }
            return .success(
                LoopPlan(
                    place: try find(places).get(), agent: agent,
                    workspace: try absolute(workspace ?? scratch.map { $0 + "/workspace" } ?? Process.directory ?? "."),
                    isScratch: isScratch, isDemo: isDemo, stateDirectory: state ?? paths.state,
                    socketPath: place.socketPath(arguments.text("socket")), plain: arguments.has("plain")))
        } catch let failure as Failure {
            return .failure(failure)
        } catch {
            return .failure(Failure(.failed, "\(error)"))
        }
    }

    private static func launch(_ configuration: Configuration, _ arguments: Arguments) throws(Failure) -> AgentLaunch {
        let name = configuration.agentName.value.rawValue
        guard let kind = AgentTable.kind(name) else { throw Failure(.usage, "There is no agent `\(name)`.") }
        return try AgentLaunch(
            kind, configured: configuration.agentCommand.value, rest: arguments.rest ?? [])
    }

    private static func scenario(_ configuration: Configuration) throws -> Scenario {
        let name = configuration.agentScenario.value
        let tools = ToolTable.all.map(\.name)
        if name == "demo" { return try Scenario(Array(Scenario.demoSource.utf8), file: "demo", tools: tools) }
        do {
            return try Scenario(SmallFile.read(name, limit: 1 << 20), file: name, tools: tools)
        } catch let error as Diagnostics {
            throw Failure(error)
        } catch {
            throw Failure(.usage, "The scenario `\(name)` cannot be read: \(error)")
        }
    }

    private static func absolute(_ path: String) throws -> String {
        guard let resolved = realpath(path, nil) else {
            throw Failure(.usage, "There is no directory `\(path)`. Make it, or choose another with --workspace.")
        }
        defer { free(resolved) }
        var status = stat()
        guard stat(resolved, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw Failure(.usage, "`\(path)` is no directory. Choose another with --workspace.")
        }
        return String(cString: resolved)
    }
}

/// A directory that is made anew for one demo.
enum Scratch {
    static func make() throws -> String {
        let path = try makeEmpty("hitl-demo")
        for name in ["/workspace", "/state"] where mkdir(path + name, 0o700) != 0 {
            throw Failure(.failed, "`\(path)\(name)` cannot be made: \(SystemError.reason(errno)).")
        }
        return path
    }

    static func makeEmpty(_ name: String) throws -> String {
        let base = Process.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        var template = Array((base + "/\(name)-XXXXXX").utf8CString)
        return try template.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress, let path = mkdtemp(start) else {
                throw Failure(.failed, "No scratch directory can be made in `\(base)`: \(SystemError.reason(errno)).")
            }
            return String(cString: path)
        }
    }
}

extension Sourced {
    fileprivate var isDefault: Bool { source == .fallback }
}
