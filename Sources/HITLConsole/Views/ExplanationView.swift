package import HITLCore
package import HITLTerminal

/// Every rule of a policy and what became of it for one call.
package struct ExplanationView {
    private let explanations: [Explanation]

    package init(_ explanations: [Explanation]) {
        self.explanations = explanations
    }

    /// A line a rule: those that had a say first, and under their own title the others.
    package func append(to text: inout StyledText, indent: Int) {
        let spoke = explanations.filter(\.hadASay)
        let others = explanations.filter { !$0.hadASay }
        section("Rules that apply:", spoke, to: &text, indent)
        section("Rules that do not apply:", others, to: &text, indent)
    }

    private func section(
        _ title: DisplayText, _ explanations: [Explanation], to text: inout StyledText, _ indent: Int
    ) {
        guard !explanations.isEmpty else { return }
        text.line(title, indent: indent)
        for explanation in explanations {
            let rule = explanation.rule
            text.line(
                """
                \(DisplayText(untrusted: rule.action.rawValue)): \(DisplayText(untrusted: rule.name)) \
                (\(DisplayText(untrusted: rule.source))): \(DisplayText(untrusted: explanation.words))
                """, explanation.hadASay ? .plain : .dim, indent: indent + 2)
        }
    }

    package var json: JSONValue {
        .array(
            explanations.map { explanation in
                .members([
                    "action": .string(explanation.rule.action.rawValue),
                    "because": explanation.because.map(JSONValue.string),
                    "name": .string(explanation.rule.name),
                    "outcome": .string(explanation.word),
                    "source": .string(explanation.rule.source),
                ])
            })
    }
}

extension Explanation {
    fileprivate var hadASay: Bool {
        switch outcome {
        case .undecided, .matched: true
        case .notMatched, .disabled: false
        }
    }

    fileprivate var word: String {
        switch outcome {
        case .undecided: "undecided"
        case .matched: "matched"
        case .notMatched: "notMatched"
        case .disabled: "disabled"
        }
    }

    fileprivate var because: String? {
        switch outcome {
        case .undecided(let because), .matched(let because), .notMatched(let because): because
        case .disabled: nil
        }
    }

    fileprivate var words: String {
        switch outcome {
        case .undecided(let because): "cannot be decided, so it asks: \(because)"
        case .matched(let because), .notMatched(let because): because
        case .disabled: "is switched off"
        }
    }
}
