/// What a reviewer answers. Refusing comes first.
public enum ReviewAnswer: Sendable {
    case reject(reviewer: String, reason: String?)
    /// No answer yet: it comes through `ToolGate.approve` or `reject`, or the request expires.
    case later
    /// With other arguments where they are given; they are judged by the rules again.
    case approve(reviewer: String, reason: String?, arguments: JSONObject?)
}
