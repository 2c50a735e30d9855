public import HITLCore

/// The clocks of the gate, passed in by the composition root so that tests can move them.
public struct Clocks: Sendable {
    /// Civil time, for records and for deadlines that survive a restart.
    public let wall: @Sendable () -> WallTime
    /// Time since some fixed moment that nobody can set back and that goes on while the machine sleeps.
    public let monotonic: @Sendable () -> Milliseconds
    /// Returns no earlier than the monotonic clock shows that moment; throws `CancellationError`.
    public let sleep: @Sendable (_ until: Milliseconds) async throws -> Void

    public init(
        wall: @escaping @Sendable () -> WallTime, monotonic: @escaping @Sendable () -> Milliseconds,
        sleep: @escaping @Sendable (_ until: Milliseconds) async throws -> Void
    ) {
        self.wall = wall
        self.monotonic = monotonic
        self.sleep = sleep
    }
}

/// Civil time that is read once and then carried by the monotonic clock, so that setting the
/// machine's clock back gives nobody more time.
struct SteadyClock {
    private let clocks: Clocks
    private let startWall: WallTime
    private let startMonotonic: Milliseconds

    init(_ clocks: Clocks) {
        self.clocks = clocks
        startWall = clocks.wall()
        startMonotonic = clocks.monotonic()
    }

    var now: WallTime { startWall + (clocks.monotonic() - startMonotonic) }

    func monotonic(at time: WallTime) -> Milliseconds { startMonotonic + (time - startWall) }
}
