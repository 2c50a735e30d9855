import Glibc
@testable import HITLConfiguration

/// A home directory of its own for one test, removed with everything in it.
final class TemporaryHome {
    let path: String

    init() {
        var template = Array("/tmp/hitl-configuration.XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "no temporary directory")
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    deinit { Self.remove(path) }

    /// Writes `text` to `name` beneath the home, with its directories.
    @discardableResult
    func write(_ text: String, to name: String = ".config/hitl/hitl.yaml", mode: mode_t = 0o600) -> String {
        var directory = path
        for part in name.split(separator: "/").dropLast() {
            directory += "/" + part
            mkdir(directory, 0o700)
        }
        let file = path + "/" + name
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        precondition(descriptor >= 0, "cannot write \(file)")
        let bytes = Array(text.utf8)
        precondition(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        // Not by open's mode, which the umask would change.
        chmod(file, mode)
        return file
    }

    func sources(
        environment: [String: String] = [:], file: String? = nil, workspace: Bool = false,
        options: [ConfigurationOption] = [], trustEnvironment: Bool = true
    ) -> ConfigurationSources {
        ConfigurationSources(
            environment: environment, home: path, user: geteuid(), file: file,
            workspace: workspace ? path + "/shop" : nil, options: options, trustEnvironment: trustEnvironment)
    }

    func load(
        environment: [String: String] = [:], file: String? = nil, workspace: Bool = false,
        options: [ConfigurationOption] = [], trustEnvironment: Bool = true
    ) throws(Diagnostics) -> Configuration {
        try Configuration.load(
            sources(
                environment: environment, file: file, workspace: workspace, options: options,
                trustEnvironment: trustEnvironment))
    }

    private static func remove(_ path: String) {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) {
                    String(cString: $0.bindMemory(to: CChar.self).baseAddress!)
                }
                if name != "." && name != ".." {
                    var status = stat()
                    let child = path + "/" + name
                    if lstat(child, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
                        remove(child)
                    } else {
                        unlink(child)
                    }
                }
            }
            closedir(directory)
        }
        rmdir(path)
    }
}

/// What `body` says is wrong, as it is printed; empty where nothing is.
func complaint(_ body: () throws(Diagnostics) -> Void) -> String {
    do throws(Diagnostics) {
        try body()
        return ""
    } catch {
        return error.description
    }
}
