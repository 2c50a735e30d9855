import HITLCore
package import HITLGate
package import HITLPlatform

/// A program that the desk has started and that asks over its own standard input and output.
///
/// It has the right to ask and no other, and what it asks for is labelled by the desk.
package struct HostedClient: Sendable {
    package enum Event: Sendable, Equatable {
        /// Its line was a request.
        case spoke
        /// It says this to the operator.
        case said(String)
        /// It is through with what was typed as that number; 0 is its beginning.
        case done(Int64)
        case opened(Int64)
        /// By the number that was opened. Nil for a call that became no request.
        case answered(Int64?)
        /// It waits for what becomes of a request that it has asked without waiting.
        case waits(Int64)
        case waited(Int64)
        /// It has written so many lines that are no requests, and is not read from any more.
        case babbled(lines: Int)
    }

    /// An answer to each of them would be one more for a program that sends back what it reads.
    static let mostBabble = 100

    /// What records call it, and its session.
    package let agent: String
    package let session: String
    package let process: ProcessIdentity
    /// Called in the order in which things happen.
    package let heard: @Sendable (Event) -> Void

    package init(
        agent: String, session: String, process: ProcessIdentity, heard: @escaping @Sendable (Event) -> Void
    ) {
        self.agent = agent
        self.session = session
        self.process = process
        self.heard = heard
    }

    /// The call with the desk's labels. What the program calls itself stands behind them, as the name of a sub-agent.
    func labelled(_ call: ToolCall) -> ToolCall {
        let origin = Origin(agent: agent, session: session, lineage: [agent] + call.origin.lineage)
        return ToolCall(
            tool: call.tool, kind: call.kind, arguments: call.arguments, origin: origin, directory: call.directory,
            claims: call.claims, performer: call.performer, facts: call.facts, compensates: call.compensates)
    }
}

extension DeskServer {
    /// Serves the program until its output ends or the task is cancelled; what it still waited for is withdrawn then.
    ///
    /// - Parameter gate: the one that the loop's own agents pass.
    package func serve(_ client: HostedClient, over channel: LineChannel, gate: Gate) async {
        await DeskConnection(desk.with(gate: gate), client, channel).serve()
    }
}

extension HostedClient {
    /// What the operator typed.
    package static func prompt(_ number: Int64, _ text: String) -> [UInt8] {
        Reply.notification("prompt", ["number": .integer(number), "text": .string(text)])
    }

    /// The operator wants it to leave what it is at.
    package static let cancel: [UInt8] = Reply.notification("cancel", [:])

    package static func begin(_ client: HostedClient, workspace: String) -> [UInt8] {
        Reply.notification(
            "hosted",
            ["agent": .string(client.agent), "session": .string(client.session), "workspace": .string(workspace)])
    }
}

extension DeskConnection {
    /// `say {text}` and `done {number}`.
    func speak(_ message: Message, to client: HostedClient) throws(DeskError) -> JSONValue {
        switch message.method {
        case "say":
            let parameters = try Parameters(message.parameters, of: "say", knowing: ["text"])
            client.heard(.said(try parameters.required("text", try parameters.text("text"))))
        default:
            let parameters = try Parameters(message.parameters, of: "done", knowing: ["number"])
            client.heard(.done(try parameters.required("number", try parameters.integer("number", in: 0...(.max)))))
        }
        return [:]
    }
}
