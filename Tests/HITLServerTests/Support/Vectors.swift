import HITLCore
import HITLPlatform
import Testing

/// The normative vectors beside the formats.
enum Vectors {
    static func lines(_ name: String) -> [JSONObject] {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
        do {
            return try SmallFile.read("\(root)/docs/formats/vectors/\(name)").split(separator: 10).map { line in
                try #require(try JSONValue(parsing: Array(line), depth: 64).object)
            }
        } catch {
            Issue.record("\(name): \(error)")
            return []
        }
    }
}
