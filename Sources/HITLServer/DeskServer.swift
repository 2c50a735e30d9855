package import HITLCore
package import HITLGate
package import HITLPlatform

/// The desk's socket: programs of the same user ask here, and those that may, decide.
///
/// Speaks the protocol of `docs/formats/desk-protocol.md`. To end it so that nobody's request is withdrawn:
///
///     server.stopAccepting()
///     await gate.queue.close(…)      everybody who waits hears that the desk is closing
///     await server.close()
package final class DeskServer: Sendable {
    private struct State {
        var listener: UnixListener?
        var acceptor: Task<Void, Never>?
        var nextNumber = 0
        var connections: [Int: Task<Void, Never>] = [:]
        var isClosing = false
    }

    let desk: Desk
    private let inherited: InheritedCalls
    private let state = Locked(State())

    /// - Parameters:
    ///   - look: adds to a call what can be seen of it from here: the gate's own files, and where links lead.
    ///   - executor: runs approved calls of `hitl`'s own tools whose agent is gone.
    ///   - commands: nil where nobody may run commands from another terminal.
    ///   - key: proves answers to those who ask for that.
    package init(
        gate: Gate, authority: DeskAuthority, look: @escaping @Sendable (ToolCall) -> ToolCall = { $0 },
        executor: (any Executor)? = nil,
        commands: ForwardedCommands? = nil, limits: DeskLimits = DeskLimits(), key: DeskKey? = nil
    ) {
        desk = Desk(
            gate: gate, authority: authority, look: look, executor: executor,
            commands: commands, limits: limits, feed: ChangeFeed(), key: key)
        inherited = InheritedCalls(gate)
    }

    /// Waits for what comes of the calls that a former desk permitted and whose requesters still run.
    package func awaitInherited() async { await inherited.watchAll() }

    /// All changes of the queue from now on, a moment after whoever waits for them was answered.
    package func changes() async -> AsyncStream<QueueChange> { await desk.feed.changes(of: desk.gate.queue) }

    deinit { stopAccepting() }

    /// Listens at `path`, which is made with mode 0600 in a directory with mode 0700. Once it returns clients may
    /// connect.
    package func listen(at path: String) throws(SocketError) {
        do throws(SystemError) {
            // Every client that waits is a descriptor.
            try ThisProcess.raiseDescriptorLimit()
        } catch {
            throw .system(error)
        }
        let limits = LineChannel.Limits(lineLength: desk.limits.line, backlog: desk.limits.backlog)
        let listener = try UnixListener(path, limits: limits, on: .desk)
        state.withLock { state in
            state.listener = listener
            state.acceptor = Task(executorPreference: Reactor.desk) { await self.accept(from: listener) }
        }
    }

    /// New clients find no desk; those that are connected stay.
    package func stopAccepting() {
        let listener = state.withLock { state in
            defer { state.listener = nil }
            return state.listener
        }
        listener?.close()
    }

    /// Answers what is under way and ends all connections. Call it once the queue is closed: who still waits then is
    /// taken for gone, and its request is withdrawn.
    package func close() async {
        stopAccepting()
        await inherited.close()
        let (acceptor, connections) = state.withLock { state in
            state.isClosing = true
            return (state.acceptor, Array(state.connections.values))
        }
        await acceptor?.value
        await desk.feed.end()
        for task in connections { task.cancel() }
        for task in connections { await task.value }
    }

    package var connectionCount: Int { state.withLock { $0.connections.count } }

    private func accept(from listener: UnixListener) async {
        while true {
            do throws(SocketError) {
                take(try await listener.accept())
            } catch {
                switch error {
                // Whoever it was is gone or cannot be told; the next one may be all right.
                case .unknownPeer, .system: continue
                case .closed, .cancelled, .pathTooLong, .nobodyListens, .alreadyListening, .notASocket, .file: return
                }
            }
        }
    }

    private func take(_ stream: UnixStream) {
        let isFull = state.withLock { $0.connections.count >= desk.limits.connections }
        let refusal: DeskError? =
            if stream.peer.uid != desk.authority.uid {
                .otherUser(uid: stream.peer.uid)
            } else if isFull {
                .tooManyConnections(limit: desk.limits.connections)
            } else {
                nil
            }
        if let refusal {
            do throws(LineChannel.Failure) {
                try stream.offer(Reply.error(refusal, to: .null))
            } catch {
                // It has left without waiting for the reason.
            }
            stream.close()
            return
        }
        let connection = DeskConnection(desk, stream)
        let isClosing = state.withLock { state in
            guard !state.isClosing else { return true }
            state.nextNumber += 1
            let number = state.nextNumber
            state.connections[number] = Task(executorPreference: Reactor.desk) {
                await connection.serve()
                self.forget(number)
            }
            return false
        }
        if isClosing { connection.close() }
    }

    private func forget(_ number: Int) { state.withLock { _ = $0.connections.removeValue(forKey: number) } }
}

extension Reactor {
    /// Reads and answers all connections of desks, on one thread: a decision waits for the disk anyway, and what comes
    /// in meanwhile is decided together and shares the next sync. Apart from the one that everything else uses, because
    /// it waits for the disk.
    static let desk = Reactor(name: "desk")
}
