import Testing

@testable import HITLLedger

@Suite struct `A signing key` {
    /// RFC 8032 §7.1, tests 1 and 2.
    static let vectors: [(seed: String, key: String, message: String, signature: String)] = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ]

    @Test(arguments: vectors)
    func `signs as the standard says`(
        _ vector: (seed: String, key: String, message: String, signature: String)
    ) throws {
        let key = try #require(SigningKey(seed: bytes(vector.seed)))

        #expect(key.verifying.bytes == bytes(vector.key))
        #expect(try key.sign(bytes(vector.message)) == bytes(vector.signature))
        #expect(key.verifying.accepts(bytes(vector.signature), of: bytes(vector.message)))
    }

    @Test func `does not accept another message, another key or a cut signature`() throws {
        let (alice, mallory) = (try SigningKey.random(), try SigningKey.random())
        let message = Array("approve 3".utf8)
        let signature = try alice.sign(message)

        #expect(alice.verifying.accepts(signature, of: message))
        #expect(!alice.verifying.accepts(signature, of: Array("approve 4".utf8)))
        #expect(!mallory.verifying.accepts(signature, of: message))
        #expect(!alice.verifying.accepts(signature.dropLast(), of: message))
        #expect(!alice.verifying.accepts([UInt8](repeating: 0, count: 64), of: message))
    }
}

@Suite struct `A sealing key` {
    @Test func `opens what it sealed, beside what it was sealed for`() throws {
        let key = try #require(SealingKey(bytes: [UInt8](repeating: 7, count: 32)))
        let (secret, entry) = (Array("the secret".utf8), Array("entry 7".utf8))
        let sealed = try key.seal(secret, for: entry)

        #expect(sealed.count == 12 + secret.count + 16)
        #expect(key.open(sealed, for: entry) == secret)
        #expect(try key.open(key.seal([], for: []), for: []) == [])
    }

    @Test func `notices a change of any byte, of its place and of the key`() throws {
        let key = try #require(SealingKey(bytes: [UInt8](repeating: 7, count: 32)))
        let other = try #require(SealingKey(bytes: [UInt8](repeating: 8, count: 32)))
        let sealed = try key.seal(Array("the secret".utf8), for: Array("entry 7".utf8))

        for place in sealed.indices {
            var changed = sealed
            changed[place] ^= 1
            #expect(key.open(changed, for: Array("entry 7".utf8)) == nil)
        }
        #expect(key.open(sealed, for: Array("entry 8".utf8)) == nil)
        #expect(other.open(sealed, for: Array("entry 7".utf8)) == nil)
        #expect(key.open(Array(sealed.prefix(27)), for: Array("entry 7".utf8)) == nil)
    }

    @Test func `never seals the same bytes to the same bytes`() throws {
        let key = try #require(SealingKey(bytes: [UInt8](repeating: 7, count: 32)))
        #expect(try key.seal([1, 2, 3], for: []) != key.seal([1, 2, 3], for: []))
    }
}

private func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16) ?? 0 }
}
