import Testing

@testable import HITLLedger

/// Signed notes, with the examples that Go's `golang.org/x/mod/sumdb/note` tests itself by.
@Suite struct `A signed note` {
    private static let secret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    private static let peter = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    private static let enoch = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
    private static let text = """
        If you think cryptography is the answer to your problem,
        then you don't know what your problem is.

        """
    private static let byPeter =
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    private static let byEnoch =
        "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"

    private static func note(_ text: String) throws(NoteError) -> Note { try Note(Array(text.utf8)) }

    @Test func `is the one that Go's tools make`() throws {
        let signer = try #require(NoteSigner(Self.secret))
        #expect(signer.verifier.description == Self.peter)
        #expect(signer.secret == Self.secret)
        let note = try Note(text: Self.text).signed(by: signer)
        #expect(note.description == Self.text + "\n" + Self.byPeter)
        // A signature of the same key is replaced.
        #expect(try note.signed(by: signer) == note)
    }

    @Test func `tells who signed it`() throws {
        let peter = try #require(NoteVerifier(Self.peter))
        let enoch = try #require(NoteVerifier(Self.enoch))
        let note = try Self.note(Self.text + "\n" + Self.byPeter + Self.byEnoch)
        #expect(note.text == Self.text)
        #expect(try note.check(by: [peter]) == [peter])
        #expect(try note.check(by: [enoch, peter]) == [enoch, peter])
        #expect(throws: NoteError.unsigned) { try note.check(by: []) }
        #expect(throws: NoteError.unsigned) {
            try Self.note(Self.text + "\n" + Self.byEnoch).check(by: [peter])
        }
    }

    @Test func `of a changed text, or with a signature in another's name, is refused`() throws {
        let peter = try #require(NoteVerifier(Self.peter))
        let changed = Self.text.replacing("problem", with: "solution")
        #expect(throws: NoteError.badSignature(by: "PeterNeumann")) {
            try Self.note(changed + "\n" + Self.byPeter).check(by: [peter])
        }
        // Peter's id before Enoch's signature; a good one of Enoch beside it does not help.
        var misnamed = try Self.note(Self.text + "\n" + Self.byEnoch)
        misnamed.add(NoteSignature(name: peter.name, id: peter.id, bytes: misnamed.signatures[0].bytes))
        let enoch = try #require(NoteVerifier(Self.enoch))
        #expect(throws: NoteError.badSignature(by: "PeterNeumann")) { try misnamed.check(by: [enoch, peter]) }
    }

    @Test func `has one spelling`() throws {
        let note = Self.text + "\n" + Self.byPeter
        #expect(try Self.note(note).description == note)
        for bad in [
            "", "\n", Self.text, Self.text + "\n", Self.text + Self.byPeter, String(note.dropLast()), note + "\n",
            "\u{1}" + note, note.replacing("\n", with: "\r\n"), note + "Unexpected line.\n",
            Self.text + "\n" + Self.byPeter.replacing("PeterNeumann", with: "Peter Neumann"),
            Self.text + "\n" + Self.byPeter.replacing("PeterNeumann", with: "Peter+Neumann"),
            Self.text + "\n" + Self.byPeter.replacing("— ", with: "- "),
            Self.text + "\n" + Self.byPeter.replacing("nAM=", with: "nAN="),
            Self.text + "\n" + Self.byPeter.replacing("nAM=", with: "nAM"),
            Self.text + "\n— PeterNeumann x08gow==\n",
            Self.text + "\n" + String(repeating: Self.byPeter, count: 101),
        ] {
            #expect(throws: NoteError.malformed, "\(bad.debugDescription)") { try Self.note(bad) }
        }
        #expect(throws: NoteError.malformed) { try Note([0xFF] + Array(note.utf8)) }
        let most = try Self.note(Self.text + "\n" + String(repeating: Self.byPeter, count: 100))
        #expect(most.signatures.count == 100)
    }

    @Test func `names a key in one way`() throws {
        for (text, read) in [
            (Self.peter, { NoteVerifier($0)?.description }), (Self.secret, { NoteSigner($0)?.secret }),
        ] {
            let letters = Array(text.utf8)
            for start in letters.indices {
                let cut = String(decoding: letters[..<start], as: UTF8.self)
                #expect(read(cut) == nil, "\(cut)")
                #expect(start == 0 || read(String(decoding: letters[start...], as: UTF8.self)) == nil)
                var changed = letters
                changed[start] += 1
                #expect(read(String(decoding: changed, as: UTF8.self)) == nil)
            }
            #expect(read(text) == text)
        }
        // Of the wrong length, and of an unknown algorithm, each with the hash that it would have.
        #expect(NoteVerifier("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==") == nil)
        #expect(NoteVerifier("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW") == nil)
    }
}

