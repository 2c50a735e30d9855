import Glibc

/// A descriptor that is closed when its last owner lets go of it.
package final class OwnedDescriptor: Sendable {
    package let number: Int32

    package init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// Up to `count` bytes; fewer only at the end of the file.
    package func read(atMost count: Int) throws(SystemError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while initialized < count {
                let got = Glibc.read(number, buffer.baseAddress! + initialized, count - initialized)
                if got == 0 { return }
                if got > 0 {
                    initialized += got
                } else if errno != EINTR {
                    failure = errno
                    return
                }
            }
        }
        guard failure == 0 else { throw SystemError(failure, "read") }
        return bytes
    }

    func write(_ bytes: [UInt8]) throws(SystemError) {
        var failure: Int32 = 0
        bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let count = Glibc.write(number, buffer.baseAddress! + written, buffer.count - written)
                if count >= 0 {
                    written += count
                } else if errno != EINTR {
                    failure = errno
                    return
                }
            }
        }
        guard failure == 0 else { throw SystemError(failure, "write") }
    }

    func synchronize() throws(SystemError) {
        guard fsync(number) == 0 else { throw SystemError(errno, "fsync") }
    }
}
