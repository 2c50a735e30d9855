import HITLCore
import HITLGate

/// How the desk answered one call.
enum DeskReply {
    case refused(Refusal, request: Int64?)
    /// The desk could not or would not decide; in its words.
    case notTaken(String)
    /// It is decided by nobody: the desk goes, and the next one has the request.
    case deskLeaves
    case permitted(Approval)

    struct Approval {
        let request: Int64?
        /// Those that were decided on.
        let arguments: JSONObject
        let reviewer: String?
        let conditions: [String]
    }

    init(result: JSONObject) {
        let request = result["number"]?.integer
        let reason = result["reason"]?.string
        let person = Principal(role: .person, name: result["reviewer"]?.string ?? "somebody", channel: "desk")
        func refused(_ refusal: Refusal) -> DeskReply { .refused(refusal, request: request) }
        switch result["decision"]?.string {
        case "approved", "allowed":
            guard let arguments = result["arguments"]?.object else {
                self = .notTaken(Self.unreadable)
                return
            }
            self = .permitted(
                Approval(
                    request: request, arguments: arguments, reviewer: result["reviewer"]?.string,
                    conditions: result["conditions"]?.array?.compactMap(\.string) ?? []))
        case "rejected": self = refused(.rejected(Review(answer: .reject, reviewer: person, reason: reason)))
        case "expired": self = refused(.expired)
        case "withdrawn":
            let desk = Principal(role: .gate, name: "the desk", channel: "desk")
            self = refused(.withdrawn(by: desk, reason: reason ?? "no reason was given"))
        case "superseded": self = refused(.superseded(by: result["successor"]?.integer ?? 0))
        case "denied": self = refused(.denied(by: RuleReference.list(in: result["rules"])))
        default: self = .notTaken(Self.unreadable)
        }
    }

    init(error: JSONObject) {
        switch error["data"]?.object?["kind"]?.string {
        case "deskClosing": self = .deskLeaves
        case "alreadyStarted": self = .refused(.alreadyStarted, request: nil)
        case "ledgerUnavailable": self = .refused(.ledgerUnavailable(because: ""), request: nil)
        default: self = .notTaken(error["message"]?.string ?? Self.unreadable)
        }
    }

    private static let unreadable = "What the desk answered cannot be read; is it of another version?"
}
