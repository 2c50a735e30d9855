package import HITLCore
import HITLGate
import HITLTerminal

package struct StopCommand: Command {
    package static let definition = CommandDefinition(
        "stop", .desk, summary: "end a call that is running",
        discussion: """
            Everything that the call started is ended too. What it did until then stays done. A command of hitl ask is \
            run by that process, which is told to end it.
            """,
        positionals: [.init("N", .request, doc: "number or id")],
        examples: [.init("/hitl stop 3", "end the command of request 3")])

    private let name: RequestName

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        name = try arguments.request()
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        var isUnreachable = false
        var result = await desk.change(name, by: `operator`, "stop") { gate, number throws(ReviewError) in
            do throws(ReviewError) {
                switch try await gate.queue.stop(.request(number)) {
                case .ends: return StyledText("Stopping request \(number).")
                case .told(let performer):
                    return StyledText(
                        "Told \(DisplayText(untrusted: performer)), which runs request \(number), to end it.")
                case .unreachable(let performer, let advice):
                    isUnreachable = true
                    return StyledText(
                        "Request \(number) is carried out by \(DisplayText(untrusted: performer)), which cannot be told to end it from here; \(DisplayText(untrusted: advice))."
                    )
                }
            } catch .notRunning {
                guard let standing = standing(of: number, desk) else { throw .notRunning }
                isUnreachable = true
                return standing
            }
        }
        if isUnreachable { result.exit = .failed }
        return result
    }

    /// What there is to say of a request of which nothing runs; nil where that is all.
    private func standing(of number: Int64, _ desk: Desk) -> StyledText? {
        guard let history = try? desk.records.events.history(of: .request(number)), history.started != nil,
            let call = history.call, call.performer == .unobserved
        else { return nil }
        let agent = DisplayText(untrusted: call.origin.agent)
        return StyledText(
            "Request \(number) is carried out by \(agent) itself, which does not say when it is done: end it there.")
    }
}
