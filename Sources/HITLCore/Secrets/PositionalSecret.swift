/// Passwords that only their place in a command gives away: `htpasswd -b FILE USER …`, `vault login …`, a `.netrc`.
enum PositionalSecret {
    /// By how the command begins: which of the words behind it that are no options.
    private static let commands: [(words: String, place: Int)] = [
        ("rabbitmqctl add_user", 1), ("rabbitmqctl change_password", 1), ("vault login", 0), ("mc alias set", 3),
        ("mc config host add", 3), ("wpa_passphrase", 1), ("ansible-vault encrypt_string", 0), ("npm config set //", 0),
        ("npm config set _auth", 0),
    ]

    static let pairs: Set<UInt16> = Set(
        ["ra", "va", "mc", "np", "ht", "ch", "pa", "sm", "xf", "wp", "an", "ec", "pr", "sq", "lf"].map {
            TokenTable.pair(Array($0.utf8)[0], Array($0.utf8)[1])
        })

    static func match(_ bytes: [UInt8], at start: Int) -> SecretMatch? {
        switch bytes[start] {
        case UInt8(ascii: "e"): return CommandSecret.handedOn(bytes, at: start)
        case UInt8(ascii: "p"): return netrc(bytes, at: start) ?? CommandSecret.handedOn(bytes, at: start)
        case UInt8(ascii: "l"):
            guard bytes[start...].starts(with: "lftp ".utf8) else { return nil }
            return words(bytes, from: start + 5).lazy.compactMap { word -> SecretMatch? in
                guard let comma = bytes[word].firstIndex(of: UInt8(ascii: ",")), comma > word.lowerBound else {
                    return nil
                }
                return secret(bytes, (comma + 1)..<word.upperBound)
            }.first
        case UInt8(ascii: "s") where bytes[start...].starts(with: "sqlplus ".utf8):
            // `name/password@host`
            return words(bytes, from: start + 8).lazy.compactMap { word -> SecretMatch? in
                guard let slash = bytes[word].firstIndex(of: UInt8(ascii: "/")), slash > word.lowerBound else {
                    return nil
                }
                let end = bytes[word].lastIndex(of: UInt8(ascii: "@")) ?? word.upperBound
                return slash + 1 < end ? secret(bytes, (slash + 1)..<end) : nil
            }.first
        case UInt8(ascii: "c"): return pairedPassword(bytes, at: start)
        case UInt8(ascii: "h"): return htpasswd(bytes, at: start)
        case UInt8(ascii: "s"): return bytes[start...].starts(with: "smbclient ".utf8) ? account(bytes, start) : nil
        case UInt8(ascii: "x"):
            guard bytes[start...].starts(with: "xfreerdp ".utf8) else { return nil }
            let word = words(bytes, from: start).first { bytes[$0].starts(with: "/p:".utf8) }
            return word.flatMap { secret(bytes, ($0.lowerBound + 3)..<$0.upperBound) }
        default: break
        }
        for command in commands where bytes[start...].starts(with: command.words.utf8) {
            let operands = words(bytes, from: start + command.words.utf8.count).filter {
                bytes[$0.lowerBound] != UInt8(ascii: "-")
            }
            // The rest of `//registry/:_authToken` is a word of its own.
            let place =
                command.words.utf8.last == UInt8(ascii: "/") || command.words.utf8.suffix(5).elementsEqual("_auth".utf8)
                ? 1 : command.place
            guard place < operands.count else { return nil }
            return secret(bytes, operands[place])
        }
        return nil
    }

    /// `machine h login u password p`, on one line or several.
    private static func netrc(_ bytes: [UInt8], at start: Int) -> SecretMatch? {
        guard bytes[start...].starts(with: "password".utf8), let value = next(bytes, start + 8) else { return nil }
        let before = bytes[max(0, start - 256)..<start].split { $0 <= 0x20 }
        guard before.count >= 3, before[before.count - 2].elementsEqual("login".utf8),
            before.contains(where: { $0.elementsEqual("machine".utf8) || $0.elementsEqual("default".utf8) })
        else { return nil }
        return secret(bytes, value)
    }

    private static func next(_ bytes: [UInt8], _ end: Int) -> Range<Int>? {
        var start = end
        while start < bytes.count, bytes[start] <= 0x20, start - end < 16 { start += 1 }
        guard start > end, start < bytes.count else { return nil }
        var last = start
        while last < bytes.count, bytes[last] > 0x20, last - start < 256 { last += 1 }
        return start..<last
    }

    /// `-b` takes the password from the line; `-n` leaves the file out.
    private static func htpasswd(_ bytes: [UInt8], at start: Int) -> SecretMatch? {
        guard bytes[start...].starts(with: "htpasswd ".utf8) else { return nil }
        let all = words(bytes, from: start + 8)
        let options = all.filter { bytes[$0.lowerBound] == UInt8(ascii: "-") }
        func has(_ letter: Character) -> Bool { options.contains { bytes[$0].contains(letter.asciiValue ?? 0) } }
        let operands = all.filter { bytes[$0.lowerBound] != UInt8(ascii: "-") }
        guard has("b"), operands.count >= (has("n") ? 2 : 3) else { return nil }
        return secret(bytes, operands[has("n") ? 1 : 2])
    }

    /// `echo user:password | chpasswd`
    private static func pairedPassword(_ bytes: [UInt8], at start: Int) -> SecretMatch? {
        let floor = max(0, start - 256)
        guard bytes[start...].starts(with: "chpasswd".utf8),
            let pipe = bytes[floor..<start].lastIndex(of: UInt8(ascii: "|")),
            let colon = bytes[floor..<pipe].lastIndex(of: UInt8(ascii: ":"))
        else { return nil }
        let value = bytes[(colon + 1)..<pipe].prefix { $0 > 0x20 && !"\"'".utf8.contains($0) }
        return secret(bytes, value.indices)
    }

    /// `-U user%password`
    private static func account(_ bytes: [UInt8], _ start: Int) -> SecretMatch? {
        for word in words(bytes, from: start) {
            guard let sign = bytes[word].firstIndex(of: UInt8(ascii: "%")), sign > word.lowerBound else { continue }
            return secret(bytes, (sign + 1)..<word.upperBound)
        }
        return nil
    }

    /// The words up to the end of the command, without quotes about them.
    private static func words(_ bytes: [UInt8], from start: Int) -> [Range<Int>] {
        let line = bytes[start...].prefix(512).prefix { $0 >= 0x20 && !";|&".utf8.contains($0) }
        return line.split(separator: 0x20).map { word in
            let bare = word.drop { "\"'".utf8.contains($0) }
            return bare.startIndex..<(bare.firstIndex { "\"'".utf8.contains($0) } ?? bare.endIndex)
        }.filter { !$0.isEmpty }
    }

    private static func secret(_ bytes: [UInt8], _ range: Range<Int>) -> SecretMatch? {
        guard range.count >= 4, !SecretValue.isPlaceholder(bytes[range]) else { return nil }
        return SecretMatch(kind: .password, range: range)
    }
}
