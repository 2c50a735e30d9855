import Glibc
import HITLCore
import HITLPlatform
import HITLServer

/// The event that an agent writes to a hook's standard input.
enum HookInput {
    enum Failure: Error {
        case tooLong
        case late
        case interrupted
        case unreadable(SystemError)
    }

    /// What the desk takes in one line, less what surrounds the arguments there.
    static let limit = 15 << 20

    /// Everything up to the end of the stream. Where that does not come, what came is in `bytes` all the same: which
    /// refusal the agent heeds may stand in it.
    static func read(
        into bytes: inout [UInt8], until deadline: UInt64, _ signals: SignalPipe
    ) throws(Failure) {
        while true {
            try waitForMore(until: deadline, signals)
            let count = withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) { buffer in
                let count = Glibc.read(0, buffer.baseAddress, buffer.count)
                if count > 0 { bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
                return count
            }
            if count == 0 { return }
            guard count > 0 || errno == EINTR || errno == EAGAIN else { throw .unreadable(SystemError(errno, "read")) }
            guard bytes.count <= limit else { throw .tooLong }
        }
    }

    private static func waitForMore(until deadline: UInt64, _ signals: SignalPipe) throws(Failure) {
        while true {
            let now = SystemClock.monotonicNanoseconds()
            guard now < deadline else { throw .late }
            var watched = [
                pollfd(fd: 0, events: Int16(POLLIN), revents: 0),
                pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let timeout = Int32(clamping: (deadline - now + 999_999) / 1_000_000)
            guard poll(&watched, 2, timeout) > 0 else { continue }
            if watched[1].revents != 0 { throw .interrupted }
            if watched[0].revents != 0 { return }
        }
    }
}

extension HookInput.Failure: CustomStringConvertible {
    var description: String {
        switch self {
        case .tooLong: "the event is longer than \(HookInput.limit >> 20) MiB."
        case .late: "the event did not come to its end in time."
        case .interrupted: "hitl was told to end."
        case .unreadable(let error): "the event cannot be read: \(error)."
        }
    }
}
