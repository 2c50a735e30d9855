import HITLCore
import HITLTerminal

/// The audit record as a row of RFC 4180, for spreadsheets and their like.
///
/// A spreadsheet takes a cell that begins like a formula for one and may run it, so such a cell gets an
/// apostrophe before it.
enum CSVRecord {
    /// The names of the columns, and where in the audit record each is.
    private static let columns: [(name: String, path: [String])] = [
        ("eventId", ["eventId"]), ("number", ["number"]), ("timestamp", ["timestamp"]), ("sessionId", ["sessionId"]),
        ("tool", ["action", "tool"]), ("arguments", ["action", "args"]), ("directory", ["action", "directory"]),
        ("digest", ["action", "digest"]),
        ("agent", ["context", "agent"]), ("lineage", ["context", "lineage"]), ("userId", ["context", "userId"]),
        ("aiConfidence", ["context", "aiConfidence"]), ("statedReason", ["context", "statedReason"]),
        ("effect", ["policy", "effect"]), ("rules", ["policy", "rules"]), ("policyVersion", ["policy", "version"]),
        ("riskLevel", ["policy", "risk", "level"]), ("riskScore", ["policy", "risk", "score"]),
        ("riskFactors", ["policy", "risk", "factors"]),
        ("decision", ["review", "decision"]), ("approved", ["review", "approved"]),
        ("reviewer", ["review", "reviewer"]), ("actor", ["review", "actor"]), ("reason", ["review", "reason"]),
        ("conditions", ["review", "conditions"]), ("shownAt", ["review", "shownAt"]),
        ("decidedAt", ["review", "decidedAt"]), ("reviewDuration", ["review", "reviewDuration"]),
        ("outcome", ["outcome", "status"]), ("success", ["outcome", "success"]), ("summary", ["outcome", "summary"]),
        ("executionTime", ["outcome", "executionTime"]), ("result", ["outcome", "result"]),
    ]

    static var header: String { columns.map(\.name).joined(separator: ",") + "\r\n" }

    static func line(of record: JSONValue) -> String {
        columns.map { cell(value(in: record, at: $0.path)) }.joined(separator: ",") + "\r\n"
    }

    private static func value(in record: JSONValue, at path: [String]) -> JSONValue {
        var value = record
        for name in path { value = value.object?[name] ?? .null }
        return value
    }

    /// Nothing for what is not known, which is not the same as the quoted empty text.
    static func cell(_ value: JSONValue) -> String {
        switch value {
        case .null: ""
        case .bool(let value): value ? "true" : "false"
        case .number(let number): number.lexeme.utf8.first == UInt8(ascii: "-") ? quoted(number.lexeme) : number.lexeme
        case .string(let text): quoted(text)
        case .array, .object: quoted(value.canonicalText)
        }
    }

    private static func quoted(_ text: String) -> String {
        let shown = DisplayText(untrusted: text).text
        return "\"" + guarded(shown).replacingBytes([UInt8(ascii: "\""): "\"\""]) + "\""
    }

    /// The signs that begin a formula, those that a full-width keyboard gives, and the apostrophe, so that the one
    /// of ours can be taken off again. Spaces before them are skipped, as some programs do.
    private static let formulaSigns: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\t", "\r", "'", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
    ]

    private static func guarded(_ text: String) -> String {
        guard let first = text.unicodeScalars.first(where: { $0 != " " }), formulaSigns.contains(first) else {
            return text
        }
        return "'" + text
    }
}
