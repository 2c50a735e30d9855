import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTestSupport
import Testing

@testable import HITLServer

/// A desk with everything but a screen: ledger, queue, gate and a real socket.
final class TestDesk: Sendable {
    let socket: String
    let ledger: Ledger
    let gate: Gate
    let server: DeskServer
    let clock = ManualClock()
    private let scratch: Scratch

    /// A time that stands still until a test moves it, so that what the desk says can be compared whole.
    static let now = ManualClock.start
    static let digest: @Sendable (ToolCall) -> CallDigest = { call in
        CallDigest("keyed:" + KeyedDigest.hmac(key: [1, 2, 3], call.digested).hex.prefix(8))
    }

    /// - Parameters:
    ///   - desk: whose children may not decide; nil is this process, which then may decide on everything itself.
    ///   - ledger: nil is one in memory.
    init(
        in scratch: Scratch = Scratch(), ledger: Ledger? = nil, rules: [Rule] = [], obligations: Set<Obligation> = [],
        timeout: Milliseconds? = nil, pendingPerAgent: Int = 100_000, desk: ProcessIdentity? = nil,
        executor: (any Executor)? = nil, commands: ForwardedCommands? = nil,
        look: @escaping @Sendable (ToolCall) -> ToolCall = { $0 },
        digest: @escaping @Sendable (ToolCall) -> CallDigest = TestDesk.digest,
        change: (inout DeskLimits) -> Void = { _ in }
    ) async throws {
        self.scratch = scratch
        socket = scratch / "run/desk.sock"
        self.ledger = try ledger ?? .inMemory(indexer: EventIndex.index(of:), clock: { Self.now.milliseconds })
        let ids = Locked<UInt64>(0)
        let randomID: @Sendable () -> RequestID = {
            ids.withLock { last in
                last += 1
                return RequestID(bits: last)
            }
        }
        let queue = try await Queue(
            ledger: self.ledger, clocks: clock.clocks, limits: .init(pendingPerAgent: pendingPerAgent),
            randomID: randomID)
        let policy = Policy(rules: rules, obligations: obligations, timeout: timeout, version: "test")
        gate = Gate(
            queue: queue, ledger: EventLedger(self.ledger), clocks: clock.clocks, policy: { policy }, digest: digest,
            randomID: randomID)
        var limits = DeskLimits()
        change(&limits)
        let own = try DeskAuthority.thisProcess()
        server = DeskServer(
            gate: gate, authority: DeskAuthority(desk: desk ?? own.desk, uid: own.uid, user: "alice"),
            look: look, executor: executor, commands: commands, limits: limits)
        try server.listen(at: socket)
    }

    static func onDisk(_ scratch: Scratch) throws -> Ledger {
        try .open(path: scratch / "ledger.db", indexer: EventIndex.index(of:), clock: { Self.now.milliseconds })
    }

    func client() async throws -> TestClient { TestClient(try await UnixStream.connect(to: socket)) }

    /// As a desk ends that is told to.
    func close() async {
        server.stopAccepting()
        await gate.queue.close(withdrawing: [], reason: "")
        await server.close()
    }

    func status(of number: Int64) throws -> Status? { try gate.ledger.history(of: .request(number)).status }

    /// Waits for the ledger to say something of a request.
    func history(of subject: Subject, until holds: (RequestHistory) -> Bool) async throws -> RequestHistory {
        while true {
            let history = try gate.ledger.history(of: subject)
            if holds(history) { return history }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    var attempts: [String] {
        get throws {
            try ledger.latest(kind: "attempted", limit: 1000).reversed().compactMap { entry in
                guard case .attempted(_, let what) = try Event(record: entry.record) else { return nil }
                return what
            }
        }
    }
}

/// One client, line by line.
final class TestClient: Sendable {
    let stream: UnixStream
    private let lastID = Locked<Int64>(0)

    init(_ stream: UnixStream) { self.stream = stream }

    func send(raw bytes: [UInt8]) async throws { try await stream.write(bytes) }

    func send(line: String) async throws { try await stream.write(Array(line.utf8) + [10]) }

    @discardableResult
    func send(_ method: String, _ parameters: JSONValue) async throws -> Int64 {
        let id = lastID.withLock { last in
            last += 1
            return last
        }
        let request: JSONValue = [
            "id": .integer(id), "jsonrpc": "2.0", "method": .string(method), "params": parameters,
        ]
        try await stream.write(request.canonical + [10])
        return id
    }

    /// The next line; nil at the end.
    func line() async throws -> JSONObject? {
        guard let line = try await stream.nextLine() else { return nil }
        let object = try JSONValue(parsing: line, depth: 100).object
        return try #require(object) as JSONObject
    }

    /// The next line as text.
    func text() async throws -> String? { try await stream.nextLine().map { String(decoding: $0, as: UTF8.self) } }

    /// The next answer, past notifications.
    func answer() async throws -> JSONObject {
        while true {
            let line = try #require(try await line(), "the desk has ended the connection")
            if line["method"] == nil { return line }
        }
    }

    func notification(_ method: String) async throws -> JSONObject {
        while true {
            let line = try #require(try await line(), "the desk has ended the connection")
            if line["method"]?.string == method { return try #require(line["params"]?.object) }
        }
    }

    /// The next event of that type.
    func event(_ type: String) async throws -> JSONObject {
        while true {
            let event = try await notification("event")
            if event["type"]?.string == type { return event }
        }
    }

    func call(_ method: String, _ parameters: JSONValue = [:]) async throws -> JSONObject {
        try await send(method, parameters)
        return try await answer()
    }

    /// Asks and returns the number under which it waits.
    func ask(_ id: String = "c1", tool: String = "bash", _ more: KeyValuePairs<String, JSONValue> = [:]) async throws
        -> Int64
    {
        var parameters = JSONObject([.init("id", .string(id)), .init("tool", .string(tool)), .init("args", [:])])
        for (name, value) in more { parameters[name] = value }
        try await send("ask", .object(parameters))
        return try #require(try await notification("opened")["number"]?.integer)
    }

    func close() { stream.close() }
}

extension JSONObject {
    /// `error.data.kind` of an answer.
    var kind: String? { self["error"]?.object?["data"]?.object?["kind"]?.string }
    var message: String? { self["error"]?.object?["message"]?.string }
    var result: JSONObject? { self["result"]?.object }
    var decision: String? { result?["decision"]?.string }
}
