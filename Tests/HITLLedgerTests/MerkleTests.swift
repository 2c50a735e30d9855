import Testing

@testable import HITLLedger

/// Eight leaves, and what RFC 6962's and RFC 9162's implementations publish about them.
enum EightLeaves {
    static let data = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    static let leaves = data.map { Merkle.leaf(bytes(hex: $0)) }

    /// Of the first one, two, … leaves.
    static let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    static let inclusion: [(index: Int64, size: Int64, proof: [String])] = [
        (0, 1, []),
        (
            0, 8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ]
        ),
        (
            5, 8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        ),
        (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
        (
            1, 5,
            [
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ]
        ),
    ]

    static let consistency: [(from: Int64, to: Int64, proof: [String])] = [
        (1, 1, []),
        (
            1, 8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ]
        ),
        (
            6, 8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        ),
        (
            2, 5,
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ]
        ),
    ]
}

/// The definitions of RFC 9162 §2.1.1, §2.1.3.1 and §2.1.4.1, word for word.
private enum Definition {
    static func root(_ leaves: ArraySlice<Digest>) -> Digest {
        if leaves.isEmpty { return Merkle.empty }
        if leaves.count == 1 { return leaves.first! }
        let k = leaves.startIndex + split(leaves.count)
        return Merkle.node(root(leaves[..<k]), root(leaves[k...]))
    }

    static func path(_ m: Int, _ leaves: ArraySlice<Digest>) -> [Digest] {
        if leaves.count == 1 { return [] }
        let k = split(leaves.count)
        let middle = leaves.startIndex + k
        return m < k
            ? path(m, leaves[..<middle]) + [root(leaves[middle...])]
            : path(m - k, leaves[middle...]) + [root(leaves[..<middle])]
    }

    static func subproof(_ m: Int, _ leaves: ArraySlice<Digest>, _ isWhole: Bool) -> [Digest] {
        if m == leaves.count { return isWhole ? [] : [root(leaves)] }
        let k = split(leaves.count)
        let middle = leaves.startIndex + k
        return m <= k
            ? subproof(m, leaves[..<middle], isWhole) + [root(leaves[middle...])]
            : subproof(m - k, leaves[middle...], false) + [root(leaves[..<middle])]
    }

    private static func split(_ count: Int) -> Int {
        var k = 1
        while k * 2 < count { k *= 2 }
        return k
    }
}

struct Leaves: Subtrees {
    var hashes: [Digest]

    func hash(level: Int, at index: Int64) -> Digest {
        let first = Int(index) << level
        return Definition.root(hashes[first..<first + 1 << level])
    }
}

func bytes(hex: String) -> [UInt8] {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16) ?? 0 }
}

@Suite struct `A Merkle tree` {
    private let tree = Leaves(hashes: EightLeaves.leaves)
    /// 70 is beyond a power of two that has several levels below it.
    private let large = Leaves(hashes: (0..<70).map { Merkle.leaf([UInt8($0)]) })

    @Test func `has the roots that are published`() throws {
        #expect(Merkle.empty.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        var range = CompactRange()
        #expect(range.root == Merkle.empty)
        for (leaf, root) in zip(EightLeaves.leaves, EightLeaves.roots) {
            range.append(leaf)
            #expect(range.root.hex == root)
            #expect(try tree.root(size: range.size).hex == root)
        }
    }

    @Test func `has the proofs that are published`() throws {
        for (index, size, proof) in EightLeaves.inclusion {
            #expect(try InclusionProof.make(of: index, size: size, in: tree).map(\.hex) == proof)
        }
        for (from, to, proof) in EightLeaves.consistency {
            #expect(try ConsistencyProof.make(from: from, to: to, in: tree).map(\.hex) == proof)
        }
    }

    @Test func `proves each leaf of each size, and as nothing else`() throws {
        for size in 1...large.hashes.count {
            let leaves = large.hashes[..<size]
            let root = Definition.root(leaves)
            for index in 0..<size {
                let proof = try InclusionProof.make(of: Int64(index), size: Int64(size), in: large)
                #expect(proof == Definition.path(index, leaves))
                let found = { (leaf: Digest, index: Int, size: Int, proof: [Digest]) in
                    InclusionProof.root(of: leaf, at: Int64(index), size: Int64(size), proof) == root
                }
                try #require(found(leaves[index], index, size, proof))
                try #require(!found(Merkle.leaf([0xFF]), index, size, proof))
                try #require(!found(leaves[index], index, size, proof + [root]))
                try #require(!found(leaves[index], index, size, [root] + proof))
                try #require(!found(leaves[index], -1, size, proof))
                try #require(!found(leaves[index], size, size, proof))
                // A lie about the place; with only one leaf there is none.
                try #require(size == 1 || !found(leaves[index], (index + 1) % size, size, proof))
                for place in proof.indices {
                    var changed = proof
                    changed[place] = root
                    try #require(!found(leaves[index], index, size, changed))
                    changed = proof
                    changed.remove(at: place)
                    try #require(!found(leaves[index], index, size, changed))
                }
            }
        }
    }

    @Test func `proves that it has grown out of each smaller one, and out of no other`() throws {
        let hashes = large.hashes
        for size in 0...hashes.count {
            let root = Definition.root(hashes[..<size])
            for first in 0...size {
                let older = Definition.root(hashes[..<first])
                let proof = try ConsistencyProof.make(from: Int64(first), to: Int64(size), in: large)
                #expect(proof == (first == 0 ? [] : Definition.subproof(first, hashes[..<size], true)))
                let holds = { (first: Int, older: Digest, size: Int, newer: Digest, proof: [Digest]) in
                    ConsistencyProof.holds(proof, from: Int64(first), older, to: Int64(size), newer)
                }
                let other = Merkle.leaf([0xFF])
                try #require(holds(first, older, size, root, proof))
                try #require(!holds(first, other, size, root, proof))
                // Nothing is said of a larger tree by one that is empty.
                try #require(first == 0 || !holds(first, older, size, other, proof))
                try #require(!holds(first, older, size, root, proof + [other]))
                try #require(!holds(size + 1, older, size, root, proof))
                for place in proof.indices {
                    var changed = proof
                    changed[place] = other
                    try #require(!holds(first, older, size, root, changed))
                    changed = proof
                    changed.remove(at: place)
                    try #require(!holds(first, older, size, root, changed))
                }
            }
        }
    }

    @Test func `grows by blocks as it grows by leaves`() {
        var (tree, range) = (BlockTree(), CompactRange())
        var blocks: [Digest] = []
        for number in 0..<1_500 {
            let leaf = Merkle.leaf(Array("\(number)".utf8))
            range.append(leaf)
            if let block = tree.append(leaf) { blocks.append(block) }
            if number % 97 == 0 || number % 256 < 2 { #expect(tree.root == range.root) }
        }
        #expect(blocks.count == 5)
        var whole = CompactRange()
        for block in blocks { whole.append(block, level: 8) }
        #expect(whole.size == 1_280)
    }
}
