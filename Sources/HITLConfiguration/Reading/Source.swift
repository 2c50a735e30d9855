/// Where a value in force was written.
package enum Source: Sendable, Hashable, CustomStringConvertible {
    /// Nobody wrote it.
    case fallback
    /// A preset of `policy.compliance` demands it.
    case preset(String)
    case file(Place)
    case variable(String)
    case option(String)
    /// Set at the prompt, gone at the end of the session.
    case session

    /// `default`, `preset hipaa`, `hitl.yaml:12:5`, `HITL_TIMEOUT`, `--agent`, `session`.
    package var description: String {
        switch self {
        case .fallback: "default"
        case .preset(let name): "preset \(name)"
        case .file(let place): place.description
        case .variable(let name): name
        case .option(let name): name
        case .session: "session"
        }
    }
}

/// A position in a file. Lines and columns count from 1, columns in Unicode scalars.
package struct Place: Sendable, Hashable, CustomStringConvertible {
    package let file: String
    package let line: Int
    package let column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `hitl.yaml:12:5`; the name is shown as `visible` text, because a folder's name can attack a terminal too.
    package var description: String { "\(visible(file)):\(line):\(column)" }
}
