package import HITLCore
package import HITLGate
package import HITLPlatform

/// A workbench that also knows a scenario's own tools.
///
/// A call of one of them is one call with one permit: it keeps its own name and arguments, which
/// rules and people judge, and carries all facts of the real call, with that call itself written out
/// at the head of the preview. Facts are part of the digest, so the yes is to both; what runs is
/// resolved again from the same arguments and compared with what was shown.
package struct ScenarioWorkbench: Workbench {
    private let base: any Workbench
    private let domain: [DomainTool]

    package init(_ base: any Workbench, tools: [DomainTool]) {
        self.base = base
        domain = tools
    }

    package var tools: [String] { base.tools + domain.map(\.name) }

    package func prepare(tool: String, arguments: JSONObject, origin: Origin, claims: Claims) async -> ToolCall {
        guard let definition = definition(tool) else {
            return await base.prepare(tool: tool, arguments: arguments, origin: origin, claims: claims)
        }
        do throws(DomainTool.Obstacle) {
            let resolved = try definition.resolve(arguments)
            let real = await base.prepare(tool: definition.runs, arguments: resolved, origin: origin, claims: claims)
            var facts = real.facts
            facts.preview = definition.shown(resolved) + (facts.preview.map { "\n" + $0 } ?? "")
            return ToolCall(
                tool: tool, kind: real.kind, arguments: arguments, origin: origin, directory: real.directory,
                claims: claims, performer: real.performer, facts: facts)
        } catch {
            return ToolCall(
                tool: tool, kind: .other, arguments: arguments, origin: origin, claims: claims, performer: .desk,
                facts: Facts(warnings: ["it cannot run: \(error)"]))
        }
    }

    package func changes(since call: ToolCall) async -> [String] {
        switch real(call) {
        case nil: await base.changes(since: call)
        case .shown(let real)?: await base.changes(since: real)
        case .other(let because)?: [because]
        }
    }

    package func run(_ permit: consuming Permit, until stop: StopSignal) async -> Outcome {
        let call = permit.call
        return await run(permit, as: call, until: stop)
    }

    package func run(_ permit: consuming Permit, as call: ToolCall, until stop: StopSignal) async -> Outcome {
        switch real(call) {
        case nil: await base.run(permit, as: call, until: stop)
        case .shown(let real)?: await base.run(permit, as: real, until: stop)
        case .other(let because)?: Outcome(status: .failed, summary: "not executed: \(because)")
        }
    }

    package func run(
        _ permit: consuming Permit, until stop: StopSignal, showing output: LiveOutput
    ) async -> Outcome {
        await base.run(permit, until: stop, showing: output)
    }

    private enum Real {
        /// Not what was shown, or nothing at all.
        case other(because: String)
        case shown(ToolCall)
    }

    /// What a call of a domain tool stands for; nil for a call of another tool.
    private func real(_ call: ToolCall) -> Real? {
        guard let definition = definition(call.tool) else { return nil }
        let resolved: JSONObject
        do { resolved = try definition.resolve(call.arguments) } catch { return .other(because: error.description) }

        let head = definition.shown(resolved)
        var facts = call.facts
        guard let preview = facts.preview, preview.utf8.starts(with: head.utf8) else {
            return .other(because: "`\(call.tool)` no longer stands for what was shown")
        }
        let rest = preview.utf8.dropFirst(head.utf8.count)
        guard rest.isEmpty || rest.first == UInt8(ascii: "\n") else {
            return .other(because: "`\(call.tool)` no longer stands for what was shown")
        }
        facts.preview = rest.isEmpty ? nil : String(decoding: rest.dropFirst(), as: UTF8.self)
        return .shown(
            ToolCall(
                tool: definition.runs, kind: call.kind, arguments: resolved, origin: call.origin,
                directory: call.directory, claims: call.claims, performer: call.performer, facts: facts))
    }

    private func definition(_ name: String) -> DomainTool? {
        domain.first { $0.name.utf8.elementsEqual(name.utf8) }
    }
}
