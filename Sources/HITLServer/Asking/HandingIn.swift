import HITLCore
import HITLGate

/// What came of the calls that requesters carry out.
extension DeskConnection {
    func outcome(_ object: JSONObject) async throws(DeskError) -> JSONValue {
        let parameters = try Parameters(
            object, of: "outcome", knowing: ["id", "request", "status", "summary", "result", "executionTime"])
        let name = try parameters.request("request")
        let id = try parameters.name("id")
        guard (name == nil) != (id == nil) else { throw parameters.fault("either `id` or `request` is needed") }
        let outcome = Outcome(
            status: try parameters.required("status", try parameters.word("status", Outcome.Status.self)),
            summary: try parameters.name("summary", within: 4096), result: parameters["result"],
            executionTime: try parameters.integer("executionTime", in: 0...(.max)).map { Milliseconds($0) })
        let held: (subject: Subject, tool: String)
        if let name {
            held = try await inherited(name)
        } else {
            guard let permit = takePermit(id ?? "") else { throw .noPermit(id ?? "") }
            held = permit
        }
        await desk.gate.finish(held.subject, tool: held.tool, outcome)
        return ["status": .string(outcome.status.rawValue)]
    }

    /// The call that a former desk permitted to the process that speaks here, and of which no outcome is known.
    private func inherited(_ name: RequestName) async throws(DeskError) -> (subject: Subject, tool: String) {
        let subject: Subject =
            switch name {
            case .number(let number): .request(number)
            case .id(let id): .call(id)
            }
        guard let call = await desk.gate.queue.inherited.first(where: { $0.subject == subject }) else {
            throw .noPermit(name.text)
        }
        let isItself: Bool
        do throws(Objection) { isItself = try desk.authority.isRequester(peer, call.requester) } catch {
            isItself = false
        }
        // Whose process cannot be told is nobody's.
        guard isItself else {
            throw await refuse(.noPermit(name.text), what: "to say what came of \(name.text)")
        }
        return (subject, call.tool)
    }
}
