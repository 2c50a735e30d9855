/// Names that say that a secret follows, and values that are one.
enum SecretName {
    enum Strength {
        /// What follows is secret whatever it looks like.
        case strong
        /// What follows is secret where it could be one: letters and digits mixed, or the digits of a PIN.
        case likely
        /// What follows is secret where it looks random.
        case weak
        case authorization
    }

    /// How much the name of a variable, member, header or flag says: `DB_PASSWORD`, `apiKey`, `x-auth-token`.
    static func strength(of name: some Sequence<UInt8>) -> Strength? {
        if name.contains(where: { $0 >= 0x80 }) {
            return foreign.contains { $0.utf8.elementsEqual(name) } ? .strong : nil
        }
        // Nearly all names are decided by how they end.
        guard let last = lastWord(name) else { return nil }
        let end = ends[last]
        switch end {
        case .authorization: return .authorization
        case .publicName: return nil
        case .strongWord: return .strong
        case .likely: return .likely
        case .code: return words(name).contains(where: codeKinds.contains) ? .likely : .weak
        case .besideStrong, .key, .weak, nil: break
        }
        // `SMTPPassword`, `REDISCLI_AUTH`
        if joinedEnds.contains(where: { last.suffix($0.count).elementsEqual($0) })
            || last == auth && words(name).contains(redis)
        {
            return .strong
        }
        switch end {
        // `secret_key_base`, `password2`, `tokenValue`.
        case .besideStrong: return words(name).contains { ends[$0] == .strongWord } ? .strong : nil
        case .key: return words(name).contains(where: keyKinds.contains) ? .strong : .weak
        case .weak: return .weak
        case .authorization, .publicName, .strongWord, .likely, .code, nil: return nil
        }
    }

    private static let foreign = [
        "contraseña", "contrasenya", "пароль", "секрет", "密码", "密碼", "パスワード", "비밀번호", "heslo",
    ]
    private static let codeKinds = set(
        "recovery", "backup", "verification", "security", "otp", "mfa", "totp", "access", "pass", "scratch", "unlock")

    /// What the last word of a name says of the whole.
    private enum End { case authorization, publicName, strongWord, likely, code, besideStrong, key, weak }

    private static let ends: [[UInt8]: End] = {
        let table: [(End, [String])] = [
            (.authorization, ["authorization", "cookie"]),
            // `token_count`, `password_hint`, `secret_name` name other things.
            (
                .publicName,
                [
                    "public", "pubkey", "nopasswd", "hint", "count", "length", "name", "id", "url", "type", "path",
                ]
            ),
            (
                .strongWord,
                [
                    "password", "passwd", "passwort", "pwd", "pass", "passphrase", "passcode", "secret", "secrets",
                    "token", "tokens", "apikey", "apitoken", "secretkey", "accesskey", "privatekey", "accountkey",
                    "authtoken", "accesstoken", "refreshtoken", "clientsecret", "passwords", "passwds", "pwds",
                    "passphrases", "apikeys", "pgpassword", "sshpass", "userpass", "storepass", "keypass", "kennwort",
                    "contrasena", "senha", "passe", "mdp", "wachtwoord", "parola", "haslo",
                ]
            ),
            (
                .likely,
                [
                    "auth", "credential", "credentials", "creds", "cred", "bearer", "otp", "pin", "pw", "psk", "cvv",
                    "cvc",
                ]
            ),
            (.code, ["code", "codes"]),
            (.besideStrong, ["value", "base", "string", "text", "prod", "production", "dev", "test"]),
            (.key, ["key", "keys"]),
            (
                .weak,
                [
                    "sig", "signature", "salt", "seed", "mnemonic", "session", "hash", "phrase", "words", "material",
                ]
            ),
        ]
        var ends: [[UInt8]: End] = [:]
        for (end, words) in table { for word in words { ends[Array(word.utf8)] = end } }
        return ends
    }()

    private static func set(_ words: String...) -> Set<[UInt8]> { Set(words.map { Array($0.utf8) }) }

    private static let joinedEnds = ["password", "passwd", "passphrase", "apikey", "authtoken"].map { Array($0.utf8) }

    private static let (auth, redis) = (Array("auth".utf8), Array("rediscli".utf8))

    private static let keyKinds = set(
        "api", "access", "secret", "private", "account", "master", "encryption", "signing", "auth", "service",
        "subscription", "storage", "shared", "deploy", "license", "hmac")

