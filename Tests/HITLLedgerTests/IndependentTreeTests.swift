import Glibc
import HITLPlatform
import Testing

@testable import HITLLedger

/// Roots and proofs against pymerkle, a library for Python that has nothing of ours. `pip install pymerkle` makes it
/// be there.
@Suite(.enabled(if: Pymerkle.isThere, "python3 has no pymerkle: the tree is NOT compared with it"))
struct `The tree of a ledger, for a library of other people` {
    @Test func `has the same roots and proofs`() async throws {
        let signed = SignedLedger()
        try await signed.fill([300])
        let ledger = try readLedger(signed.path)
        defer { ledger.close() }
        let entries = try ledger.entries(from: 1, limit: 300)
        let leaves = entries.map { EntryBytes($0).bytes.map(format).joined() }
        let prover = try ledger.prover(at: ledger.signedCheckpoints()[0])
        let tree = try StoredTree(prover.ledger.checkpoints.reading, size: 300, known: [])

        var ours: [String] = []
        for size: Int64 in [1, 2, 3, 7, 8, 255, 256, 257, 300] {
            ours.append("root \(size) \(try tree.root(size: size).hex)")
            for index in Set([0, size / 2, size - 1]).sorted() {
                let proof = try InclusionProof.make(of: index, size: size, in: tree).map(\.hex).sorted()
                ours.append("proof \(index) \(size) \(proof.joined(separator: ","))")
            }
        }
        #expect(try await Pymerkle.run(leaves) == ours)
    }

    private func format(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}

private enum Pymerkle {
    static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first { (path: String) in access(path, X_OK) == 0
    }

    static let isThere: Bool = {
        guard let python else { return false }
        var pid: pid_t = 0
        var arguments = [strdup(python), strdup("-c"), strdup("import pymerkle"), nil]
        defer { for argument in arguments { free(argument) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var status: Int32 = 0
        guard posix_spawn(&pid, python, &actions, nil, &arguments, environ) == 0, waitpid(pid, &status, 0) == pid,
            status == 0
        else {
            print("SKIPPED: python3 has no pymerkle, so the tree was NOT compared with it")
            return false
        }
        return true
    }()

    /// Its proofs have the leaf too, and their own order; the hashes are the same.
    private static let script = """
        import sys, pymerkle
        tree = pymerkle.InmemoryTree(algorithm="sha256")
        leaves = [bytes.fromhex(line) for line in sys.stdin.read().splitlines()]
        for leaf in leaves: tree.append_entry(leaf)
        for size in [1, 2, 3, 7, 8, 255, 256, 257, 300]:
            root = (tree.get_state if hasattr(tree, "get_state") else tree.get_root)(size)
            print("root", size, root.hex())
            for index in sorted({0, size // 2, size - 1}):
                proof = tree.prove_inclusion(index + 1, size)
                pymerkle.verify_inclusion(tree.get_leaf(index + 1), root, proof)
                path = [hash.hex() for hash in proof.path]
                path.remove(tree.get_leaf(index + 1).hex())
                print("proof", index, size, ",".join(sorted(path)))
        """

    static func run(_ leaves: [String]) async throws -> [String] {
        var environment = ["PATH": "/usr/bin:/bin"]
        if let path = getenv("PYTHONPATH") { environment["PYTHONPATH"] = String(cString: path) }
        var launch = Launch(python ?? "", ["-c", script], environment: environment, directory: "/")
        launch.input = .bytes(Array(leaves.joined(separator: "\n").utf8))
        launch.timeLimit = .seconds(60)
        let result = try await ChildProcess.start(launch).wait()
        #expect(result.error.bytes.isEmpty, "\(String(decoding: result.error.bytes, as: UTF8.self))")
        return String(decoding: result.output.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
