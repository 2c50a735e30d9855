import Glibc

/// What the console decides about its terminal.
package struct TerminalOptions: Sendable {
    package enum Notifications: Sendable {
        case off
        case osc9
        case osc777
    }

    /// Where lines are kept across sessions; nil keeps none.
    package var historyPath: String?
    /// What of a line may be kept in the file: nil for nothing of it. A line may hold reasons and arguments of
    /// calls, which have no business in a file that outlives them.
    package var historyFilter: @Sendable (_ line: String) -> String?
    /// Called on the terminal's thread at TAB. `cursor` counts Unicode scalars.
    package var complete: @Sendable (_ line: String, _ cursor: Int) -> [Completion]
    package var rings: Bool
    package var notifications: Notifications
    /// Whether `~/.editrc` is read.
    package var readsSettings: Bool
    /// Signals whose handlers the terminal installs. Resizing needs SIGWINCH, coming back after a stop SIGCONT;
    /// of others it only tells. A program that owns its signals leaves this empty and calls `signalled`.
    package var signals: Set<Int32>

    package init(
        historyPath: String? = nil,
        historyFilter: @escaping @Sendable (_ line: String) -> String? = { _ in nil },
        complete: @escaping @Sendable (_ line: String, _ cursor: Int) -> [Completion] = { _, _ in [] },
        rings: Bool = true,
        notifications: Notifications = .off,
        readsSettings: Bool = true,
        signals: Set<Int32> = [SIGWINCH, SIGCONT]
    ) {
        self.historyPath = historyPath
        self.historyFilter = historyFilter
        self.complete = complete
        self.rings = rings
        self.notifications = notifications
        self.readsSettings = readsSettings
        self.signals = signals
    }
}
