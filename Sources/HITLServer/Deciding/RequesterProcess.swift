import HITLCore
package import HITLPlatform

/// The process tree that a request comes from: everything at or below one process.
///
/// It stands in the record, as the channel of the requester's identity, so that a desk that was restarted still knows
/// who must not decide: `socket:4711.8812345`, pid and start in clock ticks since boot.
package struct RequesterProcess: Sendable, Equatable {
    /// Through what the asking process speaks, and so which process stands for the requester.
    package enum Way: String, Sendable, CaseIterable {
        /// The asking process itself: `hitl ask` in a script, or any program.
        case socket
        /// A hook of an agent: the agent, which is the first ancestor that is neither a shell nor `hitl`.
        case hook
        /// A gateway between an agent and its tools: the agent, likewise.
        case gateway
    }

    package let way: Way
    package let root: ProcessIdentity

    package init(way: Way, root: ProcessIdentity) {
        self.way = way
        self.root = root
    }

    /// Finds the process that stands for whoever asks, and those below it down to the one that does.
    static func find(
        _ way: Way, asking process: ProcessIdentity
    ) throws(ProcessTree.Failure) -> (requester: RequesterProcess, below: [ProcessTree.Entry]) {
        switch way {
        case .socket: return (RequesterProcess(way: way, root: process), [])
        case .hook, .gateway:
            let path = try ProcessTree.path(from: process, toFirstNeitherShellNorNamed: ["hitl"])
            return (RequesterProcess(way: way, root: path[path.count - 1].identity), path.dropLast())
        }
    }

    var channel: String { "\(way.rawValue):\(root.pid).\(root.startTicks)" }

    /// What a requester's channel says.
    enum Reading: Equatable {
        /// The requester is no process that connected.
        case elsewhere
        case process(RequesterProcess)
        /// It says that it was one, and not which.
        case unreadable
    }

    static func read(_ channel: String) -> Reading {
        let parts = channel.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let way = Way.allCases.first(where: { $0.rawValue.utf8.elementsEqual(parts[0]) }) else {
            return .elsewhere
        }
        guard parts.count == 2 else { return .unreadable }
        let numbers = parts[1].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard numbers.count == 2, let pid = Int32(String(numbers[0]) ?? ""),
            let start = UInt64(String(numbers[1]) ?? "")
        else { return .unreadable }
        return .process(RequesterProcess(way: way, root: ProcessIdentity(pid: pid, startTicks: start)))
    }
}
