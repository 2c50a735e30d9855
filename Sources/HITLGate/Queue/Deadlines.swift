import HITLCore
import HeapModule

/// When requests expire: one heap, so that a hundred thousand deadlines cost one timer.
///
/// An entry is never removed. A request that closed or got more time leaves a stale one, which the
/// state machine answers with `keepWaiting` or which finds no request.
struct Deadlines {
    private struct Entry: Comparable {
        let due: WallTime
        let number: Int64

        static func < (left: Entry, right: Entry) -> Bool { (left.due, left.number) < (right.due, right.number) }
    }

    private var heap = Heap<Entry>()

    var next: WallTime? { heap.min?.due }

    mutating func add(_ number: Int64, due: WallTime) {
        heap.insert(Entry(due: due, number: number))
    }

    mutating func popDue(at now: WallTime) -> [Int64] {
        var numbers: [Int64] = []
        while let entry = heap.min, entry.due <= now {
            heap.removeMin()
            numbers.append(entry.number)
        }
        return numbers
    }
}
