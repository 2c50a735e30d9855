import HITLConfiguration
package import HITLCore
package import HITLGate

/// Suggested rules as a piece of a policy, with their replay as comments. Somebody puts it into a file, or nobody does.
package struct SuggestionView {
    private let suggestions: [Suggestion]

    package init(_ suggestions: [Suggestion]) {
        self.suggestions = suggestions
    }

    package var yaml: String {
        guard !suggestions.isEmpty else {
            return "# Nothing was approved \(Suggester.least) times in the same form without a rejection.\n"
        }
        var lines = [
            "# Suggestions. Nothing of this is in force: read it, and put what you want into `hitl.yaml`.", "policy:",
            "  rules:",
        ]
        for (place, suggestion) in suggestions.enumerated() {
            lines += Self.lines(suggestion, name: Self.name(place)).map { "    " + $0 }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The same: `{"suggestions": [{"approved": […], "answered": 12, "decisions": 40, "rule": {…}}]}`.
    package var json: JSONValue {
        [
            "suggestions": .array(
                suggestions.enumerated().map { place, suggestion in
                    [
                        "answered": .integer(suggestion.replay.count(.ask, becoming: .allow)),
                        "approved": .array(suggestion.approved.map { .string($0.description) }),
                        "decisions": .integer(suggestion.replay.decisions),
                        "rule": [
                            "action": "allow",
                            "examples": [
                                "matches": [suggestion.example], "notMatches": [suggestion.counterexample],
                            ],
                            "name": .string(Self.name(place)), "when": .object(suggestion.when),
                        ],
                    ]
                })
        ]
    }

    private static func name(_ place: Int) -> String { "suggested-\(place + 1)" }

    private static func lines(_ suggestion: Suggestion, name: String) -> [String] {
        let numbers = suggestion.approved.suffix(10).map(\.description).joined(separator: ", ")
        let replay = suggestion.replay
        return [
            "# Approved \(suggestion.approved.count) times and never rejected: \(numbers)",
            "# Of \(replay.decisions) decisions it would have answered \(replay.count(.ask, becoming: .allow)) requests "
                + "with yes; people rejected none of them.",
            "- name: \(name)",
            "  when: \(YAMLText.flow(.object(suggestion.when)))",
            "  action: allow",
            "  examples:",
            "    matches:",
            "      - \(YAMLText.flow(suggestion.example))",
            "    notMatches:",
            "      - \(YAMLText.flow(suggestion.counterexample))",
        ]
    }
}

extension Suggestion {
    fileprivate var example: JSONValue { call(isStrange: false) }
    fileprivate var counterexample: JSONValue { call(isStrange: true) }

    private func call(isStrange: Bool) -> JSONValue {
        var members: [JSONObject.Member] = [
            .init("tool", .string(tool)), .init("kind", .string(kind.rawValue)), .init("agent", .string(agent)),
        ]
        switch scope {
        case .command(let words, _):
            let commands = [words] + (isStrange ? [["touch", "elsewhere"]] : [])
            members.append(.init("commands", .array(commands.map { .array($0.map(JSONValue.string)) })))
        case .directory(let directory):
            members.append(
                .init("paths", .array([.string(directory + (isStrange ? "/deeper/file" : "/file"))])))
        case .arguments(let arguments):
            members.append(.init("arguments", .object(isStrange ? JSONObject() : arguments)))
        }
        return .object(JSONObject(members))
    }
}
