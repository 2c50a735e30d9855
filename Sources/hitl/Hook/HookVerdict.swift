import HITLAgents
import HITLCore
import HITLGate
import HITLServer

extension HookDecision {
    /// What the desk's answer means for the call; nil where it means nothing that is known.
    ///
    /// - Parameter opened: the number under which the call was asked for.
    init?(_ answer: AskAnswer, to call: HookCall, opened: Int64?) {
        func refused(_ refusal: Refusal) -> HookDecision {
            .refused(
                RefusalNotice(refusal: refusal, tool: call.tool, request: answer.number, proposedAs: opened).sentence)
        }
        switch answer.decision {
        case .pending: return nil
        case .rejected:
            self = refused(.rejected(Review(answer: .reject, reviewer: answer.person, reason: answer.reason)))
        case .expired: self = refused(.expired)
        case .withdrawn: self = refused(.withdrawn(by: answer.person, reason: answer.reason ?? "no reason is known"))
        case .superseded:
            guard let successor = answer.json["successor"]?.integer else { return nil }
            self = refused(.superseded(by: successor))
        case .denied: self = refused(.denied(by: answer.references))
        case .approved, .allowed:
            guard case .object(let decided)? = answer.json["arguments"] else { return nil }
            guard decided.hasSameMembers(as: call.arguments) else {
                guard let notice = EditNotice(call.arguments, became: decided, of: call.tool, answer.number) else {
                    return nil
                }
                self = .edited(decided, notice.difference)
                return
            }
            self = .permitted(answer.permission)
        }
    }
}

extension AskAnswer {
    fileprivate var person: Principal { Principal(role: .person, name: reviewer ?? "the desk", channel: "socket") }

    /// The rules that decided, with what they say of themselves.
    var references: [RuleReference] { RuleReference.list(in: json["rules"]) }

    fileprivate var permission: String {
        guard decision == .approved else { return "hitl: allowed by a rule (\(rules.joined(separator: ", ")))" }
        let said = reason.map { ": \($0)" } ?? ""
        let conditions = self.conditions.isEmpty ? "" : " (on condition: \(self.conditions.joined(separator: "; ")))"
        return "hitl: request \(number ?? 0) was approved by \(person.name)\(conditions)\(said)"
    }
}

extension EditNotice {
    fileprivate init?(_ old: JSONObject, became new: JSONObject, of tool: String, _ request: Int64?) {
        func call(_ arguments: JSONObject) -> ToolCall {
            ToolCall(
                tool: tool, kind: .other, arguments: arguments, origin: Origin(agent: "", session: ""),
                performer: .unobserved)
        }
        self.init(proposed: call(old), permitted: call(new), request: request)
    }
}

extension JSONObject {
    /// Whether both say the same. The desk gives members in its canonical order, at every depth.
    fileprivate func hasSameMembers(as other: JSONObject) -> Bool {
        JSONValue.object(self).canonical == JSONValue.object(other).canonical
    }
}
