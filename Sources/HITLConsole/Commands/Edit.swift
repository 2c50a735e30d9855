import HITLConfiguration
package import HITLCore
import HITLGate
import HITLTerminal

package struct EditCommand: Command {
    package static let definition = CommandDefinition(
        "edit", .desk, summary: "change a request's arguments; the new request asks again",
        discussion: """
            Closes the request and opens a new one with the changed arguments, which is judged and shown again and \
            needs an approval of its own. Both stay in the ledger, and the agent hears what changed.

            A path names a member (path, headers.accept, items.0); a value is JSON where it is JSON (true, 12, \
            "12", ["a"]), else text. At the prompt, without --set, the arguments open as JSON in $VISUAL or $EDITOR.
            """,
        positionals: [.init("N", .request, doc: "number or id")],
        options: [
            .init("set", "PATH=VALUE", .assignment, repeats: true, doc: "the new value of one argument"),
            .json,
        ],
        examples: [
            .init("/hitl edit 3 --set path=/tmp/other.csv", "another path"),
            .init("/hitl edit 3", "all arguments in your editor"),
        ])

    private let name: RequestName
    private let assignments: [Assignment]
    private let json: Bool

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        try self.init(
            name: try arguments.request(), assignments: arguments.texts("set"), json: arguments.has("json"))
    }

    init(name: RequestName, assignments: [String], json: Bool) throws(UsageError) {
        self.name = name
        self.json = json
        self.assignments = try assignments.map(Assignment.init)
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        var opened: ApprovalRequest?
        var result = await desk.change(name, by: `operator`, "edit") { gate, number throws(ReviewError) in
            let old = try await gate.queue.open(number)
            guard desk.configuration.allowArgumentModification.value else { throw .editingForbidden }
            // Its requester runs the command that it fixed when it asked, whatever the arguments say.
            guard old.call.facts.command == nil || old.call.performer == .desk else {
                return StyledText(
                    "Request \(number) cannot be edited: its arguments only describe the command, which its requester has fixed and runs itself. Reject it and say what you would accept: \(`operator`.typed("reject \(number) --reason \"…\""))"
                )
            }
            let edited: JSONObject
            switch await changed(old, `operator`) {
            case .arguments(let arguments): edited = arguments
            case .refused(let why): return why
            }
            guard edited != old.call.arguments else { return "Nothing was changed; request \(number) still waits." }
            let plain = old.call.with(arguments: edited)
            let call = await desk.prepareEdited?(old.call, edited) ?? plain
            let verdict = gate.judge(call)
            guard verdict.effect != .deny else {
                return "The edited call would be denied: \(RequestView.rules(verdict)). Request \(number) still waits."
            }
            let new = try await supersede(number, with: call, gate, desk, `operator`)
            opened = new
            var text = StyledText()
            text.append(.edited)
            text.append("Request \(number) is replaced by request \(new.number), which needs its own approval:")
            let shown = desk.shown(new)
            RequestView(shown, requester: await gate.queue.requesterOf(new.number), now: desk.now)
                .appendWhole(to: &text)
            DifferenceView(from: desk.shown(old).call.arguments, to: shown.call.arguments).append(to: &text, indent: 3)
            return text
        }
        result.shows = opened.map { [$0] } ?? []
        if result.exit == .done, opened == nil { result.exit = .failed }
        if json, let opened {
            result.text = StyledText()
            result.json = .members([
                "number": .integer(opened.number), "id": .string(opened.id.description),
                "supersedes": opened.supersedes.map { .integer($0) },
                "args": .object(desk.shown(opened).call.arguments),
            ])
        }
        return result
    }

    private func supersede(
        _ number: Int64, with call: ToolCall, _ gate: Gate, _ desk: Desk, _ operator: Operator
    ) async throws(ReviewError) -> ApprovalRequest {
        // As JSON it is not shown in full.
        if `operator`.isAtDesk, !json { desk.edits.begin(number) }
        do throws(ReviewError) { return try await gate.supersede(number, with: call, by: `operator`.principal) } catch {
            desk.edits.drop(number)
            throw error
        }
    }

    private enum Edited {
        case refused(StyledText)
        case arguments(JSONObject)
    }

    private func changed(_ request: ApprovalRequest, _ operator: Operator) async -> Edited {
        guard assignments.isEmpty else {
            var value = JSONValue.object(request.call.arguments)
            for assignment in assignments {
                guard let next = assignment.applied(to: value) else {
                    return .refused(
                        StyledText(
                            "There is nothing at `\(DisplayText(untrusted: assignment.path.joined(separator: ".")))`."))
                }
                value = next
            }
            return value.object.map(Edited.arguments) ?? .refused("Arguments must be an object.")
        }
        guard let editor = `operator`.editor else {
            return .refused("Say what to change: --set path=value. (No editor can be opened here.)")
        }
        switch await editor.edit(request.call.arguments, of: request.number) {
        case .success(let arguments): return .arguments(arguments)
        case .failure(let failure):
            var text = StyledText(DisplayText(untrusted: failure.description))
            let again = `operator`.typed("edit \(request.number)")
            text.append(
                editor.hasDraft(of: request.number)
                    ? " \(again) opens it as you left it."
                    : " \(again) tries again; `--set path=value` changes one argument without an editor.")
            return .refused(text)
        }
    }
}

/// `headers.accept="text/plain"`: one argument's new value.
struct Assignment: Sendable, Equatable {
    let path: [String]
    let value: JSONValue

    init(_ text: String) throws(UsageError) {
        let parts = text.utf8.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 2, !parts[0].isEmpty else {
            throw .badValue(text, of: "--set", expected: "PATH=VALUE")
        }
        path = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        value = (try? JSONValue(parsing: parts[1])) ?? .string(parts[1])
    }

    /// The value with this part changed; nil where the path leads through something that has no parts.
    func applied(to whole: JSONValue) -> JSONValue? { Self.replace(path[...], in: whole, by: value) }

    private static func replace(_ path: ArraySlice<String>, in whole: JSONValue?, by value: JSONValue) -> JSONValue? {
        guard let step = path.first else { return value }
        switch whole {
        case .object(var object)?:
            guard let part = replace(path.dropFirst(), in: object[step], by: value) else { return nil }
            object[step] = part
            return .object(object)
        case .array(var elements)?:
            guard let place = Int(step), elements.indices.contains(place),
                let part = replace(path.dropFirst(), in: elements[place], by: value)
            else { return nil }
            elements[place] = part
            return .array(elements)
        case nil:
            guard let part = replace(path.dropFirst(), in: nil, by: value) else { return nil }
            return .object(JSONObject([.init(step, part)]))
        case .null?, .bool?, .number?, .string?: return nil
        }
    }
}
