/// Four bytes of an address, and what they are kept for.
package struct IPv4Address: Sendable, Equatable {
    package let bytes: [UInt8]

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = Array(bytes) }

    /// Four numbers of 0 to 255 without leading zeros, and nothing else.
    package init?(plain text: some Collection<UInt8>) {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        guard parts.count == 4 else { return nil }
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy({ (0x30...0x39).contains($0) }),
                part.count == 1 || part.first != UInt8(ascii: "0")
            else { return nil }
            let value = part.reduce(0) { $0 * 10 + Int($1 - 0x30) }
            guard value <= 255 else { return nil }
            bytes.append(UInt8(value))
        }
        self.bytes = bytes
    }

    /// As inet_aton(3) and the WHATWG's URLs have it: `127.1`, `2130706433`, `0x7f.0.0.1`, `0177.0.0.1`.
    package init?(lenient text: some Collection<UInt8>) {
        var parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if parts.last?.isEmpty ?? false { parts.removeLast() }
        guard (1...4).contains(parts.count) else { return nil }
        var value: UInt64 = 0
        for (place, part) in parts.enumerated() {
            guard let number = Self.number(part) else { return nil }
            if place < parts.count - 1 {
                guard number <= 255 else { return nil }
                value |= number << UInt64(8 * (3 - place))
            } else {
                guard number < 1 << UInt64(8 * (5 - parts.count)) else { return nil }
                value |= number
            }
        }
        bytes = (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (3 - $0))) }
    }

    /// A number in decimal, in hexadecimal after `0x`, in octal after `0`.
    static func number(_ part: some Collection<UInt8>) -> UInt64? {
        let text = Array(part)
        guard !text.isEmpty, text.count <= 24 else { return nil }
        var digits = text[...]
        var base: UInt64 = 10
        if text.count >= 2, text[0] == UInt8(ascii: "0") {
            base = text[1] | 0x20 == UInt8(ascii: "x") ? 16 : 8
            digits = text.dropFirst(base == 16 ? 2 : 1)
        }
        var value: UInt64 = 0
        for byte in digits {
            let digit: UInt64
            switch byte {
            case 0x30...0x39: digit = UInt64(byte - 0x30)
            case 0x41...0x46: digit = UInt64(byte - 0x37)
            case 0x61...0x66: digit = UInt64(byte - 0x57)
            default: return nil
            }
            guard digit < base, value < 1 << 40 else { return nil }
            value = value * base + digit
        }
        return value
    }

    /// RFC 6890 and the addresses of metadata services.
    package var hostClass: HostClass {
        switch (bytes[0], bytes[1], bytes[2], bytes[3]) {
        case (169, 254, 169, 254), (169, 254, 170, 2), (169, 254, 170, 23), (169, 254, 0, 23), (100, 100, 100, 200),
            (192, 0, 0, 192), (168, 63, 129, 16):
            .metadata
        case (127, _, _, _), (0, 0, 0, 0): .loopback
        case (10, _, _, _), (172, 16...31, _, _), (192, 168, _, _), (100, 64...127, _, _): .privateNetwork
        case (169, 254, _, _): .linkLocal
        case (0, _, _, _), (192, 0, 0, _), (192, 0, 2, _), (198, 18...19, _, _), (198, 51, 100, _), (203, 0, 113, _),
            (224..., _, _, _):
            .special
        default: .publicAddress
        }
    }

    package var text: String { bytes.map { String($0) }.joined(separator: ".") }
}

/// Sixteen bytes of an address.
package struct IPv6Address: Sendable, Equatable {
    package let bytes: [UInt8]

    /// RFC 4291 §2.2, without a zone.
    package init?(_ text: some Collection<UInt8>) {
        var groups: [UInt16] = []
        var gap: Int?
        var rest = Array(text)[...]
        guard rest.count >= 2, rest.count <= 45 else { return nil }
        if rest.first == UInt8(ascii: ":") {
            guard rest.starts(with: "::".utf8) else { return nil }
            gap = 0
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            guard groups.count < 8 else { return nil }
            let group = rest.prefix { $0 != UInt8(ascii: ":") }
            if group.contains(UInt8(ascii: ".")) {
                guard group.endIndex == rest.endIndex, groups.count <= 6, let address = IPv4Address(plain: group) else {
                    return nil
                }
                groups.append(UInt16(address.bytes[0]) << 8 | UInt16(address.bytes[1]))
                groups.append(UInt16(address.bytes[2]) << 8 | UInt16(address.bytes[3]))
                rest = []
                break
            }
            guard (1...4).contains(group.count), let value = Self.hexadecimal(group) else { return nil }
            groups.append(value)
            rest = rest[group.endIndex...]
            guard !rest.isEmpty else { break }
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = groups.count
                rest = rest.dropFirst()
            } else if rest.isEmpty {
                return nil
            }
        }
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: [UInt16](repeating: 0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        bytes = groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }

    private static func hexadecimal(_ group: ArraySlice<UInt8>) -> UInt16? {
        var value: UInt16 = 0
        for byte in group {
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt16(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt16(byte - 0x37)
            case 0x61...0x66: value = value << 4 | UInt16(byte - 0x57)
            default: return nil
            }
        }
        return value
    }

    /// RFC 6890; an address that carries one of version 4 (mapped, translated, 6to4, compatible) is judged as that.
    package var hostClass: HostClass {
        if bytes.dropLast().allSatisfy({ $0 == 0 }) { return bytes[15] <= 1 ? .loopback : .special }
        let zeros = bytes[..<10].allSatisfy { $0 == 0 }
        let isMapped = zeros && bytes[10] == 0xFF && bytes[11] == 0xFF
        let isCompatible = zeros && bytes[10] == 0 && bytes[11] == 0
        let isTranslated = bytes.starts(with: [0, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8))
        if isMapped || isTranslated || isCompatible { return IPv4Address(bytes[12...]).hostClass }
        if bytes[0] == 0x20, bytes[1] == 0x02 {
            let inner = IPv4Address(bytes[2..<6]).hostClass
            return inner == .publicAddress ? .publicAddress : inner
        }
        // fd00:ec2::254 and ::23 (EC2), fd20:ce::254 (Google).
        let isEC2 = bytes.starts(with: [0xFD, 0, 0x0E, 0xC2]) && bytes[4..<14].allSatisfy { $0 == 0 }
        let isGoogle = bytes.starts(with: [0xFD, 0x20, 0, 0xCE]) && bytes[4..<14].allSatisfy { $0 == 0 }
        if isEC2 && (bytes[14], bytes[15]) == (2, 0x54) || isEC2 && (bytes[14], bytes[15]) == (0, 0x23)
            || isGoogle && (bytes[14], bytes[15]) == (2, 0x54)
        {
            return .metadata
        }
        return switch (bytes[0], bytes[1]) {
        case (0xFC...0xFD, _): .privateNetwork
        case (0xFE, 0x80...0xFF): .linkLocal
        case (0xFF, _), (0, _): .special
        default: .publicAddress
        }
    }
}
