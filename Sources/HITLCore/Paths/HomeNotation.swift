/// The ways in which the first component of a path names a directory that is not written out.
///
/// A file tool may expand them or may take them for names; both readings are possible, and the one that
/// leads somewhere is the dangerous one.
enum HomeNotation {
    enum Place: Equatable {
        case home(below: [[UInt8]])
        case user([UInt8])
        case directory
        case temporary
        /// A variable that nothing is known about.
        case unknown
    }

    /// What `~`, `~user`, `$HOME`, `${HOME}` or `%USERPROFILE%` means; nil for an ordinary name.
    static func place(of component: ArraySlice<UInt8>) -> Place? {
        guard let first = component.first else { return nil }
        if first == UInt8(ascii: "~") {
            let user = component.dropFirst()
            if user.isEmpty { return .home(below: []) }
            if user.elementsEqual("+".utf8) { return .directory }
            if user.elementsEqual("root".utf8) { return .home(below: []) }
            // `~$report.docx`, `~1`: names of temporary files, not of people.
            guard let letter = user.first, isLetter(letter), user.allSatisfy(isNameByte) else { return nil }
            return .user(Array(user))
        }
        guard let name = variable(component) else { return nil }
        return table.first { $0.name.utf8.elementsEqual(name) }?.place ?? .unknown
    }

    /// The name in `$NAME`, `${NAME}` or `%NAME%` where that is the whole component.
    private static func variable(_ component: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        if component.first == UInt8(ascii: "%"), component.count > 2, component.last == UInt8(ascii: "%") {
            let name = component.dropFirst().dropLast()
            return name.allSatisfy(isNameByte) ? name : nil
        }
        guard component.first == UInt8(ascii: "$"), component.count > 1 else { return nil }
        var name = component.dropFirst()
        if name.first == UInt8(ascii: "{") {
            guard name.last == UInt8(ascii: "}") else { return name.dropFirst() }
            name = name.dropFirst().dropLast()
        }
        return name
    }

    private static let table: [(name: String, place: Place)] = [
        ("HOME", .home(below: [])),
        ("USERPROFILE", .home(below: [])),
        ("XDG_CONFIG_HOME", .home(below: [Array(".config".utf8)])),
        ("XDG_STATE_HOME", .home(below: [Array(".local".utf8), Array("state".utf8)])),
        ("XDG_DATA_HOME", .home(below: [Array(".local".utf8), Array("share".utf8)])),
        ("XDG_CACHE_HOME", .home(below: [Array(".cache".utf8)])),
        // Where agents keep what they are allowed to do, unless they are told otherwise.
        ("CLAUDE_CONFIG_DIR", .home(below: [Array(".claude".utf8)])),
        ("CODEX_HOME", .home(below: [Array(".codex".utf8)])),
        ("ZDOTDIR", .home(below: [])),
        ("GNUPGHOME", .home(below: [Array(".gnupg".utf8)])),
        ("DOCKER_CONFIG", .home(below: [Array(".docker".utf8)])),
        ("PWD", .directory),
        ("TMPDIR", .temporary),
    ]

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        isLetter(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: ".")
    }
}
