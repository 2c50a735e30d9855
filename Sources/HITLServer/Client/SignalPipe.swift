import Glibc
package import HITLPlatform

/// SIGINT, SIGTERM and SIGHUP as something to read, from its making to its end. One in a process.
package final class SignalPipe: Sendable {
    package let descriptor: Int32
    private let writing: Int32
    private let former: [(signal: Int32, handler: sigaction)]

    // A signal handler has nothing but globals. Set before the first handler is and never read elsewhere.
    nonisolated(unsafe) private static var target: Int32 = -1

    package init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError(errno, "pipe") }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (descriptor, writing) = (ends[0], ends[1])
        Self.target = ends[1]
        var former: [(Int32, sigaction)] = []
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            var now = sigaction()
            sigaction(signal, nil, &now)
            // What the caller chose not to hear (nohup) stays unheard.
            if unsafeBitCast(now.__sigaction_handler.sa_handler, to: Int.self) == 1 { continue }
            var ours = sigaction()
            ours.__sigaction_handler.sa_handler = { number in
                let before = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(SignalPipe.target, &byte, 1)
                errno = before
            }
            sigaction(signal, &ours, nil)
            former.append((signal, now))
        }
        self.former = former
    }

    deinit {
        for (signal, handler) in former {
            var handler = handler
            sigaction(signal, &handler, nil)
        }
        close(descriptor)
        close(writing)
    }

    package enum Wait {
        case interrupted(signal: Int32)
        case over
    }

    /// Sleeps until then, or until a signal comes.
    package func wait(until end: UInt64) -> Wait {
        while true {
            if let signal = take() { return .interrupted(signal: signal) }
            let now = SystemClock.monotonicNanoseconds()
            guard now < end else { return .over }
            var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            poll(&watched, 1, Int32(clamping: (end - now + 999_999) / 1_000_000))
        }
    }

    /// The same for a process that listens to no signals.
    package static func sleep(until end: UInt64) {
        while true {
            let now = SystemClock.monotonicNanoseconds()
            guard now < end else { return }
            poll(nil, 0, Int32(clamping: (end - now + 999_999) / 1_000_000))
        }
    }

    /// The oldest signal that nobody took; nil where there is none.
    package func take() -> Int32? {
        var byte: UInt8 = 0
        return read(descriptor, &byte, 1) == 1 ? Int32(byte) : nil
    }
}
