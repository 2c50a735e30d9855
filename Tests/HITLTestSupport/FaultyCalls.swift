import Glibc
package import HITLLedger
import HITLPlatform

/// The system's calls, of which one fails, or all from one on, as a disk at fault makes them.
package final class FaultyCalls: Sendable {
    package enum Fault: Sendable, CaseIterable, CustomStringConvertible {
        case full, quota, error, readOnly, shortWrite

        var number: Int32 {
            switch self {
            case .full, .shortWrite: ENOSPC
            case .quota: EDQUOT
            case .error: EIO
            case .readOnly: EROFS
            }
        }

        package var description: String {
            switch self {
            case .full: "ENOSPC"
            case .quota: "EDQUOT"
            case .error: "EIO"
            case .readOnly: "EROFS"
            case .shortWrite: "half a write, then ENOSPC"
            }
        }
    }

    private struct State {
        var made = 0
        var failing: Range<Int> = .max..<(.max)
        var isShort = false
    }

    private let fault: Fault
    private let state = Locked(State())

    package init(_ fault: Fault) {
        self.fault = fault
    }

    /// How many calls were made so far.
    package var made: Int { state.withLock { $0.made } }

    /// From the call after `number` more of them, `count` calls fail.
    package func fail(after number: Int, count: Int) {
        state.withLock { $0.failing = ($0.made + number)..<($0.made + number).addingSaturated(count) }
    }

    package func heal() {
        state.withLock { $0.failing = .max..<(.max) }
    }

    private func fails() -> Bool {
        state.withLock { state in
            defer { state.made += 1 }
            guard state.failing.contains(state.made) else { return false }
            errno = fault.number
            return true
        }
    }

    package var calls: FileCalls {
        let system = FileCalls.system
        return FileCalls(
            write: { [self] descriptor, bytes, count, offset in
                guard fails() else { return system.write(descriptor, bytes, count, offset) }
                guard fault == .shortWrite, count > 1, !state.withLock({ $0.isShort }) else {
                    state.withLock { $0.isShort = false }
                    errno = fault.number
                    return -1
                }
                // Half of it stands in the file; the rest of the same write fails.
                state.withLock { state in
                    state.isShort = true
                    state.failing = state.failing.lowerBound..<state.failing.upperBound.addingSaturated(1)
                }
                return system.write(descriptor, bytes, count / 2, offset)
            },
            syncData: { [self] in fails() ? -1 : system.syncData($0) },
            syncAll: { [self] in fails() ? -1 : system.syncAll($0) },
            truncate: { [self] in fails() ? -1 : system.truncate($0, $1) },
            rename: { [self] in fails() ? -1 : system.rename($0, $1) })
    }
}

extension Int {
    fileprivate func addingSaturated(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
