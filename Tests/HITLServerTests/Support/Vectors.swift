import HITLCore
import HITLPlatform
import Testing

/// The normative vectors beside the formats.
enum Vectors {
    private static func bytes(_ name: String) throws -> [UInt8] {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
        return try SmallFile.read("\(root)/docs/formats/vectors/\(name)")
    }

    static func text(_ name: String) -> String {
        do { return String(decoding: try bytes(name), as: UTF8.self) } catch {
            Issue.record("\(name): \(error)")
            return ""
        }
    }

    static func lines(_ name: String) -> [JSONObject] {
        do {
            return try bytes(name).split(separator: 10).map { line in
                try #require(try JSONValue(parsing: Array(line), depth: 64).object)
            }
        } catch {
            Issue.record("\(name): \(error)")
            return []
        }
    }
}
