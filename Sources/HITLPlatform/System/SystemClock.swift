import CPlatform

package enum SystemClock {
    /// The civil clock, since 1970-01-01T00:00:00Z. It can be set back.
    package static func wallMilliseconds() -> Int64 { platform_wall_milliseconds() }

    /// Never goes back, and goes on while the machine sleeps. Since boot.
    package static func monotonicNanoseconds() -> UInt64 { platform_boottime_nanoseconds() }

    /// The moment `duration` from now. Durations beyond the clock's range end at its last moment, negative ones are
    /// now.
    static func monotonicNanoseconds(after duration: Duration) -> UInt64 {
        let now = monotonicNanoseconds()
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return now }
        let (scaled, tooLong) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflow) = now.addingReportingOverflow(scaled)
        let (end, pastEnd) = sum.addingReportingOverflow(UInt64(attoseconds) / 1_000_000_000)
        return tooLong || overflow || pastEnd ? .max - 1 : end
    }
}
