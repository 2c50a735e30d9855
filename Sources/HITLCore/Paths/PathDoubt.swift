/// Why a written path may mean another file than it seems to.
package enum PathDoubt: Sendable, CaseIterable {
    case empty
    case controlCharacter
    case networkShare
    case slashedShare
    case drive
    case backslash
    case percentEncoding
    case variable
    case otherUser
    case scheme
    case hiddenCharacter
    case lookalike
    case trailingDotOrBlank
    case dotsWithParameter
    case stream
    case shortName
    case tooLong

    /// The doubts about a path, each once, in the order of the cases.
    static func about(_ path: [UInt8]) -> [PathDoubt] {
        var found: Set<PathDoubt> = []
        if path.isEmpty { found.insert(.empty) }
        if path.count > 4095 { found.insert(.tooLong) }
        if path.starts(with: #"\\"#.utf8) { found.insert(.networkShare) }
        if path.starts(with: "//".utf8), path.count > 2, path[2] != UInt8(ascii: "/") { found.insert(.slashedShare) }
        if path.count >= 2, path[1] == UInt8(ascii: ":"), (0x61...0x7A).contains(path[0] | 0x20) {
            found.insert(.drive)
        }
        if PathReadings.fileScheme(path) != nil { found.insert(.scheme) }
        for (place, byte) in path.enumerated() {
            switch byte {
            case 0..<0x20, 0x7F: found.insert(.controlCharacter)
            case UInt8(ascii: "\\"): found.insert(.backslash)
            case UInt8(ascii: "%"): if PathReadings.encoded(path, at: place) != nil { found.insert(.percentEncoding) }
            case 0xC2 where place + 1 < path.count && (0x80...0x9F).contains(path[place + 1]):
                found.insert(.controlCharacter)
            case 0xE2, 0xEF, 0xF3, 0xCC...0xCD:
                // A joiner between letters of Persian or Hindi is spelling.
                let isJoiner =
                    path[place...].starts(with: [0xE2, 0x80, 0x8C]) || path[place...].starts(with: [0xE2, 0x80, 0x8D])
                if isJoiner, place > 0, path[place - 1] >= 0x80 { continue }
                if let doubt = unicode(path[place...]) { found.insert(doubt) }
            default: break
            }
        }
        if LookAlike.isIn(path) { found.insert(.lookalike) }
        for component in path.split(separator: UInt8(ascii: "/")) { examine(component, &found) }
        examineStart(path.prefix { $0 != UInt8(ascii: "/") }, &found)
        return allCases.filter(found.contains)
    }

    private static func examine(_ component: ArraySlice<UInt8>, _ found: inout Set<PathDoubt>) {
        if component.count > 255 { found.insert(.tooLong) }
        let isDots = component.allSatisfy { $0 == UInt8(ascii: ".") }
        if isDots ? component.count > 2 : component.last == UInt8(ascii: ".") || component.last == 0x20 {
            found.insert(.trailingDotOrBlank)
        }
        if component.starts(with: "..;".utf8) { found.insert(.dotsWithParameter) }
        if let colon = component.firstIndex(of: UInt8(ascii: ":")), colon + 1 < component.endIndex,
            component[colon + 1] == UInt8(ascii: ":") || component[colon + 1] == UInt8(ascii: "$")
        {
            found.insert(.stream)
        }
        if component.contains(UInt8(ascii: "~")),
            FoldedName.shortStem(component.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }) != nil
        {
            found.insert(.shortName)
        }
        // `routes/$id.tsx`: no environment has a variable with a name like that.
        let isRoute =
            component.count > 2 && component.dropFirst().contains(UInt8(ascii: "."))
            && component.dropFirst()
                .prefix { $0 != UInt8(ascii: ".") }.allSatisfy { (0x61...0x7A).contains($0) }
        if component.first == UInt8(ascii: "$"), component.count > 1, !isRoute { found.insert(.variable) }
    }

    private static func examineStart(_ first: ArraySlice<UInt8>, _ found: inout Set<PathDoubt>) {
        switch HomeNotation.place(of: first) {
        case .user: found.insert(.otherUser)
        case .unknown: found.insert(.variable)
        case .home where first.first != UInt8(ascii: "~"), .directory where first.first != UInt8(ascii: "~"),
            .temporary:
            found.insert(.variable)
        case .home, .directory, nil: break
        }
    }

    /// Characters that show as nothing, turn the line round, or look like a dot or a slash.
    private static func unicode(_ rest: ArraySlice<UInt8>) -> PathDoubt? {
        guard rest.count >= 3 else { return nil }
        let start = rest.startIndex
        switch (rest[start], rest[start + 1], rest[start + 2]) {
        case (0xE2, 0x80, 0x8B...0x8F), (0xE2, 0x80, 0xA8...0xAE), (0xE2, 0x81, 0xA0...0xAF), (0xEF, 0xBB, 0xBF),
            (0xF3, 0xA0, _), (0xCD, 0x8F, _):
            return .hiddenCharacter
        // U+2024–2026, U+2044, U+2215, U+29F5, U+29F8, U+FE52, U+FF01–FF5E and the combining solidus.
        case (0xE2, 0x80, 0xA4...0xA6), (0xE2, 0x81, 0x84), (0xE2, 0x88, 0x95), (0xE2, 0xA7, 0xB5), (0xE2, 0xA7, 0xB8),
            (0xEF, 0xB9, 0x92), (0xEF, 0xBC, 0x81...0xBF), (0xEF, 0xBD, 0x80...0x9E), (0xCC, 0xB7...0xB8, _):
            return .lookalike
        default: return nil
        }
    }
}

extension PathDoubt {
    package var finding: Finding {
        Finding(factor: factor, weight: weight, effect: effect, words: "the path \(words)")
    }

    private var effect: Effect {
        switch self {
        case .controlCharacter, .networkShare: .deny
        default: .ask
        }
    }

    private var factor: String {
        switch self {
        case .networkShare, .slashedShare: "network_egress"
        case .controlCharacter, .hiddenCharacter, .lookalike: "deception"
        default: "not_analysable"
        }
    }

    private var weight: Int {
        switch self {
        case .controlCharacter, .networkShare: 50
        case .hiddenCharacter, .lookalike: 40
        case .empty, .percentEncoding, .stream, .shortName, .scheme, .slashedShare: 25
        case .drive, .backslash, .variable, .otherUser, .dotsWithParameter, .trailingDotOrBlank, .tooLong: 15
        }
    }

    private var words: String {
        switch self {
        case .empty: "is empty, which some programs take for the current directory"
        case .controlCharacter: "holds a control character"
        case .networkShare: "names a share on another machine, which would be sent this person's login"
        case .slashedShare: "begins with two slashes, which some systems take for another machine"
        case .drive: "begins with a drive's letter"
        case .backslash: "holds a backslash, which separates directories on some systems"
        case .percentEncoding: "is percent-encoded, and may be decoded before it is used"
        case .variable: "holds a variable whose value is not known here"
        case .otherUser: "begins in another person's home"
        case .scheme: "is written as a URL"
        case .hiddenCharacter: "holds characters that are not visible"
        case .lookalike: "holds characters that look like others and are none"
        case .trailingDotOrBlank: "has a name that ends in a dot or a blank, which some systems leave out"
        case .dotsWithParameter: "has a name that some servers take for the directory above"
        case .stream: "may name a hidden stream of a file"
        case .shortName: "may be the short name of another file"
        case .tooLong: "is longer than a path can be"
        }
    }
}
