package import HITLPlatform

/// The process at the other end of a connection, and where it stands in the tree of processes.
package final class Peer: Sendable {
    package let process: ProcessIdentity
    /// It speaks over pipes that the desk made for it: whatever the tree of processes says, the desk started it.
    let isHosted: Bool
    private let isAlive: @Sendable () -> Bool
    private let known = Locked<[ProcessIdentity]?>(nil)
    private let standing = Locked<Standing?>(nil)

    /// Who asks, as it was found, with the processes between it and the one that is connected.
    private struct Standing: Sendable {
        let requester: RequesterProcess
        let below: [ProcessTree.Entry]

        /// Whether a look at everything would find the same: nobody between the two has another parent.
        var isCurrent: Bool {
            ProcessTree.isAlive(requester.root)
                && below.allSatisfy { entry in
                    // What cannot be looked at is looked for again.
                    (try? ProcessTree.entry(of: entry.pid)).map {
                        $0.identity == entry.identity && $0.parent == entry.parent
                    } ?? false
                }
        }
    }

    package init(_ process: ProcessIdentity, isHosted: Bool = false, isAlive: @escaping @Sendable () -> Bool) {
        self.process = process
        self.isHosted = isHosted
        self.isAlive = isAlive
    }

    convenience init(_ identity: PeerIdentity) {
        self.init(identity.process) { identity.isAlive }
    }

    /// Itself first, then upwards.
    ///
    /// Looked up once: a process only ever loses ancestors (when they end), so what was found first holds all that
    /// count.
    func ancestry() throws(Objection) -> [ProcessIdentity] {
        guard isAlive() else { throw .gone }
        if let found = known.withLock({ $0 }) { return found }
        let found: [ProcessIdentity]
        do throws(ProcessTree.Failure) {
            found = try ProcessTree.ancestry(of: process).map(\.identity)
        } catch {
            throw .unknownAncestry(error)
        }
        known.withLock { $0 = found }
        return found
    }

    /// The process that stands for whoever asks over this connection. A gateway asks often, so what was found is kept for
    /// as long as it holds.
    func requester(_ way: RequesterProcess.Way) throws(ProcessTree.Failure) -> RequesterProcess {
        if way == .socket { return RequesterProcess(way: way, root: process) }
        if let known = standing.withLock({ $0 }), known.requester.way == way, known.isCurrent { return known.requester }
        let found = try RequesterProcess.find(way, asking: process)
        standing.withLock { $0 = Standing(requester: found.requester, below: found.below) }
        return found.requester
    }
}
