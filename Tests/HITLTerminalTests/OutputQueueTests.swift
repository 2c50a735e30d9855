import HITLPlatform
import Testing

@testable import HITLTerminal

@Suite struct `What waits for a slow terminal` {
    @Test func `is everything that commands wrote, and the newest announcements`() {
        var queue = OutputQueue()
        let left = Locked(0)
        for number in 0..<(OutputQueue.mostAnnouncements + 20) {
            _ = queue.add(.output(StyledText("output"), drawn: { _ in }))
            queue.add(.announcement(StyledText("notice \(number)"), drawn: { _ in left.withLock { $0 += 1 } }))?(.never)
        }
        #expect(left.withLock { $0 } == 20)
        let rows = queue.takeAll().flatMap { item in
            switch item {
            case .announcement(let text, _), .output(let text, _): text.rows(for: Presentation(kind: .stream))
            default: [] as [String]
            }
        }
        #expect(rows.filter { $0 == "output" }.count == OutputQueue.mostAnnouncements + 20)
        #expect(
            rows.filter { $0.hasPrefix("notice") } == (20..<(OutputQueue.mostAnnouncements + 20)).map { "notice \($0)" }
        )
        let omission = rows.firstIndex(of: "… and 20 more announcements that this terminal was too slow for")
        #expect(omission.map { $0 + 1 } == rows.firstIndex(of: "notice 20"))
        #expect(queue.isEmpty)
    }
}

@Suite struct `Lines as they come` {
    @Test func `from a script are given at once`() {
        var lines = LineSplitter(isScript: true)
        lines.feed(Array("a\r\nb".utf8), at: .now)
        #expect(lines.next()?.text == "a")
        #expect(lines.next() == nil)
        lines.finish(at: .now)
        #expect(lines.next().map { [$0.text, "\($0.origin)"] } == ["b", "script"])
    }

    @Test func `from a terminal wait to be known as typed or pasted`() {
        var lines = LineSplitter(isScript: false)
        lines.feed(Array("a\n".utf8), at: .now)
        #expect(lines.next() == nil && lines.isHolding)
        lines.endBurst()
        #expect(lines.next()?.origin == .typed)
        lines.feed(Array("b\n".utf8), at: .now)
        lines.feed(Array("c\n".utf8), at: .now)
        #expect(lines.next()?.origin == .pasted)
        lines.endBurst()
        #expect(lines.next()?.origin == .pasted)
    }
}
