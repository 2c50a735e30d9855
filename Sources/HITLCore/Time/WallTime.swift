/// A moment of the civil clock, for records and for deadlines that survive a restart.
///
/// Never for measuring how long something took: it can be set back. Durations come from a
/// monotonic clock, which is not known here.
public struct WallTime: Sendable, Hashable, Comparable {
    /// Since 1970-01-01T00:00:00Z, without leap seconds.
    public let milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    public static func < (left: WallTime, right: WallTime) -> Bool { left.milliseconds < right.milliseconds }

    public static func + (time: WallTime, duration: Milliseconds) -> WallTime {
        WallTime(milliseconds: time.milliseconds.addingSaturated(duration.count))
    }

    public static func - (later: WallTime, earlier: WallTime) -> Milliseconds {
        Milliseconds(later.milliseconds.subtractingSaturated(earlier.milliseconds))
    }
}

/// A length of time. The unit is in the type because a bare 300 has meant seconds, minutes and
/// milliseconds in programs of this kind.
public struct Milliseconds: Sendable, Hashable, Comparable {
    public let count: Int64

    public init(_ count: Int64) {
        self.count = count
    }

    public static func seconds(_ count: Int64) -> Milliseconds { Milliseconds(count * 1000) }
    public static func minutes(_ count: Int64) -> Milliseconds { Milliseconds(count * 60_000) }

    public static func < (left: Milliseconds, right: Milliseconds) -> Bool { left.count < right.count }

    public static func + (left: Milliseconds, right: Milliseconds) -> Milliseconds {
        Milliseconds(left.count.addingSaturated(right.count))
    }

    public static func - (left: Milliseconds, right: Milliseconds) -> Milliseconds {
        Milliseconds(left.count.subtractingSaturated(right.count))
    }
}
