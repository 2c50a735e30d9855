import Glibc
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform

/// `tree-meter PATH`: what a ledger's chain and tree cost to verify, beside one thread that hashes the same bytes.
///
/// Prints `hash`, `verify` and `proof`, each with a figure in microseconds: of all entries, of all entries, and of one
/// entry's inclusion proof at the median; then `memory` at its highest, in bytes.
@main
struct TreeMeter {
    static func main() async throws {
        let path = CommandLine.arguments[1]
        let ledger = try Ledger.openReadOnly(
            path: path, indexer: EventIndex.index(of:), clock: SystemClock.wallMilliseconds)
        var (verified, hashed): ([UInt64], [UInt64]) = ([], [])
        for _ in 0..<3 {
            let start = SystemClock.monotonicNanoseconds()
            let found = try await ledger.verifyChain()
            verified.append(SystemClock.monotonicNanoseconds() - start)
            guard found.failures.isEmpty else { throw LedgerError.damaged(path: path, .identity) }
        }
        // Before the proofs, whose pages and those of the entries below are no part of it.
        let memory = highestMemory()
        for _ in 0..<3 { hashed.append(try hash(ledger)) }
        print("hash", median(hashed) / 1000)
        print("verify", median(verified) / 1000)
        print("proof", try proof(ledger) / 1000)
        print("memory", memory)
    }

    /// Every entry as its leaf has it, from memory: no reading, no chain, no tree.
    private static func hash(_ ledger: Ledger) throws -> UInt64 {
        var taken: UInt64 = 0
        var next: Int64 = 1
        var kept: UInt8 = 0
        while true {
            let entries = try ledger.entries(from: next, limit: 10_000, briefs: .omitted)
            guard let last = entries.last else { return taken + UInt64(kept & 0) }
            next = last.sequence + 1
            let leaves = entries.map { [0] + EntryBytes($0).bytes }
            let start = SystemClock.monotonicNanoseconds()
            for leaf in leaves {
                kept ^= leaf.withUnsafeBytes { Digest(hashing: $0).withUnsafeBytes { $0[0] } }
            }
            taken += SystemClock.monotonicNanoseconds() - start
        }
    }

    /// Once the hashes of the blocks are there.
    private static func proof(_ ledger: Ledger) throws -> UInt64 {
        let checkpoint: SignedCheckpoint
        if let last = try ledger.signedCheckpoints().last {
            checkpoint = last
        } else {
            checkpoint = try ledger.checkpoint()
        }
        let prover = try ledger.prover(at: checkpoint)
        var taken: [UInt64] = []
        for number in 0..<500 as Range<Int64> {
            let sequence = 1 + number * 7_919 % checkpoint.size
            let start = SystemClock.monotonicNanoseconds()
            guard try prover.inclusion(of: sequence) != nil else { continue }
            taken.append(SystemClock.monotonicNanoseconds() - start)
        }
        return median(taken)
    }

    private static func median(_ values: [UInt64]) -> UInt64 { values.sorted()[values.count / 2] }

    private static func highestMemory() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024
    }
}
