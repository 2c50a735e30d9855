import Glibc
import HITLCore
import HITLPlatform
import Testing

extension Neighbourhood {
    /// One document of the corpus, or nil, told loudly, in a checkout without the corpus.
    static func corpusObject(_ name: String) throws -> JSONObject? {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        let path = "\(root)/../shared/corpus/\(name)"
        guard access(path, R_OK) == 0 else {
            print("skipped: there is no \(path), so none of its cases was tried")
            return nil
        }
        return try JSONValue(parsing: SmallFile.read(path)).object
    }
}