@Suite struct `A cosignature` {
    private let witness = NoteSigner(
        name: "witness.example/w1", algorithm: .cosignature,
        key: SigningKey(seed: [UInt8](repeating: 5, count: 32))!)!
    private let log = NoteSigner(name: "example.com/log", key: SigningKey(seed: [UInt8](repeating: 6, count: 32))!)!

    @Test func `says when, and is signed with the time`() throws {
        let checkpoint = Checkpoint(origin: "example.com/log", size: 7, root: Merkle.empty)
        let cosigned = try SignedCheckpoint(checkpoint, by: log).cosigned(by: witness, at: 1_679_315_147)
        let note = cosigned.note
        #expect(try note.check(by: [log.verifier, witness.verifier]) == [log.verifier, witness.verifier])
        #expect(note.signatures.map(\.cosignedAt) == [nil, 1_679_315_147])
        // C2SP tlog-cosignature: what the witness signed, written out.
        let message = "cosignature/v1\ntime 1679315147\n" + checkpoint.text
        #expect(witness.verifier.key.accepts(Array(note.signatures[1].bytes.dropFirst(8)), of: Array(message.utf8)))
        #expect(try Note(Array(note.description.utf8)) == note)
    }

    @Test func `of another time, or of a log's own kind, is none`() throws {
        let checkpoint = Checkpoint(origin: "example.com/log", size: 7, root: Merkle.empty)
        let signed = try SignedCheckpoint(checkpoint, by: log).cosigned(by: witness, at: 5).note.description
        let later = try SignedCheckpoint(checkpoint, by: log).cosigned(by: witness, at: 6).note
        let stamp = NoteSignature(
            name: later.signatures[1].name, id: later.signatures[1].id,
            bytes: Array(later.signatures[1].bytes.prefix(8))
                + Array(try Note(Array(signed.utf8)).signatures[1].bytes.dropFirst(8)))
        #expect(throws: NoteError.badSignature(by: "witness.example/w1")) {
            var moved = Note(text: checkpoint.text)
            moved.add(stamp)
            try moved.check(by: [witness.verifier])
        }
        // The same key as a log's has another id, so its signature does not count as a cosignature.
        let plain = try #require(NoteVerifier(name: "witness.example/w1", key: witness.verifier.key))
        #expect(throws: NoteError.unsigned) { try later.check(by: [plain]) }
    }

    @Test func `is asked for where a witness is trusted`() throws {
        let signed = try SignedCheckpoint(Checkpoint(origin: "example.com/log", size: 7, root: Merkle.empty), by: log)
        let trust = CheckpointTrust(origin: "example.com/log", keys: [witness.verifier, log.verifier])
        #expect(throws: NoteError.unwitnessed) { try trust.check(signed) }
        try trust.check(signed.cosigned(by: witness, at: 9))
        // A witness does not speak for the log.
        var unsigned = Note(text: signed.checkpoint.text)
        unsigned.add(try signed.cosigned(by: witness, at: 9).note.signatures[1])
        #expect(throws: NoteError.unsigned) { try trust.check(SignedCheckpoint(unsigned)) }
    }
}
