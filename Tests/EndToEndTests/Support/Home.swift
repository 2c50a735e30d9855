import Glibc
import HITLCore
import HITLPlatform
import HITLTestSupport

/// One operator's whole world, made for one test: a home without a past, a runtime directory, a workspace.
///
/// Nothing of the machine's user reaches the programs started here, and all of them are gone with the home. The
/// paths are short, because a socket's may have 107 bytes at most.
final class Home: Sendable {
    let root: String
    private let started = Locked<[ChildProcess]>([])

    struct Failure: Error {
        let what: String
        let errno: Int32
    }

    /// - Parameter configuration: the text of `hitl.yaml`.
    init(configuration: String? = nil) throws {
        var template = Array("/tmp/he-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(what: "mkdtemp", errno: errno) }
        root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for name in ["h", "r", "t", "w"] { try makeDirectory(name) }
        if let configuration {
            try makeDirectory("h/.config")
            try makeDirectory("h/.config/hitl")
            try write(configuration, to: "h/.config/hitl/hitl.yaml")
        }
    }

    deinit {
        for child in started.withLock({ $0 }) { child.stop(grace: .zero) }
        Self.remove(root)
    }

    var environment: [String: String] {
        [
            "HOME": path("h"), "XDG_RUNTIME_DIR": path("r"), "TMPDIR": path("t"), "LANG": "C.UTF-8", "USER": "ada",
            "PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "interactive=no",
        ]
    }

    var ledger: String { path("h/.local/state/hitl/ledger.db") }
    var workspace: String { path("w") }
    static let hitl = PseudoTerminal.built("hitl")
}

// MARK: - Files

extension Home {
    func path(_ name: String) -> String { root + "/" + name }

    func makeDirectory(_ name: String) throws {
        guard mkdir(path(name), 0o700) == 0 || errno == EEXIST else {
            throw Failure(what: "mkdir \(name)", errno: errno)
        }
    }

    func write(_ text: String, to name: String, mode: mode_t = 0o600) throws {
        let descriptor = open(path(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw Failure(what: "open \(name)", errno: errno) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw Failure(what: "write \(name)", errno: errno)
        }
    }

    /// Nil where there is no such file.
    func read(_ name: String) -> String? { Self.contents(of: path(name)) }

    func exists(_ name: String) -> Bool { access(path(name), F_OK) == 0 }

    func mode(of name: String) -> mode_t {
        var facts = stat()
        guard stat(path(name), &facts) == 0 else { return 0 }
        return facts.st_mode & 0o7777
    }

    static func contents(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }

    /// Names in a directory, sorted; none where there is no directory.
    static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func remove(_ path: String) {
        for name in names(in: path) {
            let inner = path + "/" + name
            if unlink(inner) != 0 { remove(inner) }
        }
        rmdir(path)
    }
}

// MARK: - Programs

/// What a program said, and how it ended.
struct Said: Sendable, Equatable {
    let code: Int32
    let out: String
    let err: String

    init(code: Int32, out: String = "", err: String = "") {
        (self.code, self.out, self.err) = (code, out, err)
    }

    init(_ result: ProcessResult) {
        switch result.ending {
        case .exited(let code): self.code = code
        case .signalled(let signal): code = 128 + signal
        case .timedOut, .stopped, .lost: code = -1
        }
        out = String(decoding: result.output.bytes, as: UTF8.self)
        err = String(decoding: result.error.bytes, as: UTF8.self)
    }
}

extension Home {
    /// A program of another terminal, to its end.
    func run(
        program: String = Home.hitl, _ arguments: [String], input: String = "", environment: [String: String] = [:],
        directory: String? = nil
    ) async throws -> Said {
        let child = try await start(
            program: program, arguments, input: input, environment: environment, directory: directory)
        return Said(await child.wait())
    }

    /// `hitl` with these words.
    func hitl(_ words: String..., environment: [String: String] = [:]) async throws -> Said {
        try await run(words, environment: environment)
    }

    /// A program that goes on while the test does.
    @discardableResult
    func start(
        program: String = Home.hitl, _ arguments: [String], input: String = "", environment: [String: String] = [:],
        directory: String? = nil, timeLimit: Duration = .seconds(30)
    ) async throws -> ChildProcess {
        var launch = Launch(
            program, arguments, environment: self.environment.merging(environment) { $1 },
            directory: directory ?? workspace)
        launch.input = .bytes(Array(input.utf8))
        launch.timeLimit = timeLimit
        launch.grace = .zero
        return try await start(launch)
    }

    /// `hitl` with these words, at the last step before its start: a line to its standard input is the word to go.
    func poise(_ words: [String]) async throws -> ChildProcess {
        var launch = Launch(
            "/bin/sh", ["-c", #"echo ready; read go; exec "$@""#, "sh", Home.hitl] + words, environment: environment,
            directory: workspace)
        launch.input = .channel
        launch.output = .channel
        launch.timeLimit = .seconds(30)
        launch.grace = .zero
        let child = try await start(launch)
        guard try await child.nextLine() != nil else { throw Failure(what: "no shell", errno: 0) }
        return child
    }

    private func start(_ launch: Launch) async throws -> ChildProcess {
        let child = try await ChildProcess.start(launch)
        started.withLock { $0.append(child) }
        return child
    }

    /// A script for `hitl loop`.
    func script(_ lines: [String], _ arguments: String..., environment: [String: String] = [:]) async throws -> Said {
        try await script(lines, arguments, environment: environment)
    }

    func script(_ lines: [String], _ arguments: [String], environment: [String: String] = [:]) async throws -> Said {
        try await run(
            ["loop"] + arguments, input: lines.map { $0 + "\n" }.joined(), environment: environment)
    }

    /// Asks and does not wait: the request's number.
    func ask(_ tool: String, _ arguments: String...) async throws -> Int {
        let said = try await run(["ask", tool, "--async"] + arguments)
        guard said.code == 75, let number = said.out.split(separator: " ").first.flatMap({ Int($0) }) else {
            throw Failure(what: "ask: \(said)", errno: 0)
        }
        return number
    }
}

// MARK: - What became of it

/// One line of `hitl audit export`.
struct AuditRecord {
    let number: Int
    let arguments: JSONObject
    let decision: String
    /// Nil where nothing was started.
    let outcome: String?
}

extension Home {
    func auditRecords() async throws -> [AuditRecord] {
        let exported = try await run(["audit", "export", "--format", "jsonl"])
        guard exported.code == 0 else { throw Failure(what: "audit export: \(exported)", errno: 0) }
        return try exported.out.split(separator: "\n").map { line in
            let record = try JSONValue(parsing: String(line)).object
            guard let number = record?["number"]?.integer,
                let arguments = record?["action"]?.object?["args"]?.object,
                let decision = record?["review"]?.object?["decision"]?.string
            else { throw Failure(what: "no record: \(line)", errno: 0) }
            return AuditRecord(
                number: Int(number), arguments: arguments, decision: decision,
                outcome: record?["outcome"]?.object?["status"]?.string)
        }
    }

    /// Asks until it is so. What is asked is a process of its own, so this does not spin.
    func waitFor(_ condition: (Home) async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try await !condition(self) {
            guard ContinuousClock.now < deadline else { throw Failure(what: "it did not become so", errno: ETIMEDOUT) }
        }
    }
}
