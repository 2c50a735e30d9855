import Glibc

/// The refusal that this process gives when it dies: a crash or a hang of ours must not be taken for a hook that failed,
/// after which agents go on.
///
/// SIGKILL and a machine without memory leave no time for it; the command line that `install` writes turns every
/// abnormal end into a refusal as well.
enum LastWords {
    // A signal handler has nothing but globals. Written by the one thread there is, before the signal can come.
    nonisolated(unsafe) private static var descriptor: Int32 = 2
    nonisolated(unsafe) private static var exitCode: Int32 = 2
    nonisolated(unsafe) private static var text: UnsafeMutableBufferPointer<UInt8> = .init(start: nil, count: 0)

    /// Every signal that ends a process if nothing is done about it, but for those that `SignalPipe` hears and for
    /// SIGKILL.
    private static let deadly = [
        SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS, SIGXCPU, SIGXFSZ, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM,
        SIGVTALRM, SIGPROF, SIGPOLL, SIGPWR, SIGSTKFLT,
    ]

    /// From here on every such end is a refusal.
    static func prepare() {
        say("hitl: Nothing was executed: hitl itself came to an abnormal end.\n", to: 2, exitCode: 2)
        // A stack that overflowed has no room for a handler.
        let size = 65_536
        var stack = stack_t()
        stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        stack.ss_size = size
        sigaltstack(&stack, nil)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            _ = write(LastWords.descriptor, LastWords.text.baseAddress, LastWords.text.count)
            _exit(LastWords.exitCode)
        }
        action.sa_flags = Int32(SA_ONSTACK)
        var set = sigset_t()
        sigemptyset(&set)
        for signal in deadly {
            sigaction(signal, &action, nil)
            sigaddset(&set, signal)
        }
        // Whoever started us may have blocked them, and a blocked alarm never comes.
        sigprocmask(SIG_UNBLOCK, &set, nil)
    }

    /// Replaces the words. They must be a whole refusal.
    static func say(_ words: some StringProtocol, to stream: Int32, exitCode code: Int32) {
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: words.utf8.count)
        _ = copy.initialize(from: words.utf8)
        (descriptor, exitCode, text) = (stream, code, copy)
    }

    /// At the latest then, whatever this process is stuck in.
    static func ring(after seconds: UInt32) { alarm(seconds) }
}
