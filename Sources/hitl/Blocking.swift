import Glibc
import HITLPlatform

/// Runs asynchronous work from a synchronous main. The waiting thread sleeps in the kernel.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
    let result = Locked<Value?>(nil)
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { preconditionFailure("no descriptor left at the start of the program") }
    let (reading, writing) = (ends[0], ends[1])
    _ = fcntl(reading, F_SETFD, FD_CLOEXEC)
    _ = fcntl(writing, F_SETFD, FD_CLOEXEC)
    Task {
        let value = await body()
        result.withLock { $0 = value }
        close(writing)
    }
    var byte: UInt8 = 0
    while read(reading, &byte, 1) < 0 && errno == EINTR {}
    close(reading)
    guard let value = result.withLock({ $0 }) else { preconditionFailure("the work ended without a result") }
    return value
}
