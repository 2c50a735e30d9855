import HITLCore
import HITLPlatform

extension Clocks {
    /// The machine's.
    public static let system = Clocks(
        wall: { WallTime(milliseconds: SystemClock.wallMilliseconds()) },
        monotonic: { Milliseconds(Int64(SystemClock.monotonicNanoseconds() / 1_000_000)) },
        sleep: { moment in
            // The task's clock stands still while the machine sleeps; so the other one is asked again on waking.
            while true {
                let left = moment.count - Int64(SystemClock.monotonicNanoseconds() / 1_000_000)
                guard left > 0 else { return }
                try await Task.sleep(for: .milliseconds(min(left, 86_400_000)))
            }
        })
}
