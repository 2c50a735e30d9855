import HITLCore
import HITLGate
import HITLPlatform

/// Commands that the agent has this desk run: the desk's own tool, behind the gate.
extension ACPAgent {
    private static let mostTerminals = 64

    /// Answers when the command may run and was started; goes on until it has ended.
    func createTerminal(_ parameters: JSONObject, _ session: ACPSession?, _ link: Link, _ reply: RPCReply) async {
        guard let session else { return reply.fail(.invalidParameters("`sessionId` names no session")) }
        let command: TerminalCommand
        do throws(RPCError) { command = try TerminalCommand(parameters) } catch { return reply.fail(error) }
        guard state.withLock({ $0.terminals.count }) < Self.mostTerminals else {
            return reply.fail(
                RPCError(code: -32001, message: "\(Self.mostTerminals) terminals are open; release some first"))
        }
        let context = link.context
        let call = await context.workbench.prepare(
            tool: "executeCommand", arguments: command.arguments,
            origin: Origin(agent: name, session: context.session, lineage: session.lineage), claims: Claims())
        let strand = context.activity.begin(session.lineage)
        let opened = Locked<Int64?>(nil)
        let ruling = await context.gate.rule(on: call, from: context.requester) { request in
            opened.withLock { $0 = request.number }
            session.waits(for: request.number)
            strand.blocked(on: request.number)
        }
        session.waitsNoMore(for: opened.withLock { $0 })
        strand.end()
        switch consume ruling {
        case .refused(let refused):
            if Task.isCancelled { state.withLock { $0.withdrawnAtEnd += 1 } }
            reply.fail(RefusalNotice(refused, tool: call.tool, proposedAs: opened.withLock { $0 }).rpcError)
        case .permitted(let permit):
            if let edit = EditNotice(proposed: call, permitted: permit.call, request: opened.withLock { $0 }) {
                session.remember(edit.sentence)
            }
            let subject = permit.subject
            let terminal = state.withLock { state in
                state.lastTerminal += 1
                let terminal = ACPTerminal(
                    id: "terminal-\(state.lastTerminal)", session: session.id, subject: subject, limit: command.limit)
                state.terminals.append(terminal)
                return terminal
            }
            reply.succeed(["terminalId": .string(terminal.id)])
            let execution = WatchedExecution(workbench: context.workbench, output: terminal.output)
            terminal.finish(await context.gate.execute(permit, with: execution))
        }
    }

    func tend(
        _ method: String, _ parameters: JSONObject, _ session: ACPSession?, _ link: Link, _ reply: RPCReply
    ) async {
        guard let session, let id = parameters["terminalId"]?.string,
            let terminal = state.withLock({ state in
                state.terminals.first {
                    $0.id.utf8.elementsEqual(id.utf8) && $0.session.utf8.elementsEqual(session.id.utf8)
                }
            })
        else { return reply.fail(RPCError(code: -32002, message: "There is no such terminal.")) }
        switch method {
        case "terminal/output": reply.succeed(terminal.report)
        case "terminal/wait_for_exit": reply.succeed(ACPTerminal.exit(await terminal.ended()))
        case "terminal/kill":
            await terminal.kill(link.context.gate)
            reply.succeed([:])
        default:
            state.withLock { state in state.terminals.removeAll { $0 === terminal } }
            await terminal.kill(link.context.gate)
            reply.succeed([:])
        }
    }
}

/// The parameters of `terminal/create` as arguments of `executeCommand`.
struct TerminalCommand {
    let arguments: JSONObject
    let limit: Int?

    init(_ parameters: JSONObject) throws(RPCError) {
        guard let command = parameters["command"]?.string, !command.utf8.isEmpty else {
            throw .invalidParameters("`command` is needed")
        }
        let words = try Self.words(parameters["args"])
        let environment = try Self.environment(parameters["env"])
        var members: [JSONObject.Member] = []
        if words.isEmpty, environment.isEmpty {
            // Agents send whole lines of shell as the command; a program's bare name is one, too.
            members.append(.init("command", .string(command)))
        } else {
            let argv = words.isEmpty ? ["/bin/sh", "-c", command] : [command] + words
            // Shown, judged and pinned like everything else that runs.
            let prefix = environment.isEmpty ? [] : ["env"] + environment
            members.append(.init("argv", .array((prefix + argv).map(JSONValue.string))))
        }
        switch parameters["cwd"] {
        case nil, .null?: break
        case .string(let directory)?: members.append(.init("directory", .string(directory)))
        default: throw .invalidParameters("`cwd` must be a path")
        }
        arguments = JSONObject(members)
        limit = parameters["outputByteLimit"]?.integer.map { Int(clamping: max(0, $0)) }
    }

    private static func words(_ value: JSONValue?) throws(RPCError) -> [String] {
        guard let value, value != .null else { return [] }
        let words = value.array?.compactMap(\.string)
        guard let words, words.count == value.array?.count else {
            throw .invalidParameters("`args` must be a list of texts")
        }
        return words
    }

    private static func environment(_ value: JSONValue?) throws(RPCError) -> [String] {
        guard let value, value != .null else { return [] }
        var variables: [String] = []
        for entry in value.array ?? [] {
            guard let name = entry.object?["name"]?.string, let text = entry.object?["value"]?.string,
                !name.utf8.isEmpty, !name.utf8.contains(UInt8(ascii: "=")), name.utf8.first != UInt8(ascii: "-")
            else { throw .invalidParameters("`env` must be a list of names and values") }
            variables.append("\(name)=\(text)")
        }
        return variables
    }
}
