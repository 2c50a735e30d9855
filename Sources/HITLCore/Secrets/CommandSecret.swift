/// Passwords on command lines that no name announces: `-u user:password`, `sshpass -p …`, `… | sudo -S`.
enum CommandSecret {
    /// At the hyphen of an option that stands after a blank or a quote.
    static func match(_ bytes: [UInt8], at hyphen: Int) -> SecretMatch? {
        guard hyphen + 2 < bytes.count else { return nil }
        if bytes[hyphen + 1] == UInt8(ascii: "-") { return long(bytes, at: hyphen) }
        switch bytes[hyphen + 1] {
        case UInt8(ascii: "u"), UInt8(ascii: "U"): return account(bytes, from: hyphen + 2)
        case UInt8(ascii: "p"): return short(bytes, at: hyphen)
        case UInt8(ascii: "P"):
            return mentions(["ssh-keygen", "unzip", "zip", "sqlcmd", "bcp", "ipmitool", "isql"], bytes, before: hyphen)
                ? word(bytes, from: hyphen + 2) : nil
        case UInt8(ascii: "k"):
            return mentions(["openssl enc"], bytes, before: hyphen) ? word(bytes, from: hyphen + 2) : nil
        case UInt8(ascii: "h"):
            return bytes[hyphen...].starts(with: "-hp".utf8) && mentions(["rar", "unrar"], bytes, before: hyphen)
                ? word(bytes, from: hyphen + 3) : nil
        case UInt8(ascii: "a"):
            if mentions(["http", "https", "xh"], bytes, before: hyphen) { return account(bytes, from: hyphen + 2) }
            return mentions(["redis-cli"], bytes, before: hyphen) ? word(bytes, from: hyphen + 2) : nil
        case UInt8(ascii: "w"):
            return mentions(
                [
                    "security add-generic-password", "security add-internet-password", "ldapsearch", "ldapmodify",
                    "ldapadd", "ldappasswd",
                ], bytes, before: hyphen)
                ? word(bytes, from: hyphen + 2) : nil
        case UInt8(ascii: "N"):
            return mentions(["ssh-keygen"], bytes, before: hyphen) ? word(bytes, from: hyphen + 2) : nil
        case UInt8(ascii: "A"), UInt8(ascii: "X"):
            return mentions(["snmpwalk", "snmpget", "snmpset", "snmpbulkwalk"], bytes, before: hyphen)
                ? word(bytes, from: hyphen + 2) : nil
        case UInt8(ascii: "b") where mentions(["gh secret set"], bytes, before: hyphen):
            return bytes[hyphen...].starts(with: "-body".utf8) ? nil : word(bytes, from: hyphen + 2)
        case UInt8(ascii: "b"): return cookie(bytes, from: hyphen + 2)
        default: return singleHyphen(bytes, at: hyphen)
        }
    }

    /// `-storepass value`, `-token value`
    private static func singleHyphen(_ bytes: [UInt8], at hyphen: Int) -> SecretMatch? {
        let name = bytes[(hyphen + 1)...].prefix(24).prefix(while: TokenTable.Body.base64URL.holds)
        guard name.count >= 4, name.endIndex + 1 < bytes.count, bytes[name.endIndex] == 0x20,
            SecretName.strength(of: name) == .strong, bytes[name.endIndex + 1] != UInt8(ascii: "-")
        else { return nil }
        return NamedSecret.value(bytes, from: name.endIndex + 1, .strong, isTight: true)
    }

    /// `curl -b 'sid=…'`
    private static func cookie(_ bytes: [UInt8], from: Int) -> SecretMatch? {
        guard mentions(["curl"], bytes, before: from - 2), let word = word(bytes, from: from),
            let sign = bytes[word.range].firstIndex(of: UInt8(ascii: "="))
        else { return nil }
        let value = bytes[(sign + 1)..<word.range.upperBound].prefix { $0 != UInt8(ascii: ";") }
        return SecretValue.isLikely(value) ? SecretMatch(kind: .authorization, range: value.indices) : nil
    }

    /// Commands that take pairs of a name and a secret.
    static func storesPairs(_ bytes: [UInt8], before start: Int) -> Bool {
        guard start > 0, bytes[start - 1] == 0x20 else { return false }
        return mentions(
            [
                "vault kv put", "vault kv patch", "vault write", "fly secrets set", "flyctl secrets set",
                "doppler secrets set", "fly secrets import",
            ], bytes, before: start)
    }

