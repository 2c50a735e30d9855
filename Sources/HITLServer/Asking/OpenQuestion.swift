import HITLCore
import HITLLedger

/// A call that a client asks for, until it is answered.
///
/// An object, because whoever waits for a person waits with everything that the functions above it still hold.
final class OpenQuestion: Sendable {
    let id: String
    let call: ToolCall
    let requester: Principal
    let request: RequestID?
    let mode: AskParameters.Mode
    let way: RequesterProcess.Way
    /// How long its requester waits.
    let patience: Milliseconds?
    /// Of the message that the answer goes to.
    let message: JSONValue
    /// Of its parameters, where the answer is to be proved.
    let proved: Digest?

    init(_ parameters: AskParameters, call: ToolCall, requester: Principal, message: Message) {
        id = parameters.id
        self.call = call
        self.requester = requester
        request = parameters.request
        mode = parameters.mode
        way = parameters.way
        patience = parameters.timeout
        self.message = message.id
        proved = parameters.isChallenge ? Digest(hashing: JSONValue.object(message.parameters).canonical) : nil
    }
}
