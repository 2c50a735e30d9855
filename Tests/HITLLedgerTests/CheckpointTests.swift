import Glibc
import HITLPlatform
import Testing

@testable import HITLLedger

/// A ledger in a directory of its own that was signed at some sizes.
struct SignedLedger {
    let directory = TemporaryDirectory()
    let clock = CountingClock()

    var path: String { directory.ledger }
    var checkpoints: String { path + ".checkpoints" }

    func open() throws -> Ledger { try openLedger(path, clock: clock) }

    /// - Parameter sizes: at which a checkpoint is made; the last is how many entries there are.
    func fill(_ sizes: [Int], word: String = "entry") async throws {
        let ledger = try open()
        defer { ledger.close() }
        for size in sizes {
            let first = try ledger.head.size + 1
            if first <= size {
                try await ledger.append((first...Int64(size)).map { draft("\(word) \($0)") }, durability: .written)
            }
            try ledger.checkpoint()
        }
    }

    func verify(
        against others: [SignedCheckpoint] = [], keys: [NoteVerifier] = []
    ) async throws -> Verification {
        let reader = try readLedger(path)
        defer { reader.close() }
        return try await reader.verify(against: [], checkpoints: others, keys: keys)
    }

    func text(_ suffix: String) -> String { String(decoding: contents(of: path + suffix), as: UTF8.self) }

    /// As whoever can write the files could.
    func change(_ suffix: String, _ old: String, _ new: String) {
        write(Array(text(suffix).replacing(old, with: new, maxReplacements: 1).utf8), to: path + suffix)
    }

    /// The database as it is now, without what lies beside it.
    func copyDatabase(to other: String) {
        for suffix in ["", "-wal"] { write(contents(of: path + suffix), to: other + suffix) }
        unlink(other + "-shm")
    }
}

@Suite struct `A checkpoint` {
    @Test func `is a signed note beside the ledger, of its tree`() async throws {
        let signed = SignedLedger()
        try await signed.fill([0, 3])
        let ledger = try signed.open()
        defer { ledger.close() }
        let genesis = Chain.genesis(identity: ledger.identity)
        #expect(ledger.origin == "hitl/ledger/\(genesis.hex)")

        var range = CompactRange()
        for entry in try ledger.entries(from: 1, limit: 9) {
            range.append(Merkle.leaf(EntryBytes(entry).bytes))
            #expect(Merkle.leaf(EntryBytes(entry).bytes) == entry.hash)
            #expect(EntryBytes(EntryBytes(entry).bytes) == EntryBytes(entry))
        }
        let key = try #require(try ledger.logKey())
        let written = try ledger.signedCheckpoints()
        #expect(written.map(\.size) == [0, 3])
        #expect(written.map(\.root) == [Merkle.empty, range.root])
        for checkpoint in written { #expect(try checkpoint.note.check(by: [key]) == [key]) }
        #expect(signed.text(".checkpoints") == written.map { $0.note.description + "\n" }.joined())
        #expect(
            written[0].note.text == "\(ledger.origin)\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
        for suffix in [".checkpoints", ".key"] {
            var status = stat()
            #expect(stat(signed.path + suffix, &status) == 0 && status.st_mode & 0o7777 == 0o600)
        }
        // Nothing was appended since: it is the same one, and not written again.
        #expect(try ledger.checkpoint() == written[1])
        #expect(try ledger.signedCheckpoints() == written)

        let verification = try await ledger.verify()
        #expect(verification.failures == [])
        #expect(verification.notYetProtected == 0)
        #expect(verification.checkpoints.count == 2)
        #expect(verification.checkpoints.last == 3)
        #expect(verification.checkpoints.signatures == .checked(by: [key.description]))
    }

    @Test(arguments: StoreKind.allCases)
    func `protects what is before it, and tells what is not`(_ store: StoreKind) async throws {
        try await store.withLedger { ledger async throws in
            try await ledger.append([draft(), draft()])
            try ledger.checkpoint()
            try await ledger.append([draft()])
            let found = try await ledger.verify()
            #expect(found.failures == [])
            #expect(found.notYetProtected == 1)
            #expect(found.protected?.size == 2)
            #expect(found.checkpoints.last == 2)
        }
    }

    @Test func `is made by itself every few thousand entries`() async throws {
        let signed = SignedLedger()
        let ledger = try signed.open()
        let drafts = (1...Int(CheckpointsDue.interval)).map { draft("\($0)") }
        try await ledger.append(Array(drafts.dropLast()), durability: .written)
        #expect(try ledger.signedCheckpoints() == [])
        try await ledger.append([drafts[0]], durability: .written)
        // By another thread, which nobody waits for but this test.
        while try ledger.signedCheckpoints().isEmpty { await Task.yield() }
        #expect(try ledger.signedCheckpoints().map(\.size) == [CheckpointsDue.interval])
        ledger.close()
        #expect(try await signed.verify().failures == [])
    }

    @Test func `whose key is gone is continued by no other key, and its ledger opened by nobody`() async throws {
        let signed = SignedLedger()
        try await signed.fill([2])
        let (file, key) = (signed.path + ".key", contents(of: signed.path + ".key"))
        let missing = LedgerError.logKey(path: file, "is missing")
        let ledger = try signed.open()
        unlink(file)
        try await ledger.append([draft("3")])
        #expect(await ledgerError { _ = try ledger.checkpoint() } == missing)
        ledger.close()
        #expect(await ledgerError { try signed.open().close() } == missing)
        #expect(contents(of: file) == [])
        // Who has a copy without the key can verify it all the same.
        let verified = try await signed.verify()
        #expect(verified.failures == [] && verified.checkpoints.signatures == .notChecked)

        write(Array("rubbish\n".utf8), to: file)
        #expect(
            await ledgerError { try signed.open().close() } == .logKey(path: file, "is not this ledger's key"))
        write(key, to: file)
        try await signed.fill([4])
        #expect(try await signed.verify().checkpoints.count == 2)
    }

