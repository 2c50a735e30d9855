package import HITLCore
package import HITLGate
package import HITLPlatform

/// The tools that `hitl` itself carries out, beneath one workspace.
///
/// `prepare` turns what an agent asks for into a `ToolCall` with the facts that a person needs. It never throws: a call
/// that cannot work is shown and judged like any other. `run` takes a permit and works from its call alone.
package struct Toolbox: Executor {
    private let place: Surroundings
    private let snapshots: Snapshots

    /// For whoever judges what this looks at.
    package let analyst: CallAnalyst

    /// - Parameters:
    ///   - workspace: an existing directory. Beneath one of `gateFiles` nothing in it could be touched.
    ///   - outbox: where `sendEmail` puts messages; made where it is missing.
    ///   - gateFiles: absolute paths of ledger, keys, configuration and socket, and of their directories.
    ///   - snapshots: a directory for what would undo calls; nil keeps nothing, and then nothing can be rolled back.
    ///   - sender: `From` of messages that name none.
    ///   - now: civil time, for the date of messages.
    package init(
        workspace: String, outbox: String, gateFiles: [String], environment: CleanEnvironment,
        snapshots: String? = nil, limits: ToolLimits = ToolLimits(), sender: String = "hitl@localhost",
        now: @escaping @Sendable () -> WallTime = { WallTime(milliseconds: SystemClock.wallMilliseconds()) },
        randomBytes: @escaping @Sendable (Int) -> [UInt8] = { RandomBytes.make($0) }
    ) throws(ToolboxError) {
        self.snapshots = Snapshots(directory: snapshots)
        do throws(Obstacle) {
            place = Surroundings(
                workspace: try Obstacle.fromFile { () throws(FileError) in try Workspace(workspace) },
                outbox: try Obstacle.fromFile { () throws(FileError) in try Outbox(outbox) },
                gateFiles: try GateFiles(gateFiles), limits: limits, environment: environment, sender: sender, now: now,
                randomBytes: randomBytes)
        } catch {
            throw ToolboxError(description: error.description)
        }
        analyst = CallAnalyst(
            PathSurroundings(
                directory: place.workspace.path, workspace: place.workspace.path, home: environment.home,
                gateFiles: gateFiles))
    }

    /// The workspace without links in its path.
    package var workspace: String { place.workspace.path }

    /// The call that an agent's words amount to, with what it would do. Looks at the world and changes nothing.
    package func prepare(
        tool name: String, arguments: JSONObject, origin: Origin, claims: Claims = Claims()
    ) async -> ToolCall {
        let inspection: Inspection
        do {
            inspection = await (try tool(named: name, arguments)).inspect(in: place)
        } catch {
            inspection = Inspection(obstacles: [error])
        }
        return ToolCall(
            tool: name, kind: ToolTable.definition(of: name)?.kind ?? .other, arguments: arguments, origin: origin,
            directory: inspection.directory ?? place.workspace.path, claims: claims, performer: .desk,
            facts: inspection.facts)
    }

    package func changes(since call: ToolCall) async -> [String] {
        do {
            return await (try tool(named: call.tool, call.arguments)).changes(since: call, in: place)
        } catch {
            return [error.description]
        }
    }

    package func run(_ permit: consuming Permit, until stop: StopSignal) async -> Outcome {
        let call = permit.call
        return await run(permit, as: call, until: stop)
    }

    /// The same, and what a command prints can be looked at meanwhile.
    package func run(
        _ permit: consuming Permit, until stop: StopSignal, showing output: LiveOutput
    ) async -> Outcome {
        let call = permit.call
        return await run(permit, as: call, until: stop, showing: output)
    }

    /// Carries out `call`, which the permitted one stands for: the same facts, under a tool of this toolbox.
    package func run(_ permit: consuming Permit, as call: ToolCall, until stop: StopSignal) async -> Outcome {
        await run(permit, as: call, until: stop, showing: nil)
    }

    private func run(
        _ permit: consuming Permit, as call: ToolCall, until stop: StopSignal, showing output: LiveOutput?
    ) async -> Outcome {
        let errand = Errand(call: call, subject: permit.subject, stop: stop, output: output)
        do {
            let tool = try tool(named: errand.call.tool, errand.call.arguments)
            let compensation = try Snapshots.compensation(for: call, in: place.workspace, limits: place.limits)
            try Obstacle.fromFile { () throws(FileError) in try snapshots.keep(compensation, for: errand.subject) }
            return try await tool.run(errand, in: place)
        } catch {
            return Outcome(status: .failed, summary: "not executed: \(error)")
        }
    }

    /// Somebody else's call, with what can be seen of it from here: the files of the gate that it names (what it
    /// would do to them is not known, so naming them is enough), and where links lead that it goes through.
    package func lookedAt(_ call: ToolCall) -> ToolCall {
        var inspection = Inspection()
        for text in (call.facts.command?.argv ?? []) + [JSONValue.object(call.arguments).canonicalText] {
            inspection.touch(place.gateFiles.named(in: text))
        }
        inspection.follow(call, analyst.analysis(of: call), in: place)
        var facts = call.facts
        facts.gateFiles = inspection.gateFiles
        facts.paths += inspection.paths
        facts.warnings += inspection.warnings
        return facts == call.facts ? call : call.with(facts: facts)
    }

    /// What would undo a call that ran: a tool and its arguments. Nil where nothing was kept.
    package func compensation(of subject: Subject) -> (tool: String, arguments: JSONObject)? {
        snapshots.compensation(of: subject)
    }

    /// Takes away what was kept to undo a call.
    package func forget(_ subject: Subject) {
        snapshots.remove(subject)
    }

    private func tool(named name: String, _ arguments: JSONObject) throws(Obstacle) -> any Tool {
        guard let definition = ToolTable.definition(of: name) else { throw .unknownTool(name) }
        return try definition.make(Arguments(checking: arguments, against: definition))
    }
}

/// Why there is no toolbox: a workspace or an outbox that cannot be used.
package struct ToolboxError: Error, CustomStringConvertible {
    package let description: String
}
