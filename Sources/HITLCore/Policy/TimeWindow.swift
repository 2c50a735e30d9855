/// Days and hours on the clock of one place.
public struct TimeWindow: Sendable, Equatable {
    public enum Day: Int, Sendable, CaseIterable { case monday, tuesday, wednesday, thursday, friday, saturday, sunday }

    public enum Zone: Sendable, Equatable {
        /// East of UTC is positive.
        case offset(minutes: Int)
        /// `Europe/Berlin`, with the clock changes of that place.
        case named(ZoneRules)
    }

    /// The days on which the window begins.
    public let days: Set<Day>
    /// Minutes since midnight, 0 to 1439.
    public let start: Int
    /// Minutes since midnight, 1 to 1440, not included. Where it is not after the start, it is of the next day.
    public let end: Int
    public let zone: Zone

    public init(days: Set<Day> = Set(Day.allCases), start: Int = 0, end: Int = 1440, zone: Zone) {
        self.days = days
        self.start = start
        self.end = end
        self.zone = zone
    }

    func contains(_ time: WallTime) -> Bool {
        let secondsEast =
            switch zone {
            case .offset(let minutes): Int64(minutes) * 60
            case .named(let rules): Int64(rules.secondsEast(at: time))
            }
        let local = time + Milliseconds(secondsEast * 1000)
        let dayLength: Int64 = 86_400_000
        var days = local.milliseconds / dayLength
        var rest = local.milliseconds % dayLength
        if rest < 0 {
            days -= 1
            rest += dayLength
        }
        let minute = Int(rest / 60_000)
        // 1970-01-01 was a Thursday.
        let today = Int((days % 7 + 7 + 3) % 7)
        if end > start { return begins(today) && (start..<end).contains(minute) }
        return (begins(today) && minute >= start) || (begins((today + 6) % 7) && minute < end)
    }

    private func begins(_ day: Int) -> Bool { Day(rawValue: day).map(days.contains) ?? false }
}
