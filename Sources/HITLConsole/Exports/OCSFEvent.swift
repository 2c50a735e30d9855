import HITLCore
import HITLGate
import HITLTerminal

/// The audit record as an event of the Open Cybersecurity Schema Framework 1.4.0: class *API Activity* (6003) with the
/// profile *security_control*, which is what a gate before a call is.
///
/// Values are data and stand as they were, escaped as JSON does; the two sentences for people, `message` and
/// `status_detail`, are written as on a screen.
struct OCSFEvent {
    private static let schema = "1.4.0"
    private static let classNumber = 6003

    private let history: RequestHistory
    private let product: String
    private let record: JSONValue

    init(_ history: RequestHistory, product: String) {
        self.history = history
        self.product = product
        record = history.auditRecord
    }

    var json: JSONValue {
        let (activity, activityName) = activity
        let (severity, severityName) = severity
        let (status, statusName) = status
        let (action, actionName) = action
        let (disposition, dispositionName) = disposition
        return .members([
            "activity_id": .integer(activity),
            "activity_name": .string(activityName),
            "category_uid": 6,
            "category_name": "Application Activity",
            "class_uid": .integer(Self.classNumber),
            "class_name": "API Activity",
            "type_uid": .integer(Self.classNumber * 100 + activity),
            "type_name": .string("API Activity: \(activityName)"),
            "time": .integer(history.openedAt?.milliseconds ?? 0),
            "start_time": history.started.map { .integer($0.milliseconds) },
            "duration": record.at("outcome", "executionTime"),
            "severity_id": .integer(severity),
            "severity": .string(severityName),
            "status_id": .integer(status),
            "status": .string(statusName),
            "status_code": .string(history.decision),
            "status_detail": record.at("review", "reason").map { .string(DisplayText(untrusted: $0.plainText).text) },
            "message": .string(message),
            "metadata": metadata,
            "actor": actor,
            "api": api,
            "src_endpoint": ["svc_name": .string(history.call?.origin.agent ?? "")],
            "action_id": .integer(action),
            "action": .string(actionName),
            "disposition_id": .integer(disposition),
            "disposition": .string(dispositionName),
            "is_alert": history.verdict.map { .bool($0.risk.level == .high || $0.risk.level == .critical) },
            "policy": policy,
            "risk_level_id": history.verdict.map { .integer(Self.riskLevel($0.risk.level)) },
            "risk_level": history.verdict.map { .string(Self.riskName($0.risk.level)) },
            "risk_score": record.at("policy", "risk", "score"),
            "risk_details": history.verdict.map { .string($0.risk.factors.map(\.name).joined(separator: ", ")) },
            "unmapped": unmapped,
        ])
    }

    // MARK: What it was

    /// By the kind that the tool was taken for.
    private var activity: (Int, String) {
        switch history.call?.kind {
        case .read?, .search?, .fetch?: (2, "Read")
        case .edit?, .move?: (3, "Update")
        case .delete?: (4, "Delete")
        case .execute?: (99, "Execute")
        case .think?: (99, "Think")
        case .other?: (99, "Other")
        case nil: (0, "Unknown")
        }
    }

    private var severity: (Int, String) {
        switch history.verdict?.risk.level {
        case Risk.Level.none?: (1, "Informational")
        case .low?: (2, "Low")
        case .medium?: (3, "Medium")
        case .high?: (4, "High")
        case .critical?: (5, "Critical")
        case nil: (0, "Unknown")
        }
    }

    private static func riskLevel(_ level: Risk.Level) -> Int {
        switch level {
        case .none: 0
        case .low: 1
        case .medium: 2
        case .high: 3
        case .critical: 4
        }
    }

    private static func riskName(_ level: Risk.Level) -> String {
        switch level {
        case .none: "Info"
        case .low: "Low"
        case .medium: "Medium"
        case .high: "High"
        case .critical: "Critical"
        }
    }

    private var message: String {
        let agent = DisplayText(untrusted: history.call?.origin.agent ?? "").text
        let tool = DisplayText(untrusted: history.call?.tool ?? "").text
        return "\(agent): \(tool) \(history.decision)"
    }

    // MARK: What was decided

    private var action: (Int, String) {
        switch history.decision {
        case "approved", "allowed": (1, "Allowed")
        case "ungated": (3, "Observed")
        case "pending", "unknown": (0, "Unknown")
        default: (2, "Denied")
        }
    }

    /// *Expired* and its like are no rejections: nobody decided.
    private var disposition: (Int, String) {
        switch history.decision {
        case "approved": (8, "Approved")
        case "rejected": (25, "Rejected")
        case "allowed": (1, "Allowed")
        case "denied": (2, "Blocked")
        case "ungated": (17, "Logged")
        case "pending": (14, "Delayed")
        case "expired": (99, "Expired")
        case "withdrawn": (99, "Withdrawn")
        case "superseded": (99, "Superseded")
        default: (0, "Unknown")
        }
    }

    /// Of the call: one that was refused did not succeed; of one that nobody observed it is not known.
    private var status: (Int, String) {
        switch record.at("outcome", "status")?.string {
        case "succeeded"?: return (1, "Success")
        case "failed"?: return (2, "Failure")
        case "rolled_back"?: return (99, "Rolled back")
        case _?: return (0, "Unknown")
        case nil: return action.0 == 2 ? (2, "Failure") : (0, "Unknown")
        }
    }

    // MARK: The objects

    private var metadata: JSONValue {
        .members([
            "version": .string(Self.schema),
            "profiles": ["security_control"],
            "product": ["name": "hitl", "vendor_name": "hitl", "version": .string(product)],
            "log_name": "ledger",
            "uid": record.at("eventId"),
            "original_time": record.at("timestamp"),
            "sequence": .integer(history.sequence),
        ])
    }

    private var actor: JSONValue {
        .members([
            "app_name": record.at("context", "agent"),
            "session": record.at("sessionId").map { ["uid": $0] },
            "user": record.at("context", "userId").map { ["name": $0] },
        ])
    }

    private var api: JSONValue {
        .members([
            "operation": record.at("action", "tool"),
            "request": .members(["uid": record.at("eventId") ?? "", "data": record.at("action", "args")]),
            "response": history.finished.map { finished in
                .members([
                    "message": record.at("outcome", "summary"),
                    "error_message": finished.value.status == .failed ? record.at("outcome", "summary") : nil,
                    "data": record.at("outcome", "result"),
                ])
            },
        ])
    }

    private var policy: JSONValue? {
        history.verdict.map { verdict in
            [
                "name": .string(verdict.rules.map(\.name).joined(separator: ", ")),
                "version": .string(verdict.policyVersion),
                "is_applied": true,
            ]
        }
    }

    /// What the schema has no place for, by the names of the audit record.
    private var unmapped: JSONValue {
        .members([
            "number": record.at("number"),
            "digest": record.at("action", "digest"),
            "directory": record.at("action", "directory"),
            "lineage": record.at("context", "lineage"),
            "aiConfidence": record.at("context", "aiConfidence"),
            "statedReason": record.at("context", "statedReason"),
            "review": record.at("review"),
        ])
    }
}