    @Test func `begins with another key where the lost one's are moved away`() async throws {
        let signed = SignedLedger()
        try await signed.fill([2])
        for suffix in [".key", ".checkpoints"] { unlink(signed.path + suffix) }
        try await signed.fill([4])
        let verified = try await signed.verify()
        #expect(verified.failures == [] && verified.checkpoints.count == 1)
    }

    @Test func `torn by a crash is forgotten, and does not stand in the way of the next`() async throws {
        let signed = SignedLedger()
        try await signed.fill([2])
        let whole = contents(of: signed.checkpoints)
        for torn in [Array(whole.dropLast()), Array(whole.prefix(70)), [0, 0, 0]] {
            write(whole + torn, to: signed.checkpoints)
            #expect(try await signed.verify().failures == [])
        }
        try await signed.fill([4])
        #expect(contents(of: signed.checkpoints).starts(with: whole))
        #expect(try await signed.verify().checkpoints.count == 2)
    }

    @Test func `that is none is named, and nothing more is signed`() async throws {
        let signed = SignedLedger()
        try await signed.fill([2, 4])
        let whole = contents(of: signed.checkpoints)
        for (rubbish, number) in [
            (Array("rubbish\n\n— nobody\n\n".utf8) + whole, 1), (whole + Array("\n\n".utf8), 3),
            (Array(signed.text(".checkpoints").replacing("— ", with: "- ").utf8), 1),
            (Array(signed.text(".checkpoints").replacing("\n2\n", with: "\n2\nand more\n").utf8), 1),
        ] {
            write(rubbish, to: signed.checkpoints)
            #expect(
                try await signed.verify().failures
                    == [.unreadableCheckpoints(number: number)])
            let ledger = try readLedger(signed.path)
            #expect(
                await ledgerError { try ledger.checkpoint() } == .damaged(path: signed.checkpoints, .checkpoints))
            ledger.close()
        }
    }

    @Test func `that is gone is missed`() async throws {
        let signed = SignedLedger()
        try await signed.fill([2, 4, 6])
        let whole = signed.text(".checkpoints")
        let second = whole.split(separator: "\n\n", omittingEmptySubsequences: false)
        // Text and signature of the second one are the third and fourth part.
        let without = (second[..<2] + second[4...]).joined(separator: "\n\n")
        write(Array(without.utf8), to: signed.checkpoints)
        #expect(try await signed.verify().failures == [.missingCheckpoint(size: 4)])
        unlink(signed.checkpoints)
        #expect(
            try await signed.verify().failures == [
                .missingCheckpoint(size: 2), .missingCheckpoint(size: 4), .missingCheckpoint(size: 6),
            ])
    }

    @Test func `is not missed of heads that are older than its key`() async throws {
        let signed = SignedLedger()
        let ledger = try signed.open()
        try await ledger.append([draft()])
        write(Array("\(try ledger.head) 1767225600000\n".utf8), to: signed.path + ".heads")
        try await ledger.append([draft()])
        #expect(try await ledger.verify().failures == [])
        try ledger.checkpoint()
        #expect(try await ledger.verify().failures == [])
        #expect(signed.text(".key").split(separator: "\n").last == "heads 1")
        ledger.close()
    }

    @Test func `with a changed size, root, origin or signature is not believed`() async throws {
        for (old, new) in [("\n4\n", "\n3\n"), ("\n4\n", "\n5\n"), ("\n4\n", "\n04\n")] {
            let signed = SignedLedger()
            try await signed.fill([2, 4])
            signed.change(".checkpoints", old, new)
            let failures = try await signed.verify().failures
            if new == "\n04\n" {
                #expect(failures == [.unreadableCheckpoints(number: 2)])
            } else {
                let size: Int64 = new == "\n3\n" ? 3 : 5
                let origin = try readLedger(signed.path).origin
                #expect(
                    failures == [
                        .checkpoint(size: size, "has a signature of `\(origin)` that is not its own"),
                        .missingCheckpoint(size: 4),
                    ])
            }
        }
        let signed = SignedLedger()
        try await signed.fill([4])
        let origin = try readLedger(signed.path).origin
        let other = "hitl/ledger/" + Digest(hashing: [1]).hex
        signed.change(".checkpoints", origin, other)
        #expect(try await signed.verify().failures == [.foreignCheckpoint(origin: other)])
    }

    @Test func `of another key is not believed, of whatever tree it is`() async throws {
        let signed = SignedLedger()
        try await signed.fill([4])
        let ledger = try readLedger(signed.path)
        defer { ledger.close() }
        let genuine = try #require(try ledger.signedCheckpoints().first)
        let mallory = try #require(NoteSigner(name: ledger.origin, key: SigningKey.random()))
        for root in [genuine.root, Merkle.empty] {
            let forged = try SignedCheckpoint(Checkpoint(origin: ledger.origin, size: 4, root: root), by: mallory)
            #expect(
                try await signed.verify(against: [forged]).failures == [
                    .checkpoint(size: 4, "is signed by none of the keys that are trusted")
                ])
            // Who trusts that key is shown a fork, and that the ledger's own is another.
            let found = try await signed.verify(against: [forged], keys: [mallory.verifier]).failures
            #expect(
                found == (root == genuine.root ? [] : [.forked(checkpoint: 4, after: 0)]) + [
                    .checkpoint(size: 4, "is signed by none of the keys that are trusted")
                ])
        }
    }

    @Test func `without any key is held against the tree alone, and that is said`() async throws {
        let signed = SignedLedger()
        try await signed.fill([4])
        unlink(signed.path + ".key")
        let found = try await signed.verify()
        #expect(found.failures == [])
        #expect(found.checkpoints.signatures == .notChecked)
        #expect(found.checkpoints.last == 4)
    }

    @Test func `finds what was cut off, also without the heads`() async throws {
        let signed = SignedLedger()
        try await signed.fill([3, 6])
        sql(signed.path, "DELETE FROM entry WHERE sequence > 4; UPDATE tally SET count = 4")
        unlink(signed.path + ".heads")
        #expect(try await signed.verify().failures == [.cutBelowCheckpoint(size: 4, checkpoint: 6)])
        // Nobody opens it for writing, and nobody else signs it either.
        #expect(
            await ledgerError { try signed.open().close() }
                == .lost(path: signed.path, .cutBelowCheckpoint(size: 4, checkpoint: 6)))
        let ledger = try readLedger(signed.path)
        #expect(await ledgerError { try ledger.checkpoint() } == .damaged(path: signed.path, .forked(size: 6)))
        ledger.close()
    }

    @Test func `finds a history that was written anew, and the log does not sign it`() async throws {
        let signed = SignedLedger()
        try await signed.fill([300])
        let other = SignedLedger()
        signed.copyDatabase(to: other.path)
        try await signed.fill([900])
        // The same ledger up to 300, and then another one with a chain that holds.
        let forked = try other.open()
        try await forked.append((0..<700).map { draft("other \($0)") }, durability: .written)
        forked.close()
        #expect(try await other.verify().failures == [])
        other.copyDatabase(to: signed.path)
        unlink(signed.path + ".heads")
        #expect(try await signed.verify().failures == [.forked(checkpoint: 900, after: 300)])
        #expect(
            await ledgerError { try signed.open().close() }
                == .lost(path: signed.path, .forked(checkpoint: 900, after: 0)))
        let ledger = try readLedger(signed.path)
        #expect(await ledgerError { try ledger.checkpoint() } == .damaged(path: signed.path, .forked(size: 900)))
        #expect(await ledgerError { try ledger.rememberHead() } == .damaged(path: signed.path, .forked(size: 900)))
        ledger.close()
    }

    @Test func `is not misled by the file of block hashes`() async throws {
        let signed = SignedLedger()
        try await signed.fill([600])
        let tree = contents(of: signed.path + ".tree")
        #expect(tree.count == 3 * 32)
        var wrong = tree
        wrong[40] ^= 1
        for bytes in [wrong, Array(tree.prefix(70)), Array(repeating: 7, count: 200), []] {
            write(bytes, to: signed.path + ".tree")
            let failures = try await signed.verify().failures
            #expect(failures == (bytes == wrong ? [.tree(first: 1, last: 256)] : []))
            let ledger = try signed.open()
            try await ledger.append([draft()], durability: .written)
            try ledger.checkpoint()
            ledger.close()
            #expect(Array(contents(of: signed.path + ".tree").prefix(96)) == tree)
            #expect(try await signed.verify().failures == [])
        }
    }
}
