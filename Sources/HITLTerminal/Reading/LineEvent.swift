/// What became of a request for a line.
package enum LineEvent: Sendable, Equatable {
    /// The reading task was cancelled, or the reader has stopped.
    case cancelled
    /// Ctrl-C: the line is thrown away, whatever it was.
    case interrupted
    /// Ctrl-D on an empty line, or the end of a script.
    case endOfInput
    /// The terminal is gone.
    case hangup
    case line(TypedLine)
}

package struct TypedLine: Sendable, Equatable {
    package enum Origin: Sendable {
        /// Not from a terminal.
        case script
        /// At least a part of it was pasted.
        case pasted
        case typed
    }

    /// The line without its end. Line feeds inside it were pasted.
    package let text: String
    /// When the first byte of the Enter that ended it arrived, which for keys typed ahead is long before
    /// the line was asked for.
    package let entered: ContinuousClock.Instant
    package let origin: Origin

    package init(text: String, entered: ContinuousClock.Instant, origin: Origin) {
        self.text = text
        self.entered = entered
        self.origin = origin
    }
}

/// What became of something that was to be shown.
package enum Drawn: Sendable, Equatable {
    /// Left out, or the reader stopped before: nobody has seen it.
    case never
    /// All of its bytes were taken by the terminal at this moment.
    case at(ContinuousClock.Instant)
}

package enum TerminalEvent: Sendable, Equatable {
    /// Ctrl-C while no line is being read.
    case interrupted
    /// The window has another size.
    case resized(columns: Int, rows: Int)
    /// The terminal is gone.
    case hangup
    /// One of the signals that the options name came.
    case signalled(Int32)
}
