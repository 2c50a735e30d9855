package import HITLPlatform

/// The process at the other end of a connection, and where it stands in the tree of processes.
package final class Peer: Sendable {
    package let process: ProcessIdentity
    /// It speaks over pipes that the desk made for it: whatever the tree of processes says, the desk started it.
    let isHosted: Bool
    private let isAlive: @Sendable () -> Bool
    private let known = Locked<[ProcessIdentity]?>(nil)

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
}
