import Glibc
import HITLCore
import HITLPlatform

/// Hears, while the command of `hitl ask` runs, whether the desk wants it ended. Nobody else reads from the socket
/// meanwhile.
///
///     let listener = StopListener(descriptor, unread)
///     listener.begin { child.stop() }
///     …
///     socket.putBack(listener.end())
package final class StopListener: Sendable {
    private struct State: Sendable {
        var bytes: [UInt8]
        var registration: Reactor.Registration?
        var stop: (@Sendable () -> Void)?
        var isOver = false
        var wasAsked = false
    }

    private let descriptor: Int32
    private let state: Locked<State>

    /// - Parameter unread: what was read from the socket already and not looked at.
    init(_ descriptor: Int32, _ unread: [UInt8]) {
        self.descriptor = descriptor
        state = Locked(State(bytes: unread))
    }

    /// The desk asked for the end of the command.
    package var wasAsked: Bool { state.withLock { $0.wasAsked } }

    func begin(_ stop: @escaping @Sendable () -> Void) {
        state.withLock { $0.stop = stop }
        look()
        do throws(SystemError) {
            let registration = try Reactor.shared.register(descriptor, for: .readable) { [weak self] _ in self?.hear() }
            let isOver = state.withLock { state in
                state.registration = registration
                return state.isOver
            }
            if isOver { leave() }
        } catch {
            // Then the command cannot be ended from the desk; it still ends when this process does.
        }
    }

    private func hear() {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        // A desk that is gone says nothing more; that it is gone is found out again by whoever speaks to it next.
        guard count > 0 else { return leave() }
        state.withLock { $0.bytes += buffer[..<count] }
        look()
    }

    /// Takes whole lines out of what was read. All that a desk says without being asked is a notification.
    private func look() {
        let stop = state.withLock { state -> (@Sendable () -> Void)? in
            var isAsked = false
            while let end = state.bytes.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(state.bytes[..<end])
                state.bytes.removeFirst(end + 1)
                let method = (try? JSONValue(parsing: line))?.object?["method"]?.string
                if method?.utf8.elementsEqual("stop".utf8) ?? false { isAsked = true }
            }
            if isAsked { state.wasAsked = true }
            return isAsked ? state.stop : nil
        }
        stop?()
    }

    private func leave() {
        let registration = state.withLock { state in
            state.isOver = true
            defer { state.registration = nil }
            return state.registration
        }
        if let registration { Reactor.shared.unregister(registration) }
    }

    /// - Returns: what was read and is no whole line.
    func end() -> [UInt8] {
        leave()
        return state.withLock { state in
            state.stop = nil
            return state.bytes
        }
    }
}
