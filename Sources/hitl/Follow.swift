import Glibc
import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform

/// `hitl history --follow`: reads the ledger's file, with a desk or without one, and sleeps until it is written to.
enum Follow {
    static func run(_ following: Following, _ place: Place) -> ExitCode {
        let ledger: Ledger
        switch place.readLedger() {
        case .failure(let failure): return failure.report()
        case .success(let found): ledger = found
        }
        defer { ledger.close() }
        // Before the first look, so that nothing is written in between unheard.
        let watch: OwnedDescriptor
        do throws(SystemError) { watch = try changes(beside: ledger.path) } catch {
            return Failure(.failed, "The ledger cannot be watched: \(SystemError.reason(error.number)).").report()
        }
        // A reader that went away is no reason to be killed.
        signal(SIGPIPE, SIG_IGN)
        let records = Records(ledger)
        let presentation = Output.presentation(of: 1)
        do throws(EventLedgerError) {
            var last = try records.end()
            Output.standard(try following.beginning(records, now: Clocks.system.wall(), for: presentation))
            var isSettled = true
            waiting: while true {
                switch sleep(until: watch.number, within: isSettled ? -1 : Self.settling) {
                case .nobodyReads: break waiting
                case .written: isSettled = false
                case .silence: isSettled = true
                }
                let (news, end) = try records.news(after: last)
                last = end
                for one in news {
                    Output.standard(following.text(of: one, now: Clocks.system.wall(), for: presentation))
                }
            }
            return .done
        } catch {
            return Failure(.ledger, error.description).report()
        }
    }

    /// Its write-ahead log and its later files stand in the same directory.
    private static func changes(beside path: String) throws(SystemError) -> OwnedDescriptor {
        let descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        guard descriptor >= 0 else { throw SystemError(errno, "inotify_init1") }
        let watch = OwnedDescriptor(descriptor)
        let directory = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "."
        guard inotify_add_watch(descriptor, directory, UInt32(IN_MODIFY) | UInt32(IN_MOVED_TO)) >= 0 else {
            throw SystemError(errno, "inotify_add_watch")
        }
        return watch
    }

    /// What is written can be read a moment later: SQLite tells its readers of a commit in memory that they share, which
    /// nobody hears of. So there is a second look after the last write.
    private static let settling: Int32 = 100  // milliseconds

    private enum Waking { case written, silence, nobodyReads }

    /// - Parameter limit: in milliseconds; -1 for none.
    private static func sleep(until descriptor: Int32, within limit: Int32) -> Waking {
        while true {
            var polled = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: 1, events: 0, revents: 0),
            ]
            let count = poll(&polled, 2, limit)
            if count == 0 { return .silence }
            guard count > 0 else { continue }
            if polled[1].revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 { return .nobodyReads }
            guard polled[0].revents != 0 else { continue }
            var events = [UInt8](repeating: 0, count: 4_096)
            while read(descriptor, &events, events.count) > 0 {}
            return .written
        }
    }
}
