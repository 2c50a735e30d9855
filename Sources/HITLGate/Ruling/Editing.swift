public import HITLCore

extension Gate {
    /// Closes a request as superseded and opens a new one with another call, linked, judged again and
    /// waited for by the same requester. It asks also where a rule would allow it: a person changed it,
    /// and the approval of the old call was never given.
    ///
    /// - Throws: `notEligible` where the policy denies the new call; the old request then stays.
    public func supersede(
        _ number: Int64, with call: ToolCall, by reviewer: Principal
    ) async throws(ReviewError) -> ApprovalRequest {
        let (verdict, hold) = judge(call, holds: true) { $0 }
        let call = call.confined(by: verdict)
        do throws(ReviewError) {
            return try await queue.supersede(
                number, with: call, digest: digest(call), verdict: verdict, by: reviewer, hold: hold)
        } catch {
            queue.usage.release(hold)
            throw error
        }
    }
}
