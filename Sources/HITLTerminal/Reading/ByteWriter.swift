import Glibc

/// Writes all bytes to a descriptor, however slowly they are taken.
final class ByteWriter {
    enum Result {
        case written
        /// The other side is gone, or it took nothing although the reader is about to stop.
        case lost
    }

    private let descriptor: Int32
    private let isOwn: Bool
    /// Asked ten times a second while nothing is taken: whether the reader is about to stop.
    var isStopping: () -> Bool = { false }

    /// A terminal is opened anew, so that it can be made non-blocking for this thread alone: the descriptor
    /// given is shared with whoever started us. A writer that blocks in the kernel could not be stopped.
    init(descriptor: Int32) {
        var name = [CChar](repeating: 0, count: 256)
        if isatty(descriptor) == 1, ttyname_r(descriptor, &name, name.count) == 0 {
            let own = open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
            if own >= 0 {
                (self.descriptor, isOwn) = (own, true)
                return
            }
        }
        (self.descriptor, isOwn) = (descriptor, false)
    }

    deinit {
        if isOwn { close(descriptor) }
    }

    func write(_ bytes: [UInt8]) -> Result {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress!, rest.count)
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EAGAIN {
                    guard waitUntilWritable() else { return .lost }
                } else if errno != EINTR {
                    return .lost
                }
            }
            return .written
        }
    }

    /// False when a second of the stop has passed without anything being taken.
    private func waitUntilWritable() -> Bool {
        var patience = 10
        while true {
            var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = poll(&polled, 1, 100)
            if polled.revents != 0 { return true }
            if isStopping() {
                patience -= 1
                if patience == 0 { return false }
            }
        }
    }
}
