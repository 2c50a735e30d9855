package import HITLCore
import HITLPlatform

/// Which requests have been on the operator's screen, whole, since when.
///
/// A decision on a terminal needs it: bytes typed before a request was shown were not meant for it.
package final class ShownRequests: Sendable {
    /// How long a request must have been on the screen before it can be decided there.
    package static let dwell = Duration.milliseconds(400)

    package struct Showing: Sendable {
        package let at: ContinuousClock.Instant
        package let wall: WallTime
        package let digest: CallDigest
    }

    private let showings = Locked(AscendingTable<Showing>())
    /// How many lines of a request were left out, where it has not been shown whole.
    private let parts = Locked<[Int64: Int]>([:])

    /// The first time counts.
    package func show(_ request: ApprovalRequest, at: ContinuousClock.Instant, wall: WallTime) {
        showings.withLock { showings in
            if showings[request.number]?.digest == request.digest { return }
            showings[request.number] = Showing(at: at, wall: wall, digest: request.digest)
        }
    }

    package func showing(of number: Int64) -> Showing? {
        showings.withLock { $0[number] }
    }

    /// That it was shown with `hidden` lines left out. It is not shown by that.
    package func showPart(of number: Int64, hidden: Int) {
        parts.withLock { $0[number] = hidden }
    }

    /// How many of its lines have not been on the screen: 0 where all have; nil where none has.
    package func hiddenLines(of number: Int64) -> Int? {
        showing(of: number) == nil ? parts.withLock { $0[number] } : 0
    }

    package func forget(_ number: Int64) {
        showings.withLock { $0[number] = nil }
        parts.withLock { $0[number] = nil }
    }

    /// Why a line that was sent at `entered` cannot decide a request yet.
    package enum TooEarly: Sendable, Equatable {
        case notShown
        case dwelling
    }

    package func check(_ number: Int64, entered: ContinuousClock.Instant) -> TooEarly? {
        guard let showing = showing(of: number) else { return .notShown }
        return entered - showing.at < Self.dwell ? .dwelling : nil
    }
}