    /// Commands that read a secret from standard input.
    private static let takers = [
        "docker login", "podman login", "passwd", "gh auth login", "gh secret set", "vercel env add",
        "wrangler secret put",
        "cryptsetup", "gcloud secrets", "secret-tool store", "pass insert", "sudo -S", "su", "createuser", "npm login",
        "heroku auth", "aws secretsmanager", "kubectl create secret", "keyctl padd", "flyctl secrets",
        "helm registry login",
        "skopeo login", "az acr login", "ssh-add",
    ]

    /// `gh secret set NAME <<< value`
    static func hereString(_ bytes: [UInt8], at sign: Int) -> SecretMatch? {
        guard bytes[sign...].starts(with: "<<<".utf8), sign == 0 || bytes[sign - 1] != UInt8(ascii: "<"),
            mentions(takers, bytes, before: sign)
        else { return nil }
        return word(bytes, from: sign + 3)
    }

    /// `echo value | docker login --password-stdin`, at the `echo`.
    static func handedOn(_ bytes: [UInt8], at start: Int) -> SecretMatch? {
        let program =
            bytes[start...].starts(with: "echo ".utf8) ? 5 : bytes[start...].starts(with: "printf ".utf8) ? 7 : 0
        guard program > 0 else { return nil }
        let line = bytes[(start + program)...].prefix(300).prefix { $0 >= 0x20 && $0 != UInt8(ascii: ";") }
        guard let pipe = line.firstIndex(of: UInt8(ascii: "|")) else { return nil }
        let taker = bytes[(pipe + 1)...].prefix(48).drop { $0 == 0x20 }
        guard takers.contains(where: { $0.utf8.count <= taker.count && taker.starts(with: $0.utf8) }) else {
            return nil
        }
        var end = pipe
        while end > line.startIndex, bytes[end - 1] == 0x20 || "\"'".utf8.contains(bytes[end - 1]) { end -= 1 }
        var from = end
        while from > line.startIndex, bytes[from - 1] > 0x20, !"\"'".utf8.contains(bytes[from - 1]) { from -= 1 }
        let value = bytes[from..<end]
        guard value.count >= 4, value.first != UInt8(ascii: "-"), !SecretValue.isPlaceholder(value) else { return nil }
        return SecretMatch(kind: .password, range: from..<end)
    }

    /// `--password value`, `--api-key value`, `--user name:password`.
    private static func long(_ bytes: [UInt8], at hyphen: Int) -> SecretMatch? {
        var end = hyphen + 2
        while end < bytes.count, end - hyphen < 40, TokenTable.Body.base64URL.holds(bytes[end]) { end += 1 }
        guard end < bytes.count, bytes[end] == 0x20 else { return nil }
        let name = bytes[(hyphen + 2)..<end]
        if name.elementsEqual("user".utf8) || name.elementsEqual("proxy-user".utf8) { return account(bytes, from: end) }
        if name.elementsEqual("value".utf8),
            mentions(["ssm put-parameter", "keyvault secret set", "secrets create"], bytes, before: hyphen)
        {
            return word(bytes, from: end)
        }
        if name.elementsEqual("oauth2-bearer".utf8) { return word(bytes, from: end) }
        if name.elementsEqual("cert".utf8) { return account(bytes, from: end) }
        if name.elementsEqual("body".utf8), mentions(["gh secret set"], bytes, before: hyphen) {
            return word(bytes, from: end)
        }
        guard let strength = SecretName.strength(of: name), end + 1 < bytes.count, bytes[end + 1] != UInt8(ascii: "-")
        else { return nil }
        return NamedSecret.value(bytes, from: end + 1, strength, isTight: true)
    }

    /// `-p` is a port, a path or a flag for most programs, and a password for these.
    private static func short(_ bytes: [UInt8], at hyphen: Int) -> SecretMatch? {
        let isApart = bytes[hyphen + 2] == 0x20
        let programs =
            isApart
            ? [
                "sshpass", "docker login", "podman login", "npm login", "mongo", "mongosh", "mongodump", "twine",
                "az login", "useradd", "usermod",
            ]
            : [
                "sshpass", "mysql", "mysqldump", "mysqladmin", "mariadb", "mariadb-dump", "7z", "7za", "rar", "unrar",
                "mongo",
            ]
        return mentions(programs, bytes, before: hyphen) ? word(bytes, from: hyphen + 2) : nil
    }

