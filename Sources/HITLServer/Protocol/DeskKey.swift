package import HITLCore
import HITLLedger
import HITLPlatform

/// By what a hook or a gateway knows that an answer is its operator's desk's, wherever the socket leads.
///
///     ask      {…, "challenge": "5c0f…"}                       another one each time
///     answer   {…, "proof": HMAC-SHA-256 under the key, in hexadecimal, of
///
///                  hitl desk v1
///                  SHA-256 of the parameters in canonical form, in hexadecimal
///                  SHA-256 of the answer without its proof, likewise}
///
/// So whoever stands between can neither answer, nor give the answer to another question or an earlier one, nor change
/// it. A symmetric key, because a signature would double the time of a hook: who may read the one may read the other.
package struct DeskKey: Sendable {
    /// 32 random bytes.
    private let bytes: [UInt8]

    /// Nil unless they are 32.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    // MARK: Proving

    /// - Parameter question: of the parameters of `ask` as they were sent, with their challenge.
    func proof(of answer: JSONValue, to question: Digest) -> String {
        let words = "hitl desk v1\n\(question.hex)\n\(Digest(hashing: answer.canonical).hex)\n"
        return KeyedDigest.hmac(key: bytes, Array(words.utf8)).hex
    }

    package static let unproven =
        "What answered is not the desk whose key `--desk-key` names, or one of an older version: nothing it says counts."

    /// Whether the answer is this desk's to `parameters`.
    package func proves(_ answer: JSONObject, to parameters: JSONValue) -> Bool {
        guard case .string(let given)? = answer["proof"] else { return false }
        var answer = answer
        answer["proof"] = nil
        let right = proof(of: .object(answer), to: Digest(hashing: parameters.canonical))
        // In a time that does not tell where they differ.
        guard given.utf8.count == right.utf8.count else { return false }
        return zip(given.utf8, right.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    // MARK: Its file

    package struct Unusable: Error, CustomStringConvertible {
        package let description: String
    }

    /// In the state directory.
    package static func file(in state: String) -> String { state + "/desk.key" }

    package static func read(_ path: String) throws(Unusable) -> DeskKey {
        guard let key = try find(path) else {
            throw Unusable(
                description:
                    "There is no key of a desk `\(path)`. The first desk makes it: hitl loop --enable-hitl --agent none"
            )
        }
        return key
    }

    /// The one that is there, or a new one.
    package static func own(in state: String) throws(Unusable) -> DeskKey {
        let path = file(in: state)
        if let key = try find(path) { return key }
        do throws(FileError) {
            try PrivateDirectory.prepare(state)
            try PrivateFile.write(RandomBytes.make(32), to: path)
        } catch {
            throw Unusable(description: "The key of the desk cannot be made: \(error)")
        }
        return try read(path)
    }

    /// Nil where there is none.
    private static func find(_ path: String) throws(Unusable) -> DeskKey? {
        let bytes: [UInt8]
        do throws(FileError) { bytes = try PrivateFile.read(path, limit: 4096) } catch {
            if case .notFound = error.reason { return nil }
            throw Unusable(description: "The key of the desk cannot be read: \(error)")
        }
        guard let key = DeskKey(bytes) else {
            throw Unusable(
                description:
                    "`\(path)` is no key of a desk, which has 32 bytes. Move it away; the next desk makes another.")
        }
        return key
    }
}
