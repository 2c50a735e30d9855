import HITLCore
import HITLGate
import HITLLedger

/// The words and rows of a report's head, the same in every form. What comes from agents and people is marked, so that
/// a form cannot forget to escape it: a form gets a fact only through `ReportFact.map`.
struct ReportFact {
    private let name: String
    private let value: String

    init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    func map<Value>(_ body: (_ name: String, _ value: String) -> Value, escape: (String) -> String) -> Value {
        body(escape(name), escape(value))
    }
}

/// Counts under a heading: each a name, its counts by decision, and their sum.
struct ReportTable {
    let title: String
    let rows: [Row]

    struct Row {
        /// Anybody's text.
        let name: String
        let counts: [(word: String, count: Int)]

        var total: Int { counts.reduce(0) { $0 + $1.count } }
        var words: String { counts.map { "\($0.count) \($0.word)" }.joined(separator: ", ") }
    }
}

extension AuditReport {
    var title: String {
        switch subject {
        case .run(let run): "Session \(run.session.id)"
        case .agentSession(let session): "Session \(session)"
        case .since(let time): "Decisions since \(time.timestamp)"
        }
    }

    var isIntact: Bool { verification.failures.isEmpty }

    /// The first thing that a reader needs to know: whether the rest can be believed.
    var verdict: String {
        guard isIntact else { return "The ledger is DAMAGED. What follows may be false:" }
        let size = verification.head.size
        return "The ledger is intact: \(size) \(size == 1 ? "entry" : "entries") verified."
    }

    var verificationLines: [String] {
        guard isIntact else { return verification.failures.map(\.description) }
        var lines = ["Head: \(verification.head.size):\(verification.head.hash.hex)"]
        if verification.notYetProtected > 0 {
            lines.append(
                "The newest \(verification.notYetProtected) are not yet protected: if they were cut off, nobody would notice."
            )
        }
        return lines
    }

    var facts: [ReportFact] {
        var facts: [ReportFact] = []
        if case .run(let run) = subject {
            facts.append(ReportFact("Operator", run.session.operatorName))
            facts.append(ReportFact("Agent", run.session.agent))
            facts.append(ReportFact("Started", run.startedAt.timestamp))
            facts.append(ReportFact("Gate", run.session.gated == .gated ? "on" : "off: calls were only recorded"))
        }
        facts.append(ReportFact("Calls", String(statistics.all.total)))
        let rate = statistics.all.approvalRate.map { "\(Int(($0 * 100).rounded())) % of what people decided" }
        facts.append(ReportFact("Approved", rate ?? "nobody decided anything"))
        if let half = statistics.responseTime(0.5), let most = statistics.responseTime(0.95) {
            facts.append(ReportFact("Response time", "p50 \(half.precise), p95 \(most.precise)"))
        }
        facts.append(ReportFact("Ledger", ledger))
        facts.append(ReportFact("Report made", madeAt.timestamp))
        return facts
    }

    var decisions: ReportTable { ReportTable(title: "Decisions", rows: Self.single(statistics.all)) }

    /// Those that have rows.
    var tables: [ReportTable] {
        let risks = Risk.Level.allCases.compactMap { level in
            statistics.perRisk[level].map { ReportTable.Row(name: level.rawValue, counts: Self.sorted($0)) }
        }
        let denials = statistics.deniedBy.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { ReportTable.Row(name: $0.key, counts: [("denied", $0.value)]) }
        return [
            ReportTable(title: "By tool", rows: Self.rows(statistics.perTool)),
            ReportTable(title: "By reviewer", rows: Self.rows(statistics.perReviewer)),
            ReportTable(title: "By risk", rows: risks),
            ReportTable(title: "Denied by rule", rows: denials),
        ].filter { !$0.rows.isEmpty }
    }

    /// How long people took, in ranges.
    var responseTimes: [(name: String, count: Int)] {
        let limits: [(String, Milliseconds)] = [
            ("under 1 s", .seconds(1)), ("1 to 5 s", .seconds(5)), ("5 to 30 s", .seconds(30)),
            ("30 s to 2 min", .minutes(2)), ("2 to 10 min", .minutes(10)),
        ]
        let counts = statistics.responseCounts(below: limits.map(\.1))
        return Array(zip(limits.map(\.0) + ["longer"], counts))
    }

    private static func single(_ counts: Statistics.Counts) -> [ReportTable.Row] {
        sorted(counts).map { ReportTable.Row(name: $0.word, counts: [$0]) }
    }

    /// The busiest first, and no more than fit on a page.
    private static func rows(_ groups: [String: Statistics.Counts]) -> [ReportTable.Row] {
        let sorted = groups.sorted { ($1.value.total, $0.key) < ($0.value.total, $1.key) }
        var rows = sorted.prefix(most).map { ReportTable.Row(name: $0.key, counts: Self.sorted($0.value)) }
        if sorted.count > most {
            var rest: [String: Int] = [:]
            for group in sorted.dropFirst(most) { rest.merge(group.value.decisions, uniquingKeysWith: +) }
            rows.append(
                ReportTable.Row(
                    name: "\(sorted.count - most) others",
                    counts: rest.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
        }
        return rows
    }

    private static let most = 40

    private static func sorted(_ counts: Statistics.Counts) -> [(word: String, count: Int)] {
        counts.decisions.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
