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
            var looks = 0
            while let sign = sleep(until: watch.number, atMost: looks < pauses.count ? pauses[looks] : -1) {
                looks = sign == .written ? 0 : looks + 1
                let (news, end) = try records.news(after: last)
                last = end
                for one in news {
                    Output.standard(
                        try following.text(of: one, in: records, now: Clocks.system.wall(), for: presentation))
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

    /// An entry can be read only a moment after the write that is heard of: once that is synced and marked as whole in
    /// memory that both share, of which nothing is heard. So it looks again, ever later, before it sleeps on.
    private static let pauses: [Int32] = [20, 100, 500, 2_000]

    private enum Sign { case written, quiet }

    /// - Parameter pause: in milliseconds; -1 for as long as nothing is written.
    /// - Returns: nil where nobody reads what is written any more.
    private static func sleep(until descriptor: Int32, atMost pause: Int32) -> Sign? {
        while true {
            var polled = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: 1, events: 0, revents: 0),
            ]
            let found = poll(&polled, 2, pause)
            if found == 0 { return .quiet }
            guard found > 0 else { continue }
            if polled[1].revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 { return nil }
            guard polled[0].revents != 0 else { continue }
            var events = [UInt8](repeating: 0, count: 4_096)
            while read(descriptor, &events, events.count) > 0 {}
            return .written
        }
    }
}
