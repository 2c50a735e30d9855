/// What the operator, or the terminal on the operator's behalf, did.
enum Key: Equatable {
    case character(Unicode.Scalar)
    /// A character after Escape.
    case meta(Unicode.Scalar)
    case up
    case down
    case left
    case right
    case home
    case end
    case wordLeft
    case wordRight
    case deleteForward
    case enter
    /// Enter, too soon after a paste to be an answer to it.
    case deadEnter
    /// A part of a paste; it is text whatever it contains.
    case pasted([Unicode.Scalar])
    /// A paste was longer than is taken; the rest of it is gone.
    case cutPaste
    case interrupt
    case suspend
}
