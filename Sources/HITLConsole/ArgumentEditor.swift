package import HITLCore
import HITLPlatform

/// Lets a person change arguments as JSON text in an editor of their own.
package struct ArgumentEditor: Sendable {
    package enum Failure: Error, CustomStringConvertible {
        case editor(String)
        case notJSON(JSONError.Fault, line: Int)
        case notAnObject

        package var description: String {
            switch self {
            case .editor(let because): "The editor did not end well (\(because)), so nothing was changed."
            case .notJSON(let fault, let line):
                "What was saved is not JSON: \(fault), in line \(line). Nothing was changed."
            case .notAnObject: "Arguments must be a JSON object. Nothing was changed."
            }
        }
    }

    /// What was saved for a request and could not be taken. In memory only, and of one request, for it may hold secrets.
    private struct Draft {
        let number: Int64
        let text: String
    }

    /// Shows a text in an editor and returns what was saved.
    private let open: @Sendable (_ text: String) async -> Result<String, Failure>
    private let draft = Locked<Draft?>(nil)

    package init(open: @escaping @Sendable (_ text: String) async -> Result<String, Failure>) {
        self.open = open
    }

    /// What was saved with a mistake is opened as it was left when the same request is edited again.
    func edit(_ arguments: JSONObject, of number: Int64) async -> Result<JSONObject, Failure> {
        let left = draft.withLock { draft in draft?.number == number ? draft?.text : nil }
        switch await open(left ?? Self.text(arguments)) {
        case .failure(let failure): return .failure(failure)
        case .success(let saved):
            let value: JSONValue
            do throws(JSONError) { value = try JSONValue(parsing: saved) } catch {
                keep(saved, of: number)
                return .failure(.notJSON(error.fault, line: Self.line(of: error.offset, in: saved)))
            }
            guard let object = value.object else {
                keep(saved, of: number)
                return .failure(.notAnObject)
            }
            draft.withLock { $0 = nil }
            return .success(object)
        }
    }

    /// Whether the editor would open with what was saved before.
    func hasDraft(of number: Int64) -> Bool { draft.withLock { $0?.number == number } }

    /// An empty file is no work that could be lost, and would be nothing to begin again with.
    private func keep(_ text: String, of number: Int64) {
        let isBlank = text.utf8.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        draft.withLock { $0 = isBlank ? nil : Draft(number: number, text: text) }
    }

    private static func line(of offset: Int, in text: String) -> Int {
        1 + text.utf8.prefix(offset).count { $0 == UInt8(ascii: "\n") }
    }

    /// One member a line. ASCII only, so that nothing hides in the editor either.
    static func text(_ arguments: JSONObject) -> String {
        let lines = arguments.members.map { "  \(JSONValue.string($0.name).canonicalText): \($0.value.canonicalText)" }
        return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
    }
}
