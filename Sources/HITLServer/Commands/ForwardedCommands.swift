package import HITLCore
import HITLGate

/// A slash command that is given from another terminal: `hitl status` and the like.
package struct ForwardedCommand: Sendable {
    package enum Format: String, Sendable, CaseIterable { case text, json }

    /// What the terminal at the other end can show.
    package enum Style: String, Sendable, CaseIterable {
        /// Words only: no colour, and no emoji.
        case plain
        case uncoloured
        case coloured
    }

    /// So many columns has no terminal: they are asked for where there is none.
    package static let endless = 10_000

    package let command: String
    package let arguments: [String]
    /// Of the terminal at the other end; nil where it is none, and rows have no end.
    package let columns: Int?
    package let format: Format
    package let style: Style
    /// The identity under which it decides, where it does.
    package let reviewer: Principal
    /// What stands for the process that gave it, as the channel of whatever it asks for: from there down nobody decides
    /// on that.
    package let channel: String
}

package struct ForwardedResult: Sendable {
    package let exitCode: Int32
    package let output: String

    package init(exitCode: Int32, output: String) {
        self.exitCode = exitCode
        self.output = output
    }
}

/// What a command does, and so what right it needs. Who does not know says that it decides.
package enum ForwardedNeed: Sendable, Equatable {
    /// Decides on these requests, or changes something that is no request where there are none.
    case deciding(requests: [Int64])
    case reading
}

/// The commands of the loop, run for others in the very same way.
package struct ForwardedCommands: Sendable {
    let need: @Sendable (ForwardedCommand) -> ForwardedNeed
    let run: @Sendable (ForwardedCommand) async -> ForwardedResult

    package init(
        need: @escaping @Sendable (ForwardedCommand) -> ForwardedNeed,
        run: @escaping @Sendable (ForwardedCommand) async -> ForwardedResult
    ) {
        self.need = need
        self.run = run
    }
}

extension DeskConnection {
    func run(_ object: JSONObject) async throws(DeskError) -> JSONValue {
        guard let commands = desk.commands else { throw .noCommands }
        let parameters = try Parameters(
            object, of: "run", knowing: ["command", "arguments", "columns", "format", "style"])
        let columns = Int(try parameters.integer("columns", in: 1...Int64(ForwardedCommand.endless)) ?? 80)
        let command = ForwardedCommand(
            command: try parameters.required("command", try parameters.name("command")),
            arguments: try parameters.texts("arguments") ?? [],
            columns: columns == ForwardedCommand.endless ? nil : columns,
            format: try parameters.word("format", ForwardedCommand.Format.self) ?? .text,
            style: try parameters.word("style", ForwardedCommand.Style.self) ?? .uncoloured,
            reviewer: desk.authority.reviewer,
            channel: RequesterProcess(way: .socket, root: peer.process).channel)
        switch commands.need(command) {
        case .reading: break
        case .deciding(let requests): try await checkMayDecide(on: requests, by: command.command)
        }
        let result = await commands.run(command)
        return ["exitCode": .integer(Int64(result.exitCode)), "output": .string(result.output)]
    }

    private func checkMayDecide(on requests: [Int64], by command: String) async throws(DeskError) {
        do throws(Objection) {
            try desk.authority.checkMayDecide(peer)
        } catch {
            throw await refuse(error, what: command)
        }
        for number in requests {
            let request: ApprovalRequest
            do throws(ReviewError) {
                request = try await desk.gate.queue.open(number)
            } catch {
                // Closed or unknown: the command itself says so, in its own words.
                continue
            }
            do throws(Objection) {
                try desk.authority.checkMayDecide(peer, on: request)
            } catch {
                throw await refuse(error, what: "\(command) \(number)")
            }
        }
    }
}
