import Glibc

/// The files in a ledger's directory whose names go on from the ledger's own.
struct FilesBeside {
    /// With its slash at the end.
    let directory: String
    let ledger: String

    init(_ path: String) {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        directory = slash.map { String(path[...$0]) } ?? "./"
        ledger = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
    }

    /// What follows the ledger's name and `middle` in the names that begin so, in no order.
    func endings(after middle: String) throws(LedgerError) -> [String] {
        let prefix = ledger + middle
        guard let stream = opendir(directory) else { throw .system(path: directory, .read, errno: errno) }
        defer { closedir(stream) }
        var endings: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard name.starts(with: prefix.utf8) else { continue }
            endings.append(String(decoding: name[prefix.utf8.count...], as: UTF8.self))
        }
        return endings
    }
}

extension Ledger {
    /// The names of the files beside it that have copies of its records and are no part of it: what was taken off a torn
    /// end, what was set aside, and what was kept before it was brought forward. Nothing that is taken out of the ledger is
    /// taken out of them.
    package func copiesBeside() throws(LedgerError) -> [String] {
        guard let file else { return [] }
        let beside = FilesBeside(file)
        return try beside.endings(after: ".").filter { ending in
            let isCopy =
                ending.hasPrefix("torn-") || ending.hasPrefix("damaged") || Self.isFormerVersion(ending)
            return isCopy && !Self.withoutRecords.contains { ending.hasSuffix($0) }
        }.map { "\(beside.ledger).\($0)" }.sorted()
    }

    /// `v1-…`
    private static func isFormerVersion(_ ending: String) -> Bool {
        guard ending.utf8.first == UInt8(ascii: "v"), let end = ending.utf8.firstIndex(of: UInt8(ascii: "-")) else {
            return false
        }
        return Int64(canonical: ending[ending.utf8.index(after: ending.startIndex)..<end].utf8) != nil
    }

    private static let withoutRecords = ["-shm", ".tree", ".key", ".checkpoints", ".heads"]
}
