import Glibc
import HITLPlatform

/// Which processes have gateways of ours below them: the agents, who must not trust what changed.
///
/// An agent that can run commands can also make itself a terminal, so a terminal alone proves no person. Each gateway
/// leaves an empty file, `PID.START`, that names the process that stands for its agent; a number that is used again has
/// another start.
struct AgentMarks {
    private let directory: String

    init(_ files: PinFiles) { directory = files.directory + "/agents" }

    enum Objection: Error, CustomStringConvertible {
        case belowAgent
        case belowDesk
        case unknown(String)

        var description: String {
            switch self {
            case .belowAgent:
                "This runs below an agent whose tools go through the gateway; a person trusts, in a shell of their own."
            case .belowDesk: "This runs below a desk or a gateway; a person trusts, in a shell of their own."
            case .unknown(let why): "Who trusts must be known, and here it is not: \(why)."
            }
        }
    }

    /// For a gateway at its start. Where it cannot be told or written, the gateway goes on: the desk, which decides on
    /// calls, looks for itself.
    func leave() throws(Objection) {
        do {
            try PrivateDirectory.prepare(directory)
            prune()
            let own = try ProcessTree.identity(of: ThisProcess.pid)
            let agent = try ProcessTree.firstAncestor(of: own, neitherShellNorNamed: ["hitl"]).identity
            try PrivateFile.write([], to: "\(directory)/\(agent.pid).\(agent.startTicks)")
        } catch {
            throw .unknown("\(error)")
        }
    }

    /// Returns where the process that runs this may be a person's.
    func checkIsNoAgent() throws(Objection) {
        let ancestors: ArraySlice<ProcessTree.Entry>
        do throws(ProcessTree.Failure) {
            ancestors = try ProcessTree.ancestry(of: ProcessTree.identity(of: ThisProcess.pid)).dropFirst()
        } catch {
            throw .unknown("\(error)")
        }
        let marked = identities()
        if ancestors.contains(where: { marked.contains($0.identity) }) { throw .belowAgent }
        if ancestors.contains(where: { $0.name == Array("hitl".utf8) }) { throw .belowDesk }
    }

    private func identities() -> [ProcessIdentity] {
        names().compactMap { name in
            let parts = name.split(separator: ".")
            guard parts.count == 2, let pid = Int32(parts[0]), let start = UInt64(parts[1]) else { return nil }
            return ProcessIdentity(pid: pid, startTicks: start)
        }
    }

    private func prune() {
        for identity in identities() where !ProcessTree.isAlive(identity) {
            unlink("\(directory)/\(identity.pid).\(identity.startTicks)")
        }
    }

    private func names() -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }
}
