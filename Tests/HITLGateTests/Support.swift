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
