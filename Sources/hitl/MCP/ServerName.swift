/// What a server is called where nobody names it.
enum ServerName {
    /// Programs that run others: their first argument says more than they do.
    private static let launchers = [
        "python", "python3", "node", "npx", "uv", "uvx", "bun", "bunx", "deno", "docker", "sh", "bash",
    ]

    static func of(_ command: [String]) -> String {
        var name = base(command[0])
        if launchers.contains(where: { $0 == name }),
            let word = command.dropFirst().first(where: { $0.utf8.first != UInt8(ascii: "-") && $0 != "run" })
        {
            name = base(word)
        }
        let usable = name.unicodeScalars.map { isUsable($0) ? $0 : "-" }.prefix(50)
        return usable.isEmpty ? "server" : usable.reduce(into: "") { $0.unicodeScalars.append($1) }
    }

    static func isUsable(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 50 && name.unicodeScalars.allSatisfy(isUsable)
    }

    private static func isUsable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".": true
        default: false
        }
    }

    private static func base(_ path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        for ending in [".py", ".js", ".mjs", ".ts", ".sh"] where file.hasSuffix(ending) {
            return String(file.dropLast(ending.count))
        }
        return file
    }
}
