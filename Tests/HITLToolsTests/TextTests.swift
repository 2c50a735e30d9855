import HITLPlatform
import Testing

@testable import HITLTools

@Suite struct `A difference` {
    @Test func `puts close changes into one part and far ones into several`() {
        let old = (1...20).map(String.init)
        var new = old
        new[2] = "three"
        new[6] = "seven"
        new.remove(at: 17)
        new.insert("new", at: 0)
        #expect(
            diff(old, new) == """
                --- n
                +++ n
                @@ -1,10 +1,11 @@
                +new
                 1
                 2
                -3
                +three
                 4
                 5
                 6
                -7
                +seven
                 8
                 9
                 10
                @@ -15,6 +16,5 @@
                 15
                 16
                 17
                -18
                 19
                 20
                """)
    }

    @Test func `shows that the last line has no end`() {
        #expect(
            UnifiedDiff.text(from: Array("a".utf8), to: Array("a\n".utf8), name: "n") == #"""
                --- n
                +++ n
                @@ -1 +1 @@
                -a
                \ No newline at end of file
                +a
                """#)
    }

    @Test func `shows a file that becomes empty`() {
        #expect(
            UnifiedDiff.text(from: Array("a\nb\n".utf8), to: [], name: "n") == """
                --- n
                +++ n
                @@ -1,2 +0,0 @@
                -a
                -b
                """)
    }

    /// Reading the steps forwards gives the new lines and backwards the old ones, whatever the lines are, with a small
    /// effort and a great one.
    @Test(arguments: [0, 3, 1000])
    func `turns the old lines into the new`(_ effort: Int) {
        var random = Numbers(state: 42)
        for _ in 0..<500 {
            let old = lines(&random)
            let new = lines(&random)
            let steps = LineDifference.steps(from: old, to: new, effort: effort)
            #expect(steps.filter { $0.kind != .insert }.map { old[$0.old] } == old)
            #expect(steps.filter { $0.kind != .remove }.map { new[$0.new] } == new)
            #expect(steps.allSatisfy { $0.kind != .keep || old[$0.old] == new[$0.new] })
        }
    }

    @Test func `is as short as it can be`() {
        var random = Numbers(state: 7)
        for _ in 0..<200 {
            let old = lines(&random)
            let new = lines(&random)
            let changed = LineDifference.steps(from: old, to: new).count { $0.kind != .keep }
            #expect(changed == old.count + new.count - 2 * longestCommon(old, new))
        }
    }

    private func diff(_ old: [String], _ new: [String]) -> String {
        func bytes(_ lines: [String]) -> [UInt8] { Array(lines.map { $0 + "\n" }.joined().utf8) }
        return UnifiedDiff.text(from: bytes(old), to: bytes(new), name: "n")
    }

    private func lines(_ random: inout Numbers) -> [ArraySlice<UInt8>] {
        (0..<random.next() % 12).map { _ in [UInt8(random.next() % 4)][...] }
    }

    private func longestCommon(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]) -> Int {
        var row = [Int](repeating: 0, count: new.count + 1)
        for line in old {
            var diagonal = 0
            for (place, other) in new.enumerated() {
                let above = row[place + 1]
                row[place + 1] = line == other ? diagonal + 1 : max(above, row[place])
                diagonal = above
            }
        }
        return row[new.count]
    }
}

/// Numbers that are the same in every run (Knuth's MMIX constants).
private struct Numbers {
    var state: UInt64

    mutating func next() -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33)
    }
}

@Suite struct `Bytes in base64` {
    @Test func `reads what it writes`() {
        var random = Numbers(state: 1)
        for count in 0..<50 {
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
        // RFC 4648 §10.
        #expect(
            ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map { Base64.encode($0.utf8) }
                == ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"])
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "=", "====", "Zm9v\n", "Zm-v", "Zg==Zg==", "Zm 9v"])
    func `reads nothing that it would not write`(_ text: String) {
        #expect(Base64.decode(text) == nil)
    }
}

@Suite struct `A glob` {
    private static let cases: [(String, String, Bool)] = [
        ("*.swift", "a.swift", true), ("*.swift", "src/a.swift", true), ("*.swift", "a.swiftx", false),
        ("?.c", "ab.c", false), ("src/*.c", "src/a.c", true), ("src/*.c", "src/b/a.c", false),
        ("src/**/*.c", "src/b/d/a.c", true), ("src/**/*.c", "src/a.c", true), ("**/a", "a", true), ("/a", "a", true),
        ("/a", "b/a", false), ("*a*b*", "xxaxxbxx", true), ("*a*b*", "xxbxxaxx", false),
    ]

    @Test(arguments: cases)
    func `matches names, or paths where it has a slash`(_ pattern: String, _ path: String, _ expected: Bool) {
        #expect(Glob(pattern).matches(Array(path.utf8)) == expected)
    }

    @Test func `takes no time to speak of, whatever the pattern`() {
        let name = [UInt8](repeating: UInt8(ascii: "a"), count: 5000)
        #expect(!Glob(String(repeating: "*a", count: 500) + "*b").matches(name))
    }
}

@Suite struct `A search for a text in a text` {
    @Test func `finds all places without overlaps`() {
        #expect(Array("aaaa".utf8).occurrences(of: Array("aa".utf8)) == [0, 2])
        #expect(Array("abcabcabd".utf8).occurrences(of: Array("abcabd".utf8)) == [3])
        #expect(Array("abc".utf8).occurrences(of: []) == [])
    }

    @Test func `takes no time to speak of, whatever the texts`() {
        let text = [UInt8](repeating: 97, count: 200_000)
        #expect(text.occurrences(of: [UInt8](repeating: 97, count: 99_999) + [98]) == [])
    }
}
