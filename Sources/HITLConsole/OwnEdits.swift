package import HITLCore
import HITLPlatform

/// Requests that are being edited at the desk. The command that edits one shows what it becomes, so the
/// announcer, which hears of it too, keeps quiet.
package final class OwnEdits: Sendable {
    private let edited = Locked<Set<Int64>>([])

    /// Before the new request can be heard of.
    func begin(_ number: Int64) {
        _ = edited.withLock { $0.insert(number) }
    }

    /// It came to nothing.
    func drop(_ number: Int64) {
        _ = edited.withLock { $0.remove(number) }
    }

    /// Whether a request that was opened takes the place of one that was edited here. Said once.
    package func takeNew(_ request: ApprovalRequest) -> Bool {
        guard let former = request.supersedes else { return false }
        return edited.withLock { $0.remove(former) != nil }
    }
}
