import CPlatform
import Glibc

/// What is left when a supervisor was killed instead of doing its work.
///
/// Its descendants then fall to the next subreaper above, which is us where `ThisProcess.becomeSubreaper` was called.
/// Children of ours that we did not start ourselves and that are younger than that supervisor can only be those.
enum Orphans {
    private static let supervisors = Locked<Set<Int32>>([])
    /// Killing makes new orphans; after so many rounds whatever is left cannot be killed.
    private static let mostRounds = 500

    /// Forks a supervisor. No sweep sees it before it is known as one.
    static func addingSupervisor(_ fork: () -> Int32) -> Int32 {
        supervisors.withLock { supervisors in
            let pid = fork()
            if pid > 0 { supervisors.insert(pid) }
            return pid
        }
    }

    static func remove(_ pid: Int32) { _ = supervisors.withLock { $0.remove(pid) } }

    static func sweep(bornSince startTicks: UInt64, on reactor: Reactor, round: Int = 0) {
        guard ThisProcess.isSubreaper, round < mostRounds else { return }
        let hasFound = supervisors.withLock { own in
            var hasFound = false
            for pid in children() where !own.contains(pid) {
                guard let entry = try? ProcessTree.entry(of: pid), entry.parent == ThisProcess.pid,
                    entry.identity.startTicks >= startTicks
                else { continue }
                hasFound = true
                // Our child, not reaped: the pid is its own.
                _ = platform_kill(pid, SIGKILL)
                _ = platform_reap(pid)
            }
            return hasFound
        }
        guard hasFound else { return }
        reactor.schedule(at: SystemClock.monotonicNanoseconds(after: .milliseconds(10))) {
            sweep(bornSince: startTicks, on: reactor, round: round + 1)
        }
    }

    /// Every thread has children of its own.
    private static func children() -> [Int32] {
        guard let task = try? ConfinedDirectory("/proc/self/task"),
            let threads = try? task.list(".", limit: 100_000).entries
        else { return [] }
        return threads.flatMap { thread -> [Int32] in
            let path = "/proc/self/task/\(String(decoding: thread.path, as: UTF8.self))/children"
            guard let text = try? SmallFile.read(path) else { return [] }
            return text.split(separator: UInt8(ascii: " ")).compactMap { Int32(String(decoding: $0, as: UTF8.self)) }
        }
    }
}
