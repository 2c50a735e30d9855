import HITLPlatform

/// What a signature on a note says, by the byte that stands before the key: C2SP `signed-note`.
package enum NoteAlgorithm: UInt8, Sendable, Hashable {
    /// Ed25519 over the text.
    case ed25519 = 0x01

    /// Ed25519 over the text and the time: a witness's, C2SP `tlog-cosignature`.
    case cosignature = 0x04
}

/// Who signs notes, for those who check: a name, a key, and what its signatures say.
///
/// `name+hash+key` in text, the hash being the key's id.
package struct NoteVerifier: Sendable, Hashable {
    /// Compared as bytes of UTF-8.
    package let name: String
    package let algorithm: NoteAlgorithm
    package let key: VerifyingKey

    /// Nil where no note could name it.
    package init?(name: String, algorithm: NoteAlgorithm = .ed25519, key: VerifyingKey) {
        guard Self.isName(name) else { return nil }
        self.name = name
        self.algorithm = algorithm
        self.key = key
    }

    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64.decode(String(decoding: parts[2], as: UTF8.self)),
            let algorithm = bytes.first.flatMap(NoteAlgorithm.init(rawValue:)),
            let key = VerifyingKey(bytes: Array(bytes.dropFirst())),
            let read = NoteVerifier(name: String(decoding: parts[0], as: UTF8.self), algorithm: algorithm, key: key),
            read.description.utf8.elementsEqual(text.utf8)
        else { return nil }
        self = read
    }

    /// First four bytes of the hash of name and key: it tells keys apart and proves nothing.
    package var id: [UInt8] {
        Array(Digest(hashing: Array(name.utf8) + [0x0A, algorithm.rawValue] + key.bytes).bytes.prefix(4))
    }

    /// Without spaces, control characters and `+`, which have a meaning in notes and keys.
    static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy {
                $0 != "+" && $0.value >= 0x20 && !$0.properties.isWhitespace
            }
    }

    package static func == (one: NoteVerifier, other: NoteVerifier) -> Bool {
        ByteKey(one.name) == ByteKey(other.name) && one.algorithm == other.algorithm && one.key == other.key
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(ByteKey(name))
        hasher.combine(key)
    }
}

extension NoteVerifier: CustomStringConvertible {
    package var description: String {
        let hash = id.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "\(name)+\(hash)+\(Base64.encode([algorithm.rawValue] + key.bytes))"
    }
}

/// Who signs notes.
///
/// `PRIVATE+KEY+name+hash+seed` in text, as Go's tools write it; whoever has that signs in its name.
package struct NoteSigner: Sendable {
    package let verifier: NoteVerifier
    private let key: SigningKey

    package init?(name: String, algorithm: NoteAlgorithm = .ed25519, key: SigningKey) {
        guard let verifier = NoteVerifier(name: name, algorithm: algorithm, key: key.verifying) else { return nil }
        self.verifier = verifier
        self.key = key
    }

    package init?(_ text: String) {
        guard text.utf8.starts(with: Self.prefix.utf8) else { return nil }
        let parts = text.utf8.dropFirst(Self.prefix.utf8.count)
            .split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64.decode(String(decoding: parts[2], as: UTF8.self)),
            let algorithm = bytes.first.flatMap(NoteAlgorithm.init(rawValue:)),
            let key = SigningKey(seed: Array(bytes.dropFirst())),
            let read = NoteSigner(name: String(decoding: parts[0], as: UTF8.self), algorithm: algorithm, key: key),
            read.secret.utf8.elementsEqual(text.utf8)
        else { return nil }
        self = read
    }

    private static let prefix = "PRIVATE+KEY+"

    package var secret: String {
        let hash = verifier.id.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let seed = Base64.encode([verifier.algorithm.rawValue] + key.seed)
        return "\(Self.prefix)\(verifier.name)+\(hash)+\(seed)"
    }

    /// - Parameter time: in seconds since 1970 UTC; what a cosignature says beside the text.
    func sign(_ text: String, at time: Int64) throws(LedgerError) -> NoteSignature {
        switch verifier.algorithm {
        case .ed25519:
            return NoteSignature(name: verifier.name, id: verifier.id, bytes: try key.sign(Array(text.utf8)))
        case .cosignature:
            let stamp = withUnsafeBytes(of: UInt64(max(time, 0)).bigEndian) { Array($0) }
            let message = NoteSignature.cosigned(text, at: UInt64(max(time, 0)))
            return NoteSignature(name: verifier.name, id: verifier.id, bytes: stamp + (try key.sign(message)))
        }
    }
}
