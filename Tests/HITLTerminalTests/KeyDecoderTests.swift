import HITLTestSupport
import Testing

@testable import HITLTerminal

@Suite struct `Keys` {
    @Test func `are characters, arrows and Meta`() {
        #expect(
            keys("aé\u{1B}[A\u{1B}OB\u{1B}[1;5C\u{1B}f\u{1B}[3~") == [
                .character("a"), .character("é"), .up, .down, .wordRight, .meta("f"), .deleteForward,
            ])
    }

    @Test func `may arrive in pieces`() {
        var decoder = KeyDecoder(now: start)
        decoder.feed([0x1B], at: start)
        #expect(decoder.next(at: start) == nil)
        #expect(decoder.deadline == start + KeyDecoder.escapeWait)
        decoder.feed([0x5B], at: start + .milliseconds(10))
        #expect(decoder.next(at: start + .milliseconds(10)) == nil)
        decoder.feed([0x44, 0xE6, 0x97], at: start + .milliseconds(20))
        #expect(decoder.next(at: start + .milliseconds(20)) == .left)
        #expect(decoder.next(at: start + .milliseconds(20)) == nil)
        decoder.feed([0xA5], at: start + .milliseconds(30))
        #expect(decoder.next(at: start + .milliseconds(30)) == .character("日"))
    }

    @Test func `are Escape where nothing follows in time`() {
        var decoder = KeyDecoder(now: start)
        decoder.feed([0x1B], at: start)
        #expect(decoder.next(at: start + .milliseconds(39)) == nil)
        #expect(decoder.next(at: start + .milliseconds(40)) == .character("\u{1B}"))
    }

    @Test func `that are no UTF-8 or second controls are none`() {
        #expect(
            keys([0x61, 0xFF, 0x62, 0xC2, 0x9B, 0x00, 0x63]) == [.character("a"), .character("b"), .character("c")])
    }

    /// A terminal that loses the focus as Enter is pressed, or answers late.
    @Test func `sent with a reply of the terminal behind them keep their Enter`() {
        func keys(_ text: String) -> [Key] {
            var decoder = KeyDecoder(now: start)
            decoder.feed(Array(text.utf8), at: start)
            var keys: [Key] = []
            for now in [start, start + KeyDecoder.burstGap] {
                while let key = decoder.next(at: now) { keys.append(key) }
            }
            return keys
        }
        #expect(keys("a\r\u{1B}[I") == [.character("a"), .enter])
        #expect(keys("\r\u{1B}[O\u{1B}[24;80R") == [.enter])
        #expect(keys("\u{1B}[200~a\u{1B}[201~\r\u{1B}[I") == [.pasted(["a"]), .deadEnter])
        // But text may stand behind a reply.
        #expect(keys("a\r\u{1B}[Ib\r") == [.character("a"), .pasted(["\n"]), .character("b"), .deadEnter])
    }

    @Test(arguments: 0..<200)
    func `come to an end whatever the bytes are, and a sent line has its own Enter`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let pieces: [[UInt8]] = [
            [0x1B], [0x5B], [0x0D], [0x0A], [0x0D, 0x0A], Array("abc".utf8), Array("\u{1B}[200~".utf8),
            Array("\u{1B}[201~".utf8),
            [0x03], [0x1A], [0x07], Array("\u{1B}]0;".utf8), Array("\u{1B}P".utf8), [0xE6, 0x97], [0xFF],
            Array("12;3~".utf8), [0x1B, 0x4F],
        ]
        var decoder = KeyDecoder(now: start)
        var now = start
        for _ in 0..<100 {
            let bytes = (0..<Int.random(in: 1...6, using: &random)).flatMap { _ in pieces.randomElement(using: &random)!
            }
            decoder.feed(bytes, at: now)
            var count = 0
            while decoder.next(at: now) != nil { count += 1 }
            #expect(count <= bytes.count + 200)
            now += .milliseconds([0, 5, 30, 100, 1500].randomElement(using: &random)!)
        }
        now += .seconds(5)
        while decoder.next(at: now) != nil {}
        while let deadline = decoder.deadline {
            now = max(now, deadline)
            while decoder.next(at: now) != nil {}
        }
        // After silence, everything is typing again.
        now += .seconds(5)
        decoder.feed([0x71], at: now)
        #expect(decoder.next(at: now) == .character("q"))
        decoder.feed([0x0D], at: now + .seconds(1))
        #expect(decoder.next(at: now + .seconds(1)) == .enter)
        #expect(decoder.keyTime == now + .seconds(1))
    }
}

@Suite struct `Enter` {
    @Test func `alone is Enter at once`() {
        var decoder = KeyDecoder(now: start)
        decoder.feed(Array("ab".utf8), at: start)
        #expect(decoder.next(at: start) == .character("a"))
        #expect(decoder.next(at: start) == .character("b"))
        decoder.feed([0x0D], at: start + .milliseconds(100))
        #expect(decoder.next(at: start + .milliseconds(100)) == .enter)
        #expect(decoder.keyTime == start + .milliseconds(100))
    }

