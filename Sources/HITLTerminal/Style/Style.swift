/// What a piece of text means; how that looks is decided where it is drawn.
package enum Style: Sendable, Hashable {
    case plain
    case strong
    case dim
    case good
    case bad
    case warning
    case accent

    /// The parameters of "select graphic rendition" (ECMA-48, 8.3.117). Only the sixteen colours that every
    /// palette defines, and none that vanishes on a light or a dark background.
    var parameters: StaticString? {
        switch self {
        case .plain: nil
        case .strong: "1"
        case .dim: "2"
        case .good: "32"
        case .bad: "1;31"
        case .warning: "33"
        case .accent: "36"
        }
    }

    /// Escapes stand out in every style, so that `<U+202E>` is not read as part of a name.
    static let escapeParameters: StaticString = "7"
}