    private static func account(_ bytes: [UInt8], from: Int) -> SecretMatch? {
        guard let word = word(bytes, from: from) else { return nil }
        let text = bytes[word.range]
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), colon > text.startIndex else { return nil }
        let password = text[(colon + 1)...]
        // `-u 1000:1000`, `-u host:path/x`, `-u user:$PASS`.
        guard password.count >= 4, !password.allSatisfy({ (0x30...0x39).contains($0) }),
            !password.contains(UInt8(ascii: "/")), !SecretValue.isPlaceholder(password)
        else { return nil }
        return SecretMatch(kind: .password, range: (colon + 1)..<text.endIndex)
    }

    /// The next word, without its quotes.
    private static func word(_ bytes: [UInt8], from: Int) -> SecretMatch? {
        var start = from
        if start < bytes.count, bytes[start] == 0x20 || bytes[start] == UInt8(ascii: "=") { start += 1 }
        guard start < bytes.count else { return nil }
        let quote = "\"'".utf8.contains(bytes[start]) ? bytes[start] : nil
        if quote != nil { start += 1 }
        var end = start
        while end < bytes.count, end - start < 256, bytes[end] >= 0x20 {
            if let quote {
                if bytes[end] == quote { break }
            } else if bytes[end] == 0x20 || ";|&".utf8.contains(bytes[end]) {
                break
            }
            end += 1
        }
        let value = bytes[start..<end]
        guard value.count >= 4, value.first != UInt8(ascii: "-"), !SecretValue.isPlaceholder(value) else { return nil }
        return SecretMatch(kind: .password, range: start..<end)
    }

    private static func mentions(_ programs: [String], _ bytes: [UInt8], before end: Int) -> Bool {
        let line = bytes[max(0, end - 128)..<end]
        return programs.contains { program in
            let name = Array(program.utf8)
            guard line.count >= name.count else { return false }
            return (line.startIndex...(line.endIndex - name.count)).contains { place in
                guard bytes[place] == name[0], bytes[place...].starts(with: name) else { return false }
                let after = place + name.count
                return (place == 0 || !TokenTable.Body.base64URL.holds(bytes[place - 1]))
                    && (after >= bytes.count || !TokenTable.Body.base64URL.holds(bytes[after]))
            }
        }
    }

    /// What `echo` hands to the `sudo -S` at `start`.
    static func pipedPassword(_ bytes: [UInt8], at start: Int) -> SecretMatch? {
        guard bytes[start...].starts(with: "sudo ".utf8), reads(bytes[(start + 4)...].prefix(64)) else { return nil }
        let floor = max(0, start - 256)
        guard let pipe = bytes[floor..<start].lastIndex(of: UInt8(ascii: "|")) else { return nil }
        for program in ["echo ", "printf "] {
            let name = Array(program.utf8)
            guard pipe - floor >= name.count,
                let place = (floor...(pipe - name.count)).reversed().first(where: { bytes[$0...].starts(with: name) })
            else { continue }
            func isOutside(_ byte: UInt8) -> Bool { byte == 0x20 || "\"'".utf8.contains(byte) }
            var from = place + name.count
            while from < pipe, bytes[from] == UInt8(ascii: "-") || isOutside(bytes[from]) {
                // `-n`, `-e`
                from += bytes[from] == UInt8(ascii: "-") ? 2 : 1
            }
            var end = pipe
            while end > from, isOutside(bytes[end - 1]) { end -= 1 }
            guard from < end, end - from >= 3, !SecretValue.isPlaceholder(bytes[from..<end]) else { return nil }
            return SecretMatch(kind: .password, range: from..<end)
        }
        return nil
    }

    /// Whether an option among the next words makes sudo read its password from standard input.
    private static func reads(_ words: ArraySlice<UInt8>) -> Bool {
        for word in words.split(separator: 0x20) {
            guard word.first == UInt8(ascii: "-") else { return false }
            if word.elementsEqual("--stdin".utf8) { return true }
            if word.dropFirst().first != UInt8(ascii: "-"), word.contains(UInt8(ascii: "S")) { return true }
        }
        return false
    }
}
