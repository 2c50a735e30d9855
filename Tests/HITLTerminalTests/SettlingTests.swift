import Testing

@testable import HITLTerminal

@Suite struct `A window that is dragged` {
    private let start = ContinuousClock.now

    @Test func `is quiet a while after its last step`() {
        var settling = Settling()
        #expect(!settling.isUnderWay(at: start) && settling.end == nil)
        settling.moved(at: start)
        settling.moved(at: start + .milliseconds(200))
        #expect(settling.isUnderWay(at: start + .milliseconds(499)))
        #expect(settling.end == start + .milliseconds(500))
        #expect(!settling.isUnderWay(at: start + .milliseconds(500)))
    }

    @Test func `keeps nobody waiting for ever`() {
        var settling = Settling()
        for step in 0..<100 { settling.moved(at: start + .milliseconds(step * 100)) }
        #expect(settling.isUnderWay(at: start + .milliseconds(9_999)))
        #expect(!settling.isUnderWay(at: start + .milliseconds(10_000)))
        settling.moved(at: start + .milliseconds(10_050))
        #expect(settling.end == start + .milliseconds(10_350))
    }
}
