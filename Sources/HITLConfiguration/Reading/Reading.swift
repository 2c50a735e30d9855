/// Reads one document (or one value from elsewhere) field by field and collects everything that is
/// wrong, so that a person mends a file once.
///
///     let document = try YAMLDocument(bytes, file: "demo.yaml")
///     let reading = Reading(document)
///     if let scenario = reading.root.map(["name", "steps"]) {
///         let name = scenario.required("name")?.string()
///         let steps = scenario["steps"]?.list { $0.string() }
///     }
///     try reading.finish()
///
/// A field that cannot be read answers nil and leaves a diagnostic here; what was read counts only
/// after `finish`.
package final class Reading {
    package private(set) var diagnostics: [Diagnostic] = []
    private let lines: SourceLines?
    private let node: Node
    private let origin: Origin
    private let subject: String?

    /// What the values are from.
    private enum Origin {
        case file(String)
        case elsewhere(Source)
    }

    package init(_ document: YAMLDocument) {
        lines = document.lines
        node = document.root
        origin = .file(document.file)
        subject = nil
    }

    /// A value that did not come from a file.
    ///
    /// - Parameter subject: what errors are said to be about, where not their source.
    package init(_ node: Node, from source: Source, subject: String? = nil) {
        lines = nil
        origin = .elsewhere(source)
        self.node = node
        self.subject = subject
    }

    package var root: Field { Field(node: node, keyPosition: node.position, reading: self) }

    /// Where something is written.
    package func source(at position: Node.Position) -> Source {
        switch origin {
        case .file(let file): .file(Place(file: file, line: Int(position.line), column: Int(position.column)))
        case .elsewhere(let source): source
        }
    }

    package func finish() throws(Diagnostics) {
        guard diagnostics.isEmpty else { throw Diagnostics(diagnostics) }
    }

    /// More than this says nothing new, and a hostile file could make it say a great deal.
    private static let mostDiagnostics = 100

    package func report(_ fault: @autoclosure () -> Fault, at source: Source) {
        guard diagnostics.count < Self.mostDiagnostics else { return }
        diagnostics.append(diagnostic(fault(), at: source))
    }

    func diagnostic(_ fault: Fault, at source: Source) -> Diagnostic {
        guard let lines, case .file(let place) = source else {
            return Diagnostic(source, fault, subject: subject)
        }
        return Diagnostic(source, fault, excerpt: lines.excerpt(line: place.line, column: place.column))
    }
}
