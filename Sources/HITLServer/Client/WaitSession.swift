import HITLCore
import HITLPlatform

/// Waiting for the decision on one request, across the desk's going and coming.
package struct WaitSession {
    private let request: String
    private let place: DeskPlace
    private let deadline: UInt64?

    private static let courtesy: UInt64 = 2_000_000_000
    private static let firstPause: UInt64 = 20_000_000
    private static let longestPause: UInt64 = 500_000_000

    /// - Parameters:
    ///   - request: its number or id.
    ///   - deadline: on `SystemClock.monotonicNanoseconds()`.
    package init(for request: String, at place: DeskPlace, until deadline: UInt64?) {
        self.request = request
        self.place = place
        self.deadline = deadline
    }

    package func wait(news: (AskNews) -> Void = { _ in }) -> AskEnd {
        var wasThere = false
        var pause = Self.firstPause
        while true {
            do throws(DeskClient.Failure) {
                let client = try DeskClient(connectingTo: place)
                if wasThere { news(.deskBack) }
                wasThere = true
                pause = Self.firstPause
                return try answer(of: client)
            } catch {
                switch error {
                case .unreadable: return .unreadable
                case .refused(let refused) where refused.kind.utf8.elementsEqual("deskClosing".utf8):
                    news(.deskGone(number: nil))
                case .refused(let refused): return .refused(refused)
                case .socket(.lost): news(.deskGone(number: nil))
                case .socket(.timedOut): return .timedOut(number: nil)
                case .socket(.nobodyListens) where wasThere: break
                case .socket(let failure): return .noDesk(failure)
                }
            }
            let now = SystemClock.monotonicNanoseconds()
            if let deadline, now >= deadline { return .timedOut(number: nil) }
            SignalPipe.sleep(until: min(deadline ?? .max, now + pause))
            pause = min(pause * 2, Self.longestPause)
        }
    }

    private func answer(of client: DeskClient) throws(DeskClient.Failure) -> AskEnd {
        var left: Int64?
        if let deadline {
            // Where no time is left it is still worth a look.
            let now = SystemClock.monotonicNanoseconds()
            left = Int64((max(deadline, now + 1_000_000) - now + 999_999) / 1_000_000)
        }
        let result = try client.call(
            "wait", .members(["request": .string(request), "timeout": left.map { .integer($0) }]),
            until: deadline.map { $0 + Self.courtesy })
        guard let answer = AskAnswer(result) else { return .unreadable }
        return .answered(answer)
    }
}
