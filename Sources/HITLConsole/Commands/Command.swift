package import HITLCore
package import HITLTerminal

/// One command of the desk or the loop.
///
/// Three steps, each of which can be tested alone: the definition sorts words into `Arguments`, `init`
/// gives them their meaning, `run` calls the gate and returns what is to be shown.
package protocol Command: Sendable {
    static var definition: CommandDefinition { get }

    init(_ arguments: Arguments, now: WallTime) throws(UsageError)

    func run(in desk: Desk, for operator: Operator) async -> CommandResult
}

/// Who typed a command, and on what its answer is shown.
package struct Operator: Sendable {
    package let principal: Principal
    package let presentation: Presentation
    /// When the Enter arrived that sent the line, where it was typed on the desk's own terminal.
    package let entered: ContinuousClock.Instant?
    /// Why this operator may not decide; nil where it may.
    package let barred: String?
    /// Opens an editor where the operator sits; nil where that cannot be done from here.
    package let editor: ArgumentEditor?
    /// Whence the requests come that a command of this operator opens. Of the desk's own prompt any person may decide on
    /// them; of a process that is connected, that process and those below it may not.
    package let askingChannel: String

    package init(
        principal: Principal, presentation: Presentation, entered: ContinuousClock.Instant? = nil,
        barred: String? = nil, editor: ArgumentEditor? = nil, askingChannel: String = "desk"
    ) {
        self.principal = principal
        self.presentation = presentation
        self.entered = entered
        self.barred = barred
        self.editor = editor
        self.askingChannel = askingChannel
    }

    /// As whom a command of this operator asks for something, where that is its own idea.
    func requester(_ name: String) -> Principal { Principal(role: .gate, name: name, channel: askingChannel) }

    /// Whether this operator sees what the desk announces, and so need not be told twice.
    var isAtDesk: Bool {
        !["socket", "file"].contains { principal.channel.utf8.elementsEqual($0.utf8) }
    }

    /// A command of the desk, in backticks, as this operator types it.
    func typed(_ command: DisplayText) -> DisplayText { isAtDesk ? "`/hitl \(command)`" : "`hitl \(command)`" }
}

/// What a command has to say. The same facts as text and, where asked for, as JSON.
package struct CommandResult: Sendable {
    package var text: StyledText
    package var json: JSONValue?
    package var exit: ExitCode
    /// Requests that the text shows in full.
    package var shows: [ApprovalRequest]
    /// Whether something was done as well, so that the text reports and does not only complain.
    package var hasDoneSome = false

    package init(_ text: StyledText, json: JSONValue? = nil, exit: ExitCode = .done, shows: [ApprovalRequest] = []) {
        self.text = text
        self.json = json
        self.exit = exit
        self.shows = shows
    }

    /// Whether the text says nothing but what is wrong.
    var isComplaint: Bool { exit != .done && exit != .pending && !hasDoneSome && json == nil }

    package static func failure(_ text: StyledText, _ exit: ExitCode = .failed) -> CommandResult {
        CommandResult(text, exit: exit)
    }
}
