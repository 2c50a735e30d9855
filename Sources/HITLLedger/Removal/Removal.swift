/// What an entry lets be taken out, found by number.
enum Removal: Sendable {
    case nothing
    case contents([Int64: Digest])
    case prefix(through: Int64)

    init(_ removes: Removes) {
        switch removes {
        case .nothing: self = .nothing
        case .prefix(let last): self = .prefix(through: last)
        case .contents(let contents):
            self = .contents(Dictionary(contents.map { ($0.sequence, $0.left) }) { first, _ in first })
        }
    }
}
