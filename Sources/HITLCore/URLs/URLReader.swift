/// Reads one URL from its beginning to the end of its host.
struct URLReader {
    private let bytes: [UInt8]
    private(set) var scheme = ""
    private(set) var host = ""
    private(set) var otherHost: String?
    private(set) var port: Int?
    private(set) var hostClass = HostClass.name
    private(set) var doubts: Set<URLDoubt> = []
    private(set) var afterAuthority: ArraySlice<UInt8> = []

    init(_ given: [UInt8]) {
        var kept: [UInt8] = []
        kept.reserveCapacity(given.count)
        var found: Set<URLDoubt> = []
        if given.count > URLAnalysis.longest { found.insert(.tooLong) }
        // Blanks at the ends are stripped, tabs and line ends anywhere (WHATWG, "basic URL parser").
        let inner = given.prefix(URLAnalysis.longest).drop { $0 <= 0x20 }
        for (place, byte) in zip(inner.indices, inner) {
            switch byte {
            case 0..<0x20, 0x7F: found.insert(.controlCharacter)
            case UInt8(ascii: "\\"):
                found.insert(.backslash)
                kept.append(byte)
            case 0xE2, 0xEF, 0xF3, 0xC2:
                if Self.isHidden(inner[place...].prefix(3)) { found.insert(.hiddenCharacter) }
                kept.append(byte)
            default: kept.append(byte)
            }
        }
        while kept.last == 0x20 { kept.removeLast() }
        if zip(kept, kept.dropFirst()).contains(where: {
            $0 == UInt8(ascii: "$") && $1 == UInt8(ascii: "{") || $0 == UInt8(ascii: "{") && $1 == $0
        }) {
            found.insert(.variable)
        }
        bytes = kept
        doubts = found
    }

    private static func isHidden(_ next: ArraySlice<UInt8>) -> Bool {
        let three = Array(next) + [0, 0]
        return switch (three[0], three[1], three[2]) {
        case (0xE2, 0x80, 0x8B...0x8F), (0xE2, 0x80, 0xA8...0xAE), (0xE2, 0x81, 0xA0...0xAF), (0xEF, 0xBB, 0xBF),
            (0xF3, 0xA0, _), (0xC2, 0x80...0x9F, _), (0xC2, 0xAD, _):
            true
        default: false
        }
    }

    mutating func read() {
        var rest = bytes[...]
        guard let colon = rest.firstIndex(of: UInt8(ascii: ":")), Self.isScheme(rest[..<colon]) else {
            afterAuthority = rest
            // `//host/path` takes the scheme of wherever it stands.
            guard rest.starts(with: "//".utf8) else { return }
            authority(rest.dropFirst(2))
            return
        }
        scheme = String(decoding: rest[..<colon].map { $0 | 0x20 }, as: UTF8.self)
        rest = rest[(colon + 1)...]
        func isSlash(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") }
        let slashes = rest.prefix(while: isSlash)
        let isWeb = ["http", "https", "ws", "wss", "ftp"].contains(scheme)
        guard isWeb || slashes.count >= 2 else {
            afterAuthority = rest
            return
        }
        if isWeb, !slashes.elementsEqual("//".utf8) { doubts.insert(.slashes) }
        authority(rest.dropFirst(isWeb ? slashes.count : 2))
    }

    private static func isScheme(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first, (0x61...0x7A).contains(first | 0x20), text.count <= 64 else { return false }
        return text.allSatisfy { TokenTable.Body.alphanumeric.holds($0) || "+-.".utf8.contains($0) }
    }

    private mutating func authority(_ rest: ArraySlice<UInt8>) {
        let end = rest.firstIndex { "/?#\\".utf8.contains($0) } ?? rest.endIndex
        afterAuthority = rest[end...]
        var authority = rest[..<end]
        if let at = authority.lastIndex(of: UInt8(ascii: "@")) {
            doubts.insert(.userInformation)
            authority = authority[(at + 1)...]
        }
        var name = authority
        if authority.first == UInt8(ascii: "["), let close = authority.lastIndex(of: UInt8(ascii: "]")) {
            name = authority[...close]
            readPort(authority[(close + 1)...])
        } else if let colon = authority.lastIndex(of: UInt8(ascii: ":")) {
            name = authority[..<colon]
            readPort(authority[colon...])
        }
        readHost(name)
    }

    private mutating func readPort(_ text: ArraySlice<UInt8>) {
        guard let first = text.first else { return }
        let digits = text.dropFirst()
        guard first == UInt8(ascii: ":"), digits.count <= 5, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            doubts.insert(.oddPort)
            return
        }
        let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        if digits.isEmpty { return }
        if (1...65535).contains(value) { port = value } else { doubts.insert(.oddPort) }
    }

