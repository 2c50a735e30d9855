import Glibc

/// The modes of the operator's terminal: as they were found, and as a line editor needs them.
///
/// libedit has a private terminal for its own mode changes (`EditLineHandle`), so these are the only ones.
final class TerminalModes {
    private let descriptor: Int32
    private var found: termios
    private(set) var isEditing = false

    init(descriptor: Int32) throws(TerminalError) {
        self.descriptor = descriptor
        found = termios()
        guard tcgetattr(descriptor, &found) == 0 else { throw .notATerminal(descriptor: descriptor) }
    }

    deinit { restore() }

    /// The operator's keys for interrupting and suspending, 0 where there is none.
    var interrupt: UInt8 { key(VINTR) }
    var suspend: UInt8 { key(VSUSP) }

    /// One byte at a time, no echo, no signals: Ctrl-C and Ctrl-Z arrive as bytes in the order of the keys,
    /// Ctrl-S is a search and does not freeze the screen, and Enter can be told from Ctrl-J.
    func edit() {
        guard !isEditing else { return }
        // Whoever had the terminal meanwhile, a shell or an editor, may have left it with other modes.
        var now = termios()
        if tcgetattr(descriptor, &now) == 0, now.c_lflag & tcflag_t(ICANON) != 0 { found = now }
        var modes = found
        modes.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
        modes.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR | IGNCR)
        modes.c_oflag |= tcflag_t(OPOST | ONLCR)
        withUnsafeMutableBytes(of: &modes.c_cc) { characters in
            characters[Int(VMIN)] = 1
            characters[Int(VTIME)] = 0
        }
        tcsetattr(descriptor, TCSADRAIN, &modes)
        isEditing = true
    }

    /// After a stop, whoever continued us may have set others.
    func editAgain() {
        isEditing = false
        edit()
    }

    /// As they were found. Does not wait for output: the terminal may be gone.
    func restore() {
        guard isEditing else { return }
        tcsetattr(descriptor, TCSANOW, &found)
        isEditing = false
    }

    private func key(_ index: Int32) -> UInt8 {
        withUnsafeBytes(of: found.c_cc) { $0[Int(index)] }
    }
}
