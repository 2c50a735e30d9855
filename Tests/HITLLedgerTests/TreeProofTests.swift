import Glibc
import HITLPlatform
import Testing

@testable import HITLLedger

@Suite struct `A proof about an entry` {
    private let signed = SignedLedger()

    @Test func `stands alone, for each entry of a ledger of several blocks`() async throws {
        try await signed.fill([5, 700])
        let ledger = try readLedger(signed.path)
        defer { ledger.close() }
        let key = try #require(try ledger.logKey())
        let checkpoints = try ledger.signedCheckpoints()
        let prover = try ledger.prover(at: checkpoints[1])
        for sequence: Int64 in 1...700 {
            let made = try #require(try prover.inclusion(of: sequence))
            // What a stranger does with the text alone.
            let read = try TreeProof(Array(made.description.utf8))
            try #require(read == made)
            try #require(read.leadsToRoot)
            try CheckpointTrust(log: [key]).check(read.checkpoint)
            let entry = try #require(read.extra.flatMap { EntryBytes($0) })
            try #require(entry.sequence == sequence && read.index == sequence - 1)
            try #require(String(decoding: entry.record, as: UTF8.self).hasSuffix("\tentry \(sequence)"))
        }
        #expect(try prover.inclusion(of: 0) == nil)
        #expect(try prover.inclusion(of: 701) == nil)
        let earlier = try ledger.prover(at: checkpoints[0])
        #expect(try earlier.inclusion(of: 5)?.leadsToRoot == true)
        #expect(try earlier.inclusion(of: 6) == nil)
    }

    @Test func `is no proof of anything else`() async throws {
        try await signed.fill([9, 300])
        let ledger = try readLedger(signed.path)
        defer { ledger.close() }
        let checkpoints = try ledger.signedCheckpoints()
        let prover = try ledger.prover(at: checkpoints[1])
        let proof = try #require(try prover.inclusion(of: 7))
        let other = try #require(try prover.inclusion(of: 8))
        let extra = try #require(proof.extra)

        // Another place, another entry's hashes, another tree, no entry at all.
        #expect(!TreeProof(index: 7, hashes: proof.hashes, checkpoint: proof.checkpoint, extra: extra).leadsToRoot)
        #expect(!TreeProof(index: 6, hashes: other.hashes, checkpoint: proof.checkpoint, extra: extra).leadsToRoot)
        #expect(!TreeProof(index: 6, hashes: proof.hashes, checkpoint: checkpoints[0], extra: extra).leadsToRoot)
        #expect(!TreeProof(index: 6, hashes: proof.hashes, checkpoint: proof.checkpoint, extra: nil).leadsToRoot)
        for place in extra.indices {
            var changed = extra
            changed[place] ^= 1
            #expect(
                !TreeProof(index: 6, hashes: proof.hashes, checkpoint: proof.checkpoint, extra: changed).leadsToRoot)
        }
    }

    @Test func `has one spelling`() async throws {
        try await signed.fill([3])
        let ledger = try readLedger(signed.path)
        defer { ledger.close() }
        let checkpoint = try ledger.signedCheckpoints()[0]
        let proof = try #require(try ledger.prover(at: checkpoint).inclusion(of: 2))
        let text = proof.description
        #expect(text.hasPrefix("c2sp.org/tlog-proof@v1\nextra AAAAAAAAAAI"))
        #expect(text.contains("\nindex 1\n") && text.hasSuffix("\n\n" + checkpoint.note.description))
        for (old, new) in [
            ("@v1", "@v2"), ("index 1", "index 01"), ("index 1", "index +1"), ("index 1", "index -1"),
            ("index 1", "index  1"), ("index 1\n", ""), ("extra ", "extra"), ("extra ", "extra x"),
            ("\n\nhitl", "\n\n\nhitl"), ("\n", "\r\n"), ("index 1\n", "index 1\nnonsense\n"),
        ] {
            let changed = text.replacing(old, with: new, maxReplacements: 1)
            #expect(throws: NoteError.self, "\(new)") { try TreeProof(Array(changed.utf8)) }
        }
    }

    /// The example of C2SP `tlog-proof` has a signature that is cut short; the rest of it is as it stands there.
    @Test func `may come from another log, without the entry`() throws {
        let log = try #require(
            NoteSigner(name: "example.com/fancylog", key: SigningKey(seed: [UInt8](repeating: 1, count: 32))!))
        let leaf = EightLeaves.leaves[5]
        let checkpoint = try SignedCheckpoint(
            Checkpoint(origin: "example.com/fancylog", size: 8, root: Digest(hex: EightLeaves.roots[7])!), by: log)
        let text = """
            c2sp.org/tlog-proof@v1
            index 5
            vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=
            yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=
            037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=

            """ + "\n" + checkpoint.note.description
        let proof = try TreeProof(Array(text.utf8))
        #expect(proof.leadsToRoot(from: leaf))
        #expect(!proof.leadsToRoot)
        #expect(proof.description == text)
    }

    @Test func `is not made from an entry that was changed`() async throws {
        try await signed.fill([20])
        sql(signed.path, "UPDATE entry SET record = x'00' WHERE sequence = 7")
        let ledger = try readLedger(signed.path)
        let prover = try ledger.prover(at: ledger.signedCheckpoints()[0])
        #expect(
            await ledgerError { _ = try prover.inclusion(of: 7) } == .damaged(path: signed.path, .changed(sequence: 7)))
        #expect(try prover.inclusion(of: 9) != nil)
        ledger.close()
        // With its hash changed too, the tree is another one.
        sql(signed.path, "UPDATE entry SET hash = zeroblob(32) WHERE sequence = 7")
        let other = try readLedger(signed.path)
        #expect(
            await ledgerError { _ = try other.prover(at: other.signedCheckpoints()[0]) }
                == .damaged(path: signed.path, .forked(size: 20)))
        other.close()
    }

    @Test func `that the ledger has grown holds between all that was signed`() async throws {
        try await signed.fill([0, 1, 255, 256, 257, 600, 1024])
        let ledger = try readLedger(signed.path)
        defer { ledger.close() }
        let checkpoints = try ledger.signedCheckpoints()
        for newer in checkpoints {
            let prover = try ledger.prover(at: newer)
            for older in checkpoints where older.size <= newer.size {
                let proof = try #require(try prover.consistency(since: older.size))
                #expect(
                    ConsistencyProof.holds(proof, from: older.size, older.root, to: newer.size, newer.root))
                #expect(
                    older.size == 0
                        || !ConsistencyProof.holds(proof, from: older.size, Merkle.empty, to: newer.size, newer.root))
            }
            #expect(try prover.consistency(since: newer.size + 1) == nil)
        }
    }
}
