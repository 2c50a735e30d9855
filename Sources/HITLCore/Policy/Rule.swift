/// One rule of a policy: when it applies and what it then does.
public struct Rule: Sendable {
    /// What a rule looks at. A field that the call does not have does not match.
    public enum Matcher: Sendable, Equatable {
        /// The tool's name is one of these, byte by byte.
        case toolNamed([String])
        /// One of these is a word of the tool's name, whatever the case.
        case toolWord([String])
        /// The confidence is below this, or not given, or nothing between 0 and 1: silence and nonsense
        /// are no assurance.
        case confidenceBelow(Double)
        /// Risk level none, of a call whose effects `hitl` itself confines.
        case provenReadOnly
        /// The call would touch the gate's own files.
        case gateFiles
        case anyCall
    }

    public let name: String
    public let source: String
    public let matcher: Matcher
    public let effect: Effect

    public init(name: String, source: String, matcher: Matcher, effect: Effect) {
        self.name = name
        self.source = source
        self.matcher = matcher
        self.effect = effect
    }

    /// The fact that makes the rule apply to the call, or nil where it does not.
    func match(_ call: ToolCall, risk: Risk) -> String? {
        switch matcher {
        case .toolNamed(let names):
            names.contains { $0.utf8.elementsEqual(call.tool.utf8) } ? "the tool is named in the list" : nil
        case .toolWord(let dangerous):
            Self.dangerousWord(in: call.tool, among: dangerous).map { "`\($0)` is a word of the tool's name" }
        case .confidenceBelow(let threshold):
            switch call.claims.confidence?.double {
            case nil: "no confidence was given, and \(threshold) is required"
            case let confidence? where !(0...1).contains(confidence): "the confidence is no number from 0 to 1"
            case let confidence?: confidence < threshold ? "confidence is below \(threshold)" : nil
            }
        case .provenReadOnly:
            risk.level == .none && call.performer == .desk ? "it only reads, beneath the workspace" : nil
        case .gateFiles:
            call.facts.gateFiles.isEmpty ? nil : "it would touch files of the gate itself"
        case .anyCall: "every call"
        }
    }

    private static func dangerousWord(in tool: String, among dangerous: [String]) -> String? {
        let words = ToolName.words(of: tool)
        return dangerous.first { entry in
            // An entry of several words (`drop table`, `dropTable`) must occur as that run of words.
            let wanted = ToolName.words(of: entry)
            guard !wanted.isEmpty, wanted.count <= words.count else { return false }
            return (0...(words.count - wanted.count)).contains { start in
                zip(words[start...], wanted).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
            }
        }
    }
}