    private static let phrases = set("passphrase", "password", "mnemonic", "phrase", "seed", "words")

    private static let neutral = set(
        "value", "val", "content", "data", "text", "string", "plaintext", "raw", "current", "previous", "default")

    private static let olds = set("new", "old", "my", "its", "field")

    /// `{"secrets": {"foo": …}}`: each member is one.
    static func holdsSecrets(_ name: some Sequence<UInt8>) -> Bool {
        guard let last = lastWord(name) else { return false }
        return ["secrets", "passwords", "apikeys"].contains { last.elementsEqual($0.utf8) }
    }

    static func isStrong(_ name: some Sequence<UInt8>) -> Bool { strength(of: name) == .strong }

    /// `max_tokens: 4096` is a number of them.
    static func counts(_ name: some Sequence<UInt8>) -> Bool { lastWord(name)?.elementsEqual("tokens".utf8) == true }

    /// A phrase of words is what these are.
    static func takesPhrase(_ name: some Sequence<UInt8>) -> Bool {
        lastWord(name).map(phrases.contains) ?? false
    }

    /// A name that says nothing itself: what it holds is named beside or above it.
    static func isNeutral(_ name: some Sequence<UInt8>) -> Bool {
        guard let last = lastWord(name), neutral.contains(last) else { return false }
        // The only word holds all letters that there are.
        if name.count(where: { (0x41...0x5A).contains($0 & 0xDF) }) == last.count { return true }
        return words(name).dropLast().allSatisfy(olds.contains)
    }

    private static func lastWord(_ name: some Sequence<UInt8>) -> [UInt8]? {
        var word: [UInt8] = []
        word.reserveCapacity(16)
        var hasEnded = false
        var wasSmall = false
        for byte in name {
            let isCapital = (0x41...0x5A).contains(byte)
            guard isCapital || (0x61...0x7A).contains(byte) else {
                hasEnded = true
                wasSmall = false
                continue
            }
            if hasEnded || isCapital && wasSmall { word.removeAll(keepingCapacity: true) }
            hasEnded = false
            word.append(byte | 0x20)
            wasSmall = !isCapital
        }
        return word.isEmpty ? nil : word
    }

    /// Parts at `_`, `-`, `.`, blanks and changes from small to capital letters, in small letters.
    private static func words(_ name: some Sequence<UInt8>) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        var wasSmall = false
        for byte in name {
            let isCapital = (0x41...0x5A).contains(byte)
            guard isCapital || (0x61...0x7A).contains(byte) else {
                if !word.isEmpty { words.append(word) }
                word = []
                wasSmall = false
                continue
            }
            if isCapital, wasSmall {
                words.append(word)
                word = []
            }
            word.append(byte | 0x20)
            wasSmall = !isCapital
        }
        if !word.isEmpty { words.append(word) }
        return words
    }
}

/// Whether a text can be a secret's value.
enum SecretValue {
    enum Notation {
        /// All that stands in quotes, or the whole of a JSON string.
        case quoted
        /// Up to the next blank; `isTight` without blanks about the sign.
        case bare(isTight: Bool, endsLine: Bool)
    }

    static func isPlausible(_ value: ArraySlice<UInt8>, _ notation: Notation) -> Bool {
        guard value.count >= 4, !isPlaceholder(value) else { return false }
        switch notation {
        case .quoted: return !value.contains(0x20) || (value.count >= 8 && hasDigit(value))
        case .bare(let isTight, let endsLine):
            // `token = config.token()`, `password: str`: code that names a variable.
            if value.contains(where: { "()[]{};<>".utf8.contains($0) }) { return false }
            if hasDigit(value) || hasSymbol(value) { return value.count >= 5 }
            let isName = value.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") }
            return isTight ? !isName && value.count >= 6 : endsLine && !isName && value.count >= 8
        }
    }

    /// Mixed as passwords are, and neither a path nor an address; or a few digits, as of a PIN.
    static func isLikely(_ value: ArraySlice<UInt8>) -> Bool {
        guard (4...512).contains(value.count), !isPlaceholder(value), !value.contains(0x20) else { return false }
        if value.allSatisfy({ (0x30...0x39).contains($0) }) { return value.count <= 10 && value.count != 5 }
        let text = CommandArgument.text(of: value)
        guard value.count >= 8, let first = value.first, !"/.~@".utf8.contains(first), !text.holds("://"),
            !value.contains(where: { "()[]{};<>,".utf8.contains($0) })
        else { return false }
        return hasDigit(value) && value.contains { (0x41...0x5A).contains($0 & 0xDF) }
    }

