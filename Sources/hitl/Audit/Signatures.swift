import Glibc
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTerminal

/// The part of `hitl audit verify` that asks who decided: every decision's signature against its record.
struct SignatureCheck: Sendable {
    let keys: [KnownKey]
    let requirement: SignatureRequirement

    /// - Parameters:
    ///   - file: more keys, for this once.
    ///   - demanded: whether also decisions from before the first signature must be signed.
    init(_ place: Place, file: String?, demanded: Bool) throws(Failure) {
        do {
            var keys = try KeyRing(state: place.configuration.paths.state).known
            if let file { keys += try KeyRing.read(try SmallFile.read(file, limit: 1 << 24), file).map(\.known) }
            self.keys = keys
        } catch {
            throw Failure(.usage, "\(error)")
        }
        requirement = demanded ? .always : place.configuration.signingKey.value == .off ? .never : .onceBegun
    }

    func run(on ledger: Ledger) async -> Result<SignatureFindings, Failure> {
        do throws(EventLedgerError) {
            return .success(
                try await SignatureAudit(ledger, keys: keys, requirement: requirement).run(progress: {
                    Self.progress($0)
                }))
        } catch {
            return .failure(Failure(.ledger, error.description))
        }
    }

    /// On a terminal, about every 5,000 decisions.
    private static func progress(_ checked: Int64) {
        guard checked % 5120 == 0, isatty(2) == 1 else { return }
        Output.error("\r\u{1B}[Kchecked \(checked) signatures")
    }
}

extension SignatureFindings {
    func appendFailures(to text: inout StyledText) {
        for failure in failures { text.line(DisplayText(untrusted: failure.description), .bad, indent: 3) }
        if failed > failures.count { text.line("And \(failed - failures.count) later ones.", .bad, indent: 3) }
        if failures.contains(where: { if case .unknownKey = $0 { true } else { false } }) {
            text.line("Keys become known by `hitl keys trust FILE`, or for this once by --reviewers FILE.", indent: 3)
        }
    }

    /// One line; none where nobody has decided anything.
    func appendCount(to text: inout StyledText) {
        switch (signed, unsigned) {
        case (0, 0): break
        case (0, let unsigned): text.line("Signatures: \(unsigned) \(Self.decisions(unsigned)) without one", indent: 3)
        case (let signed, 0): text.line("Signatures: \(signed) \(Self.decisions(signed)) signed", indent: 3)
        case (let signed, let unsigned):
            text.line(
                "Signatures: \(signed) \(Self.decisions(signed)) signed, \(unsigned) without a signature, from before the first one or while signing was off",
                indent: 3)
        }
    }

    private static func decisions(_ count: Int) -> DisplayText { count == 1 ? "decision" : "decisions" }

    var json: JSONValue {
        ["failed": .integer(failed), "signed": .integer(signed), "unsigned": .integer(unsigned)]
    }
}
