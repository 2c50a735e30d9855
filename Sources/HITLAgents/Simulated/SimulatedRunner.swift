import HITLCore

/// An agent that follows a scenario. Its calls are real.
package struct SimulatedRunner: Runner {
    package let name = "simulated"
    package let scenario: Scenario

    package init(_ scenario: Scenario) {
        self.scenario = scenario
    }

    package func run(_ context: RunnerContext) async {
        let performance = Performance(context: context)
        let bindings = Bindings(["workspace": .string(context.workspace)])
        await withDiscardingTaskGroup { group in
            group.addTask {
                let agents = scenario.agents.map { agent in
                    Performance.Part(lineage: [agent.name], steps: agent.steps, bindings: bindings)
                }
                await performance.perform(agents, on: context.opening, placed: Signal())
                context.opening.end()
            }
            for await line in context.lines {
                group.addTask { await answer(line, performance, bindings) }
            }
        }
    }

    private func answer(_ line: TypedLine, _ performance: Performance, _ bindings: Bindings) async {
        let lineage = [scenario.agents.first?.name ?? name]
        line.strand.act(as: lineage)
        let reply = scenario.replies.first { $0.phrases.contains { $0.matches(line.text) } }
        if let steps = reply?.steps ?? scenario.otherwise {
            let part = Performance.Part(
                lineage: lineage, steps: steps, bindings: bindings.with(["line": .string(line.text)]))
            await performance.perform(part, on: line.strand, placed: Signal())
        } else {
            performance.context.say(Utterance(lineage: lineage, text: whatIUnderstand))
        }
        line.strand.end()
    }

    private var whatIUnderstand: String {
        guard !scenario.replies.isEmpty else { return "I follow my scenario and do not understand what is typed." }
        return (["I do not understand that. I understand:"] + scenario.replies.map { "  \($0.example)" })
            .joined(separator: "\n")
    }
}