    @Test func `at the end of a burst waits for the burst to end`() {
        var decoder = KeyDecoder(now: start)
        decoder.feed(Array("a\r".utf8), at: start)
        #expect(decoder.next(at: start) == .character("a"))
        #expect(decoder.next(at: start) == nil)
        #expect(decoder.next(at: start + .milliseconds(24)) == nil)
        #expect(decoder.next(at: start + .milliseconds(25)) == .enter)
        #expect(decoder.keyTime == start)
    }

    @Test func `with more behind it is a line feed of a paste`() {
        #expect(keys("a\rb\r\nc\r") == [.character("a"), .pasted(["\n", "b", "\n", "c"]), .deadEnter])
        #expect(keys("\rb") == [.pasted(["\n", "b"])])
        // The rest of the burst comes with the next read.
        var decoder = KeyDecoder(now: start)
        decoder.feed(Array("a\r".utf8), at: start)
        #expect(decoder.next(at: start) == .character("a"))
        #expect(decoder.next(at: start) == nil)
        decoder.feed(Array("b".utf8), at: start + .milliseconds(20))
        #expect(decoder.next(at: start + .milliseconds(20)) == .pasted(["\n", "b"]))
    }

    @Test func `typed ahead keeps its time and is no paste`() {
        var decoder = KeyDecoder(now: start)
        decoder.feed(Array("a".utf8), at: start)
        decoder.feed([0x0D], at: start + .milliseconds(200))
        decoder.feed(Array("b".utf8), at: start + .milliseconds(400))
        let late = start + .seconds(60)
        #expect(decoder.next(at: late) == .character("a"))
        #expect(decoder.next(at: late) == .enter)
        #expect(decoder.keyTime == start + .milliseconds(200))
        #expect(decoder.next(at: late) == .character("b"))
    }

    @Test func `is dead for 400 milliseconds after a paste`() {
        var decoder = KeyDecoder(now: start)
        decoder.feed(Array("\u{1B}[200~x\u{1B}[201~".utf8), at: start)
        #expect(decoder.next(at: start) == .pasted(["x"]))
        #expect(decoder.next(at: start) == nil)
        decoder.feed([0x0D], at: start + .milliseconds(399))
        #expect(decoder.next(at: start + .milliseconds(399)) == .deadEnter)
        decoder.feed([0x0D], at: start + .milliseconds(430))
        #expect(decoder.next(at: start + .milliseconds(430)) == .enter)
    }

    @Test func `held down is one Enter a press`() {
        #expect(keys("\r\r\r") == [.enter])
    }
}

@Suite struct `A paste between its marks` {
    @Test func `is text whatever is in it, without its last line feeds`() {
        #expect(
            keys("\u{1B}[200~a\r\n\u{1B}[A\u{03}\r\r\u{1B}[201~z") == [
                .pasted(Array("a\n\u{1B}[A\u{03}".unicodeScalars)), .character("z"),
            ])
    }

    @Test func `may have its marks in pieces`() {
        var decoder = KeyDecoder(now: start)
        var found: [Key] = []
        for (index, byte) in "\u{1B}[200~é\u{1B}[20x\u{1B}[201~y".utf8.enumerated() {
            let now = start + .milliseconds(index)
            decoder.feed([byte], at: now)
            while let key = decoder.next(at: now) { found.append(key) }
        }
        var text: [Unicode.Scalar] = []
        for case .pasted(let part) in found { text += part }
        #expect(text == Array("é\u{1B}[20x".unicodeScalars))
        #expect(found.last == .character("y"))
    }

    @Test func `with its own end mark inside has no Enter of its own`() {
        let found = keys("\u{1B}[200~note\u{1B}[201~approve A\r")
        #expect(!found.contains(.enter))
        #expect(found.last == .deadEnter)
    }

    @Test func `without an end mark ends after a second of silence`() {
        var decoder = KeyDecoder(now: start)
        decoder.feed(Array("\u{1B}[200~x".utf8), at: start)
        #expect(decoder.next(at: start) == .pasted(["x"]))
        #expect(decoder.next(at: start) == nil)
        #expect(decoder.deadline == start + .milliseconds(1000))
        #expect(decoder.next(at: start + .milliseconds(1000)) == nil)
        decoder.feed(Array("y".utf8), at: start + .milliseconds(1001))
        #expect(decoder.next(at: start + .milliseconds(1001)) == .character("y"))
    }

    @Test func `that is too long is cut, and says so at its end`() {
        let found = keys("\u{1B}[200~" + String(repeating: "x", count: 20_000) + "\u{1B}[201~")
        #expect(found == [.pasted(Array(repeating: "x", count: KeyDecoder.longestPaste)), .cutPaste])
    }
}

private let start = ContinuousClock.now

/// All keys of bytes that arrive at once, once no more can be expected.
private func keys(_ text: String) -> [Key] {
    keys(Array(text.utf8))
}

private func keys(_ bytes: [UInt8]) -> [Key] {
    var decoder = KeyDecoder(now: start)
    decoder.feed(bytes, at: start)
    var found: [Key] = []
    for now in [start, start + .milliseconds(100)] {
        while let key = decoder.next(at: now) { found.append(key) }
    }
    return found
}
