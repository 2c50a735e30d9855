package import HITLCore
package import HITLGate
package import HITLTerminal

/// What would be erased or removed, in words.
package enum RemovalText {
    package static let keptForEver: StyledText =
        "Nothing is past its time: entries are kept for ever. `audit.retention` in hitl.yaml can say otherwise, `7y` for example."

    package static func preview(_ plan: ErasurePlan) -> StyledText {
        let count = plan.entries.count
        var text =
            count == 0
            ? StyledText("Nothing is there to erase.")
            : StyledText("The contents of \(count) \(count == 1 ? "entry" as DisplayText : "entries") would be erased:")
        for item in plan.items {
            let name: DisplayText =
                item.subject.map { "\(DisplayText(untrusted: $0.description)). " } ?? "an attempt, "
            let tool: DisplayText = item.tool.map { DisplayText(untrusted: $0) + ", " } ?? ""
            text.line(
                "\(name)\(tool)\(DisplayText(untrusted: item.at.timestamp)): \(numbers(item.entries))", indent: 3)
        }
        for obstacle in plan.obstacles {
            let words: DisplayText =
                switch obstacle {
                case .unknown(let name): "There is no request \(DisplayText(untrusted: name))."
                case .unfinished(let subject):
                    "\(DisplayText(untrusted: subject.description)) is not finished, and stays."
                case .nothingLeft(let subject): "\(DisplayText(untrusted: subject.description)) has nothing to erase."
                case .kept(let entries):
                    "The text stays in \(numbers(entries)), as the name of a tool, agent, session or requester, or in a grant."
                case .copies(let names):
                    "Nothing is erased as long as copies of records lie beside the ledger, which no erasure reaches. Move or remove \(list(names))."
                }
            text.line(words, .warning, indent: 3)
        }
        if !plan.linked.isEmpty {
            text.line(
                "Not among them, and with much of the same, since they replaced or undid one another: \(list(plan.linked.map(\.description))). --linked erases these too.",
                .warning, indent: 3)
        }
        return text
    }

    private static func list(_ names: [String]) -> DisplayText {
        DisplayText(untrusted: names.joined(separator: ", "))
    }

    private static func numbers(_ entries: [Int64]) -> DisplayText {
        let words: DisplayText = entries.count == 1 ? "entry " : "entries "
        return words + DisplayText(untrusted: entries.map(String.init).joined(separator: ", "))
    }

    package static func retention(_ report: RetentionReport, kept: String) -> StyledText {
        var text = StyledText("Entries are kept for \(DisplayText(untrusted: kept)).")
        if report.removedBefore > 0 { text.line("Entries 1 to \(report.removedBefore) were removed before.") }
        guard report.entries > 0, let times = report.times else {
            text.line(
                report.past > report.removable
                    ? "\(report.past - report.removable) are older, and none can be removed: they are of requests that go on after them or are not finished."
                    : "None is older.")
            return text
        }
        text.line(
            "Entries \(report.removedBefore + 1) to \(report.removable) can be removed: \(report.requests) \(report.requests == 1 ? "request" as DisplayText : "requests"), \(report.bytes) bytes,"
        )
        text.line(
            "from \(DisplayText(untrusted: times.lowerBound.timestamp)) to \(DisplayText(untrusted: times.upperBound.timestamp)).",
            indent: 3)
        if report.past > report.removable {
            text.line(
                "\(report.past - report.removable) more are older, and of requests that go on after them or are not finished."
            )
        }
        return text
    }

    /// Opens the request, and says so below `plan`.
    static func ask(
        _ call: ToolCall, of gate: Gate, _ operator: Operator, plan: StyledText, json: (Int64) -> JSONValue?
    ) async -> CommandResult {
        do throws(Refusal) {
            let request = try await gate.post(call, from: `operator`.requester(call.tool))
            var text = plan
            text.line(
                "Request \(request.number) asks for it. Nothing happens before a person approves it: hitl approve \(request.number)"
            )
            return CommandResult(text, json: json(request.number))
        } catch .ledgerUnavailable(let because) {
            return .failure(
                StyledText("Nothing was asked, because it could not be recorded: \(DisplayText(untrusted: because))"),
                .ledger)
        } catch .denied(let rules) {
            return .failure(
                StyledText("It is denied: \(DisplayText(untrusted: rules.map(\.fact).joined(separator: "; ")))."),
                .denied)
        } catch {
            return .failure("It could not be asked for now.")
        }
    }
}

extension ErasurePlan {
    package func json(request: Int64?) -> JSONValue {
        .members([
            "request": request.map { .integer($0) } ?? .null,
            "entries": .array(entries.map { .integer($0) }),
            "items": .array(
                items.map { item in
                    [
                        "subject": item.subject.map { .string($0.description) } ?? .null,
                        "tool": item.tool.map(JSONValue.string) ?? .null, "at": .string(item.at.timestamp),
                        "entries": .array(item.entries.map { .integer($0) }),
                    ]
                }),
            "left": .array(
                obstacles.map { obstacle in
                    switch obstacle {
                    case .unknown(let name): ["subject": .string(name), "because": "unknown"]
                    case .unfinished(let subject):
                        ["subject": .string(subject.description), "because": "unfinished"]
                    case .nothingLeft(let subject):
                        ["subject": .string(subject.description), "because": "nothing left"]
                    case .kept(let entries):
                        ["entries": .array(entries.map { .integer($0) }), "because": "kept"]
                    case .copies(let names):
                        ["files": .array(names.map { .string($0) }), "because": "copies"]
                    }
                }),
            "linked": .array(linked.map { .string($0.description) }),
        ])
    }
}

extension RetentionReport {
    package func json(retention: String, request: Int64?) -> JSONValue {
        .members([
            "request": request.map { .integer($0) } ?? .null, "retention": .string(retention),
            "past": .integer(past), "removedBefore": .integer(removedBefore), "through": .integer(removable),
            "entries": .integer(entries), "requests": .integer(requests), "bytes": .integer(bytes),
            "oldest": times.map { .string($0.lowerBound.timestamp) } ?? .null,
            "newest": times.map { .string($0.upperBound.timestamp) } ?? .null,
        ])
    }
}
