package import HITLCore

/// Lets a person change arguments as JSON text in an editor of their own.
package struct ArgumentEditor: Sendable {
    package enum Failure: Error, CustomStringConvertible {
        case editor(String)
        case notJSON(JSONError)
        case notAnObject

        package var description: String {
            switch self {
            case .editor(let because): "The editor did not end well (\(because)), so nothing was changed."
            case .notJSON(let error): "What was saved is not JSON: \(error). Nothing was changed."
            case .notAnObject: "Arguments must be a JSON object. Nothing was changed."
            }
        }
    }

    /// Shows a text in an editor and returns what was saved.
    private let open: @Sendable (_ text: String) async -> Result<String, Failure>

    package init(open: @escaping @Sendable (_ text: String) async -> Result<String, Failure>) {
        self.open = open
    }

    func edit(_ arguments: JSONObject) async -> Result<JSONObject, Failure> {
        switch await open(Self.text(arguments)) {
        case .failure(let failure): return .failure(failure)
        case .success(let saved):
            do throws(JSONError) {
                guard let object = try JSONValue(parsing: saved).object else { return .failure(.notAnObject) }
                return .success(object)
            } catch {
                return .failure(.notJSON(error))
            }
        }
    }

    /// One member a line. ASCII only, so that nothing hides in the editor either.
    static func text(_ arguments: JSONObject) -> String {
        let lines = arguments.members.map { "  \(JSONValue.string($0.name).canonicalText): \($0.value.canonicalText)" }
        return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
    }
}
