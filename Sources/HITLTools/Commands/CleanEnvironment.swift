/// The whole environment of everything that `hitl` runs for an agent. Nothing is inherited: a variable that an agent
/// or a repository managed to set (`GIT_SSH_COMMAND`, `LD_PRELOAD`, `BASH_ENV`, a longer `PATH`) does not arrive.
///
/// | name | value |
/// |---|---|
/// | `PATH` | directories of the system |
/// | `HOME`, `USER`, `LOGNAME` | from the password database |
/// | `SHELL` | `/bin/sh` |
/// | `LANG`, `LC_ALL` | `C.UTF-8` |
/// | `TERM` | `dumb` |
/// | `TMPDIR` | `/tmp` |
/// | `PWD` | the directory that the command runs in |
/// | `HITL_REQUEST` | the request's number, or the call's id where a rule allowed it: an idempotency key |
package struct CleanEnvironment: Sendable {
    package let path: String
    private let fixed: [String]
    let home: String

    package init(path: String = Self.systemPath, home: String, user: String) {
        self.path = path
        self.home = home
        fixed = [
            "USER=\(user)", "LOGNAME=\(user)", "SHELL=/bin/sh", "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "TERM=dumb",
        ]
    }

    package static let systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// Each `NAME=value`.
    ///
    /// - Parameter temporary: of a confined command, which has its home there too.
    func variables(directory: String, request: String, temporary: String? = nil) -> [String] {
        ["PATH=\(path)", "HOME=\(temporary ?? home)"] + fixed
            + ["TMPDIR=\(temporary ?? "/tmp")", "PWD=\(directory)", "HITL_REQUEST=\(request)"]
    }

    /// What a shell would put in the place of a variable, where that is known before it runs.
    func value(of name: String, directory: String) -> String? {
        let start = Array("\(name)=".utf8)
        guard !name.isEmpty,
            let entry = variables(directory: directory, request: "").first(where: { $0.utf8.starts(with: start) }),
            !entry.utf8.starts(with: "HITL_REQUEST=".utf8)
        else { return nil }
        return String(decoding: entry.utf8.dropFirst(start.count), as: UTF8.self)
    }
}
