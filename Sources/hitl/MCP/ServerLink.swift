import Glibc
import HITLAgents

/// The way to the server and back, whatever it is made of. Nothing of it waits.
protocol ServerLink: AnyObject {
    /// Appends what it waits for.
    ///
    /// - Parameter reads: whether there is room for what the server says.
    func watch(_ watched: inout [pollfd], reads: Bool)

    /// - Parameter ready: what it appended, in the same order.
    func act(_ ready: ArraySlice<pollfd>, at now: UInt64) -> [ServerEvent]

    /// When it wants to act without anything being ready.
    var due: UInt64 { get }

    /// How many bytes it has not got rid of.
    var unsent: Int { get }

    /// A line for the server. It goes out at the next `flush`.
    func send(_ line: [UInt8])

    func flush(at now: UInt64) -> [ServerEvent]

    /// The client has gone: the server is asked to end.
    func finish()

    /// It is waited for no longer.
    func stop()

    /// Once it has ended or `finish` was called: for the last time. Returns the exit code.
    func wait() -> Int32
}

enum ServerEvent {
    case line([UInt8])
    /// For the client, and not of the server.
    case answer([UInt8])
    case failed(MessageID, ServerFault)
    case definitions([UInt8])
    case note(String)
    case ended
}
