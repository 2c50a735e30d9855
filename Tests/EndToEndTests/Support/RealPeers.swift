import Glibc
import HITLCore

/// Programs that this project did not write, where they are installed: `HITL_PEERS` names the directory of their virtual
/// environments, and `HITL_PEERS_SOURCE` that of the programs which drive them. `make conformance` looks for both.
enum RealPeers {
    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    /// A file of an installed peer; nil, with the reason, where it is not here.
    private static func file(_ variable: String, _ name: String) throws(Missing) -> String {
        guard let directory = Self.variable(variable) else { throw Missing(why: "\(variable) is not set") }
        let path = directory + "/" + name
        guard access(path, R_OK) == 0 else { throw Missing(why: "there is no \(path)") }
        return path
    }

    struct Missing: Error {
        let why: String
    }

    static func installed(_ name: String) throws(Missing) -> String { try file("HITL_PEERS", name) }

    static func source(_ name: String) throws(Missing) -> String { try file("HITL_PEERS_SOURCE", name) }

    /// A program of the environment, run by its interpreter.
    static func python(_ environment: String, _ program: String) throws(Missing) -> [String] {
        [try installed("\(environment)/bin/python"), try source(program)]
    }

    /// The same for a test that is passed over without it.
    static func pythonOrSkip(_ environment: String, _ program: String) -> [String]? {
        do throws(Missing) { return try python(environment, program) } catch {
            print("SKIPPED: \(error.why)")
            return nil
        }
    }

    private static let packages = "lib/python3.12/site-packages"

    static func claude() throws(Missing) -> String {
        try installed("venv-claude/\(packages)/claude_agent_sdk/_bundled/claude")
    }

    static func codex() throws(Missing) -> String { try installed("venv-codex/\(packages)/codex_cli_bin/bin/codex") }

    static func vibe() throws(Missing) -> String { try installed("venv-vibe/bin/vibe-acp") }

    /// The directory of programs beside the tests.
    static let torn = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Agents/torn.py"
}

/// One row and one column of the table that `make conformance` prints.
struct ConformanceCase: Sendable {
    let row: String
    let column: String

    /// Does what is to be shown, and writes down what came of it where `HITL_CONFORMANCE` names a file.
    func run(_ body: () async throws -> Void) async throws {
        do { try await body() } catch let missing as RealPeers.Missing {
            print("SKIPPED: \(column), \(row): \(missing.why)")
            return note("not run: \(missing.why)")
        } catch {
            note("FAILED")
            throw error
        }
        note("ok")
    }

    private func note(_ result: String) {
        guard let path = getenv("HITL_CONFORMANCE") else { return }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let line = Array("\(row)\t\(column)\t\(result)\n".utf8)
        _ = write(descriptor, line, line.count)
    }
}
