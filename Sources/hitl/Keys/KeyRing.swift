import Glibc
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform

/// The public keys whose signatures count: the operator's own and those of others.
///
/// Kept in the state directory, one a line, readable by the owner alone:
///
///     ssh-ed25519 AAAA… alice own from=2026-01-01T14:30:00.000Z
///     ssh-ed25519 AAAA… bob revoked=2026-03-01T00:00:00.000Z
///
/// A line is what `~/.ssh/id_ed25519.pub` has, so such a file can be read as well; its comment is then the reviewer.
struct KeyRing: Sendable {
    private(set) var entries: [Entry]
    let directory: String

    struct Entry: Sendable, Equatable {
        let key: VerifyingKey
        /// The login name that stands in the reviews.
        var reviewer: String
        /// Whether a desk of this user signs or signed with it.
        var isOwn = false
        var from: WallTime?
        var revokedAt: WallTime?
    }

    enum Problem: Error, CustomStringConvertible {
        case file(FileError)
        case line(Int, path: String)
        /// Another process does not let go of the lock.
        case busy(String)

        var description: String {
            switch self {
            case .file(let error): error.description
            case .line(let number, let path):
                "Line \(number) of `\(path)` is no key: `ssh-ed25519 AAAA… NAME` is one. Nothing was done."
            case .busy(let path): "Another process has had `\(path)` locked for two seconds. Try again."
            }
        }
    }

    private var path: String { directory + "/known" }

    /// - Throws: where the list is there and cannot be read, is not understood, or others could have written it. A line
    ///   that is passed over might be the one that revokes a key.
    init(state: String) throws(Problem) {
        directory = state + "/keys"
        entries = []
        guard access(path, F_OK) == 0 || errno != ENOENT else { return }
        let bytes: [UInt8]
        do { bytes = try PrivateFile.read(path) } catch { throw .file(error) }
        entries = try Self.read(bytes, path)
    }

    static func read(_ bytes: [UInt8], _ path: String) throws(Problem) -> [Entry] {
        var entries: [Entry] = []
        for (place, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
        where !line.isEmpty && line.first != UInt8(ascii: "#") {
            guard let entry = Entry(String(decoding: line, as: UTF8.self)) else { throw .line(place + 1, path: path) }
            entries.append(entry)
        }
        return entries
    }

    /// Which file the list is: it is never changed, only replaced.
    struct Version: Equatable {
        fileprivate let inode: UInt
        fileprivate let seconds: Int
        fileprivate let nanoseconds: Int
    }

    /// nil where there is none.
    static func version(state: String) -> Version? {
        var facts = stat()
        guard stat(state + "/keys/known", &facts) == 0 else { return nil }
        return Version(inode: facts.st_ino, seconds: facts.st_ctim.tv_sec, nanoseconds: facts.st_ctim.tv_nsec)
    }

    var known: [KnownKey] { entries.map(\.known) }

    func entry(_ key: VerifyingKey) -> Entry? { entries.first { $0.key == key } }

    /// The key that a name begins: `SHA256:nThb`, or without `SHA256:`; nil where there is none or several.
    func named(_ name: String) -> Entry? {
        let prefix = name.utf8.starts(with: "SHA256:".utf8) ? name : "SHA256:" + name
        let found = entries.filter { $0.key.name.utf8.starts(with: prefix.utf8) }
        return prefix.utf8.count > 10 && found.count == 1 ? found[0] : nil
    }

    /// Reads the list, lets `body` change it and keeps what came of it, alone among the processes that do so.
    ///
    /// - Parameter body: returns nil where nothing is to be kept.
    static func change(
        state: String, _ body: (KeyRing) throws(Problem) -> Entry?
    ) throws(Problem) {
        do throws(FileError) { try PrivateDirectory.prepare(state + "/keys") } catch { throw .file(error) }
        let lock = try lock(state + "/keys/lock")
        defer { withExtendedLifetime(lock) {} }
        var ring = try KeyRing(state: state)
        if let entry = try body(ring) { try ring.put(entry) }
    }

    /// Others hold it for the time of two syncs.
    private static func lock(_ path: String) throws(Problem) -> LockFile {
        for _ in 0..<100 {
            do throws(LockFile.Failure) { return try LockFile(path) } catch {
                if case .file(let failure) = error { throw .file(failure) }
                usleep(20_000)
            }
        }
        throw .busy(path)
    }

    /// Puts an entry into the place of the one of the same key.
    private mutating func put(_ entry: Entry) throws(Problem) {
        if let place = entries.firstIndex(where: { $0.key == entry.key }) {
            entries[place] = entry
        } else {
            entries.append(entry)
        }
        do throws(FileError) {
            try PrivateFile.write(Array(entries.map { $0.line + "\n" }.joined().utf8), to: path)
        } catch {
            throw .file(error)
        }
    }
}

extension KeyRing.Entry {
    init?(_ line: String) {
        let words = line.split(separator: " ").map(String.init)
        guard words.count >= 3, let key = VerifyingKey(openSSH: line) else { return nil }
        self.init(key: key, reviewer: words[2])
        for word in words.dropFirst(3) {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            switch (parts[0], parts.count > 1 ? WallTime(timestamp: parts[1]) : nil) {
            case ("own", nil) where parts.count == 1: isOwn = true
            case ("from", let time?): from = time
            case ("revoked", let time?): revokedAt = time
            default: return nil
            }
        }
    }

    /// As it is kept.
    var line: String { ([publicLine] + (isOwn ? ["own"] : [])).joined(separator: " ") + times }

    /// As others get it.
    var exported: String { publicLine + times }

    var known: KnownKey { KnownKey(reviewer: reviewer, key: key, revokedAt: revokedAt) }

    private var publicLine: String { "\(key.openSSH) \(reviewer)" }

    private var times: String {
        (from.map { " from=\($0.timestamp)" } ?? "") + (revokedAt.map { " revoked=\($0.timestamp)" } ?? "")
    }
}
