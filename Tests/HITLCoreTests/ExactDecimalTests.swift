import HITLCore
import HITLTestSupport
import Testing

@Suite struct `An exact decimal` {
    /// From the smallest up, equal ones in one row.
    private let rows = [
        ["-1e999999", "-1E+999999"], ["-10.5", "-1.05e1"], ["-10"], ["-1e-400"],
        ["0", "-0", "0.000", "0e99", "-0.0e-7"],
        ["1e-400"], ["0.1", "1e-1", "0.10", "10e-2"], ["0.85"], ["0.850000000000000000001"],
        ["9007199254740992", "9.007199254740992e15"], ["9007199254740993"],
        ["10000000000000000000000", "1e22", "0.1e23"], ["10000000000000000000000.000000000000000000001"], ["1e999"],
    ]

    @Test func `is ordered by its value and not by what a double keeps of it`() throws {
        for (place, row) in rows.enumerated() {
            for text in row {
                let number = try #require(ExactDecimal(text))
                #expect(number.description == text)
                for (otherPlace, otherRow) in rows.enumerated() {
                    for other in try otherRow.map({ try #require(ExactDecimal($0)) }) {
                        #expect((number < other) == (place < otherPlace), "\(number) < \(other)")
                        #expect((number == other) == (place == otherPlace), "\(number) == \(other)")
                        if number == other { #expect(number.hashValue == other.hashValue) }
                    }
                }
            }
        }
        #expect(ExactDecimal("1e1000000000") == nil && ExactDecimal("1e") == nil && ExactDecimal("NaN") == nil)
        #expect(ExactDecimal(-120) == ExactDecimal("-1.2e2") && ExactDecimal(0) == ExactDecimal("0"))
    }

    @Test func `adds up exactly`() throws {
        for (left, right, sum) in [
            ("0.1", "0.2", "0.3"), ("0", "5", "5"), ("999.99", "0.01", "1000"), ("1e20", "1", "100000000000000000001"),
            ("75000.10", "0.9", "75001"), ("0.001", "0.009", "0.01"), ("5e-3", "5e-3", "0.01"),
        ] {
            let addend = try #require(ExactDecimal(right))
            let result = try #require(ExactDecimal(left)?.adding(addend))
            #expect(result == ExactDecimal(sum) && result.description == sum, "\(left) + \(right) = \(result)")
        }
        #expect(ExactDecimal(-1).adding(1) == nil)
        #expect(try #require(ExactDecimal("1e5000")).adding(1) == nil)
    }

    @Test func `adds as integers do`() throws {
        var random = SplitMix(seed: 3)
        for _ in 0..<2000 {
            let left = Int64.random(in: 0...Int64(1 << Int64.random(in: 1...60, using: &random)), using: &random)
            let right = Int64.random(in: 0...Int64(1 << Int64.random(in: 1...60, using: &random)), using: &random)
            #expect(ExactDecimal(left).adding(ExactDecimal(right))?.description == String(left + right))
            #expect((ExactDecimal(left) < ExactDecimal(right)) == (left < right))
        }
    }
}
