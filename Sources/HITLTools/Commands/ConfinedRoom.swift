import Glibc
package import HITLCore
package import HITLPlatform

/// What a confined command or agent has of the world, for as long as it runs.
package struct ConfinedRoom: Sendable {
    /// Its temporary files, and a command's home; goes with it.
    package let temporary: String
    package let sandbox: Sandbox
    private let workspace: String
    /// Guarded names that are not there, so that nothing keeps them from being made.
    private let absent: [String]

    /// - Parameters:
    ///   - gateFiles: none of them may be within its reach.
    ///   - writable: directories beside the workspace that it may write; those that are not there are left out.
    /// - Throws: why it cannot be confined, as a sentence.
    package static func forAgent(
        _ confinement: Confinement, workspace: String, gateFiles: [String], writable: [String]
    ) throws(AgentConfinement) -> ConfinedRoom {
        if let obstacle = Sandbox.obstacle { throw AgentConfinement(description: obstacle.description) }
        do throws(Obstacle) {
            return try ConfinedRoom(
                confinement, workspace: workspace, gateFiles: try GateFiles(gateFiles),
                writable: writable.filter { access($0, F_OK) == 0 })
        } catch {
            throw AgentConfinement(description: "\(error)")
        }
    }

    init(_ confinement: Confinement, in place: Surroundings) throws(Obstacle) {
        try self.init(confinement, workspace: place.workspace.path, gateFiles: place.gateFiles, writable: [])
    }

    private init(
        _ confinement: Confinement, workspace: String, gateFiles: GateFiles, writable: [String]
    ) throws(Obstacle) {
        for path in Sandbox.system + [workspace] + writable {
            if let own = gateFiles.touched(by: path, reach: .everythingBelow).first {
                throw .gateWithinReach(own)
            }
        }
        var template = Array("/tmp/hitl-run-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        guard let made else { throw .temporaryDirectory(SystemError(errno, "mkdtemp")) }
        temporary = made
        let isWritten = confinement != .readOnly
        var sandbox =
            isWritten
            ? Sandbox(writable: [workspace, made] + writable)
            : Sandbox(readable: Sandbox.system + [workspace], writable: [made])
        if isWritten { sandbox.guarded = Self.guarded.map { "\(workspace)/\($0)" } }
        sandbox.allowsNetwork = confinement == .workspaceWithNetwork
        self.sandbox = sandbox
        self.workspace = workspace
        absent = !isWritten ? [] : Self.guarded.filter { !Self.isThere("\(workspace)/\($0)") }
    }

    private static func isThere(_ path: String) -> Bool {
        var facts = stat()
        return lstat(path, &facts) == 0
    }

    /// Takes away what the command made under a guarded name that was not there before.
    ///
    /// - Returns: the names, and those that could not be taken away.
    func clearGuarded() -> (removed: [String], left: [String]) {
        var (removed, left): ([String], [String]) = ([], [])
        for name in absent where Self.isThere("\(workspace)/\(name)") {
            do {
                try ConfinedDirectory(workspace, links: .refused).delete(name, as: .tree)
                removed.append(name)
            } catch {
                left.append(name)
            }
        }
        return (removed, left)
    }

    /// What somebody outside the sandbox will run or obey later, without looking.
    private static let guarded = [
        ".git", ".hg", ".svn", "hitl.yaml", ".claude", ".codex", ".cursor", ".gemini", ".vscode", ".idea", ".mcp.json",
        ".github", ".gitlab-ci.yml", ".circleci", "Jenkinsfile", ".envrc", ".husky", ".pre-commit-config.yaml",
        "CLAUDE.md", "AGENTS.md", "GEMINI.md", ".npmrc", ".gitmodules",
    ]

    package func clear() {
        // What cannot be removed is temporary all the same.
        let (directory, name) = ("/tmp", temporary.split(separator: "/").last.map(String.init) ?? "")
        _ = try? ConfinedDirectory(directory, links: .refused).delete(name, as: .tree)
    }
}

/// Why an agent cannot be confined.
package struct AgentConfinement: Error, Sendable, CustomStringConvertible {
    package let description: String
}
