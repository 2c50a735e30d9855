import Glibc
import HITLPlatform

/// Does in a process of its own what the tests cannot do in theirs: die, lose a supervisor, look at what it was given.
@main
struct PlatformProbe {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        switch arguments.first {
        case "descriptors": print((0..<1024).filter { fcntl($0, F_GETFD) >= 0 }.map(String.init).joined(separator: " "))
        case "signals": printSignals()
        case "terminal": printTerminal()
        case "under-terminal": try await runUnderTerminal()
        case "supervise": try await supervise(script: arguments.dropFirst().first ?? "", asSubreaper: false)
        case "supervise-as-subreaper": try await supervise(script: arguments.dropFirst().first ?? "", asSubreaper: true)
        case "connect": try await connect(to: arguments.dropFirst().first ?? "")
        case "private": try printPrivacy()
        case "hold-lock": try await holdLock(arguments.dropFirst().first ?? "")
        default: exit(2)
        }
    }

    /// What is ignored, caught and blocked, as the kernel has it.
    static func printSignals() {
        guard let status = try? SmallFile.read("/proc/self/status") else { exit(1) }
        for line in String(decoding: status, as: UTF8.self).split(separator: "\n")
        where line.hasPrefix("SigBlk") || line.hasPrefix("SigIgn") {
            print(line.replacing("\t", with: " "))
        }
    }

    static func printTerminal() {
        let terminal = open("/dev/tty", O_RDWR)
        print(terminal < 0 ? "no terminal" : "a terminal", getsid(0) == getpid() ? "own session" : "another's session")
    }

    // Macros that compute; from <asm-generic/ioctls.h>.
    static let TIOCSPTLCK = 0x4004_5431
    static let TIOCGPTN = 0x8004_5430

    /// Takes a pseudo-terminal as its controlling one, then runs `terminal` below itself with and without it.
    static func runUnderTerminal() async throws {
        let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var number: UInt32 = 0
        var unlocked: Int32 = 0
        guard master >= 0, ioctl(master, UInt(TIOCSPTLCK), &unlocked) == 0, ioctl(master, UInt(TIOCGPTN), &number) == 0
        else { exit(1) }
        // A session leader gets the first terminal that it opens.
        guard open("/dev/pts/\(number)", O_RDWR) >= 0 else { exit(1) }
        printTerminal()
        for session in [Launch.Session.own, .ours] {
            var launch = Launch("/proc/self/exe", ["terminal"])
            launch.session = session
            let result = try await ChildProcess.run(launch)
            print(String(decoding: result.output.bytes, as: UTF8.self), terminator: "")
        }
    }

    /// Runs a shell script whose output is ours, and waits for something that never comes.
    static func supervise(script: String, asSubreaper: Bool) async throws {
        if asSubreaper { try ThisProcess.becomeSubreaper() }
        var launch = Launch("/bin/sh", ["-c", script], environment: ["PATH": "/usr/bin:/bin"])
        launch.output = .inherited
        let child = try await ChildProcess.start(launch)
        let result = await child.wait()
        print("ended \(result.ending)")
        fflush(nil)
        // Stays, so that nothing below can be dead because we are.
        while asSubreaper { pause() }
    }

    static func connect(to path: String) async throws {
        let stream = try await UnixStream.connect(to: path)
        try await stream.write(Array("\(getpid())\n".utf8))
        _ = try? await stream.nextLine()
    }

    static func printPrivacy() throws {
        try ThisProcess.makePrivate()
        try ThisProcess.becomeSubreaper()
        var core = rlimit()
        getrlimit(__rlimit_resource_t(4), &core)
        print(ThisProcess.isPrivate, ThisProcess.isSubreaper, core.rlim_cur)
    }

    static func holdLock(_ path: String) async throws {
        let lock = try LockFile(path)
        print("held \(getpid())")
        fflush(nil)
        withExtendedLifetime(lock) { while true { pause() } }
    }
}
