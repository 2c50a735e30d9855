/// One thing that is wrong with what somebody wrote, and where.
///
/// `description` is safe to print: what it quotes is made visible and short. It has one line, and two more where
/// there is a file to quote:
///
///     hitl.yaml:3:3: unknown key `timeot` — did you mean `timeout`?
///       timeot: 300000
///       ^
package struct Diagnostic: Error, Sendable, Equatable, CustomStringConvertible {
    package let source: Source
    package let fault: Fault
    package let excerpt: Excerpt?
    /// What the sentence is about, where that says more than the source: a whole file, a key at the prompt.
    package let subject: String?

    package init(_ source: Source, _ fault: Fault, excerpt: Excerpt? = nil, subject: String? = nil) {
        self.source = source
        self.fault = fault
        self.excerpt = excerpt
        self.subject = subject
    }

    package var description: String {
        let sentence =
            if let subject {
                "\(visible(subject)): \(fault)"
            } else if case .session = source {
                fault.description
            } else {
                "\(source): \(fault)"
            }
        return excerpt.map { "\(sentence)\n\($0)" } ?? sentence
    }
}
