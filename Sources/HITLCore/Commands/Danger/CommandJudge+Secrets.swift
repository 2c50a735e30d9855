/// Files that hold secrets, by way of programs that print, search or copy them.
extension CommandJudge {
    /// Print whatever file they are given, or take it along with a whole directory.
    private static let taking: Set<String> = [
        "less", "more", "most", "bat", "batcat", "view", "tar", "bsdtar", "zip", "7z", "cpio",
    ]

    /// A search through a directory of keys, or a pattern over it, prints them.
    mutating func noticeSearch(
        _ name: String, _ arguments: ArraySlice<CommandArgument>, _ reads: [CommandArgument]
    ) {
        let searches =
            name == "rg"
            || ["grep", "egrep", "fgrep"].contains(name)
                && arguments.contains { $0.hasLetter("r") || $0.hasLetter("R") || $0.abbreviates("recursive", from: 3) }
        if searches || name == "grep" { noticeWanted(arguments) }
        for read in reads {
            if searches { noticeKeys(in: read.bytes) }
            guard read.opacity.contains(.glob), let slash = read.bytes.lastIndex(of: UInt8(ascii: "/")) else {
                continue
            }
            noticeKeys(in: Array(read.bytes[..<slash]))
        }
    }

    /// `grep -r --include='.env*'`, `rg -g '*.pem'`: files of secrets are what is looked through.
    private mutating func noticeWanted(_ arguments: ArraySlice<CommandArgument>) {
        var isNext = false
        for argument in arguments {
            let names = ["--include", "--glob", "--iglob"]
            var pattern = isNext ? argument.bytes : nil
            isNext = argument.text == "-g" || names.contains(argument.text)
            if let value = argument.valueAfterEquals, names.contains(where: { argument.text.begins($0 + "=") }) {
                pattern = value
            } else if pattern == nil, argument.text.begins("-g"), argument.bytes.count > 2 {
                pattern = Array(argument.bytes.dropFirst(2))
            }
            guard let pattern, pattern.first != UInt8(ascii: "!") else { continue }
            if SecretFileNames.areWanted(by: pattern) {
                readsSecret = true
                add(.credentials, 50, .ask, "looks through files in which credentials are kept")
            }
        }
    }

    private mutating func noticeKeys(in directory: [UInt8]) {
        for sight in sights(of: directory) where sight.place != .wholeTree {
            let holds = (sight.classes + sight.classesBeneath).contains { $0 == .privateKey || $0 == .credentialStore }
            guard holds else { continue }
            readsSecret = true
            add(.credentials, 70, .deny, "takes what is in \(Finding.quoting(directory)), where keys are kept")
        }
    }

    /// A program that is not known may read whatever it is given.
    mutating func noticeSecrets(_ name: String, _ arguments: ArraySlice<CommandArgument>) {
        for argument in arguments where !argument.isOption {
            let isPath =
                argument.bytes.contains(UInt8(ascii: "/")) || argument.bytes.first == UInt8(ascii: "~")
                || argument.bytes.first == UInt8(ascii: ".")
            guard isPath, sights(of: argument.bytes).contains(where: \.holdsSecrets) else { continue }
            readsSecret = true
            add(.credentials, 40, .ask, "\(Finding.quoting(argument.bytes)) may hold secrets")
            if Self.taking.contains(name) { noticeKeys(in: argument.bytes) }
        }
    }
}
