import HITLPlatform

/// A private key in OpenSSH's form (`openssh-key-v1`, PROTOCOL.key of OpenSSH): what `ssh-keygen -t ed25519` writes and
/// what `ssh-add` takes.
package struct OpenSSHKeyFile: Sendable {
    package let key: SigningKey
    package let comment: String

    package init(_ key: SigningKey, comment: String) {
        self.key = key
        self.comment = comment
    }

    package enum Flaw: Error, Sendable, Equatable {
        case notAKeyFile
        /// A passphrase protects it.
        case encrypted
        /// Of this type.
        case notEd25519(String)
        case damaged
    }

    private static let begin = "-----BEGIN OPENSSH PRIVATE KEY-----"
    private static let end = "-----END OPENSSH PRIVATE KEY-----"
    private static let magic = Array("openssh-key-v1".utf8) + [0]

    package init(_ bytes: [UInt8]) throws(Flaw) {
        let lines = bytes.split { $0 == 0x0A || $0 == 0x0D }
        guard let first = lines.first, first.elementsEqual(Self.begin.utf8), let last = lines.last, lines.count > 2,
            last.elementsEqual(Self.end.utf8),
            let body = Base64.decode(String(decoding: lines[1..<(lines.count - 1)].joined(), as: UTF8.self)),
            body.starts(with: Self.magic)
        else { throw .notAKeyFile }
        var reader = SSHReader(Array(body.dropFirst(Self.magic.count)))
        guard let cipher = reader.string(), let derivation = reader.string(), let options = reader.string(),
            let count = reader.number(), let outside = reader.string()
        else { throw .damaged }
        var type = SSHReader(outside)
        guard let name = type.string() else { throw .damaged }
        guard name.elementsEqual(OpenSSH.type.utf8) else {
            throw .notEd25519(String(decoding: name, as: UTF8.self))
        }
        guard cipher.elementsEqual("none".utf8), derivation.elementsEqual("none".utf8), options.isEmpty else {
            throw .encrypted
        }
        guard count == 1, let secret = reader.string(), reader.isAtEnd else { throw .damaged }
        (key, comment) = try Self.key(in: secret, beside: outside)
    }

    /// The two equal numbers are how OpenSSH notices a wrong passphrase; the padding is 1, 2, 3 and so on.
    private static func key(in secret: [UInt8], beside blob: [UInt8]) throws(Flaw) -> (SigningKey, String) {
        var reader = SSHReader(secret)
        guard let one = reader.number(), let other = reader.number(), one == other, let type = reader.string(),
            type.elementsEqual(OpenSSH.type.utf8), let publicKey = reader.string(), let pair = reader.string(),
            pair.count == 64, let comment = reader.string()
        else { throw .damaged }
        for (place, byte) in reader.remaining.enumerated() where byte != UInt8(truncatingIfNeeded: place + 1) {
            throw .damaged
        }
        // The public half is said three times; what counts is derived from the seed, and the others must be it.
        guard let key = SigningKey(seed: Array(pair.prefix(32))), key.verifying.bytes == publicKey,
            key.verifying.bytes == Array(pair.suffix(32)), key.verifying.blob == blob
        else { throw .damaged }
        return (key, String(decoding: comment, as: UTF8.self))
    }

    package func bytes() throws(LedgerError) -> [UInt8] {
        let check = try Randomness.bytes(4)
        var secret = SSHWriter()
        secret.add(raw: check + check)
        secret.add(Array(OpenSSH.type.utf8))
        secret.add(key.verifying.bytes)
        secret.add(key.seed + key.verifying.bytes)
        secret.add(Array(comment.utf8))
        var pad: UInt8 = 1
        while secret.bytes.count % 8 != 0 {
            secret.add(byte: pad)
            pad += 1
        }
        var file = SSHWriter()
        file.add(raw: Self.magic)
        file.add(Array("none".utf8))
        file.add(Array("none".utf8))
        file.add([])
        file.add(1 as UInt32)
        file.add(key.verifying.blob)
        file.add(secret.bytes)
        var text = Self.begin + "\n"
        let letters = Array(Base64.encode(file.bytes).utf8)
        for start in stride(from: 0, to: letters.count, by: 70) {
            text += String(decoding: letters[start..<min(start + 70, letters.count)], as: UTF8.self) + "\n"
        }
        return Array((text + Self.end + "\n").utf8)
    }
}
