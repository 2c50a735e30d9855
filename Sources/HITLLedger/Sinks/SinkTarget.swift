/// Where a sink takes the entries.
public enum SinkTarget: Sendable, Hashable {
    /// A file that lines are appended to, or a FIFO that somebody reads.
    case path(String)

    /// A program, by its absolute path, and its arguments; it reads lines from its standard input.
    case command([String])

    /// As it stands in the configuration.
    package var name: String {
        switch self {
        case .path(let path): path
        case .command(let words): words.joined(separator: " ")
        }
    }

    /// The file beside the ledger that says how far this sink is.
    package func cursorPath(ledger: String) -> String {
        let kind: String =
            switch self {
            case .path(let path): "path\0" + path
            case .command(let words): "command\0" + words.joined(separator: "\0")
            }
        return "\(ledger).sink-\(Digest(hashing: Array(kind.utf8)).hex.prefix(16))"
    }
}
