/// Where a client looks for its desk.
package enum DeskPlace: Sendable, Equatable {
    /// At this path and nowhere else, because somebody said so.
    case named(String)
    /// Where desks listen by themselves, the likeliest first.
    case usual([String])

    package var paths: [String] {
        switch self {
        case .named(let path): [path]
        case .usual(let paths): paths
        }
    }
}
