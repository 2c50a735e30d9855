import Glibc
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
        directory: String? = nil
    ) async throws -> ChildProcess {
        var launch = Launch(
            program, arguments, environment: self.environment.merging(environment) { $1 },
            directory: directory ?? workspace)
        launch.input = .bytes(Array(input.utf8))
        launch.timeLimit = .seconds(30)
        launch.grace = .zero
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
