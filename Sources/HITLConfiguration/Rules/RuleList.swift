package import HITLCore

/// Rules that were written, in the order in which they stand. A workspace adds to the operator's.
package struct RuleList: Sendable, Equatable {
    package let rules: [Rule]

    package init(_ rules: [Rule] = []) {
        self.rules = rules
    }
}

extension Form where Value == RuleList {
    static let rules = Form(
        "a list of rules", read: { field, paths in list(field) { RuleReader(paths: paths).rules($0) } },
        json: { .array($0.rules.map(\.form)) }, text: { $0.words })

    /// Each pattern is a rule of its own, so that a request says which one it was.
    static let contentPatterns = Form(
        "a list of regular expressions",
        read: { field, _ in
            list(field) { field in
                let before = field.reading.diagnostics.count
                let rules = field.list(of: "regular expressions") { element -> Rule? in
                    guard let text = element.string(),
                        let pattern = element.pattern(text, { text throws(PatternError) in try Pattern(text) })
                    else { return nil }
                    return Rule(
                        name: "contentPatterns", source: element.source.description,
                        when: Condition([.content([pattern])]), action: .requireApproval)
                }
                return field.reading.diagnostics.count == before ? rules : nil
            }
        },
        json: { .array($0.rules.map(\.form)) }, text: { $0.words })

    private static func list(_ field: Field, _ read: (Field) -> [Rule]?) -> RuleList? {
        field.isNull ? RuleList() : read(field).map { RuleList($0) }
    }
}

extension RuleList {
    fileprivate var words: String {
        switch rules.count {
        case 0: "none"
        case 1: "1 rule"
        default: "\(rules.count) rules"
        }
    }
}

extension Tightening where Value == RuleList {
    /// A file that is not trusted may add rules, as long as none of them allows anything.
    static var rules: Self {
        .stricter { old, new in
            new.rules.isEmpty || new.rules.contains { $0.action == .allow } ? nil : RuleList(old.rules + new.rules)
        }
    }
}
