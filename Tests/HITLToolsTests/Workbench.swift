import Glibc
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTools
import Testing

/// A workspace, an outbox and the gate's own files in a fresh directory, a toolbox over them and a gate before it.
final class Workbench: Sendable {
    enum Rules {
        /// Nothing covers a call, so a person is asked.
        case none
        case allowAll
    }

    let root: String
    let toolbox: Toolbox
    let gate: Gate
    private let ids: Locked<UInt64>

    var workspace: String { root + "/ws" }
    var outbox: String { root + "/outbox" }
    var state: String { root + "/state" }

    init(
        _ rules: Rules = .none, limits: ToolLimits = ToolLimits(), path: String? = nil,
        obligations: Set<Obligation> = [], state: String = "state"
    ) async throws {
        let root = makeDirectory()
        for name in ["ws", "state", "elsewhere"] { mkdir("\(root)/\(name)", 0o700) }
        let ids = Locked<UInt64>(0)
        let messages = Locked<UInt8>(0)
        toolbox = try Toolbox(
            workspace: root + "/ws", outbox: root + "/outbox", gateFiles: [root + "/" + state, root + "/desk.sock"],
            environment: CleanEnvironment(
                path: path.map { $0.replacing("ROOT", with: root) } ?? CleanEnvironment.systemPath,
                home: root + "/home",
                user: "ada"),
            snapshots: root + "/state/snapshots", limits: limits, now: { WallTime(milliseconds: 1_767_277_800_000) },
            randomBytes: { count in
                let number = messages.withLock { number in
                    number += 1
                    return number
                }
                return [UInt8](repeating: number, count: count)
            })
        let nextID: @Sendable () -> RequestID = {
            RequestID(
                bits: ids.withLock { id in
                    id += 1
                    return id
                })
        }
        let ledger = try Ledger.inMemory(indexer: EventIndex.index(of:), clock: { SystemClock.wallMilliseconds() })
        let clocks = Clocks(
            wall: { WallTime(milliseconds: SystemClock.wallMilliseconds()) },
            monotonic: { Milliseconds(Int64(SystemClock.monotonicNanoseconds() / 1_000_000)) },
            sleep: { _ in throw CancellationError() })
        let queue = try await Queue(ledger: ledger, clocks: clocks, randomID: nextID)
        let allowing = Rule(name: "all", source: "test", when: .anyCall, action: .allow)
        // The tools are tried behind a gate that lets through what the analysis would refuse.
        let policy = Policy(
            rules: rules == .allowAll ? [allowing] : [], obligations: obligations, timeout: nil, version: "test",
            analyses: false)
        gate = Gate(
            queue: queue, ledger: EventLedger(ledger), clocks: clocks, policy: { policy },
            digest: { CallDigest(Digest(hashing: $0.digested).hex) }, randomID: nextID,
            assessor: RiskAssessor(in: PathSurroundings()) { Sandbox.obstacle?.description })
        self.root = root
        self.ids = ids
    }

    deinit { remove(root) }

    // MARK: Calls

    func prepare(_ tool: String, _ arguments: JSONValue) async -> ToolCall {
        await toolbox.prepare(
            tool: tool, arguments: arguments.object ?? JSONObject(),
            origin: Origin(agent: "robin", session: "s1", lineage: ["robin"]))
    }

    /// A call from its proposal to its outcome. Where rules ask, it is shown, then `meanwhile` happens, then a person
    /// approves it. Nil where it was refused.
    @discardableResult
    func run(
        _ tool: String, _ arguments: JSONValue, with executor: (any Executor)? = nil,
        meanwhile: @escaping @Sendable () async -> Void = {}
    ) async throws -> Outcome? {
        try await run(await prepare(tool, arguments), with: executor, meanwhile: meanwhile)
    }

    func run(
        _ call: ToolCall, with executor: (any Executor)? = nil,
        meanwhile: @escaping @Sendable () async -> Void = {}
    ) async throws -> Outcome? {
        let (opened, open) = AsyncStream<Int64>.makeStream()
        let executor = executor ?? toolbox
        let agent = Principal(role: .agent, name: "robin", channel: "process")
        async let outcome: Outcome? = {
            let ruling = await gate.rule(on: call, from: agent, opened: { open.yield($0.number) })
            open.finish()
            switch consume ruling {
            case .refused: return nil
            case .permitted(let permit): return await gate.execute(permit, with: executor)
            }
        }()
        for await number in opened {
            await meanwhile()
            let ada = Principal(role: .person, name: "ada", channel: "tty")
            _ = try await gate.review(number, Review(answer: .approve, reviewer: ada))
        }
        return await outcome
    }

    // MARK: The world

    func write(_ name: String, _ text: String, mode: mode_t = 0o644) {
        write(name, Array(text.utf8), mode: mode)
    }

    func write(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o644) {
        let path = name.hasPrefix("/") ? name : "\(workspace)/\(name)"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        #expect(descriptor >= 0 && Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
        fchmod(descriptor, mode)
        close(descriptor)
    }

    func link(_ name: String, to target: String) {
        unlink("\(workspace)/\(name)")
        #expect(symlink(target, "\(workspace)/\(name)") == 0)
    }

    func directory(_ name: String) { #expect(mkdir("\(workspace)/\(name)", 0o755) == 0) }

    func bytes(_ name: String) -> [UInt8]? {
        do {
            return try SmallFile.read(name.hasPrefix("/") ? name : "\(workspace)/\(name)")
        } catch {
            return nil
        }
    }

    func text(_ name: String) -> String? { bytes(name).map { String(decoding: $0, as: UTF8.self) } }

    func exists(_ name: String) -> Bool {
        var facts = stat()
        return lstat(name.hasPrefix("/") ? name : "\(workspace)/\(name)", &facts) == 0
    }
}

/// Lets the toolbox look for changes, then changes the world: what happens in the moment between looking and doing.
struct TooLate: Executor {
    let toolbox: Toolbox
    let attack: @Sendable () -> Void

    func changes(since call: ToolCall) async -> [String] {
        let changes = await toolbox.changes(since: call)
        attack()
        return changes
    }

    func run(_ permit: consuming Permit, until stop: StopSignal) async -> Outcome {
        await toolbox.run(permit, until: stop)
    }
}

private func makeDirectory() -> String {
    var template = Array("/tmp/hitl-tools-XXXXXX".utf8CString)
    return template.withUnsafeMutableBufferPointer { buffer in
        guard let made = mkdtemp(buffer.baseAddress!) else { preconditionFailure("no temporary directory") }
        return String(cString: made)
    }
}

private func remove(_ path: String) {
    if unlink(path) == 0 { return }
    chmod(path, 0o700)
    guard let directory = opendir(path) else { return }
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { remove("\(path)/\(name)") }
    }
    closedir(directory)
    rmdir(path)
}

extension String {
    func replacing(_ part: String, with text: String) -> String {
        split(separator: part, omittingEmptySubsequences: false).joined(separator: text)
    }
}

extension Outcome {
    subscript(member: String) -> JSONValue? { result?.object?[member] }
}
