package import HITLCore
import HITLGate
import HITLTerminal

package struct StatisticsCommand: Command {
    package static let definition = CommandDefinition(
        "stats", .desk, summary: "count decisions; how often people approve, and how fast",
        discussion: """
            Counts per decision, approval rate and response times (p50, p95: half and nineteen of twenty decisions \
            were at least that fast), and the same per tool and per reviewer.
            """,
        options: [
            .init("since", "WHEN", .moment, doc: "since a date, a time or a duration ago"),
            .json,
        ],
        examples: [.init("/hitl stats --since 7d", "this week")])

    private let since: WallTime?
    private let json: Bool

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        since = try arguments.moment("since", now: now)
        json = arguments.has("json")
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        let statistics: Statistics
        do { statistics = try desk.records.statistics(since: since) } catch { return desk.ledgerFailure(error) }
        if json { return CommandResult(StyledText(), json: statistics.json) }

        var text = StyledText()
        text.append(.statistics)
        text.append("\(statistics.all.total) calls: \(Self.words(statistics.all))")
        if let half = statistics.responseTime(0.5), let most = statistics.responseTime(0.95) {
            text.line(
                "Response time: p50 \(DisplayText(untrusted: half.precise)), p95 \(DisplayText(untrusted: most.precise))",
                indent: 3)
        }
        Self.append(statistics.perTool, under: "Per tool:", to: &text)
        Self.append(statistics.perReviewer, under: "Per reviewer:", to: &text)
        if let hint = Self.suggestions(desk) { text.line(hint, .dim, indent: 3) }
        return CommandResult(text)
    }

    /// One quiet line; of the newest decisions, so that it costs the same in a long ledger.
    private static func suggestions(_ desk: Desk) -> DisplayText? {
        let decisions: [RequestHistory]
        do throws(EventLedgerError) { decisions = try desk.records.history(.init(last: 500)) } catch { return nil }
        guard let count = desk.gate?.suggestions(from: decisions).count, count > 0 else { return nil }
        return """
            \(count) \(count == 1 ? "rule" : "rules") could answer what you keep approving: `hitl policy suggest` shows \
            what it would have changed.
            """
    }

    private static func append(
        _ groups: [String: Statistics.Counts], under title: DisplayText, to text: inout StyledText
    ) {
        guard !groups.isEmpty else { return }
        text.line(title, indent: 3)
        for (name, counts) in groups.sorted(by: { ($1.value.total, $0.key) < ($0.value.total, $1.key) }) {
            text.line("\(DisplayText(untrusted: name)): \(words(counts))", indent: 5)
        }
    }

    private static func words(_ counts: Statistics.Counts) -> DisplayText {
        let parts = counts.decisions.sorted { $0.key < $1.key }.map {
            "\($0.value) \(DisplayText(untrusted: $0.key))" as DisplayText
        }
        let rate = counts.approvalRate.map {
            ", \(Int(($0 * 100).rounded())) % of what people decided was approved" as DisplayText
        }
        return (parts.isEmpty ? "none" : parts.joined(separator: ", ")) + (rate ?? "")
    }
}

extension Statistics {
    fileprivate var json: JSONValue {
        func counts(_ counts: Counts) -> JSONValue {
            .members([
                "total": .integer(counts.total),
                "decisions": .object(
                    JSONObject(counts.decisions.sorted { $0.key < $1.key }.map { .init($0.key, .integer($0.value)) })),
                "approvalRate": counts.approvalRate.flatMap { JSONNumber(String($0)) }.map(JSONValue.number),
            ])
        }
        func groups(_ groups: [String: Counts]) -> JSONValue {
            .object(JSONObject(groups.sorted { $0.key < $1.key }.map { .init($0.key, counts($0.value)) }))
        }
        return .members([
            "all": counts(all),
            "responseTime": responseTime(0.5).map { half in
                .members(["p50": .integer(half.count), "p95": responseTime(0.95).map { .integer($0.count) }])
            },
            "perTool": groups(perTool), "perReviewer": groups(perReviewer),
        ])
    }
}

extension Milliseconds {
    /// `820 ms`, `4.2 s`, `3 minutes`
    var precise: String {
        if count < 1000 { return "\(count) ms" }
        if count < 60_000 { return "\(count / 1000).\(count % 1000 / 100) s" }
        return words
    }
}
