import Glibc

/// A home directory that is gone with the last reference.
final class TemporaryHome: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/hitl-manual-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress, let made = mkdtemp(start) else {
                preconditionFailure("no directory in /tmp")
            }
            return String(cString: made)
        }
    }

    deinit { system("rm -rf '\(path)'") }

    func write(_ text: String, to name: String) throws {
        guard let file = fopen("\(path)/\(name)", "w") else { throw Project.Unusable(path: name, errno: errno) }
        defer { fclose(file) }
        fputs(text, file)
    }

    /// Everything of `hitl` lies in here.
    var environment: [String: String] {
        [
            "HOME": path, "XDG_CONFIG_HOME": path + "/config", "XDG_STATE_HOME": path + "/state",
            "XDG_RUNTIME_DIR": path + "/run", "TMPDIR": path,
        ]
    }
}
