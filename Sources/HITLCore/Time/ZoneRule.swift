/// What a zone does every year, in the notation of POSIX's `TZ` with the extensions of RFC 9636 §3.3.1:
///
///     CET-1CEST,M3.5.0,M10.5.0/3      <-02>2<-01>,M3.5.0/-1,M10.5.0/0
struct ZoneRule: Sendable, Equatable {
    /// A day of every year, and seconds after its midnight.
    struct Turn: Sendable, Equatable {
        enum Day: Sendable, Equatable {
            /// 1 to 365; the 29th of February is never one.
            case julian(Int)
            /// 0 to 365.
            case ordinal(Int)
            /// The `week`-th such weekday (0 is Sunday) of the month; 5 is the last.
            case weekday(month: Int, week: Int, day: Int)
        }

        let day: Day
        let seconds: Int
    }

    struct Summer: Sendable, Equatable {
        let secondsEast: Int
        let begin: Turn
        let end: Turn
    }

    let secondsEast: Int
    let summer: Summer?

    func secondsEast(at seconds: Int64) -> Int {
        guard let summer else { return secondsEast }
        let year = CivilDate(day: (seconds + Int64(secondsEast)).flooredDivision(by: 86_400).quotient).year
        // A turn may lie before or after the year that it counts from.
        for year in year - 1...year + 1 {
            let begin = summer.begin.moment(in: year) - Int64(secondsEast)
            var end = summer.end.moment(in: year) - Int64(summer.secondsEast)
            // South of the equator summer ends in the next year.
            if end <= begin { end = summer.end.moment(in: year + 1) - Int64(summer.secondsEast) }
            if (begin..<end).contains(seconds) { return summer.secondsEast }
        }
        return secondsEast
    }

    init?(_ text: ArraySlice<UInt8>) {
        var reader = ZoneRuleReader(rest: text)
        guard reader.skipName(), let west = reader.clock(hours: 24) else { return nil }
        secondsEast = -west
        guard !reader.rest.isEmpty else {
            summer = nil
            return
        }
        guard reader.skipName() else { return nil }
        var ahead = secondsEast + 3600
        if reader.rest.first != UInt8(ascii: ",") {
            guard let west = reader.clock(hours: 24) else { return nil }
            ahead = -west
        }
        // Without the two turns POSIX leaves it to the system when summer is.
        guard let begin = reader.turn(), let end = reader.turn(), reader.rest.isEmpty else { return nil }
        summer = Summer(secondsEast: ahead, begin: begin, end: end)
    }
}

extension ZoneRule.Turn {
    /// In seconds since 1970, on the place's own clock.
    fileprivate func moment(in year: Int64) -> Int64 {
        let newYear = Self.day(year, 1)
        let day: Int64 =
            switch self.day {
            case .ordinal(let count): newYear + Int64(count)
            case .julian(let count):
                newYear + Int64(count) - 1 + (count >= 60 && Self.day(year, 3) - newYear == 60 ? 1 : 0)
            case .weekday(let month, let week, let weekday): Self.day(weekday, week: week, of: month, year)
            }
        return day * 86_400 + Int64(seconds)
    }

    /// The first of a month.
    private static func day(_ year: Int64, _ month: Int) -> Int64 {
        CivilDate(year: year, month: Int64(month), day: 1).daysSinceEpoch
    }

    private static func day(_ weekday: Int, week: Int, of month: Int, _ year: Int64) -> Int64 {
        let first = Self.day(year, month)
        // 1970-01-01 was a Thursday.
        let firstWeekday = ((first + 4) % 7 + 7) % 7
        var day = first + (Int64(weekday) - firstWeekday + 7) % 7 + Int64(week - 1) * 7
        let next = month == 12 ? Self.day(year + 1, 1) : Self.day(year, month + 1)
        if day >= next { day -= 7 }
        return day
    }
}

private struct ZoneRuleReader {
    var rest: ArraySlice<UInt8>

    /// `CET`, or anything between `<` and `>`.
    mutating func skipName() -> Bool {
        if rest.first == UInt8(ascii: "<") {
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
            rest = rest[(end + 1)...]
            return true
        }
        let letters = rest.prefix { ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z") }
        rest = rest.dropFirst(letters.count)
        return letters.count >= 3
    }

    /// `[+-]h[:m[:s]]` in seconds.
    mutating func clock(hours most: Int) -> Int? {
        var sign = 1
        if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            sign = first == UInt8(ascii: "-") ? -1 : 1
            rest.removeFirst()
        }
        guard let hours = number(atMost: most) else { return nil }
        var seconds = hours * 3600
        for unit in [60, 1] where rest.first == UInt8(ascii: ":") {
            rest.removeFirst()
            guard let part = number(atMost: 59) else { return nil }
            seconds += part * unit
        }
        return sign * seconds
    }

    /// `,M3.5.0/2`
    mutating func turn() -> ZoneRule.Turn? {
        guard rest.popFirst() == UInt8(ascii: ",") else { return nil }
        let day: ZoneRule.Turn.Day
        switch rest.first {
        case UInt8(ascii: "J"):
            rest.removeFirst()
            guard let count = number(atMost: 365), count > 0 else { return nil }
            day = .julian(count)
        case UInt8(ascii: "M"):
            rest.removeFirst()
            guard let month = number(atMost: 12), month > 0, rest.popFirst() == UInt8(ascii: "."),
                let week = number(atMost: 5), week > 0, rest.popFirst() == UInt8(ascii: "."),
                let weekday = number(atMost: 6)
            else { return nil }
            day = .weekday(month: month, week: week, day: weekday)
        default:
            guard let count = number(atMost: 365) else { return nil }
            day = .ordinal(count)
        }
        guard rest.first == UInt8(ascii: "/") else { return ZoneRule.Turn(day: day, seconds: 7200) }
        rest.removeFirst()
        // RFC 9636 §3.3.1: up to a week before or after.
        return clock(hours: 167).map { ZoneRule.Turn(day: day, seconds: $0) }
    }

    private mutating func number(atMost most: Int) -> Int? {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard (1...3).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return value <= most ? value : nil
    }
}
