import Synchronization

/// Working room that one evaluation at a time may use. Two at once do not wait for each other: the second takes the
/// next room, and where all are taken works in one of its own.
final class Scratch<Room>: Sendable {
    private let rooms: [Slot]
    private let make: @Sendable () -> Room

    init(rooms: Int = 4, make: @escaping @Sendable () -> Room) {
        self.make = make
        self.rooms = (0..<rooms).map { _ in Slot() }
    }

    func use<Result>(_ body: (inout Room) -> Result) -> Result {
        for slot in rooms
        where slot.isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged {
            defer { slot.isTaken.store(false, ordering: .releasing) }
            if slot.room == nil { slot.room = make() }
            if var room = slot.room.take() {
                defer { slot.room = room }
                return body(&room)
            }
        }
        var room = make()
        return body(&room)
    }

    /// `room` is touched only by who changed `isTaken` from false to true, with acquire and release around it.
    private final class Slot: @unchecked Sendable {
        let isTaken = Atomic(false)
        var room: Room?
    }
}
