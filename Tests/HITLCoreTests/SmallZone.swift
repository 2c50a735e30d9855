import HITLCore

/// Bytes of a zone's file, made by hand, and a plain reading of what they mean.
struct SmallZone {
    let name: String
    var version: UInt8 = UInt8(ascii: "2")
    /// Seconds since 1970, and the type from then on.
    var changes: [(at: Int64, type: UInt8)] = []
    /// Seconds east of UTC.
    var types: [Int32] = [0]
    var leaps: UInt32 = 0
    var footer = ""

    static let berlin = SmallZone(name: "Europe/Berlin", types: [3600], footer: "CET-1CEST,M3.5.0,M10.5.0/3")
    static let flat = SmallZone(name: "Asia/Kolkata", types: [19_800])

    var bytes: [UInt8] {
        func header(_ changes: Int, _ types: Int, _ letters: Int) -> [UInt8] {
            Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
                + [0, 0, leaps, UInt32(changes), UInt32(types), UInt32(letters)].flatMap(big)
        }
        func block<Number: FixedWidthInteger>(_ kind: Number.Type) -> [UInt8] {
            header(changes.count, types.count, 4) + changes.flatMap { big(Number(truncatingIfNeeded: $0.at)) }
                + changes.map(\.type) + types.flatMap { big($0) + [0, 0] } + Array("abc\0".utf8)
        }
        if version == 0 { return block(Int32.self) }
        return header(0, 0, 0) + block(Int64.self) + Array("\n\(footer)\n".utf8)
    }

    private func big(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    var rules: ZoneRules {
        do { return try ZoneRules(name: name, tzif: bytes) } catch { preconditionFailure("\(error)") }
    }

    /// In Berlin summer is from one o'clock UTC on the last Sunday of March to that of October. Year by year, day by day.
    static func secondsEastInBerlin(at time: WallTime) -> Int {
        let seconds = time.milliseconds / 1000
        var day: Int64 = 0
        var year: Int64 = 1970
        while true {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            func lastSunday(of month: Int) -> Int64 {
                var last = day + lengths[..<month].reduce(0, +) - 1
                // Day 3 was a Sunday.
                while last % 7 != 3 { last -= 1 }
                return last * 86_400 + 3600
            }
            let next = day + lengths.reduce(0, +)
            if seconds < next * 86_400 {
                return (lastSunday(of: 3)..<lastSunday(of: 10)).contains(seconds) ? 7200 : 3600
            }
            (day, year) = (next, year + 1)
        }
    }
}
