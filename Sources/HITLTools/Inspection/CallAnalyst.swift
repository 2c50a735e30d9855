package import HITLCore
import HITLPlatform

/// Analyses calls in the surroundings of one toolbox. Whoever looks at a call and then judges it asks twice about the
/// same one, so the last is kept.
package final class CallAnalyst: Sendable {
    private let surroundings: PathSurroundings
    private let latest = Locked<(call: ToolCall, analysis: CallAnalysis)?>(nil)

    init(_ surroundings: PathSurroundings) { self.surroundings = surroundings }

    package func analysis(of call: ToolCall) -> CallAnalysis {
        if let known = latest.withLock({ $0 }), known.call === call { return known.analysis }
        let analysis = CallAnalysis.of(call, in: surroundings)
        latest.withLock { $0 = (call, analysis) }
        return analysis
    }
}
