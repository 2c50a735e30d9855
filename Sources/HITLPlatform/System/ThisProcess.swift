import CPlatform
import Glibc

/// What a process does to itself at its start.
package enum ThisProcess {
    package static var pid: Int32 { getpid() }
    package static var uid: UInt32 { geteuid() }

    /// Opens those of the three standard streams that are closed: what is opened next would be one of them, and would be
    /// read as the operator's lines or have a screen's text written into it. They are empty, and cannot be written.
    package static func holdStandardStreams() {
        for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 { _ = open("/dev/null", O_RDONLY) }
    }

    /// No other process of the user may trace it or read its memory; no core file; a broken pipe and the limit on the
    /// size of files are errors of the write. Files under `/proc/<pid>` then belong to root, so this process's
    /// executable cannot be read by others of its user.
    package static func makePrivate() throws(SystemError) {
        try check(platform_set_dumpable(0), "PR_SET_DUMPABLE")
        try check(platform_ignore_sigpipe(), "sigaction")
        try check(platform_ignore_sigxfsz(), "sigaction")
        try check(platform_forbid_core_files(), "RLIMIT_CORE")
    }

    /// A broken pipe is an error of the write.
    package static func ignoreBrokenPipes() throws(SystemError) {
        try check(platform_ignore_sigpipe(), "sigaction")
    }

    /// Readable once the process that started this one has ended. Nil where it has ended already, or cannot be seen.
    package static func parent() -> OwnedDescriptor? {
        let parent = getppid()
        // Whose parent has ended is given to the first process, which starts nobody's hooks.
        guard parent > 1 else { return nil }
        let descriptor = platform_open_pidfd(parent)
        return descriptor >= 0 ? OwnedDescriptor(descriptor) : nil
    }

    package static var isPrivate: Bool { platform_is_dumpable() == 0 }

    /// Descendants whose parents end become our children instead of the system's, so that ancestry still leads here.
    package static func becomeSubreaper() throws(SystemError) {
        try check(platform_become_subreaper(), "PR_SET_CHILD_SUBREAPER")
    }

    package static var isSubreaper: Bool { platform_is_subreaper() == 1 }

    /// To what the system allows at most; returns that. Children start with the limit of before.
    @discardableResult
    package static func raiseDescriptorLimit() throws(SystemError) -> UInt64 {
        var limit: UInt64 = 0
        try check(platform_raise_descriptor_limit(&limit), "RLIMIT_NOFILE")
        return limit
    }

    /// The arguments as bytes. `CommandLine.arguments` replaces what is not UTF-8, and then is not what was typed.
    package static func arguments() throws(FileError) -> [[UInt8]] {
        var list = try SmallFile.read("/proc/self/cmdline", limit: 16 << 20)
            .split(separator: 0, omittingEmptySubsequences: false).map(Array.init)
        if list.last == [] { list.removeLast() }
        return list
    }

    /// The environment as bytes, each `NAME=value`.
    package static func environment() -> [[UInt8]] {
        var entries: [[UInt8]] = []
        guard var position = platform_environment() else { return entries }
        while let entry = position.pointee {
            entries.append(Array(UnsafeRawBufferPointer(start: entry, count: strlen(entry))))
            position += 1
        }
        return entries
    }

    private static func check(_ result: Int32, _ call: String) throws(SystemError) {
        guard result >= 0 else { throw SystemError(result, call) }
    }
}
