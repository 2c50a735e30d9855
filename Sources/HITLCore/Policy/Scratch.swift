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
            return body(&slot.room(or: make).pointee)
        }
        var room = make()
        return body(&room)
    }

    /// `made` is touched only by who changed `isTaken` from false to true, with acquire and release around it. Behind
    /// a pointer, because moving a room out and in again takes longer than many an evaluation.
    private final class Slot: @unchecked Sendable {
        let isTaken = Atomic(false)
        private var made: UnsafeMutablePointer<Room>?

        func room(or make: () -> Room) -> UnsafeMutablePointer<Room> {
            if let made { return made }
            let room = UnsafeMutablePointer<Room>.allocate(capacity: 1)
            room.initialize(to: make())
            made = room
            return room
        }

        deinit {
            made?.deinitialize(count: 1)
            made?.deallocate()
        }
    }
}
