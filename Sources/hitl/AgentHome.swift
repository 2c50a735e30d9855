import Glibc
import HITLPlatform

/// Where the agents of this user keep their settings, which is where they look for them: beneath `$HOME`, and not
/// beneath the home that the password database knows.
struct AgentHome {
    private let environment: [String: String]
    private let account: Account

    init(_ account: Account, environment: [String: String] = Process.environment) {
        self.account = account
        self.environment = environment
    }

    /// What `HOME` says, where that is an absolute path to a directory of this user; else the password database.
    var directory: String { own("HOME") ?? account.home }

    /// - Parameters:
    ///   - variable: by which the agent is told to keep its settings elsewhere; nil where it has none.
    ///   - usual: the directory's name beneath home, empty for home itself.
    func directory(named variable: String?, otherwise usual: String) -> String {
        variable.flatMap(own) ?? (usual.isEmpty ? directory : directory + "/" + usual)
    }

    private func own(_ variable: String) -> String? {
        guard let path = environment[variable], path.utf8.first == UInt8(ascii: "/") else { return nil }
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR, facts.st_uid == account.uid else {
            return nil
        }
        return path
    }
}
