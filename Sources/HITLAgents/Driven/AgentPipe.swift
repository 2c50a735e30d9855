import HITLCore
import HITLPlatform

/// The process of an agent that speaks JSON over its standard streams, a message a line.
final class AgentPipe: Sendable {
    enum Incoming {
        case ended
        /// A line that is no JSON, or that two parsers might read differently.
        case unreadable([UInt8])
        case message(JSONObject)
    }

    private let child: ChildProcess
    let name: String

    init(_ process: AgentProcess, name: String) {
        child = process.child
        self.name = name
    }

    /// A message to a process that is gone is lost; its end is told by `next`.
    func send(_ message: JSONValue) async {
        do throws(LineChannel.Failure) { try await child.write(message.canonical + [UInt8(ascii: "\n")]) } catch {
            child.stop()
        }
    }

    /// For one task at a time.
    func next() async -> Incoming {
        do throws(LineChannel.Failure) {
            while let line = try await child.nextLine() {
                guard line.contains(where: { $0 > 0x20 }) else { continue }
                // A call's arguments stand some levels down, and may be as deep as anybody's.
                guard let value = try? JSONValue(parsing: line, depth: JSONValue.greatestDepth + 8),
                    case .object(let message) = value
                else { return .unreadable(line) }
                return .message(message)
            }
        } catch {
            // Torn, too long or taken from us: nothing that it says can be followed any more.
        }
        return .ended
    }

    private static let patience: Duration = .milliseconds(500)

    /// Lets it end where it is about to, asks it to where it is not, and says how it went.
    func end() async -> AgentEnd {
        child.channel?.closeWriting()
        let pressing = Task.isCancelled ? nil : Task { try await Task.sleep(for: Self.patience) }
        let stopping = Task {
            // Cut short where it has ended by itself.
            if case .failure? = await pressing?.result { return }
            child.stop()
        }
        let result = await child.wait()
        pressing?.cancel()
        await stopping.value
        return AgentEnd(result)
    }
}

extension AgentEnd {
    /// For the operator, who reads it among what the agent says.
    func sentence(about name: String) -> String {
        "`\(name)` \(words)."
            + (lastLines.isEmpty ? "" : " The last that it said:\n" + lastLines.joined(separator: "\n"))
    }
}
