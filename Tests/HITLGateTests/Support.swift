import Glibc
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTestSupport
import Testing

/// The error that `body` throws; nil when it throws none.
func reviewError<Value>(_ body: () async throws(ReviewError) -> Value) async -> ReviewError? {
    do throws(ReviewError) {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}

/// Random numbers that are the same in every run: SplitMix64.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A fresh directory that is removed with the ledger in it.
final class LedgerDirectory {
    let path: String

    init() {
        var template = Array("/tmp/hitl-gate-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { buffer in
            guard let made = mkdtemp(buffer.baseAddress!) else { preconditionFailure("no temporary directory") }
            return String(cString: made)
        }
    }

    deinit {
        for name in LedgerFile.suffixes { unlink(ledger + name) }
        rmdir(path)
    }

    var ledger: String { path + "/ledger.db" }
}

/// Files beside the sources and beside the package.
enum Neighbourhood {
    private static let root =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")

    static func document(_ name: String) throws -> String {
        String(decoding: try SmallFile.read("\(root)/docs/\(name)"), as: UTF8.self)
    }

    static func vectors(_ name: String) throws -> [JSONObject] {
        try SmallFile.read("\(root)/docs/formats/vectors/\(name)").split(separator: 10).map { line in
            try #require(try JSONValue(parsing: Array(line)).object)
        }
    }

    /// The lines of a corpus file, or nil, told loudly, in a checkout without the corpus.
    static func corpus(_ name: String) throws -> [JSONObject]? {
        let path = "\(root)/../shared/corpus/\(name)"
        guard access(path, R_OK) == 0 else {
            print("skipped: there is no \(path), so none of its cases was tried")
            return nil
        }
        return try SmallFile.read(path).split(separator: 10).map { line in
            try #require(try JSONValue(parsing: Array(line)).object)
        }
    }
}
