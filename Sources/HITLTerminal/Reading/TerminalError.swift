/// Why a terminal cannot be used for editing lines.
package enum TerminalError: Error, Equatable {
    case notATerminal(descriptor: Int32)
    case noDescriptor(errno: Int32)
    case noPrivateTerminal(errno: Int32)
    case noThread(errno: Int32)
}
