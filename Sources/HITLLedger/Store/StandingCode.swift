/// How a standing is kept beside the entry; the brief is kept with what is unresolved.
package enum StandingCode: Int64, Sendable {
    case unchanged = 0, open = 1, settled = 2
}

extension Standing {
    var code: StandingCode {
        switch self {
        case .unchanged: .unchanged
        case .open: .open
        case .settled: .settled
        }
    }
}
