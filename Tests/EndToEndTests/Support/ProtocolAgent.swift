import Glibc
import HITLCore

/// A loop with an agent of the Agent Client Protocol, and what that agent did and was told.
struct ProtocolAgent {
    let home: Home
    private let program: [String]

    /// The agent of this package, or another program.
    init(_ home: Home, _ options: String..., program: [String]? = nil) {
        self.home = home
        self.program = (program ?? ["/usr/bin/python3", Self.path]) + options
    }

    static let path = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Agents/acp_agent.py"
    static let example =
        #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined() + "/examples/exec-agent/agent.py"

    func arguments(_ kind: String = "acp") -> [String] {
        ["--enable-hitl", "--agent", kind, "--workspace", home.workspace, "--"] + program
    }

    /// Plays a script of the operator's; `/quit` is added.
    func play(_ lines: String..., kind: String = "acp") async throws -> Said {
        try await home.script(lines + ["/quit"], arguments(kind))
    }

    /// What the agent wrote down, one value a line, without what every session begins with.
    var told: [String] {
        (home.read("w/told") ?? "").split(separator: "\n").map(String.init).filter {
            !$0.hasPrefix(#"{"client""#) && !$0.hasPrefix(#"{"cwd""#)
        }
    }

    /// What it was answered to a question, without the reasons beside it.
    func answer(to name: String) -> String? {
        for line in told {
            guard let object = (try? JSONValue(parsing: line))?.object, object["asked"]?.string == name else {
                continue
            }
            let outcome = object["answer"]?.object?["outcome"]?.object
            return outcome?["optionId"]?.string ?? outcome?["outcome"]?.string
                ?? object["answer"]?.object?["code"]?.integer.map { String($0) }
        }
        return nil
    }

    func made(_ name: String) -> Bool { home.exists("w/" + name) }
}
