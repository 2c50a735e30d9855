public import HITLCore

/// Signs decisions in the name of this desk's reviewer.
public protocol Signer: Sendable {
    /// Signs what `statement` gives for the name of the key that signs.
    ///
    /// May take as long as a person takes who has to confirm it. Nothing is decided until it returns.
    ///
    /// Runs where the caller does, so that a key which is at hand costs no change of threads.
    ///
    /// - Returns: that key's name, and 64 bytes of Ed25519 (RFC 8032) over exactly these bytes.
    nonisolated(nonsending) func sign(
        _ statement: @Sendable (_ key: String) -> [UInt8]
    ) async throws(SigningFailure) -> (key: String, bytes: [UInt8])

    /// Who signs what this reviewer decides. Nil where nobody can; then nothing is decided.
    ///
    /// Without an implementation it is this signer, whoever it was, as at a desk that has one reviewer.
    func signer(for reviewer: Principal) -> (any Signer)?
}

extension Signer {
    public func signer(for reviewer: Principal) -> (any Signer)? { self }
}

/// Why nothing could be signed, in a sentence.
public struct SigningFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String

    public init(_ sentence: String) {
        description = sentence
    }
}
