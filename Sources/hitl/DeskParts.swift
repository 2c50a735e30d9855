import Glibc
import HITLAgents
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLServer
import HITLTerminal
import HITLTools

/// The key that calls are digested with: made with the ledger, kept beside it, never in it.
struct DigestKey: Sendable {
    let key: [UInt8]

    static func load(from directory: String) throws -> DigestKey {
        let path = directory + "/digest.key"
        if access(path, F_OK) != 0 { try PrivateFile.write(RandomBytes.make(32), to: path) }
        return DigestKey(key: try PrivateFile.read(path))
    }

    func digest(of call: ToolCall) -> CallDigest {
        CallDigest("hmac-sha256:" + KeyedDigest.hmac(key: key, call.digested).hex)
    }
}

/// The toolbox as runners know it.
struct DeskWorkbench: Workbench {
    let toolbox: Toolbox

    var tools: [String] { ToolTable.all.map(\.name) }

    func prepare(tool: String, arguments: JSONObject, origin: Origin, claims: Claims) async -> ToolCall {
        await toolbox.prepare(tool: tool, arguments: arguments, origin: origin, claims: claims)
    }

    func changes(since call: ToolCall) async -> [String] { await toolbox.changes(since: call) }

    func run(_ permit: consuming Permit, until stop: StopSignal) async -> Outcome {
        await toolbox.run(permit, until: stop)
    }

    func run(_ permit: consuming Permit, as call: ToolCall, until stop: StopSignal) async -> Outcome {
        await toolbox.run(permit, as: call, until: stop)
    }

    func run(_ permit: consuming Permit, until stop: StopSignal, showing output: LiveOutput) async -> Outcome {
        await toolbox.run(permit, until: stop, showing: output)
    }
}

/// A workbench that also takes out of the ledger what a person approved to be taken out.
struct KeepingWorkbench: Workbench {
    let base: any Workbench
    let keeping: RecordKeeping

    var tools: [String] { base.tools }

    func prepare(tool: String, arguments: JSONObject, origin: Origin, claims: Claims) async -> ToolCall {
        await base.prepare(tool: tool, arguments: arguments, origin: origin, claims: claims)
    }

    func changes(since call: ToolCall) async -> [String] {
        RemovalTool(call) == nil ? await base.changes(since: call) : keeping.changes(since: call)
    }

    func run(_ permit: consuming Permit, until stop: StopSignal) async -> Outcome {
        if RemovalTool(permit.call) != nil { return await keeping.run(permit) }
        return await base.run(permit, until: stop)
    }

    func run(_ permit: consuming Permit, as call: ToolCall, until stop: StopSignal) async -> Outcome {
        await base.run(permit, as: call, until: stop)
    }

    func run(_ permit: consuming Permit, until stop: StopSignal, showing output: LiveOutput) async -> Outcome {
        await base.run(permit, until: stop, showing: output)
    }
}

extension LoopPlan {
    /// What no call may touch, wherever it is: the ledger and keys, the configuration, the socket.
    var gateFiles: [String] {
        var files = [stateDirectory, place.configuration.paths.configuration, socketPath] + place.ledgerFiles
        if let runtime = place.configuration.paths.runtime { files.append(runtime) }
        files += place.sinkPaths
        return files
    }

    var ledgerPath: String { place.ledgerPath }

    var outbox: String { place.configuration.outbox.value }

    var toolLimits: ToolLimits {
        var limits = ToolLimits()
        limits.commandTime = place.configuration.commandTimeout.value
        limits.outputBytes = place.configuration.outputLimit.value
        return limits
    }

    var agentName: String {
        switch agent {
        case .none: "none"
        case .simulated: "simulated"
        case .program(let launch): launch.kind.name
        }
    }
}

extension ForwardedCommands {
    /// The loop's own commands, run for other terminals.
    static func answered(by desk: HITLConsole.Desk) -> ForwardedCommands {
        ForwardedCommands(
            need: { command in
                let words = [command.command] + command.arguments
                return CommandTable.changesSomething(words)
                    ? .deciding(requests: CommandTable.requests(in: words, of: desk)) : .reading
            },
            run: { command in
                let presentation = Presentation(
                    kind: .stream, colour: command.style == .coloured ? .ansi : .none,
                    glyphs: command.style == .plain ? .words : .emoji,
                    encoding: command.style == .plain ? .ascii : .utf8, columns: command.columns)
                let words = [command.command] + command.arguments + (command.format == .json ? ["--json"] : [])
                let (exit, output) = await CommandTable.answer(
                    words, in: desk,
                    for: Operator(
                        principal: command.reviewer, presentation: presentation, askingChannel: command.channel))
                return ForwardedResult(exitCode: exit.rawValue, output: output)
            })
    }
}

/// How the operator's lines are read: with editing on a terminal, plainly otherwise.
enum Lines {
    static var isScript: Bool { isatty(0) != 1 }

    /// A reader, and what tells it of a Ctrl-C that came as a signal.
    struct Opened: Sendable {
        let reader: any LineReader
        let interrupt: @Sendable () -> Void
    }

