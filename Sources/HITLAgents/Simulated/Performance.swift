import HITLCore
import HITLGate
import HITLPlatform

/// Carries out steps of a scenario: the only place where a story becomes calls.
struct Performance: Sendable {
    let context: RunnerContext

    /// Steps that one agent does one after the other.
    struct Part: Sendable {
        let lineage: [String]
        let steps: [Step]
        let bindings: Bindings
    }

    /// So many parts go on at once at most: below the number of requests that an agent may have open.
    static let mostAtOnce = 20

    /// All at once, each begun when the one before it has its place in the queue, so that requests get
    /// their numbers in the order in which they are written.
    ///
    /// Where there are more than may go on at once, the strand of one that ended takes the next: it
    /// never rests in between, so nobody takes the gap for the end.
    func perform(_ parts: [Part], on strand: Strand, placed: Signal) async {
        guard !parts.isEmpty else { return }
        let signals = parts.map { _ in Signal() }
        let taken = Locked(0)
        let strands = strand.fork(into: parts.prefix(Self.mostAtOnce).map(\.lineage))
        await withTaskGroup(of: Void.self) { group in
            for strand in strands {
                group.addTask {
                    while let place = Self.take(taken, of: parts.count) {
                        if place > 0 { await signals[place - 1].fired() }
                        strand.act(as: parts[place].lineage)
                        await perform(parts[place], on: strand, placed: signals[place])
                        signals[place].fire()
                    }
                    strand.end()
                }
            }
            await signals[strands.count - 1].fired()
            placed.fire()
        }
    }

    private static func take(_ taken: Locked<Int>, of count: Int) -> Int? {
        taken.withLock { taken in
            guard taken < count else { return nil }
            defer { taken += 1 }
            return taken
        }
    }

    func perform(_ part: Part, on strand: Strand, placed: Signal) async {
        for step in part.steps {
            guard !Task.isCancelled else { return }
            switch step {
            case .say(let template): say(template, part)
            case .call(let call): await perform(call, part, on: strand, placed)
            case .together(let steps):
                let parts = steps.map { Part(lineage: part.lineage, steps: [$0], bindings: part.bindings) }
                await perform(parts, on: strand, placed: placed)
            case .agent(let name, let steps):
                let sub = Part(lineage: part.lineage + [name], steps: steps, bindings: part.bindings)
                await perform([sub], on: strand, placed: placed)
            case .forEach(let step): await perform(step, part, on: strand, placed)
            }
        }
    }

    // MARK: Calls

    private func perform(_ step: CallStep, _ part: Part, on strand: Strand, _ placed: Signal) async {
        let proposal: Proposal
        do throws(Unbound) {
            proposal = Proposal(
                tool: step.tool, arguments: try ArgumentTemplate.object(step.arguments, part.bindings),
                lineage: part.lineage,
                claims: Claims(reason: try step.reason?.text(part.bindings), confidence: step.confidence))
        } catch {
            say("I cannot propose `\(step.tool)`: there is no `\(error.name)`.", part)
            return
        }
        let answer = await context.propose(proposal, on: strand) { placed.fire() }
        // What was withdrawn because the agent ends is told to nobody.
        guard !Task.isCancelled else { return }
        await goOn(after: answer, step, part, on: strand, placed)
    }

    private func goOn(
        after answer: CallAnswer, _ step: CallStep, _ part: Part, on strand: Strand, _ placed: Signal
    ) async {
        let next: [Step]?
        let heard: String?
        var bindings = part.bindings.with(["tool": .string(step.tool)])
        switch answer {
        case .ended(let outcome, _, let edit):
            if let edit { say(edit.sentence, part) }
            bindings = bindings.with([
                "summary": .string(outcome.summary ?? "no more is known"), "result": outcome.result,
            ])
            switch outcome.status {
            case .succeeded: (next, heard) = (step.onSucceeded, nil)
            case .failed:
                (next, heard) = (step.onFailed, "`\(step.tool)` failed: \(outcome.summary ?? "no reason is known").")
            case .unknown: (next, heard) = (step.onFailed, "Nobody knows whether `\(step.tool)` happened.")
            }
        case .refused(let notice):
            heard = notice.sentence
            bindings = bindings.with([
                "message": .string(notice.sentence), "reviewer": notice.decider.map(JSONValue.string),
                "reason": .string(notice.reason ?? "no reason was given"),
            ])
            switch notice.refusal {
            case .rejected: next = step.onRejected
            case .expired: next = step.onExpired
            case .denied, .withdrawn, .superseded, .tooManyPending, .ledgerUnavailable, .alreadyStarted, .idInUse,
                .deskClosing:
                next = step.onRefused
            }
        }
        if let next {
            await perform(Part(lineage: part.lineage, steps: next, bindings: bindings), on: strand, placed: placed)
        } else if let heard {
            say(heard, part)
        }
    }

    // MARK: Files

    private func perform(_ step: ForEachStep, _ part: Part, on strand: Strand, _ placed: Signal) async {
        // Through the gate, as everything that looks at the workspace.
        let listing = Proposal(
            tool: "listFiles", arguments: JSONObject([.init("path", .string(step.pattern.directory))]),
            lineage: part.lineage, claims: Claims(reason: "To find the files that match \(step.pattern.text)"))
        let answer = await context.propose(listing, on: strand)
        guard !Task.isCancelled else { return }
        switch answer {
        case .refused(let notice): say(notice.sentence, part)
        case .ended(let outcome, _, _):
            guard outcome.status == .succeeded else {
                say("`listFiles` failed: \(outcome.summary ?? "no reason is known").", part)
                return
            }
            let names = Self.files(outcome.result).filter(step.pattern.matches)
            guard !names.isEmpty else {
                let none = step.ifNone ?? [.say(Template(literal: "No file matches \(step.pattern.text)."))]
                await perform(
                    Part(lineage: part.lineage, steps: none, bindings: part.bindings), on: strand, placed: placed)
                return
            }
            let parts = names.map { name in
                Part(
                    lineage: part.lineage, steps: step.steps,
                    bindings: part.bindings.with(["file": .string(step.pattern.path(of: name))]))
            }
            await perform(parts, on: strand, placed: placed)
        }
    }

    /// The names of regular files in a result of `listFiles`:
    /// `{"entries":[{"bytes":12,"kind":"file","path":"a.tmp"}, …], …}`
    private static func files(_ result: JSONValue?) -> [String] {
        (result?.object?["entries"]?.array ?? []).compactMap { entry in
            guard let entry = entry.object, entry["kind"]?.string == "file" else { return nil }
            return entry["path"]?.string
        }
    }

    // MARK: Talking

    private func say(_ template: Template, _ part: Part) {
        say(template.text(part.bindings, absent: "(nothing)"), part)
    }

    private func say(_ text: String, _ part: Part) {
        context.say(Utterance(lineage: part.lineage, text: text.droppingLineEnd))
    }
}

extension String {
    /// Blocks of text in YAML end with a line feed that nobody means.
    fileprivate var droppingLineEnd: String {
        utf8.last == UInt8(ascii: "\n") ? String(decoding: utf8.dropLast(), as: UTF8.self) : self
    }
}
