import HITLCore
import HITLGate
import HITLPlatform

/// The calls of an agent that carries them out itself once it is told yes: each question waits for its ruling beside the
/// others, and each permit for its outcome.
final class DrivenCalls: Sendable {
    enum Answer: Sendable {
        case refused(RefusalNotice)
        case permitted(JSONObject, edit: EditNotice?)
        /// It was approved with other arguments, which this agent cannot be given. It did not run.
        case edited(JSONObject, EditNotice)
    }

    /// A permitted call of which the agent will say what came of it.
    private struct Owed {
        let subject: Subject
        let tool: String
    }

    private struct Question {
        let number: Int
        let task: Task<Void, Never>
    }

    private struct State {
        /// By what the agent calls its question.
        var questions: [String: Question] = [:]
        var lastQuestion = 0
        /// By what the agent calls the call.
        var owed: [String: Owed] = [:]
        /// The agent at work, as long as it has been given something to do and waits for nobody.
        var strand: Strand?
        var isAtWork = false
        /// Fired when the last question has its place in the queue.
        var lastPlaced: Signal?
        var waiting = 0
    }

    private let context: RunnerContext
    private let state = Locked(State())

    init(_ context: RunnerContext) { self.context = context }

    var lineage: [String] { [context.agent] }

    // MARK: Working

    /// The agent has something to do, from now until `rests`.
    func works(on strand: Strand) {
        strand.act(as: lineage)
        state.withLock { state in
            state.isAtWork = true
            state.strand = strand
        }
    }

    func rests() {
        state.withLock { state in
            state.strand?.end()
            state.strand = nil
            state.isAtWork = false
        }
    }

    /// A person is asked: as long as that is so, the agent does not move by itself.
    private func waits() {
        state.withLock { state in
            state.waiting += 1
            state.strand?.end()
            state.strand = nil
        }
    }

    private func waitsNoMore() {
        state.withLock { state in
            state.waiting -= 1
            guard state.waiting == 0, state.isAtWork else { return }
            state.strand = context.activity.begin(lineage)
        }
    }

    // MARK: Asking

    /// Asks the gate, and answers when it has ruled. Questions get their numbers in the order in which they are asked; one
    /// that is withdrawn meanwhile is answered to nobody. Of two questions at once by one name neither is carried out.
    ///
    /// - Parameter item: what the agent calls the call when it tells its outcome.
    func ask(
        _ question: String, _ call: ToolCall, item: String?, _ editing: EditReach,
        answer: @escaping @Sendable (Answer) async -> Void
    ) {
        if let former = state.withLock({ $0.questions.removeValue(forKey: question) }) {
            Leaving.$reason.withValue("asked for two things under one id") { former.task.cancel() }
            Task { await answer(.refused(RefusalNotice(refusal: .idInUse, tool: call.tool, request: nil))) }
            return
        }
        let strand = context.activity.begin(call.origin.lineage)
        let placed = Signal()
        state.withLock { state in
            let before = state.lastPlaced
            state.lastPlaced = placed
            state.lastQuestion += 1
            let number = state.lastQuestion
            let task = Task {
                await before?.fired()
                await rule(call, item: item, editing, strand, placed, answer)
                strand.end()
                self.state.withLock { state in
                    if state.questions[question]?.number == number { state.questions[question] = nil }
                }
            }
            state.questions[question] = Question(number: number, task: task)
        }
    }

    private func rule(
        _ call: ToolCall, item: String?, _ editing: EditReach, _ strand: Strand, _ placed: Signal,
        _ answer: @Sendable (Answer) async -> Void
    ) async {
        let opened = Locked<Int64?>(nil)
        let ruling = await context.gate.rule(on: context.look(call), from: context.requester) { request in
            opened.withLock { $0 = request.number }
            strand.blocked(on: request.number)
            waits()
            placed.fire()
        }
        placed.fire()
        strand.working()
        if opened.withLock({ $0 }) != nil { waitsNoMore() }
        switch consume ruling {
        case .refused(let refused):
            guard !Task.isCancelled else { return }
            await answer(.refused(RefusalNotice(refused, tool: call.tool, proposedAs: opened.withLock { $0 })))
        case .permitted(let permit):
            let (subject, permitted) = (permit.subject, permit.call)
            let edit = EditNotice(proposed: call, permitted: permitted, request: subject.number)
            guard !Task.isCancelled else {
                await didNotRun(subject, permitted, because: "its agent had taken it back")
                return
            }
            if let edit, editing == .toldOnly {
                await didNotRun(subject, permitted, because: "this agent cannot be given other arguments")
                await answer(.edited(permitted.arguments, edit))
                return
            }
            if let item, permitted.performer == .requester {
                state.withLock { $0.owed[item] = Owed(subject: subject, tool: call.tool) }
                context.gate.queue.hands(
                    Performing(
                        subject, tool: call.tool, by: context.agent,
                        reach: .none(advice: "/agent cancel ends all that it is at")))
            }
            await answer(.permitted(permitted.arguments, edit: edit))
        }
    }

    private func didNotRun(_ subject: Subject, _ call: ToolCall, because reason: String) async {
        guard call.performer == .requester else { return }
        await context.gate.finish(
            subject, tool: call.tool, Outcome(status: .failed, summary: "did not run: \(reason)"))
    }

    /// The agent no longer waits for the answer.
    func withdraw(_ question: String) {
        let task = state.withLock { $0.questions[question]?.task }
        Leaving.$reason.withValue("took it back") { task?.cancel() }
    }

    // MARK: Outcomes

    /// Nothing happens where no such call was permitted.
    func ended(_ item: String, _ outcome: Outcome) async {
        guard let owed = state.withLock({ $0.owed.removeValue(forKey: item) }) else { return }
        await context.gate.finish(owed.subject, tool: owed.tool, outcome)
    }

    /// The agent is gone: what it asked for is withdrawn, and what it was allowed is unknown.
    func end() async {
        let questions = state.withLock { $0.questions.values.map(\.task) }
        for question in questions { question.cancel() }
        for question in questions { await question.value }
        let owed = state.withLock { state in
            defer { state.owed = [:] }
            return Array(state.owed.values)
        }
        for call in owed {
            await context.gate.finish(
                call.subject, tool: call.tool,
                Outcome(status: .unknown, summary: "its agent ended before it said what came of it"))
        }
        rests()
    }
}
