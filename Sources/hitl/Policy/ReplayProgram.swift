import HITLConfiguration
import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLTerminal

/// `hitl policy replay`: the decisions of the ledger before another policy.
struct ReplayProgram {
    let policyFile: String
    let configurationFile: String?
    let since: WallTime?
    let last: Int?
    let json: Bool

    /// - Returns: failed where the policy would allow what a person rejected.
    func run() -> ExitCode {
        let place: Place
        switch Place.find(file: policyFile, fileOption: "--policy", workspace: Process.directory) {
        case .failure(let failure): return failure.report()
        case .success(let found): place = found
        }
        // The ledger is the one of the configuration in force, wherever the new policy would put one.
        let ledger: Ledger
        switch Place.find(file: configurationFile).flatMap({ $0.readLedger() }) {
        case .failure(let failure): return failure.report()
        case .success(let opened): ledger = opened
        }
        let judge = Judge(place)
        // Each call has the directory in which it ran; where there is none, nothing is known of it.
        var replayer = Replayer(judge.policy, judge.assessor(directory: nil))
        var summary = ReplaySummary()
        var changes: [JSONValue] = []
        func take(_ history: RequestHistory) {
            guard let replay = replayer.replay(history) else { return }
            summary.count(replay)
            guard replay.isChange else { return }
            if json {
                changes.append(ReplayView.json(replay))
            } else {
                var text = StyledText()
                ReplayView.append(replay, to: &text)
                Output.standard(text.rendered(for: Output.presentation(of: 1)))
            }
        }
        do throws(EventLedgerError) {
            let records = Records(ledger)
            if let last {
                for history in try records.history(.init(last: last, since: since)) { take(history) }
            } else {
                try records.forEach { history throws(EventLedgerError) in
                    if let since, let openedAt = history.openedAt, openedAt < since { return }
                    take(history)
                }
            }
        } catch {
            return Failure(.ledger, error.description).report()
        }
        if json {
            Output.standard(
                JSONValue.members(["changes": .array(changes), "summary": ReplayView.json(summary)]).printable + "\n")
        } else {
            Output.standard(ReplayView.summary(summary).rendered(for: Output.presentation(of: 1)))
        }
        return summary.rejectedAndAllowed == 0 ? .done : .failed
    }
}