    /// In running text a password has to look more like one: capitals or signs beside its digits.
    static func standsOut(_ value: ArraySlice<UInt8>) -> Bool {
        guard isLikely(value), value.count >= 8 else { return false }
        let hasCapital = value.dropFirst().contains { (0x41...0x5A).contains($0) }
        let hasSmall = value.contains { (0x61...0x7A).contains($0) }
        return hasCapital && hasSmall || value.contains { "!#%&*+=^~|?$".utf8.contains($0) } && hasSmall
    }

    /// Several small words that make no sentence.
    static func isPhrase(_ value: ArraySlice<UInt8>) -> Bool {
        guard value.count <= 300 else { return false }
        let words = value.split(separator: 0x20, omittingEmptySubsequences: false)
        return (3...32).contains(words.count)
            && words.allSatisfy { word in
                (2...12).contains(word.count) && word.allSatisfy { (0x61...0x7A).contains($0) }
                    && !sentenceWords.contains { word.elementsEqual($0.utf8) }
            }
    }

    private static let sentenceWords = [
        "the", "must", "be", "is", "are", "was", "your", "please", "to", "of", "for", "in", "and", "or", "not", "at",
        "see", "enter", "with", "has", "that", "this", "from", "if", "you", "it", "on", "by", "no", "can", "password",
    ]

    /// At least twenty bytes of three kinds, spread as chance spreads them.
    static func looksRandom(_ value: ArraySlice<UInt8>) -> Bool {
        guard (20...512).contains(value.count) else { return false }
        var counts = [Int](repeating: 0, count: 128)
        var (digits, small, capitals) = (0, 0, 0)
        for byte in value {
            switch byte {
            case 0x30...0x39: digits += 1
            case 0x41...0x5A: capitals += 1
            case 0x61...0x7A: small += 1
            case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: "%"), UInt8(ascii: "_"),
                UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: "~"):
                break
            default: return false
            }
            counts[Int(byte)] += 1
        }
        // The size of an even alphabet that would repeat itself as often (Rényi's entropy, without a logarithm).
        let repeats = counts.reduce(0) { $0 + $1 * $1 }
        let alphabet = value.count * value.count / max(1, repeats)
        let isHexadecimal = value.allSatisfy(TokenTable.Body.hexadecimal.holds)
        if isHexadecimal { return value.count >= 32 && digits > 3 && small + capitals > 3 && alphabet >= 8 }
        return digits > 0 && small > 0 && capitals > 0 && alphabet >= 12
    }

    private static func hasDigit(_ value: ArraySlice<UInt8>) -> Bool { value.contains { (0x30...0x39).contains($0) } }

    private static func hasSymbol(_ value: ArraySlice<UInt8>) -> Bool {
        value.contains { "!#%&*+/=@^~|?".utf8.contains($0) }
    }

    static func isPlaceholder(_ value: ArraySlice<UInt8>) -> Bool {
        guard let first = value.first, let last = value.last else { return true }
        // A variable's name, a template, a redaction.
        if first == UInt8(ascii: "$") || first == UInt8(ascii: "<") || first == UInt8(ascii: "{") { return true }
        if first == UInt8(ascii: "%"), last == UInt8(ascii: "%") || value.count <= 3 { return true }
        if value.allSatisfy({ $0 == first }) { return true }
        let folded = value.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
        if references.contains(where: { folded.starts(with: $0.utf8) }) { return true }
        // `password: String?`
        let bare =
            folded.last == UInt8(ascii: "?") || folded.last == UInt8(ascii: "!") ? folded.dropLast() : folded[...]
        return placeholders.contains { bare.elementsEqual($0.utf8) }
    }

    private static let references = [
        "process.env", "os.environ", "os.getenv", "env.", "getenv", "vault:", "op://", "ref+", "arn:aws",
    ]
    private static let placeholders = [
        "null", "none", "true", "false", "undefined", "string", "str", "text", "optional", "required", "redacted",
        "password", "passwd", "secret", "token", "your_password", "your-password", "example", "placeholder", "empty",
        "masked", "hidden", "invalid", "missing", "expired", "number", "bytes", "varchar", "boolean", "object",
    ]
}
