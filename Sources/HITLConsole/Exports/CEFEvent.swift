import HITLCore
import HITLGate
import HITLTerminal

/// The audit record as a line of the Common Event Format, version 0.
///
///     CEF:0|hitl|hitl|0.1.0|approved|Tool call approved|5|rt=1767277800000 externalId=evt_… act=approved …
///
/// Its fields have limits and its line is what a collector parses, so long values are cut; the event's id and the
/// call's digest lead to the whole.
struct CEFEvent {
    private let history: RequestHistory
    private let product: String
    private let record: JSONValue

    init(_ history: RequestHistory, product: String) {
        self.history = history
        self.product = product
        record = history.auditRecord
    }

    var line: String {
        let header = ["CEF:0", "hitl", "hitl", product, history.decision, "Tool call \(history.decision)", severity]
            .map(Self.inHeader).joined(separator: "|")
        let fields = extensions.compactMap { name, value, limit in
            value.map { "\(name)=\(Self.inExtension($0.plainText, limit: limit))" }
        }
        return header + "|" + fields.joined(separator: " ") + "\n"
    }

    /// Name, value, and how many characters of it the dictionary allows.
    private var extensions: [(String, JSONValue?, Int)] {
        var fields: [(String, JSONValue?, Int)] = [
            ("rt", history.openedAt.map { .integer($0.milliseconds) }, 20),
            ("externalId", record.at("eventId"), 40),
            ("act", .string(history.decision), 63),
            ("outcome", record.at("outcome", "status") ?? (isRefused ? "refused" : "unknown"), 63),
            ("reason", record.at("review", "reason"), 1_023),
            ("suser", record.at("context", "userId"), 1_023),
            ("duser", record.at("review", "reviewer"), 1_023),
            ("sourceServiceName", record.at("context", "agent"), 1_023),
            ("msg", record.at("outcome", "summary"), 1_023),
        ]
        func labelled(_ name: String, _ label: JSONValue, _ value: JSONValue?, limit: Int) {
            fields.append((name, value, limit))
            fields.append((name + "Label", value.map { _ in label }, 1_023))
        }
        labelled("cn1", "request", record.at("number"), limit: 20)
        labelled("cn2", "riskScore", record.at("policy", "risk", "score"), limit: 20)
        labelled("cn3", "reviewMilliseconds", record.at("review", "reviewDuration"), limit: 20)
        labelled("cs1", "tool", record.at("action", "tool"), limit: 4_000)
        labelled("cs2", "arguments", record.at("action", "args"), limit: 4_000)
        labelled(
            "cs3", "rules", history.verdict.map { .string($0.rules.map(\.name).joined(separator: ", ")) }, limit: 4_000)
        labelled("cs4", "actor", record.at("review", "actor"), limit: 4_000)
        labelled("cs5", "session", record.at("sessionId"), limit: 4_000)
        labelled("cs6", "digest", record.at("action", "digest"), limit: 4_000)
        return fields
    }

    private var isRefused: Bool { record.at("review", "approved")?.bool == false }

    private var severity: String {
        switch history.verdict?.risk.level {
        case Risk.Level.none?: "1"
        case .low?: "3"
        case .medium?: "5"
        case .high?: "8"
        case .critical?: "10"
        case nil: "Unknown"
        }
    }

    // MARK: Escaping

    static func inHeader(_ text: String) -> String {
        DisplayText(untrusted: text).text.replacingBytes([UInt8(ascii: "\\"): "\\\\", UInt8(ascii: "|"): "\\|"])
    }

    /// Line feeds are written as the format's own `\n`, whatever else cannot be seen in our form.
    static func inExtension(_ text: String, limit: Int) -> String {
        cut(text, to: limit).utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { line in
                DisplayText(untrusted: Array(line)).text
                    .replacingBytes([UInt8(ascii: "\\"): "\\\\", UInt8(ascii: "="): "\\="])
            }
            .joined(separator: "\\n")
    }

    private static func cut(_ text: String, to limit: Int) -> String {
        guard text.unicodeScalars.count > limit else { return text }
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: text.unicodeScalars.prefix(limit - 3))
        return String(scalars) + "..."
    }
}
