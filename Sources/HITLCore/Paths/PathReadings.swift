/// The paths that a written path can turn into before a file is opened: as it stands, decoded, with other separators.
///
/// All of them are classified and the worst counts. A reading only ever adds.
enum PathReadings {
    static func of(_ written: [UInt8]) -> [[UInt8]] {
        var readings = [written]
        func add(_ reading: [UInt8]) { if !readings.contains(reading) { readings.append(reading) } }

        if let path = fileScheme(written) { add(Array(path)) }
        if let bare = withoutBlanks(written) { add(bare) }
        // Twice, because a proxy and its server may each decode once.
        for _ in 0..<2 { for reading in readings { if let decoded = decoded(reading) { add(decoded) } } }
        for reading in readings {
            if let ascii = withPlainForms(reading) { add(ascii) }
        }
        for reading in readings where reading.contains(UInt8(ascii: "\\")) {
            add(reading.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 })
        }
        for reading in readings {
            guard reading.count >= 2, reading[1] == UInt8(ascii: ":"), (0x61...0x7A).contains(reading[0] | 0x20) else {
                continue
            }
            add([UInt8(ascii: "/")] + reading.dropFirst(2).drop { $0 == UInt8(ascii: "/") })
        }
        return readings
    }

    /// The path of a `file:` URL (RFC 8089), with or without a host.
    static func fileScheme(_ path: [UInt8]) -> ArraySlice<UInt8>? {
        guard path.count > 5, path.prefix(5).map({ $0 | 0x20 }).elementsEqual("file:".utf8) else { return nil }
        let rest = path.dropFirst(5)
        guard rest.starts(with: "//".utf8) else { return rest }
        return rest.dropFirst(2).drop { $0 != UInt8(ascii: "/") }
    }

    static func encoded(_ path: [UInt8], at place: Int) -> UInt8? {
        guard place + 2 < path.count, path[place] == UInt8(ascii: "%"), let high = hex(path[place + 1]),
            let low = hex(path[place + 2])
        else { return nil }
        return high << 4 | low
    }

    private static func decoded(_ path: [UInt8]) -> [UInt8]? {
        guard path.contains(UInt8(ascii: "%")) else { return nil }
        var result: [UInt8] = []
        var place = 0
        while place < path.count {
            if let byte = encoded(path, at: place) {
                result.append(byte)
                place += 3
            } else {
                result.append(path[place])
                place += 1
            }
        }
        return result.count == path.count ? nil : result
    }

    /// Full-width ASCII and the look-alikes of dot and slash as what compatibility folding makes of them.
    private static func withPlainForms(_ path: [UInt8]) -> [UInt8]? {
        guard path.contains(where: { $0 == 0xEF || $0 == 0xE2 }) else { return nil }
        var result: [UInt8] = []
        var place = 0
        while place < path.count {
            guard place + 2 < path.count, let plain = plainForm(path[place], path[place + 1], path[place + 2]) else {
                result.append(path[place])
                place += 1
                continue
            }
            result.append(plain)
            place += 3
        }
        return result.count == path.count ? nil : result
    }

    private static func plainForm(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> UInt8? {
        switch (first, second, third) {
        case (0xEF, 0xBC, 0x81...0xBF): third - 0x60
        case (0xEF, 0xBD, 0x80...0x9E): third - 0x20
        case (0xE2, 0x80, 0xA4), (0xEF, 0xB9, 0x92): UInt8(ascii: ".")
        case (0xE2, 0x81, 0x84), (0xE2, 0x88, 0x95), (0xE2, 0xA7, 0xB8): UInt8(ascii: "/")
        default: nil
        }
    }

    private static func withoutBlanks(_ path: [UInt8]) -> [UInt8]? {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) || byte == 0 }
        // A C program ends a path at its first zero byte.
        let shown = path.prefix { $0 != 0 }
        let bare = Array(shown.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
        return bare.count == path.count || bare.isEmpty ? nil : bare
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
