import Glibc
import HITLConsole
import HITLCore
import HITLGate
import HITLPlatform
import HITLServer

/// What `hitl wait` was told on its command line.
struct WaitOptions: Sendable {
    /// A request's number or id.
    var request: String
    var timeout: Milliseconds?
    var json = false
    var desk: DeskPlace
    /// What the ledger's file has of the request, where no desk is there to ask.
    var recorded: @Sendable () -> RequestHistory?

    init(request: String, desk: DeskPlace, recorded: @escaping @Sendable () -> RequestHistory?) {
        self.request = request
        self.desk = desk
        self.recorded = recorded
    }
}

/// `hitl wait`: blocks until a request is decided, across the desk's restart.
///
/// - Returns: the contract's exit code; 75 where the time is over before.
func wait(_ options: WaitOptions) -> Int32 {
    let said = AskWords(json: options.json, tool: options.request)
    let deadline = options.timeout.map { SystemClock.monotonicNanoseconds() + UInt64($0.count) * 1_000_000 }
    let session = WaitSession(for: options.request, at: options.desk, until: deadline)
    switch session.wait(news: said.news) {
    case .answered(let answer): return said.waited(answer)
    case .timedOut(nil): return said.failed("The time is over, and no desk was there to tell.", .pending)
    case .timedOut(let number?): return said.failed("The time is over; request \(number) is not decided yet.", .pending)
    case .noDesk(let failure): return options.recorded().flatMap(said.decided) ?? said.unanswered(.noDesk(failure))
    case let end: return said.unanswered(end)
    }
}

extension AskWords {
    /// A request that is still pending is no news to whoever knows its number.
    fileprivate func waited(_ answer: AskAnswer) -> Int32 {
        guard answer.decision == .pending else { return answered(answer) }
        return failed("The time is over; request \(answer.number ?? 0) is not decided yet.", .pending)
    }
}
