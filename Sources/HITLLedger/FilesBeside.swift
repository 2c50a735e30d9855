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
