import Glibc
import HITLCore

/// Cases that lie beside the package; a checkout elsewhere does not have them.
enum Corpus {
    private static let directory =
        #filePath.split(separator: "/").dropLast(4).reduce(into: "") { $0 += "/" + $1 } + "/../shared/corpus/"

    /// Each line's object; nil, and said so, where there is no corpus.
    static func lines(_ name: String) -> [JSONObject]? {
        guard let text = Home.contents(of: directory + name) else {
            print("SKIPPED: there is no \(directory)\(name), so its cases were not tried")
            return nil
        }
        return text.utf8.split(separator: UInt8(ascii: "\n")).compactMap { line in
            (try? JSONValue(parsing: String(decoding: line, as: UTF8.self)))?.object
        }
    }

    /// The one object of a file.
    static func object(_ name: String) -> JSONObject? {
        guard let text = Home.contents(of: directory + name) else {
            print("SKIPPED: there is no \(directory)\(name), so its cases were not tried")
            return nil
        }
        return (try? JSONValue(parsing: text))?.object
    }
}
