import Glibc
import HITLCore
import HITLPlatform

/// What a confined command has of the world, for as long as it runs.
struct ConfinedRoom {
    /// Its home and its temporary files; goes with it.
    let temporary: String
    let sandbox: Sandbox

    init(_ confinement: Confinement, in place: Surroundings) throws(Obstacle) {
        let workspace = place.workspace.path
        for path in Sandbox.system + [workspace] {
            if let own = place.gateFiles.touched(by: path, reach: .everythingBelow).first {
                throw .gateWithinReach(own)
            }
        }
        var template = Array("/tmp/hitl-run-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        guard let made else { throw .temporaryDirectory(SystemError(errno, "mkdtemp")) }
        temporary = made
        var sandbox = Sandbox(writable: [workspace, made])
        sandbox.guarded = Self.guarded.map { "\(workspace)/\($0)" }
        sandbox.allowsNetwork = confinement == .workspaceWithNetwork
        self.sandbox = sandbox
    }

    /// What somebody outside the sandbox will run or obey later, without looking.
    private static let guarded = [
        ".git", ".hg", ".svn", "hitl.yaml", ".claude", ".codex", ".cursor", ".gemini", ".vscode", ".idea", ".mcp.json",
        ".github", ".gitlab-ci.yml", ".circleci", "Jenkinsfile", ".envrc", ".husky",
    ]

    func clear() {
        // What cannot be removed is temporary all the same.
        let (directory, name) = ("/tmp", temporary.split(separator: "/").last.map(String.init) ?? "")
        _ = try? ConfinedDirectory(directory, links: .refused).delete(name, as: .tree)
    }
}
