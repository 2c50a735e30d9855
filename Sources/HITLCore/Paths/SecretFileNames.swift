/// Whether a pattern of file names could mean a file of secrets.
///
/// What a pattern matches is known when it runs, so it is held against names that such files have.
enum SecretFileNames {
    /// Whoever lists everything means none of them; whoever reads everything reads these as well.
    enum Use { case listing, reading }

    private static let names: [[UInt8]] = [
        ".env", ".env.local", ".env.production", ".env.development", ".envrc", "prod.env", ".netrc", ".npmrc",
        ".pypirc", ".pgpass",
        ".htpasswd", ".git-credentials", ".vault-token", ".aws", ".ssh", ".docker", ".kube", ".gnupg", "id_rsa",
        "id_ed25519", "id_ecdsa", "id_dsa", "credentials", "secrets", "server.key", "private.key", "master.key",
        "key.pem", "private.pem", "cert.p12", "cert.pfx", "store.jks", "store.keystore", "passwords.kdbx", "shadow",
        "secring.gpg", "terraform.tfstate", "auth.json", "credentials.json", "secrets.json", "secrets.yaml",
        "secrets.yml", "service-account.json", "token", "token.json", "wp-config.php",
    ].map { Array($0.utf8) }

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
            if isBroad, use == .listing || isExtension(piece) { continue }
            if names.contains(where: { matches(piece[...], $0[...], isFirst: !hidden) }) { return true }
        }
        return false
    }

    private static func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") }

    /// `*.json`: nearly all of these are something else, and whoever wants one of them has to name it.
    private static func isExtension(_ piece: [UInt8]) -> Bool {
        guard piece.starts(with: "*.".utf8) else { return false }
        return ["json", "yaml", "yml", "php", "local"].contains { piece.dropFirst(2).elementsEqual($0.utf8) }
    }

    /// As a shell matches: a dot at the beginning is only matched by a dot.
    private static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>, isFirst: Bool) -> Bool {
        guard let sign = pattern.first else { return name.isEmpty }
        let isHidden = isFirst && name.first == UInt8(ascii: ".")
        switch sign {
        case UInt8(ascii: "*"):
            if matches(pattern.dropFirst(), name, isFirst: false) { return !isHidden }
            guard !isHidden, !name.isEmpty else { return false }
            return matches(pattern, name.dropFirst(), isFirst: false)
        case UInt8(ascii: "?"):
            return !isHidden && !name.isEmpty && matches(pattern.dropFirst(), name.dropFirst(), isFirst: false)
        case UInt8(ascii: "["):
            // Whatever stands in it: it may be the one that is looked for.
            guard let close = pattern.dropFirst(2).firstIndex(of: UInt8(ascii: "]")), !name.isEmpty, !isHidden else {
                return false
            }
            return matches(pattern[(close + 1)...], name.dropFirst(), isFirst: false)
        default:
            return name.first == sign && matches(pattern.dropFirst(), name.dropFirst(), isFirst: false)
        }
    }
}
