/// What flows out of a command into the next: where it comes from decides what may be done with it.
struct CommandFlow: Sendable, Equatable {
    /// The text, where the commands say it themselves.
    var literal: [UInt8]?
    var isKnown = false
    /// From another machine.
    var isFetched = false
    /// Decoded, decompressed or otherwise turned into something that cannot be seen.
    var isDecoded = false
    var holdsSecret = false
    /// Names of files, each beginning with a directory that was written out.
    var listsFiles = false
    var isNulSeparated = false
    /// The directories beneath which the listed files lie, and whether only some of what is there is listed.
    var roots: [[UInt8]] = []
    var isSelective = false
    /// What a shell says whose own input is not its script: somebody may be typing at the other end.
    var isFromShell = false

    /// What is running, from `ps`.
    var listsProcesses = false

    var isForeign: Bool { isFetched || isDecoded }

    mutating func join(_ other: CommandFlow) { self = joined(with: other) }

    func joined(with other: CommandFlow) -> CommandFlow {
        var result = self
        if let text = other.literal, (literal?.count ?? 0) < Self.longestLiteral {
            result.literal = (literal ?? []) + text
        }
        result.isKnown = isKnown || other.isKnown
        result.isFetched = isFetched || other.isFetched
        result.isDecoded = isDecoded || other.isDecoded
        result.holdsSecret = holdsSecret || other.holdsSecret
        result.roots = roots + other.roots
        result.isSelective = isSelective || other.isSelective
        result.isFromShell = isFromShell || other.isFromShell
        result.listsProcesses = listsProcesses || other.listsProcesses
        result.listsFiles = other.listsFiles
        result.isNulSeparated = other.isNulSeparated
        return result
    }

    /// More of a text is not looked at; what is piped then is a question anyway.
    private static let longestLiteral = 16384

    static let fetchers: Set<String> = [
        "curl", "wget", "fetch", "aria2c", "http", "https", "xh", "lynx", "w3m", "nc", "ncat", "netcat", "socat", "ftp",
        "sftp", "scp", "ssh", "dig", "nslookup", "host", "openssl", "iwr", "irm", "invoke-webrequest", "gh", "telnet",
        "lwp-request", "get", "aws", "gsutil", "rclone",
    ]
    static let decoders: Set<String> = [
        "base64", "base32", "basenc", "xxd", "rev", "tr", "sed", "awk", "gawk", "mawk", "gunzip", "zcat", "gzip",
        "bzcat",
        "bunzip2", "bzip2", "xz", "xzcat", "unxz", "zstd", "zstdcat", "lz4", "lzma", "openssl", "gpg", "uudecode", "od",
        "hexdump", "perl", "python", "python3", "ruby", "node", "php", "jq", "cut", "tac", "dd", "iconv", "tar",
        "unzip",
        "7z", "funzip", "brotli", "uncompress", "pigz", "strings", "age", "ascii85", "qprint", "rot13", "caesar",
        "fold",
        "paste", "xargs", "envsubst", "m4", "printf-decoded", "dc", "bc",
    ]
}
