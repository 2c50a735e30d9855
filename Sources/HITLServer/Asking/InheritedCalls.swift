import HITLCore
import HITLGate
import HITLPlatform

/// Waits for those that carry out what a former desk permitted: what they do not say by their end, nobody will ever
/// know.
final class InheritedCalls: Sendable {
    private struct Watch: Sendable {
        let call: Inherited
        let process: ProcessIdentity
        let descriptor: OwnedDescriptor
        let registration: Reactor.Registration
    }

    private let gate: Gate
    private let watches = Locked<[Subject: Watch]>([:])

    init(_ gate: Gate) { self.gate = gate }

    func watchAll() async {
        for call in await gate.queue.inherited { await watch(call) }
    }

    private func watch(_ call: Inherited) async {
        guard case .process(let requester) = RequesterProcess.read(call.requester.channel),
            let descriptor = ProcessTree.descriptor(of: requester.root)
        else { return await giveUp(on: call) }
        let pid = requester.root.pid
        gate.queue.hands(
            Performing(
                call.subject, tool: call.tool, by: "process \(pid)",
                reach: .none(advice: "it was permitted by a former desk: end it there, with kill \(pid)")))
        do throws(SystemError) {
            let registration = try Reactor.desk.register(descriptor.number, for: .readable) { [weak self] _ in
                self?.ended(call.subject)
            }
            let watch = Watch(
                call: call, process: requester.root, descriptor: descriptor, registration: registration)
            watches.withLock { $0[call.subject] = watch }
        } catch {
            await giveUp(on: call)
        }
        // Where it ended before it was written down here that it is watched.
        if !ProcessTree.isAlive(requester.root) { ended(call.subject) }
    }

    private func ended(_ subject: Subject) {
        guard let watch = watches.withLock({ $0.removeValue(forKey: subject) }) else { return }
        Reactor.desk.unregister(watch.registration)
        Task { await giveUp(on: watch.call) }
    }

    /// The first outcome counts: nothing happens where it had said one.
    private func giveUp(on call: Inherited) async {
        await gate.finish(
            call.subject, tool: call.tool,
            Outcome(status: .unknown, summary: "its requester ended without saying what came of it"))
    }

    /// Whoever still runs is left to the next desk.
    func close() async {
        let left = watches.withLock { watches in
            defer { watches = [:] }
            return Array(watches.values)
        }
        for watch in left {
            Reactor.desk.unregister(watch.registration)
            if !ProcessTree.isAlive(watch.process) { await giveUp(on: watch.call) }
        }
    }
}
