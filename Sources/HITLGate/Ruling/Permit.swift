public import HITLCore

/// The right to run one exact call once.
///
/// It cannot be copied, and only the gate makes it, after the ledger holds both the decision and
/// `started/<subject>`. Whoever runs calls takes it `consuming`, so that forging one or spending it
/// twice does not compile.
public struct Permit: ~Copyable, Sendable {
    public let call: ToolCall
    public let digest: CallDigest
    public let subject: Subject
    /// Why the call may run: who said so, or which rules.
    public let grounds: Grounds

    init(_ call: ToolCall, digest: CallDigest, subject: Subject, grounds: Grounds) {
        self.call = call
        self.digest = digest
        self.subject = subject
        self.grounds = grounds
    }
}

/// What a runner gets for a call.
public enum Ruling: ~Copyable, Sendable {
    case refused(Refused)
    case permitted(Permit)

    /// A refusal with what the record calls the call.
    public struct Refused: Sendable, Equatable {
        public let refusal: Refusal
        /// The request's number where there was a request.
        public let subject: Subject?
    }
}
