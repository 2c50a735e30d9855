import Glibc
import HITLPlatform
import HITLTestSupport
import Testing

@testable import HITLCore

@Suite struct `The clock of a zone` {
    private func east(_ zone: SmallZone, _ times: String...) throws -> [Int] {
        let rules = try ZoneRules(name: zone.name, tzif: zone.bytes)
        return try times.map { rules.secondsEast(at: try #require(WallTime(timestamp: $0))) }
    }

    @Test func `follows its table, and what is before it`() throws {
        let zone = SmallZone(name: "x", changes: [(0, 1), (1000, 0)], types: [-100, 200])
        #expect(
            try east(
                zone, "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "1970-01-01T00:16:39.999Z", "1970-01-01T00:16:40Z"
            )
                == [-100, 200, 200, -100])
        var old = zone
        old.version = 0
        #expect(try east(old, "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z") == [-100, 200])
    }

    @Test func `follows its yearly rule after the table, on both sides of the equator`() throws {
        #expect(
            try east(
                .berlin, "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-10-25T00:59:59Z", "2026-10-25T01:00:00Z",
                "2099-07-01T00:00:00Z")
                == [3600, 7200, 7200, 3600, 7200])
        let sydney = SmallZone(name: "s", types: [36_000], footer: "AEST-10AEDT,M10.1.0,M4.1.0/3")
        #expect(
            try east(
                sydney, "2026-01-01T00:00:00Z", "2026-04-04T15:59:59Z", "2026-04-04T16:00:00Z", "2026-10-03T16:00:00Z",
                "2026-12-31T23:59:59Z")
                == [39_600, 39_600, 36_000, 39_600, 39_600])
        // Turns before midnight of their day, on days by number, and a summer that never ends.
        let nuuk = SmallZone(name: "n", footer: "<-02>2<-01>,M3.5.0/-1,M10.5.0/0")
        #expect(try east(nuuk, "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z") == [-7200, -3600])
        let always = SmallZone(name: "a", footer: "EST5EDT,0/0,J365/25")
        #expect(
            try east(always, "2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z", "2027-01-01T05:30:00Z") == [
                -14_400, -14_400, -14_400,
            ])
        let julian = SmallZone(name: "j", footer: "AAA0BBB,J60/0,J61/0")
        #expect(
            try east(julian, "2024-02-29T12:00:00Z", "2024-03-01T12:00:00Z", "2023-03-01T12:00:00Z") == [0, 3600, 3600])
        let ordinal = SmallZone(name: "o", footer: "AAA0BBB-0:30:15,59/0,60/0")
        #expect(
            try east(ordinal, "2024-02-29T12:00:00Z", "2023-03-01T12:00:00Z", "2024-03-01T12:00:00Z") == [
                1815, 1815, 0,
            ])
        #expect(
            ZoneRules.Flaw.footer == flaw(SmallZone(name: "x", footer: "CET-1CEST"))
                && ZoneRules.Flaw.footer == flaw(SmallZone(name: "x", footer: "CET-1CEST,M3.5.0,M13.5.0"))
                && ZoneRules.Flaw.footer == flaw(SmallZone(name: "x", footer: "CET-1CEST,M3.5.0,M10.5.0/168")))
    }

    private func flaw(_ zone: SmallZone) -> ZoneRules.Flaw? { flaw(zone.bytes) }

    private func flaw(_ bytes: [UInt8]) -> ZoneRules.Flaw? {
        do throws(ZoneRules.Flaw) {
            _ = try ZoneRules(name: "x", tzif: bytes)
            return nil
        } catch { return error }
    }

    @Test func `is not made of what is no zone, is cut off, or contradicts itself`() {
        let good = SmallZone(name: "x", changes: [(0, 1), (9, 0)], types: [0, 60], footer: "AAA0")
        #expect(flaw(good) == nil)
        for length in 0..<good.bytes.count { #expect(flaw(Array(good.bytes.prefix(length))) != nil) }
        #expect(flaw(Array("#!/bin/sh\n".utf8)) == .notAZone)
        #expect(flaw(SmallZone(name: "x", changes: [(9, 0), (9, 0)])) == .contradiction)
        #expect(flaw(SmallZone(name: "x", changes: [(9, 7)])) == .contradiction)
        #expect(flaw(SmallZone(name: "x", types: [])) == .contradiction)
        #expect(flaw(SmallZone(name: "x", types: [93_600])) == .contradiction)
        #expect(flaw(SmallZone(name: "x", leaps: 1)) != nil)
    }

    @Test func `answers, whatever its file holds`() throws {
        var random = SplitMix(seed: 31)
        let good = SmallZone(
            name: "x", changes: [(0, 1), (9, 0)], types: [0, 60], footer: "CET-1CEST,M3.5.0,M10.5.0/3")
        for _ in 0..<3000 {
            var bytes = good.bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let rules = try? ZoneRules(name: "x", tzif: bytes) else { continue }
            for time in [Int64.min, -1, 0, 1_800_000_000_000, Int64.max] {
                #expect(abs(rules.secondsEast(at: WallTime(milliseconds: time))) < 100_000)
            }
        }
    }

    /// The same question to `date`, which reads the same files with the C library.
    @Test(arguments: [
        "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Nuuk", "Asia/Tehran",
        "America/Santiago", "Europe/Dublin", "Asia/Kathmandu", "Pacific/Apia", "Antarctica/Troll", "Etc/GMT+5",
    ])
    func `is the one that the C library reads in the same file`(_ name: String) async throws {
        let path = "/usr/share/zoneinfo/" + name
        guard access(path, R_OK) == 0 else {
            print("skipped: there is no \(path)")
            return
        }
        let rules = try ZoneRules(name: name, tzif: try SmallFile.read(path))
        var random = SplitMix(seed: 32)
        let moments = (0..<400).map { _ in Int64.random(in: -4_000_000_000...8_000_000_000, using: &random) }
        var launch = Launch("/bin/date", ["-f", "-", "+%s %::z"], environment: ["TZ": name])
        launch.input = .bytes(Array(moments.map { "@\($0)\n" }.joined().utf8))
        launch.timeLimit = .seconds(20)
        let result = await (try ChildProcess.start(launch)).wait()
        let lines = String(decoding: result.output.bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == moments.count)
        for (moment, line) in zip(moments, lines) {
            let east = rules.secondsEast(at: WallTime(milliseconds: moment * 1000))
            let (hours, rest) = (abs(east) / 3600, abs(east) % 3600)
            func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
            // Of nothing `date` says `-00` where no place has a name for it.
            let line = line.replacing(" -00:00:00", with: " +00:00:00")
            #expect(line == "\(moment) \(east < 0 ? "-" : "+")\(two(hours)):\(two(rest / 60)):\(two(rest % 60))")
        }
    }
}
