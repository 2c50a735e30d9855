import Glibc
import HITLCore
import HITLLedger
import HITLPlatform

/// How our environment differs from that of a fresh login, which is what a command that runs here is told apart by.
///
/// What says only how a terminal looks or which language is spoken is left out, and so is what is as the password
/// database has it. Values that may be secrets are given as a digest: the person sees that they are there and whether
/// two requests have the same, and the ledger does not keep them.
struct EnvironmentDifference: Sendable {
    private let changes: [(name: String, value: String?)]

    /// The search path of a fresh login on Debian.
    private static let loginPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    private static let ignored = [
        "COLORTERM", "COLUMNS", "LANG", "LANGUAGE", "LINES", "LS_COLORS", "NO_COLOR", "OLDPWD", "SHLVL", "TERM", "TZ",
        "_",
    ]
    private static let expectedNames = ["HOME", "LOGNAME", "PATH", "PWD", "USER"]
    private static let longestValue = 4096

    init(directory: String, key: String) {
        var expected = ["PATH": Self.loginPath, "PWD": directory]
        do throws(SystemError) {
            let account = try Account.current()
            expected["HOME"] = account.home
            expected["LOGNAME"] = account.name
            expected["USER"] = account.name
        } catch {
            // Then every one of them is a difference.
        }
        self.init(ThisProcess.environment(), expected: expected, key: key)
    }

    /// - Parameter entries: each `NAME=value`.
    init(_ entries: [[UInt8]], expected: [String: String], key: String) {
        var changes: [(name: String, value: String?)] = []
        var seen: Set<[UInt8]> = []
        for entry in entries {
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let nameBytes = Array(entry[..<equals])
            let value = Array(entry[(equals + 1)...])
            // Of a name that occurs twice programs disagree which counts; both are shown.
            let name = String(decoding: nameBytes, as: UTF8.self) + (seen.insert(nameBytes).inserted ? "" : " (again)")
            if Self.isIgnored(name) { continue }
            if let usual = expected[name], usual.utf8.elementsEqual(value) { continue }
            changes.append((name, Self.shown(value, of: name, key)))
        }
        for name in Self.expectedNames where expected[name] != nil && !seen.contains(Array(name.utf8)) {
            changes.append((name, nil))
        }
        var shown: [(name: String, value: String?)] = []
        // Names that are equal to a reader of the record are told apart, because no object holds a name twice.
        var names: Set<String> = []
        for change in changes.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            var name = change.name
            while !names.insert(name).inserted { name += "+" }
            shown.append((name, change.value))
        }
        self.changes = shown
    }

    var json: JSONValue {
        .object(JSONObject(changes.map { .init($0.name, $0.value.map(JSONValue.string) ?? .null) }))
    }

    private static func isIgnored(_ name: String) -> Bool {
        ignored.contains(exactly: name) || name.utf8.starts(with: "LC_".utf8)
    }

    private static func shown(_ value: [UInt8], of name: String, _ key: String) -> String {
        let text = String(validating: value, as: UTF8.self)
        if let text, value.count <= longestValue, !looksSecret(name), !holdsPassword(value) { return text }
        let digest = KeyedDigest.hmac(key: Array(key.utf8), Array(name.utf8) + [0] + value)
        return "(hidden, \(value.count) bytes, digest \(digest.hex.prefix(16)))"
    }

    private static let secretWords = [
        "KEY", "KEYS", "APIKEY", "TOKEN", "TOKENS", "SECRET", "SECRETS", "PASS", "PASSWD", "PASSWORD", "PASSPHRASE",
        "PWD",
        "CREDENTIAL", "CREDENTIALS", "AUTH", "AUTHORIZATION", "COOKIE", "PRIVATE", "DSN", "BEARER", "JWT", "PAT",
        "SIGNATURE",
    ]

    /// By the words of the name, and by such a word at its end: `PGPASSWORD`, `GITHUBTOKEN`.
    private static func looksSecret(_ name: String) -> Bool {
        // The working directory, which is no password whatever `PWD` means elsewhere.
        if name.utf8.elementsEqual("PWD".utf8) { return false }
        let upper = name.utf8.map { (0x61...0x7A).contains($0) ? $0 - 32 : $0 }
        let words = upper.split { !(0x41...0x5A).contains($0) && !(0x30...0x39).contains($0) }
        return words.contains { word in
            secretWords.contains { secret in
                secret.utf8.count >= 5 ? word.ends(with: secret.utf8) : word.elementsEqual(secret.utf8)
            }
        }
    }

    /// `scheme://user:password@host`
    private static func holdsPassword(_ value: [UInt8]) -> Bool {
        let separator = Array("://".utf8)
        guard value.count > separator.count,
            let start = value.indices.first(where: { value[$0...].starts(with: separator) })
        else { return false }
        let authority = value[(start + separator.count)...].prefix { $0 != UInt8(ascii: "/") }
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return false }
        return authority[..<at].contains(UInt8(ascii: ":"))
    }
}

extension Collection<UInt8> where Self: BidirectionalCollection {
    fileprivate func ends(with suffix: some BidirectionalCollection<UInt8>) -> Bool {
        reversed().starts(with: suffix.reversed())
    }
}
