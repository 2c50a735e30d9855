/// Why a pattern cannot be accepted, and at which byte of it.
public struct PatternError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Fault: Error, Equatable {
        case backreference
        case lookaround
        /// Atomic groups, possessive quantifiers, conditions, recursion: what needs a memory of the way taken.
        case construct(String)
        case unclosedGroup
        case unopenedGroup
        case unclosedClass
        case emptyClass
        case reversedRange
        case nothingToRepeat
        case count
        case countTooLarge(limit: Int)
        case escape(String)
        case trailingBackslash
        case flag(String)
        case nesting(limit: Int)
        case tooLarge(limit: Int)
        /// A glob over paths that begins nowhere.
        case relativePath
        case dotComponent
        case componentOfStars
        case empty
    }

    public let fault: Fault
    /// The offset in bytes.
    public let offset: Int

    public init(_ fault: Fault, at offset: Int) {
        self.fault = fault
        self.offset = offset
    }

    public var description: String { "\(fault) (at byte \(offset + 1) of the pattern)" }
}

extension PatternError.Fault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .backreference: "a reference to a group cannot be matched in linear time"
        case .lookaround: "looking ahead or behind cannot be matched in linear time"
        case .construct(let text): "`\(text)` is not part of this syntax"
        case .unclosedGroup: "the group that begins here has no `)`"
        case .unopenedGroup: "this `)` closes nothing; write `\\)` for the character"
        case .unclosedClass: "the class that begins here has no `]`"
        case .emptyClass: "the class that begins here matches nothing"
        case .reversedRange: "the range that ends here runs backwards"
        case .nothingToRepeat: "there is nothing to repeat here; write a backslash before the character itself"
        case .count: "the least count is greater than the greatest"
        case .countTooLarge(let limit): "a count cannot be greater than \(limit)"
        case .escape(let text): "unknown escape `\(text)`"
        case .trailingBackslash: "the pattern ends in a backslash"
        case .flag(let text): "unknown flag `\(text)`; `i`, `m` and `s` are known"
        case .nesting(let limit): "nested deeper than \(limit) groups"
        case .tooLarge(let limit): "the pattern needs more than \(limit) states"
        case .relativePath: "a pattern of paths begins with `/` or `**/`"
        case .dotComponent: "`.` and `..` never stand in a resolved path"
        case .componentOfStars: "`**` stands alone between two separators"
        case .empty: "an empty pattern matches nothing"
        }
    }
}
