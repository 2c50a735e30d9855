import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLTerminal

/// `hitl policy suggest`: rules for what people approve again and again.
struct SuggestProgram {
    let configurationFile: String?
    let since: WallTime?
    let last: Int?
    let json: Bool

    func run() -> ExitCode {
        let place: Place
        let ledger: Ledger
        switch Place.find(file: configurationFile, workspace: Process.directory) {
        case .failure(let failure): return failure.report()
        case .success(let found): place = found
        }
        switch place.readLedger() {
        case .failure(let failure): return failure.report()
        case .success(let opened): ledger = opened
        }
        let judge = Judge(place)
        let decisions: [RequestHistory]
        do throws(EventLedgerError) {
            decisions = try Records(ledger).history(.init(last: last ?? Self.most, since: since))
        } catch {
            return Failure(.ledger, error.description).report()
        }
        let suggestions = Suggester(judge.policy, judge.assessor(directory: nil)).suggestions(from: decisions)
        let view = SuggestionView(suggestions)
        Output.standard(json ? view.json.printable + "\n" : view.yaml)
        return .done
    }

    /// Habits of long ago are none.
    private static let most = 5000
}
