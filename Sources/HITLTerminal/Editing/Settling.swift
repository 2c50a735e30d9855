/// A window that is being dragged, on a terminal that breaks rows anew at every step.
///
/// The terminal is ahead: tmux breaks the rows at once and tells the program at most four times a second. What is drawn
/// meanwhile is drawn for a width that the screen no longer has: it begins in the wrong row, and leaves a piece of the
/// line behind or erases what stands above it. So nothing is drawn until the window is quiet; the terminal keeps the
/// line together by itself.
struct Settling {
    typealias Instant = ContinuousClock.Instant

    /// Longer than tmux keeps a size back.
    static let quiet = Duration.milliseconds(300)
    /// Somebody who drags for longer sees what comes all the same.
    static let longest = Duration.seconds(10)

    private var first: Instant?
    private var last: Instant?

    mutating func moved(at now: Instant) {
        if !isUnderWay(at: now) { first = now }
        last = now
    }

    /// Nil where the window has never moved.
    var end: Instant? {
        guard let first, let last else { return nil }
        return min(last + Self.quiet, first + Self.longest)
    }

    func isUnderWay(at now: Instant) -> Bool { end.map { now < $0 } ?? false }
}
