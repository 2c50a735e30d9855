/// What is still to be written, in order.
struct OutputQueue {
    enum Item {
        case announcement(StyledText, drawn: @Sendable (Drawn) -> Void)
        case output(StyledText, drawn: @Sendable (Drawn) -> Void)
        case bell
        case notification(title: DisplayText, body: DisplayText)
        case clear
    }

    /// Announcements that may wait. A terminal that takes nothing for minutes (a stopped multiplexer, a
    /// stalled connection) must cost a bounded amount of memory.
    static let mostAnnouncements = 500

    private var items: [Item] = []
    private var announcements = 0
    private var leftOut = 0

    var isEmpty: Bool { items.isEmpty }

    /// Adds an item; returns whom to tell that an older announcement will not be shown.
    mutating func add(_ item: Item) -> (@Sendable (Drawn) -> Void)? {
        items.append(item)
        guard case .announcement = item else { return nil }
        announcements += 1
        guard announcements > Self.mostAnnouncements else { return nil }
        announcements -= 1
        leftOut += 1
        guard let oldest = items.firstIndex(where: \.isAnnouncement),
            case .announcement(_, let drawn) = items.remove(at: oldest)
        else { preconditionFailure("announcements are counted as they are added") }
        return drawn
    }

    /// Everything, with a line for what was left out where it would have begun.
    mutating func takeAll() -> [Item] {
        defer { self = OutputQueue() }
        guard leftOut > 0, let place = items.firstIndex(where: \.isAnnouncement) else { return items }
        items.insert(.output(Self.omission(of: leftOut), drawn: { _ in }), at: place)
        return items
    }

    private static func omission(of count: Int) -> StyledText {
        StyledText("… and \(count) more announcements that this terminal was too slow for", .warning)
    }
}

extension OutputQueue.Item {
    fileprivate var isAnnouncement: Bool {
        if case .announcement = self { true } else { false }
    }
}
