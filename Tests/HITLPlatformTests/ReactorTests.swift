import Glibc
@testable import HITLPlatform
import Testing

@Suite struct `The event loop` {
    @Test func `fires timers in the order of their times, and those of one time in the order they were set`() async {
        let reactor = Reactor()
        let order = Locked<[Int]>([])
        let start = SystemClock.monotonicNanoseconds()
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            reactor.perform {
                for (number, delay) in [(3, 3), (1, 1), (2, 2), (4, 3)] {
                    reactor.schedule(at: start + UInt64(delay) * 1_000_000) { order.withLock { $0.append(number) } }
                }
                reactor.schedule(at: start + 4_000_000) { done.resume() }
            }
        }
        #expect(order.withLock { $0 } == [1, 2, 3, 4])
        #expect(SystemClock.monotonicNanoseconds() >= start + 4_000_000)
    }

    @Test func `does not fire what was cancelled, also among very many`() async {
        let reactor = Reactor()
        let fired = Locked<Set<Int>>([])
        let start = SystemClock.monotonicNanoseconds()
        let refused = Locked(0)
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            // On its own thread nothing fires before it is done, however long that takes.
            reactor.perform {
                let timers = (0..<10_000).map { number in
                    reactor.schedule(at: start - UInt64(number * 7919 % 10_000)) {
                        _ = fired.withLock { $0.insert(number) }
                    }
                }
                for number in 0..<10_000 where number % 100 != 0 && !reactor.cancel(timers[number]) {
                    refused.withLock { $0 += 1 }
                }
                reactor.schedule(at: start + 1) { done.resume() }
            }
        }
        #expect(refused.withLock { $0 } == 0)
        #expect(fired.withLock { $0 } == Set(stride(from: 0, to: 10_000, by: 100)))
    }

    @Test func `does what it is handed, in order`() async {
        let reactor = Reactor()
        let order = Locked<[Int]>([])
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            for number in 0..<100 { reactor.perform { order.withLock { $0.append(number) } } }
            reactor.perform { done.resume() }
        }
        #expect(order.withLock { $0 } == Array(0..<100))
    }

    @Test func `keeps a heap in order`() {
        var heap = TimerHeap()
        var seed: UInt64 = 1
        var times: [UInt64] = []
        for number in 0..<1000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            times.append(seed >> 50)
            heap.insert(TimerHeap.Entry(time: seed >> 50, number: UInt64(number)))
        }
        heap.keep { $0.number % 2 == 0 }
        var sorted: [UInt64] = []
        while let first = heap.first {
            sorted.append(first.time)
            heap.removeFirst()
        }
        #expect(sorted == times.enumerated().filter { $0.offset % 2 == 0 }.map(\.element).sorted())
    }
}
