package import HITLPlatform

/// Why a process may not decide.
package enum Objection: Error, Sendable, Equatable {
    /// Its ancestors cannot be told, so it could be below the one that asks.
    case unknownAncestry(ProcessTree.Failure)
    /// The process that connected has ended; somebody else speaks for it.
    case gone
    /// The desk started it, or something that the desk started did.
    case startedByDesk
    /// It asked for this itself, or descends from the process that did.
    case asksItself(number: Int64)
    /// Who asked cannot be told any more, so it could have been this very process.
    case unknownRequester(number: Int64)

    package var sentence: String {
        switch self {
        case .unknownAncestry(let failure): "Who decides must be known, and here it is not: \(failure)."
        case .gone: "The process that connected has ended, so nobody can decide over this connection."
        case .startedByDesk: "A process that the desk started can ask and never decide."
        case .asksItself(let number):
            "Request \(number) was asked for by this process or one above it; somebody else decides."
        case .unknownRequester(let number):
            "Nobody can tell any more which process asked for request \(number); decide at the desk."
        }
    }
}