    static func open(_ presentation: Presentation, _ plan: LoopPlan, _ completer: Completer) throws(TerminalError)
        -> Opened
    {
        let configuration = plan.place.configuration
        let options = TerminalOptions(
            historyPath: configuration.paths.lineHistory, historyFilter: HistoryFilter.kept,
            complete: completer.complete, rings: configuration.bell.value,
            notifications: Self.notifications(configuration.notify.value))
        if !isScript, presentation.kind == .terminal {
            do throws(TerminalError) {
                let terminal = try SignalSet.stopping.unblocked { () throws(TerminalError) in
                    try Terminal(presentation: presentation, options: options)
                }
                return Opened(reader: terminal) { terminal.signalled(SIGINT) }
            } catch {
                // A terminal that cannot be edited on can still be read from.
            }
        }
        var plain = presentation
        if isScript { (plain.kind, plain.columns, plain.rows) = (.stream, nil, nil) }
        let lines = try PlainReader(presentation: plain, options: options)
        return Opened(reader: lines) { lines.signalled(SIGINT) }
    }

    private static func notifications(_ notify: Configuration.Notify) -> TerminalOptions.Notifications {
        switch notify {
        case .none: .off
        case .osc9: .osc9
        case .osc777: .osc777
        }
    }
}

/// The first lines of a loop: what this desk is, and how to have another.
enum Greeting {
    /// - Parameters:
    ///   - former: requests that an earlier desk left.
    ///   - aside: where this desk listens, where that is not where commands look for one.
    ///   - unfurnished: why the scenario's files are not there.
    ///   - migration: how the ledger was brought forward just now.
    static func text(
        _ plan: LoopPlan, on presentation: Presentation, gated: Event.Session.Gated, former: [Int64], aside: String?,
        unfurnished: Furnishing.Problem?, migration: LedgerMigration?
    ) -> StyledText {
        var text = StyledText()
        switch plan.agent {
        case .simulated(_, isDemoByDefault: true):
            text.line(
                "This is the demo: a simulated agent in a scratch workspace. For your own: --agent NAME, --workspace DIR, or hitl.yaml.",
                .dim)
        case .simulated(let scenario, isDemoByDefault: false):
            text.line(
                "Agent: simulated, scenario \(DisplayText(untrusted: scenario.name)): \(DisplayText(untrusted: scenario.description))",
                .dim)
        case .program(let launch):
            let command = launch.program.words.joined(separator: " ")
            text.line(
                "Agent: \(DisplayText(untrusted: launch.kind.name)): \(DisplayText(untrusted: command))", .dim)
            switch plan.place.configuration.agentSandbox.value {
            case .none: break
            case .workspace: text.line("Confined: it writes only beneath the workspace; no home, no network", .dim)
            case .workspaceWithNetwork:
                text.line("Confined: it writes only beneath the workspace; no home; with network", .dim)
            }
        case .none:
            text.line("The desk is open. In another terminal: hitl ask TOOL -- COMMAND", .dim)
        }
        text.line("Workspace: \(DisplayText(untrusted: plan.workspace))", .dim)
        if let unfurnished { text.line(DisplayText(untrusted: unfurnished.description), .warning) }
        if gated == .ungated {
            text.line(
                "Nothing is gated: the agent's calls are recorded and not asked for. To gate them: hitl loop --enable-hitl",
                .warning)
        }
        if let migration {
            text.line(
                "The ledger was brought from format version \(migration.from) to \(migration.to). As it was before: \(DisplayText(untrusted: migration.backup))"
            )
        }
        if presentation.kind == .dumbTerminal, !Lines.isScript {
            text.line(
                "This terminal cannot move its cursor: new requests are shown when you press Enter, and a bell says that they are there.",
                .dim)
        }
        if let aside {
            text.line(
                "Another desk listens at \(DisplayText(untrusted: plan.socketPath)). For this one: hitl status --socket \(DisplayText(untrusted: aside))",
                .dim)
        }
        for notice in plan.place.configuration.notices {
            text.append(DisplayText.block(untrusted: notice.description), indent: 0, .warning)
        }
        if !former.isEmpty {
            text.line(
                "\(NumbersText.subject(former)) \(former.count == 1 ? "waits" as DisplayText : "wait") from before: /hitl status"
            )
        }
        text.newLine()
        return text
    }
}

/// The last lines of a loop: what it leaves undecided, and where its files are.
enum Farewell {
    static func text(_ plan: LoopPlan, withdrawn: [Int64], left: [Int64]) -> StyledText {
        var text = StyledText()
        if !withdrawn.isEmpty {
            text.line("\(NumbersText.subject(withdrawn)) \(was(withdrawn)) withdrawn: the loop ended.", .dim)
        }
        if !left.isEmpty {
            let stay: DisplayText =
                "\(NumbersText.subject(left)) \(left.count == 1 ? "stays" as DisplayText : "stay") pending"
            // No later desk opens the ledger of a demo.
            text.line(
                plan.isDemo
                    ? "\(stay) in the demo's own ledger. A program that still waits asks the next desk anew."
                    : "\(stay) for the next desk.", .dim)
        }
        if plan.isScratch { text.line("What was done is in \(DisplayText(untrusted: plan.workspace))", .dim) }
        return text
    }

    private static func was(_ numbers: [Int64]) -> DisplayText { numbers.count == 1 ? "was" : "were" }
}