    private mutating func readHost(_ name: ArraySlice<UInt8>) {
        if name.first == UInt8(ascii: "[") { return readAddress(name.dropFirst().dropLast()) }
        var folded = HostFolding.folded(decoded(name))
        if folded.last == UInt8(ascii: ".") {
            doubts.insert(.trailingDot)
            folded.removeLast()
        }
        host = String(decoding: folded, as: UTF8.self)
        if !folded.elementsEqual(name.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }),
            name.contains(where: { $0 >= 0x80 })
        {
            doubts.insert(.foreignLetters)
        }
        guard !folded.isEmpty else {
            if scheme != "file" { doubts.insert(.oddHost) }
            return
        }
        let labels = DomainName.labels(folded)
        if let last = labels.last, DomainName.isNumber(last) { return readNumber(folded) }
        if folded.contains(where: { $0 >= 0x80 }) {
            doubts.insert(.foreignLetters)
            otherHost = labels.map { label in
                label.allSatisfy { $0 < 0x80 }
                    ? String(decoding: label, as: UTF8.self)
                    : Punycode.encoded(Array(String(decoding: label, as: UTF8.self).unicodeScalars))
            }.joined(separator: ".")
        } else if !labels.allSatisfy(DomainName.isLabel) {
            doubts.insert(.oddHost)
        }
        if labels.contains(where: { $0.starts(with: "xn--".utf8) }) {
            doubts.insert(.punycode)
            otherHost = labels.map { Punycode.decoded($0) ?? String(decoding: $0, as: UTF8.self) }.joined(
                separator: ".")
        }
        hostClass = DomainName.hostClass(folded)
        // A single label is resolved within the own network.
        if hostClass == .name, labels.count == 1 { hostClass = .privateNetwork }
    }

    private mutating func readNumber(_ folded: [UInt8]) {
        if let plain = IPv4Address(plain: folded) {
            hostClass = plain.hostClass
        } else if let odd = IPv4Address(lenient: folded) {
            doubts.insert(.oddAddress)
            host = odd.text
            hostClass = odd.hostClass
        } else {
            doubts.insert(.oddHost)
            hostClass = .special
        }
    }

    private mutating func readAddress(_ text: ArraySlice<UInt8>) {
        var address = text
        if let percent = text.firstIndex(of: UInt8(ascii: "%")) {
            doubts.insert(.zone)
            address = text[..<percent]
        }
        host = String(decoding: address, as: UTF8.self)
        guard let read = IPv6Address(address) else {
            doubts.insert(.oddHost)
            hostClass = .special
            return
        }
        hostClass = read.hostClass
        if read.bytes[..<10].allSatisfy({ $0 == 0 }), read.bytes[10] == read.bytes[11],
            hostClass != .loopback || read.bytes[10] == 0xFF
        {
            doubts.insert(.oddAddress)
        }
    }

    private mutating func decoded(_ name: ArraySlice<UInt8>) -> [UInt8] {
        let given = Array(name)
        var result: [UInt8] = []
        var place = 0
        while place < given.count {
            if let byte = PathReadings.encoded(given, at: place) {
                doubts.insert(.encodedHost)
                result.append(byte)
                place += 3
            } else {
                result.append(given[place])
                place += 1
            }
        }
        return result
    }
}

/// What resolvers make of a host's letters before they look it up, as far as it turns other letters into ASCII.
enum HostFolding {
    static func folded(_ name: [UInt8]) -> [UInt8] {
        guard name.contains(where: { $0 >= 0x80 || (0x41...0x5A).contains($0) }) else { return name }
        var result = String.UnicodeScalarView()
        for scalar in String(decoding: name, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 0x41...0x5A: append(scalar.value + 32, &result)
            case 0xFF21...0xFF3A: append(scalar.value - 0xFF21 + 0x61, &result)
            case 0xFF01...0xFF5E: append(scalar.value - 0xFEE0, &result)
            // Ideographic, full-width and half-width full stops part labels too.
            case 0x3002, 0xFF0E, 0xFF61, 0x2024: append(0x2E, &result)
            case 0x2460...0x2468: append(scalar.value - 0x2460 + 0x31, &result)
            case 0x24EA: append(0x30, &result)
            case 0x24B6...0x24CF: append(scalar.value - 0x24B6 + 0x61, &result)
            case 0x24D0...0x24E9: append(scalar.value - 0x24D0 + 0x61, &result)
            case 0x1D7CE...0x1D7FF: append((scalar.value - 0x1D7CE) % 10 + 0x30, &result)
            // Ignored: soft hyphen, zero width, variation selectors.
            case 0xAD, 0x200B...0x200D, 0x2060, 0xFEFF, 0xFE00...0xFE0F: break
            default: result.append(scalar)
            }
        }
        return Array(String(result).utf8)
    }

    private static func append(_ value: UInt32, _ result: inout String.UnicodeScalarView) {
        if let scalar = Unicode.Scalar(value) { result.append(scalar) }
    }
}

/// URLs inside the path, query or fragment of a URL.
enum NestedURLs {
    static func of(_ rest: ArraySlice<UInt8>) -> [[UInt8]] {
        guard !rest.isEmpty else { return [] }
        var texts = [Array(rest)]
        for _ in 0..<2 {
            guard let last = texts.last, last.contains(UInt8(ascii: "%")) else { break }
            texts.append(decoded(last))
        }
        var found: [[UInt8]] = []
        for text in texts {
            for place in text.indices where text[place] == UInt8(ascii: ":") || text[place] == UInt8(ascii: "=") {
                guard found.count < 8 else { return found }
                if let nested = nested(text, at: place) { found.append(nested) }
            }
        }
        return found
    }

    /// `http://…` whose colon stands at `place`, or `//host` behind the `=` there.
    private static func nested(_ text: [UInt8], at place: Int) -> [UInt8]? {
        func until(_ start: Int) -> [UInt8] {
            Array(text[start...].prefix(512).prefix { $0 > 0x20 && $0 != UInt8(ascii: "&") })
        }
        if text[place] == UInt8(ascii: "=") {
            return text[(place + 1)...].starts(with: "//".utf8) ? Array("http:".utf8) + until(place + 1) : nil
        }
        guard text[(place + 1)...].starts(with: "//".utf8) || text[(place + 1)...].starts(with: #"\\"#.utf8) else {
            return nil
        }
        var start = place
        while start > 0, place - start < 12, TokenTable.Body.alphanumeric.holds(text[start - 1]) { start -= 1 }
        return start < place ? until(start) : nil
    }

    private static func decoded(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var place = 0
        while place < text.count {
            if let byte = PathReadings.encoded(text, at: place) {
                result.append(byte)
                place += 3
            } else {
                result.append(text[place])
                place += 1
            }
        }
        return result
    }
}
