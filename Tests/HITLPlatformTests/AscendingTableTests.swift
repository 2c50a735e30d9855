import HITLPlatform
import Testing

@Suite struct `A table of ascending numbers` {
    @Test func `keeps what a dictionary keeps, whatever is put in and taken out`() {
        var random = SystemRandomNumberGenerator()
        var table = AscendingTable<Int>()
        var dictionary: [Int64: Int] = [:]
        var newest: Int64 = 0
        for step in 0..<20_000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4:
                newest += Int64.random(in: 1...3, using: &random)
                table[newest] = step
                dictionary[newest] = step
            case 4:
                // One that comes late, or again.
                let key = Int64.random(in: 0...newest, using: &random)
                table[key] = step
                dictionary[key] = step
            case 5:
                let key = Int64.random(in: 0...newest, using: &random)
                table[key]? += 1
                dictionary[key]? += 1
            case 6:
                let key = Int64.random(in: 0...newest, using: &random)
                table[key] = nil
                dictionary[key] = nil
            default:
                let key = Int64.random(in: 0...(newest + 1), using: &random)
                #expect(table.removeValue(forKey: key) == dictionary.removeValue(forKey: key))
            }
            #expect(table.count == dictionary.count)
        }
        let kept = table.map { ($0, $1) }
        #expect(kept.map(\.0) == dictionary.keys.sorted())
        #expect(kept.allSatisfy { dictionary[$0] == $1 && table[$0] == $1 })
    }
}
