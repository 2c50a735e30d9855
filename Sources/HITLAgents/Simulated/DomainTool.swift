package import HITLCore

/// A tool of a scenario's own trade (`executeTransaction`) that stands for a call of a real one.
///
/// Every argument has its effect: one that the real call does not use is refused, because a person
/// would approve it for nothing.
package struct DomainTool: Sendable, Equatable {
    package let name: String
    package let description: String?
    /// The real tool.
    package let runs: String
    package let arguments: [ArgumentTemplate.Member]

    package init(name: String, description: String? = nil, runs: String, arguments: [ArgumentTemplate.Member]) {
        self.name = name
        self.description = description
        self.runs = runs
        self.arguments = arguments
    }

    /// The arguments that it takes, in the order of their first use.
    package var parameters: [String] {
        var names: [String] = []
        for placeholder in arguments.flatMap(\.value.placeholders) {
            let name = String(placeholder.prefix { $0 != "." })
            if !names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) { names.append(name) }
        }
        return names
    }

    /// Why a call of it stands for nothing.
    package enum Obstacle: Error, Equatable, CustomStringConvertible {
        case missing(String)
        case withoutEffect(String)

        package var description: String {
            switch self {
            case .missing(let name): "the argument `\(name)` is missing"
            case .withoutEffect(let name): "the argument `\(name)` has no effect in what the tool stands for"
            }
        }
    }

    /// The arguments of the real call.
    package func resolve(_ given: JSONObject) throws(Obstacle) -> JSONObject {
        let parameters = parameters
        for member in given.members where !parameters.contains(where: { $0.utf8.elementsEqual(member.name.utf8) }) {
            throw .withoutEffect(member.name)
        }
        do { return try ArgumentTemplate.object(arguments, Bindings(given)) } catch { throw .missing(error.name) }
    }

    /// The real call as people read it; two calls that differ never read the same.
    ///
    ///     executeTransaction stands for executeCommand:
    ///       command: ["sh","bin/post.sh","TX-1","9500.00"]
    ///       memo:
    ///         | first line
    ///         | second line
    func shown(_ resolved: JSONObject) -> String {
        var lines = ["\(name) stands for \(runs):"]
        for member in resolved.members {
            let label = "  \(JSONValue.string(member.name).canonicalText.dropFirst().dropLast()):"
            if let text = member.value.string, text.utf8.contains(UInt8(ascii: "\n")) {
                lines.append(label)
                lines += text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                    .map { $0.isEmpty ? "    |" : "    | \(Substring($0))" }
            } else {
                lines.append("\(label) \(member.value.canonicalText)")
            }
        }
        return lines.joined(separator: "\n")
    }
}
