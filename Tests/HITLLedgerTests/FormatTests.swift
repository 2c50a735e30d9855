import Testing

@testable import HITLLedger

/// `docs/formats/ledger.md`, by its vectors.
@Suite struct `The format of a ledger` {
    private static let documents =
        String(#filePath.dropLast("Tests/HITLLedgerTests/FormatTests.swift".count)) + "docs/formats/"

    /// `name value` lines.
    private static func vectors() -> [(name: String, value: String)] {
        String(decoding: contents(of: documents + "vectors/ledger.txt"), as: UTF8.self)
            .split(separator: "\n").filter { !$0.hasPrefix("#") }
            .map { line in
                let parts = line.split(separator: " ", maxSplits: 1)
                return (String(parts[0]), String(parts[1]))
            }
    }

    private static func bytes(hex: String) -> [UInt8] {
        guard hex != "-" else { return [] }
        let digits = Array(hex)
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
    }

    /// `vectors/tree.txt`, which a library of other people made.
    @Test func `has the tree and the proofs that pymerkle has`() throws {
        let leaves = (0..<300).map { Merkle.leaf(Array(String($0).utf8)) }
        let lines = String(decoding: contents(of: Self.documents + "vectors/tree.txt"), as: UTF8.self)
            .split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ").map(String.init) }
        #expect(lines.count == 39)
        for line in lines {
            switch line[0] {
            case "root":
                var range = CompactRange()
                for leaf in leaves.prefix(Int(line[1])!) { range.append(leaf) }
                #expect(range.root.hex == line[2])
            case "inclusion":
                let (index, size) = (Int64(line[1])!, Int64(line[2])!)
                let proof = try InclusionProof.make(of: index, size: size, in: Leaves(hashes: leaves))
                #expect(proof.map(\.hex).sorted().joined(separator: ",") == (line[3] == "-" ? "" : line[3]))
            default: Issue.record("\(line)")
            }
        }
    }

    @Test func `hashes genesis and entries as the vectors say`() throws {
        var entries = 0
        var tree = CompactRange()
        var head = Head(size: 0, hash: .zero)
        var time: Int64 = 0
        var record: [UInt8] = []
        var entry: Entry?
        for (name, value) in Self.vectors() {
            switch name {
            case "identity": head = Head(size: 0, hash: Chain.genesis(identity: Self.bytes(hex: value)))
            case "genesis": #expect(head.hash.hex == value)
            case "sequence": #expect(value == "\(head.size + 1)")
            case "time": time = try #require(Int64(value))
            case "previous": #expect(head.hash.hex == value)
            case "record":
                record = Self.bytes(hex: value)
                entry = Entry(Draft(record: record, index: Index(kind: "any")), after: head, at: time)
            case "hash":
                #expect(entry?.hash.hex == value)
                entries += 1
                if let hash = entry?.hash { tree.append(hash) }
            case "root":
                #expect(value == "\(head.size) \(tree.root.hex)")
            case "head":
                let entry = try #require(entry)
                head = Head(size: entry.sequence, hash: entry.hash)
                #expect(head.description == value)
                #expect(Head(value) == head)
            default: Issue.record("\(name)")
            }
        }
        #expect(entries == 5)
    }

    @Test func `proves an entry as the vectors do, which another program made`() throws {
        let text = contents(of: Self.documents + "vectors/entry-3.tlog-proof")
        let keys = String(decoding: contents(of: Self.documents + "vectors/entry-3.keys"), as: UTF8.self)
            .split(separator: "\n").compactMap { NoteVerifier(String($0)) }
        let proof = try TreeProof(text)
        #expect(Array(proof.description.utf8) == text)
        let trust = CheckpointTrust(origin: proof.checkpoint.checkpoint.origin, keys: keys)
        #expect(trust.log.count == 1 && trust.witnesses.count == 1)
        let entry = try proof.entry(trusting: trust)
        #expect(entry.sequence == 3 && entry.time == -1 && entry.record == Array(0...255))
        #expect(proof.checkpoint.note.signatures.map(\.cosignedAt) == [nil, 1_767_225_600])

        // The same signatures, made here.
        let log = try #require(SigningKey(seed: Array(0..<32)))
        let witness = try #require(SigningKey(seed: Array(32..<64)))
        let made = try SignedCheckpoint(
            proof.checkpoint.checkpoint, by: #require(NoteSigner(name: trust.log[0].name, key: log))
        ).cosigned(
            by: #require(NoteSigner(name: trust.witnesses[0].name, algorithm: .cosignature, key: witness)),
            at: 1_767_225_600)
        #expect(made == proof.checkpoint)
    }

    @Test func `has the tables that its document has`() {
        let document = String(decoding: contents(of: Self.documents + "ledger.md"), as: UTF8.self)
        let block = document.split(separator: "```sql\n")[1].split(separator: "```")[0]
        #expect(block.split(separator: "\n").map(String.init) == SQLiteSchema.current.objects.map(\.sql))
    }

    @Test(arguments: [
        "", "1", "1 ", " 1 ", "01 HASH", "+1 HASH", "-1 HASH", "1  HASH", "1 HASH ", "1 HASH\n",
        "9223372036854775808 HASH", "1 UPPER", "1 SHORT",
    ])
    func `has one spelling of a head`(_ text: String) {
        let hash = Digest(hashing: [])
        var spelt = text
        let words = [
            ("HASH", hash.hex), ("UPPER", hash.hex.uppercased()), ("SHORT", String(hash.hex.dropLast())),
        ]
        for (word, digits) in words {
            spelt = spelt.split(separator: word, omittingEmptySubsequences: false).joined(separator: digits)
        }
        #expect(Head(spelt) == nil)
        #expect(Head("1 \(hash.hex)") == Head(size: 1, hash: hash))
    }
}
