import HITLPlatform

/// Whose outcome who reports: the command that approved, or an announcement later. Never both, never neither.
package final class ExpectedOutcomes: Sendable {
    private enum Reporter {
        case command
        case announcement
    }

    private let expected = Locked<[Int64: Reporter]>([:])

    /// The command that is about to approve reports the outcome.
    func expect(_ number: Int64) {
        expected.withLock { $0[number] = .command }
    }

    /// The command has given up waiting.
    func announce(_ number: Int64) {
        expected.withLock { $0[number] = .announcement }
    }

    /// Whether it was still expected.
    @discardableResult
    func drop(_ number: Int64) -> Bool {
        expected.withLock { $0.removeValue(forKey: number) != nil }
    }

    /// Whether an outcome that has come is to be announced: it is where no command reports it.
    package func takeForAnnouncement(_ number: Int64) -> Bool {
        expected.withLock { expected in
            switch expected[number] {
            case .command?: return false
            case .announcement?, nil:
                expected[number] = nil
                return true
            }
        }
    }
}
