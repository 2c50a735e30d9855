/// Whether a pattern of file names could mean a file of secrets.
///
/// What a pattern matches is known when it runs, so it is held against names that such files have.
enum SecretFileNames {
    /// Whoever lists everything means none of them; whoever reads everything reads these as well.
    enum Use { case listing, reading }

    /// Those that the table has wherever they lie, and some more that end as they do or lead to others.
    private static let names: [[UInt8]] = {
        let kinds: [SensitivePath] = [.privateKey, .credentialStore, .projectCredentials, .personalRecords]
        let listed = SensitivePathTable.rows.lazy.filter { kinds.contains($0.class) }.flatMap(\.patterns)
            .filter { !$0.utf8.contains(UInt8(ascii: "/")) }
        let others = [
            ".env.local", ".env.production", ".env.development", "prod.env", "server.key", "private.key", "key.pem",
            "private.pem", "cert.p12", "cert.pfx", "store.jks", "store.keystore", "passwords.kdbx", ".aws", ".ssh",
            ".docker", ".kube", ".gnupg", "shadow", "token", "token.json",
        ]
        return (listed + others).map { $0.utf8.map { $0 == UInt8(ascii: "*") ? UInt8(ascii: "x") : $0 } }
    }()

    /// - Parameter pattern: a path with `*`, `?` and `[…]` in it; each of its components is looked at.
    /// - Parameter hidden: whether `*` stands for a dot at the beginning too, as with `find` and unlike in a shell.
    static func mayBe(_ pattern: [UInt8], _ use: Use = .reading, hidden: Bool = false) -> Bool {
        let components = pattern.split(separator: UInt8(ascii: "/"))
        for (index, component) in components.enumerated() {
            let isLast = index == components.count - 1
            // A folder that may be any leads into a hidden one only where its dot is written.
            if !isLast, component.first != UInt8(ascii: ".") { continue }
            let piece = Array(component)
            guard piece.contains(where: { isSign($0) || $0 == UInt8(ascii: "[") }) else { continue }
            let isBroad = piece.allSatisfy { isSign($0) || $0 == UInt8(ascii: ".") } || isExtension(piece)
            if isBroad, use == .listing { continue }
            let signs = signs(piece)
            if names.contains(where: { matches(signs, $0, isFirst: !hidden) }) { return true }
        }
        return false
    }

    private static func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") }

    /// `*.json`: nearly all of these are something else.
    private static func isExtension(_ piece: [UInt8]) -> Bool {
        guard piece.starts(with: "*.".utf8) else { return false }
        return ["json", "yaml", "yml", "php", "local"].contains { piece.dropFirst(2).elementsEqual($0.utf8) }
    }

    /// As a shell matches: a dot at the beginning is not one of those that a star stands for. Of `?` and `[…]` shells
    /// say the same, and not all of them do so.
    private static func matches(_ pattern: [Sign], _ name: [UInt8], isFirst: Bool) -> Bool {
        if isFirst, pattern.first == .many, name.first == UInt8(ascii: ".") { return false }
        return Wildcard.matches(pattern, name, isStar: { $0 == .many }) { $0 == .any || $0 == .byte($1) }
    }

    private enum Sign: Equatable { case many, any, byte(UInt8) }

    private static func signs(_ piece: [UInt8]) -> [Sign] {
        var signs: [Sign] = []
        var place = 0
        while place < piece.count {
            switch piece[place] {
            case UInt8(ascii: "*"): if signs.last != .many { signs.append(.many) }
            case UInt8(ascii: "?"): signs.append(.any)
            case UInt8(ascii: "["):
                // Whatever stands in it: it may be the one that is looked for.
                if let close = piece[place...].dropFirst(2).firstIndex(of: UInt8(ascii: "]")) { place = close }
                signs.append(.any)
            default: signs.append(.byte(piece[place]))
            }
            place += 1
        }
        return signs
    }

    /// `*.{pem,key}` as `*.pem` and `*.key`, for programs that read patterns themselves.
    static func alternatives(_ pattern: [UInt8]) -> [[UInt8]] {
        guard let open = pattern.firstIndex(of: UInt8(ascii: "{")),
            let close = pattern[open...].firstIndex(of: UInt8(ascii: "}"))
        else { return [pattern] }
        let pieces = pattern[(open + 1)..<close].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        return pieces.prefix(16).map { Array(pattern[..<open] + $0 + pattern[(close + 1)...]) }
    }

    /// Whether a pattern that a tool or a program reads itself is for files of secrets.
    static func areWanted(by pattern: [UInt8]) -> Bool {
        alternatives(pattern).contains { mayBe($0, .listing, hidden: true) || PathAnalysis($0).holdsSecrets }
    }
}
