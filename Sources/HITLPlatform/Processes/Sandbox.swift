import CPlatform
import Glibc

/// What a command is confined to, by namespaces, Landlock (ABI 6 or later) and seccomp together. Everything that is
/// not named is out of its reach: files, Unix sockets, other processes and, where not allowed, every network.
package struct Sandbox: Sendable, Hashable {
    /// May be read and executed with all below; what does not exist is left out.
    package var readable: [String]
    /// Directories that may be written too; they must be there.
    package var writable: [String]
    /// Below a writable directory, and yet only to be read where they exist.
    package var guarded: [String] = []
    package var allowsNetwork = false

    package init(readable: [String] = Sandbox.system, writable: [String]) {
        self.readable = readable
        self.writable = writable
    }

    /// Programs, libraries and their settings. No home, nothing that services keep, no sockets.
    package static let system = [
        "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/nix", "/gnu", "/snap",
        "/proc",
        "/sys",
    ]

    /// nil where commands can be confined on this machine, else why not.
    package static let obstacle: SystemError? = {
        let result = platform_sandbox_try()
        return result == 0 ? nil : SystemError(-result, "sandbox")
    }()
}
