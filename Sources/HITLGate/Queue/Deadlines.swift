import HITLCore
import HeapModule

/// When requests expire: one heap, so that a hundred thousand deadlines cost one timer.
///
/// An entry is not removed when its request closes or gets more time; it is stale then, and the state
/// machine answers it with `keepWaiting` or no request is found. `sweep` keeps stale ones from
/// outnumbering the others, because a deadline may lie a month ahead.
struct Deadlines {
    private struct Entry: Comparable {
        let due: WallTime
        let number: Int64

        static func < (left: Entry, right: Entry) -> Bool { (left.due, left.number) < (right.due, right.number) }
    }

    private var heap = Heap<Entry>()

    var next: WallTime? { heap.min?.due }

    var count: Int { heap.count }

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

    /// Forgets the entries of closed requests where they are most of all entries.
    ///
    /// - Parameter pending: how many requests are open.
    mutating func sweep(pending: Int, isPending: (Int64) -> Bool) {
        guard heap.count > 2 * pending + 64 else { return }
        heap = Heap(heap.unordered.filter { isPending($0.number) })
    }
}
