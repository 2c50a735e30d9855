import Glibc
import Testing

@testable import HITLLedger

@Suite struct `A witness` {
    private let directory = TemporaryDirectory()
    private let log = NoteSigner(name: "example.com/log", key: SigningKey(seed: [UInt8](repeating: 3, count: 32))!)!

    private struct Leaves: Subtrees {
        let word: String
        func hash(level: Int, at index: Int64) -> Digest {
            var range = CompactRange()
            for leaf in (index << level)..<((index + 1) << level) {
                range.append(Merkle.leaf(Array("\(word)\(leaf)".utf8)))
            }
            return range.root
        }
    }

    private func request(
        _ size: Int64, from old: Int64 = 0, word: String = "", by signer: NoteSigner? = nil
    ) throws -> CheckpointRequest {
        let leaves = Leaves(word: word)
        let checkpoint = Checkpoint(origin: log.verifier.name, size: size, root: try leaves.root(size: size))
        return CheckpointRequest(
            old: old, proof: old <= size ? try ConsistencyProof.make(from: old, to: size, in: leaves) : [],
            checkpoint: try SignedCheckpoint(checkpoint, by: signer ?? log))
    }

    private func cosign(_ request: CheckpointRequest, keys: [NoteVerifier] = []) -> Result<
        SignedCheckpoint, WitnessError
    > {
        do throws(WitnessError) {
            let witness = try Witness(directory: directory.path + "/witness")
            return .success(try witness.cosign(request, keys: keys, at: 77))
        } catch {
            return .failure(error)
        }
    }

    private func refusal(_ request: CheckpointRequest, keys: [NoteVerifier] = []) -> WitnessError? {
        switch cosign(request, keys: keys) {
        case .success: nil
        case .failure(let error): error
        }
    }

    @Test func `signs what continues what it saw, and remembers it`() throws {
        let key = try Witness(directory: directory.path + "/witness").signer.verifier
        #expect(try refusal(request(3)) == .unknownLog(origin: "example.com/log"))
        let first = try cosign(request(3), keys: [log.verifier]).get()
        #expect(try first.note.check(by: [log.verifier, key]).count == 2)
        #expect(first.note.signatures.last?.cosignedAt == 77)
        // The same again, and then on; the log's key is known from now on.
        #expect(try refusal(request(3)) == nil)
        #expect(try refusal(request(9, from: 3)) == nil)
        #expect(try refusal(request(64, from: 9)) == nil)
        // The key stays, and is readable by nobody else.
        #expect(try Witness(directory: directory.path + "/witness").signer.verifier == key)
        var status = stat()
        #expect(stat(directory.path + "/witness/witness.key", &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test func `does not sign two histories`() throws {
        #expect(try refusal(request(5), keys: [log.verifier]) == nil)
        #expect(try refusal(request(5, word: "other")) == .forked(seen: 5, new: 5))
        #expect(try refusal(request(8, from: 5, word: "other")) == .forked(seen: 5, new: 8))
        #expect(try refusal(request(4)) == .older(size: 4, seen: 5))
        #expect(try refusal(request(8)) == .wrongStart(old: 0, seen: 5))
        #expect(try refusal(request(8, from: 4)) == .wrongStart(old: 4, seen: 5))
        // None of that has changed what it remembers.
        #expect(try refusal(request(8, from: 5)) == nil)
    }

    @Test func `does not take another's word for the log`() throws {
        let mallory = try #require(NoteSigner(name: log.verifier.name, key: SigningKey.random()))
        #expect(try refusal(request(5, by: mallory), keys: [log.verifier]) == .note(.unsigned))
        #expect(try refusal(request(5), keys: [log.verifier]) == nil)
        #expect(try refusal(request(5), keys: [mallory.verifier]) == .otherKey(origin: "example.com/log"))
        #expect(try refusal(request(6, from: 5, by: mallory)) == .note(.unsigned))
    }

    @Test func `is one process at a time, and believes its own files only`() throws {
        let witness = try Witness(directory: directory.path + "/witness")
        #expect(try refusal(request(5), keys: [log.verifier]) == .busy)
        withExtendedLifetime(witness) {}
        let other = `A witness`()
        #expect(try other.refusal(other.request(5), keys: [log.verifier]) == nil)
        let file = other.directory.path + "/witness/" + Digest(hashing: Array("example.com/log".utf8)).hex
        write(Array("rubbish\n".utf8), to: file)
        #expect(try other.refusal(other.request(5)) == .unreadable(file))
    }

    @Test func `reads a request in one spelling`() throws {
        let text = try request(9, from: 3).description
        #expect(try CheckpointRequest(Array(text.utf8)).description == text)
        let bare = try request(9).checkpoint.note.description
        #expect(try CheckpointRequest(Array(bare.utf8)).old == 0)
        for (old, new) in [("old 3", "old 03"), ("old 3\n", "old 3\n\n"), ("old 3", "old  3"), ("old 3", "old -3")] {
            #expect(throws: NoteError.self) {
                try CheckpointRequest(Array(text.replacing(old, with: new, maxReplacements: 1).utf8))
            }
        }
    }
}
