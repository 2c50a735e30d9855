import HITLPlatform

extension VerifyingKey {
    /// How the key is named: as `ssh-keygen -l` prints it, `SHA256:` and the digest of `blob` in Base64 without
    /// padding.
    public var name: String {
        let digest = Base64.encode(Digest(hashing: blob).bytes)
        return "SHA256:" + digest.prefix { $0 != "=" }
    }

    /// As in `~/.ssh/id_ed25519.pub`, without a comment: `ssh-ed25519 AAAA…`.
    public var openSSH: String { "\(OpenSSH.type) \(Base64.encode(blob))" }

    /// Reads `ssh-ed25519 AAAA…`, with or without a comment; nil for anything else.
    public init?(openSSH text: String) {
        let words = text.split { $0 == " " || $0 == "\t" }
        guard words.count >= 2, words[0].utf8.elementsEqual(OpenSSH.type.utf8),
            let blob = Base64.decode(String(words[1]))
        else { return nil }
        self.init(blob: blob)
    }

    /// RFC 8709 §4: the type and the key, each behind its length.
    package var blob: [UInt8] {
        var writer = SSHWriter()
        writer.add(Array(OpenSSH.type.utf8))
        writer.add(bytes)
        return writer.bytes
    }

    package init?(blob: [UInt8]) {
        var reader = SSHReader(blob)
        guard let type = reader.string(), type.elementsEqual(OpenSSH.type.utf8), let key = reader.string(),
            reader.isAtEnd
        else { return nil }
        self.init(bytes: key)
    }
}

enum OpenSSH {
    static let type = "ssh-ed25519"
}

/// RFC 4251 §5: `uint32` with the most significant byte first, `string` behind its length.
struct SSHWriter {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ number: UInt32) {
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    mutating func add(_ string: [UInt8]) {
        add(UInt32(string.count))
        bytes += string
    }

    mutating func add(byte: UInt8) { bytes.append(byte) }

    mutating func add(raw more: [UInt8]) { bytes += more }
}

/// Reads what `SSHWriter` writes; nil where the bytes end before.
struct SSHReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8? { rest.popFirst() }

    mutating func number() -> UInt32? {
        guard rest.count >= 4 else { return nil }
        defer { rest = rest.dropFirst(4) }
        return rest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func string() -> [UInt8]? {
        guard let count = number(), rest.count >= Int(count) else { return nil }
        return take(Int(count))
    }

    mutating func take(_ count: Int) -> [UInt8]? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    var remaining: [UInt8] { Array(rest) }
}
