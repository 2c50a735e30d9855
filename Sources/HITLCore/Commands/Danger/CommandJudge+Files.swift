/// The rules for dangerous programs, one family after the other.
extension CommandJudge {
    mutating func judgeDanger(_ name: String, _ arguments: [CommandArgument]) {
        let rest = arguments.dropFirst()
        onlyReadsDatabase = false
        judgeWrittenProgram(arguments[0])
        if rest.count == 1, ["--help", "--version"].contains(rest[rest.startIndex].text) { return }
        if rest.count == 1, rest.first?.text.begins("-") == true,
            HarmlessPrograms.answer(name, rest)?.isHarmless == true, DangerousPrograms.families[name] != nil
        {
            return
        }
        for text in CommandOptions.values(of: name, rest) { guessLine(text) }
        if ["apply_patch", "applypatch", "patch"].contains(name) { judgePatch(rest) }
        let picksProcess = name == "pgrep" || name == "pidof" || input.listsProcesses
        if picksProcess, rest.contains(where: { $0.text.asciiLowercased.holds("hitl") }) {
            nestedNamesGate = true
        }
        for family in DangerousPrograms.families[name] ?? Self.families(beginning: name) {
            switch family {
            case .deletion: judgeDeletion(name, rest)
            case .move: judgeMove(rest)
            case .copy: judgeCopy(name, rest)
            case .modification: judgeModification(rest)
            case .permissions: judgePermissions(name, rest)
            case .editing: judgeEditing(name, rest)
            case .disk: judgeDisk(name, rest)
            case .interpreter: judgeInterpreter(name, rest)
            case .deferred: judgeDeferred(name, rest)
            case .network:
                judgeNetwork(name, rest)
                judgeRequest(rest)
            case .infrastructure: if !isBuild(name, rest) { judgeInfrastructure(name, rest) }
            case .processes: judgeProcesses(name, rest)
            case .power: judgePower(name, rest)
            case .accounts: judgeAccounts(name, rest)
            case .keystrokes: judgeKeystrokes(name, rest)
            case .secrets: judgeSecrets(name, rest)
            case .gate: judgeGate(rest)
            case .containers: judgeContainers(rest)
            case .databases: onlyReadsDatabase = judgeDatabase(name, rest)
            case .packages:
                if !isBuild(name, rest) { add(.systemCommand, 25, .ask, "\(name) changes what is installed") }
            case .services:
                add(.systemCommand, 25, .ask, "\(name) changes the system")
                // What these hold is started by the kernel, as root.
                let starters = ["kernel.core_pattern=", "kernel.modprobe=", "kernel.hotplug=", "kernel.poweroff_cmd="]
                if name == "sysctl", rest.contains(where: { word in starters.contains { word.text.begins($0) } }) {
                    add(.systemCommand, 90, .deny, "names a program that the kernel runs")
                }
            case .shellState: judgeShellState(name, rest)
            }
        }
    }

    /// The files that a patch is for stand in its text: among the words, or in a here-document.
    private mutating func judgePatch(_ arguments: ArraySlice<CommandArgument>) {
        for text in arguments.map(\.bytes) + [input.literal ?? []] where text.contains(0x0A) {
            let patch = PatchText(String(decoding: text, as: UTF8.self))
            for path in patch.written { touch(CommandArgument(Array(path.utf8)), .write) }
            for path in patch.removed { touch(CommandArgument(Array(path.utf8)), .remove) }
        }
    }

    private func isBuild(_ name: String, _ arguments: ArraySlice<CommandArgument>) -> Bool {
        BuildPrograms.confinement(of: name, arguments) != nil
    }

    /// `mkfs.ext4`, `python3.12`.
    private static func families(beginning name: String) -> [DangerousPrograms.Family] {
        if name.begins("mkfs.") || name.begins("newfs_") || name.begins("fsck.") { return [.disk] }
        if ["iex", "invoke-expression"].contains(name.asciiLowercased) { return [.interpreter] }
        if name.asciiLowercased == "remove-item" { return [.deletion] }
        if name.begins("python3.") || name.begins("python2.") { return [.interpreter] }
        return []
    }

    /// `find … | xargs rm`: what is listed is deleted or changed.
    mutating func judgeListed(_ name: String, _ inner: [CommandArgument]) {
        let changing: Set<String> = [
            "rm", "unlink", "shred", "mv", "rmdir", "srm", "truncate", "chmod", "chown", "chgrp", "chattr", "sed",
            "tee", "trash",
        ]
        guard changing.contains(name) else { return }
        for root in input.roots {
            let argument = CommandArgument(root)
            noticeWholeTree(argument, "changes or deletes what lies beneath \(Finding.quoting(root))")
            guard !input.isSelective, name != "sed", name != "chmod" else { continue }
            for sight in sights(of: root) where sight.place == .workspace {
                add(.wholeTree, 90, .deny, "changes or deletes everything beneath \(Finding.quoting(root))")
            }
        }
    }

    // MARK: Files

    func operands(_ arguments: ArraySlice<CommandArgument>) -> [CommandArgument] {
        var isOver = false
        return arguments.filter { argument in
            if isOver || !argument.isOption { return true }
            if argument.text == "--" { isOver = true }
            return false
        }
    }

    private func isRecursive(_ arguments: ArraySlice<CommandArgument>, _ letters: String) -> Bool {
        arguments.prefix { $0.text != "--" }.contains { argument in
            argument.abbreviates("recursive") || letters.contains { argument.hasLetter($0) }
        }
    }

    mutating func remove(_ argument: CommandArgument, tree: Bool) {
        touch(argument, tree ? .removeTree : .remove)
        add(.fileDeletion, 30, .ask, "\(Finding.quoting(argument.bytes)) would be deleted")
        if tree { add(.recursion, 20, .ask, "with everything beneath it") }
        guard argument.opacity.contains(.glob) || argument.bytes.contains(UInt8(ascii: "*")) else { return }
        // A pattern in the last component means what is in the directory before it.
        let slash = argument.bytes.lastIndex(of: UInt8(ascii: "/"))
        let directory =
            slash.map { $0 == 0 ? [UInt8(ascii: "/")] : Array(argument.bytes[..<$0]) } ?? [UInt8(ascii: ".")]
        let pattern = argument.bytes[(slash.map { $0 + 1 } ?? 0)...]
        let isBroad = pattern.allSatisfy { "*?.[]!^".utf8.contains($0) }
        for sight in sights(of: directory) {
            switch sight.place {
            case .wholeTree where isBroad || directory == [UInt8(ascii: "/")]:
                add(.wholeTree, 100, .deny, "everything in \(Finding.quoting(directory))")
            case .workspace, .beneathWorkspace:
                // `*` leaves the hidden files, and with them the history; `.*` takes it.
                let mayBeHistory =
                    pattern.first == UInt8(ascii: ".") && FileNamePattern.matches(pattern, Array(".git".utf8)[...])
                if mayBeHistory, tree { add(.wholeTree, 80, .deny, "the pattern takes the repository's history too") }
                if isBroad { add(.breadth, 25, .ask, "everything in the directory") }
            default: break
            }
        }
    }

    private mutating func judgeDeletion(_ name: String, _ arguments: ArraySlice<CommandArgument>) {
        if name == "find" || name == "gfind" { return judgeFind(arguments) }
        if name == "fd" || name == "fdfind" {
            if arguments.contains(where: {
                $0.hasLetter("x") || $0.hasLetter("X") || $0.abbreviates("exec", from: 3)
                    || $0.abbreviates("exec-batch", from: 5)
            }) {
                add(.systemCommand, 25, .ask, "runs a command for each file")
                guessListedCommand(arguments)
            }
            return
        }
        let tree =
            isRecursive(arguments, "rR") || name == "rimraf" || name == "srm" || name == "trash" || name == "trash-put"
        let removes = name != "shred" || arguments.contains { $0.hasLetter("u") || $0.abbreviates("remove") }
        for operand in operands(arguments) {
            remove(operand, tree: tree)
            if name == "shred" || name == "srm" || name == "wipe" {
                add(
                    .irreversible, 20, .ask,
                    removes ? "and overwritten" : "\(Finding.quoting(operand.bytes)) would be overwritten")
            }
        }
        if arguments.contains(where: { $0.abbreviates("no-preserve-root", from: 4) }) {
            add(.wholeTree, 90, .deny, "lifts the protection of the root")
        }
    }

    /// `fd pattern place -x rm`.
    private mutating func guessListedCommand(_ arguments: ArraySlice<CommandArgument>) {
        guard let option = arguments.firstIndex(where: { ["-x", "-X", "--exec", "--exec-batch"].contains($0.text) }),
            option + 1 < arguments.endIndex
        else { return }
        let program = arguments[option + 1].programName
        guard ["rm", "unlink", "shred", "rmdir", "srm", "truncate", "chmod", "chown"].contains(program) else { return }
        for place in operands(arguments[..<option]).dropFirst() {
            noticeWholeTree(place, "changes or deletes what lies beneath \(Finding.quoting(place.bytes))")
        }
    }

    private mutating func judgeFind(_ arguments: ArraySlice<CommandArgument>) {
        let find = SmallLanguages.find(arguments)
        let starts = find.starts.isEmpty ? [CommandArgument(".")] : find.starts
        // As the value of a test it is a name.
        var deletes = arguments.indices.contains { index in
            arguments[index].text == "-delete"
                && (index == arguments.startIndex || !SmallLanguages.findTakesValue(arguments[index - 1].text))
        }
        var next = arguments.startIndex
        while let start = arguments[next...].firstIndex(where: {
            ["-exec", "-execdir", "-ok", "-okdir"].contains($0.text)
        }) {
            let end = arguments[(start + 1)...].firstIndex { $0.text == ";" || $0.text == "+" } ?? arguments.endIndex
            next = end
            let inner = Array(arguments[(start + 1)..<end])
            guard let program = inner.first else { continue }
            if HarmlessPrograms.answer("find", arguments)?.isHarmless != true {
                add(.systemCommand, 20, .ask, "find runs a command for each file")
            }
            let name = program.programName
            if ["rm", "unlink", "shred", "mv", "rmdir", "srm", "truncate"].contains(name) { deletes = true }
            if ["chmod", "chown", "chgrp", "chattr", "sed", "dd", "tee", "cp"].contains(name) {
                for start in starts {
                    noticeWholeTree(start, "changes everything beneath \(Finding.quoting(start.bytes))")
                }
            }
            // Each start stands for what lies beneath it: only what the command itself names is judged.
            judge(inner.filter { $0.text != "{}" && $0.text != "+" }, via: ["find -exec"])
        }
        for start in arguments.indices
        where ["-fprint", "-fprint0", "-fprintf", "-fls"].contains(arguments[start].text) {
            if start + 1 < arguments.endIndex { touch(arguments[start + 1], .write) }
        }
        guard deletes else { return }
        add(.fileDeletion, 30, .ask, "find deletes what it finds")
        add(.recursion, 20, .ask, "in all directories beneath")
        for start in starts {
            noticeWholeTree(start, "deletes beneath \(Finding.quoting(start.bytes))")
            if !find.isSelective {
                for sight in sights(of: start.bytes) where sight.place == .workspace || sight.place == .wholeTree {
                    add(.wholeTree, 90, .deny, "deletes everything beneath \(Finding.quoting(start.bytes))")
                }
            }
        }
    }

    /// Recursive changes of a home, the root or a directory of the system.
    mutating func noticeWholeTree(_ argument: CommandArgument, _ words: String) {
        for sight in sights(of: argument.bytes) {
            let isSystem = sight.classes.contains {
                $0 == .systemPrograms || $0 == .systemSettings || $0 == .systemAccounts
            }
            if sight.place == .wholeTree || isSystem { add(.wholeTree, 100, .deny, words) }
        }
    }

    private mutating func judgeMove(_ arguments: ArraySlice<CommandArgument>) {
        var words = operands(arguments)
        if let target = targetOption(arguments) {
            touch(target, .write)
        } else if words.count > 1 {
            touch(words.removeLast(), .write)
        }
        for source in words { remove(source, tree: true) }
    }

    private func targetOption(_ arguments: ArraySlice<CommandArgument>) -> CommandArgument? {
        for index in arguments.indices {
            let argument = arguments[index]
            if argument.abbreviates("target-directory"), let value = argument.valueAfterEquals {
                return CommandArgument(value)
            }
            if argument.text == "-t" || argument.text == "--target-directory", index + 1 < arguments.endIndex {
                return arguments[index + 1]
            }
            if argument.text.begins("-t"), argument.bytes.count > 2 {
                return CommandArgument(Array(argument.bytes[2...]))
            }
        }
        return nil
    }

    private mutating func judgeCopy(_ name: String, _ arguments: ArraySlice<CommandArgument>) {
        var words = operands(arguments)
        add(.fileModification, 20, .ask, "\(name) writes files")
        if let target = name == "scp" || name == "rsync" ? nil : targetOption(arguments) {
            touch(target, .write)
        } else if let last = words.popLast(), !last.isRemote {
            touch(last, .write)
            if name == "rsync", arguments.contains(where: { $0.abbreviates("delete", from: 3) }) {
                add(.fileDeletion, 30, .ask, "deletes what is not in the source")
                noticeWholeTree(last, "deletes beneath \(Finding.quoting(last.bytes))")
            }
        }
        for source in words where !source.isRemote { touch(source, .read) }
        if name == "ln" {
            // Reading and writing through the link reaches what it points to.
            for source in words {
                for sight in sights(of: source.bytes) where sight.place == .wholeTree {
                    add(.breadth, 20, .ask, "links to \(Finding.quoting(source.bytes))")
                }
            }
        }
    }

    private mutating func judgeModification(_ arguments: ArraySlice<CommandArgument>) {
        let grammar = OptionGrammar(
            """
            x paths -apifvcdm -s: -l: -b: -n: -r@ --size: --mode: --append --parents --no-create --reference@ \
            --length: --bytes: --lines: --filter:
            """
        )
        for operand in grammar.read(arguments).operands where operand.text != "-" {
            if touch(operand, .write), operand.text != "/dev/null" {
                add(.fileModification, 20, .ask, "\(Finding.quoting(operand.bytes)) would be written")
            }
        }
    }

    private mutating func judgePermissions(_ name: String, _ arguments: ArraySlice<CommandArgument>) {
        let tree = isRecursive(arguments, "R")
        add(.fileModification, 20, .ask, "\(name) changes who may do what with files")
        var words = operands(arguments)
        let hasMode = !arguments.contains { $0.abbreviates("reference", from: 3) } && name != "setfacl"
        // `chmod -w file`: the mode looks like an option.
        let modeIsOption =
            name == "chmod"
            && arguments.contains {
                $0.isOption && !$0.isLongOption && !$0.hasLetter("R") && !$0.hasLetter("v") && !$0.hasLetter("f")
                    && !$0.hasLetter("c")
            }
        // A mode or an owner that only the shell knows may be none: then the first word is a file already.
        let isFile = words.first.map { "/~".utf8.contains($0.bytes.first ?? 0) } ?? true
        if hasMode, !modeIsOption, !isFile { words.removeFirst() }
        for operand in words {
            touch(operand, .write)
            if tree {
                noticeWholeTree(operand, "changes rights of everything beneath \(Finding.quoting(operand.bytes))")
            }
            for sight in sights(of: operand.bytes) where sight.place == .wholeTree {
                let isRoot = sight.path.text.utf8.elementsEqual("/".utf8)
                add(
                    .wholeTree, 60, tree || isRoot ? .deny : .ask, "changes rights of \(Finding.quoting(operand.bytes))"
                )
            }
        }
        if tree { add(.recursion, 20, .ask, "with everything beneath") }
    }

    /// Programs that write where an option says, or the files that they are given.
    private mutating func judgeEditing(_ name: String, _ arguments: ArraySlice<CommandArgument>) {
        let outputs: (letters: [String], words: [String])
        switch name {
        case "sed", "gsed", "perl":
            let isInPlace = arguments.contains {
                $0.abbreviates("in-place", from: 2)
                    || ($0.isOption && !$0.isLongOption && $0.text.begins("-") && $0.hasLetter("i")
                        && !$0.hasLetter("e") || $0.text.begins("-i"))
            }
            guard isInPlace else {
                if name != "perl" { judgeSedScripts(arguments) }
                return
            }
            for operand in operands(arguments).dropFirst() { touch(operand, .write) }
            return add(.fileModification, 20, .ask, "\(name) changes files in place")
        case "vim", "vi", "nvim", "nano", "emacs", "ed", "ex", "view", "pico", "code":
            for operand in operands(arguments).prefix(8) where operand.bytes.first != UInt8(ascii: "+") {
                touch(operand, .write)
            }
            return
        case "curl": outputs = (["-o", "-D", "-c"], ["output", "dump-header", "cookie-jar", "output-dir"])
        case "wget": outputs = (["-O", "-P", "-o", "-a"], ["output-document", "directory-prefix", "output-file"])
        case "tar", "zip":
            let removes =
                name == "tar"
                ? arguments.contains { $0.abbreviates("remove-files", from: 3) }
                : arguments.contains { $0.hasLetter("m") || $0.abbreviates("move", from: 2) }
            if removes { for operand in operands(arguments).dropFirst() { remove(operand, tree: true) } }
            guard name == "tar" else { return }
            outputs = (["-C"], ["directory"])
        case "unzip", "7z": outputs = (["-d", "-o"], [])
        case "openssl": outputs = (["-out"], [])
        case "uniq", "xxd":
            if let second = operands(arguments).dropFirst().first { touch(second, .write) }
            return
        default: outputs = (["-o"], ["output"])
        }
        for index in arguments.indices {
            let argument = arguments[index]
            for letter in outputs.letters where argument.text.begins(letter) && !argument.isLongOption {
                if argument.bytes.count > letter.utf8.count {
                    touch(CommandArgument(Array(argument.bytes[letter.utf8.count...])), .write)
                } else if index + 1 < arguments.endIndex {
                    touch(arguments[index + 1], .write)
                }
            }
            for word in outputs.words where argument.abbreviates(word, from: 3) {
                if let value = argument.valueAfterEquals {
                    touch(CommandArgument(value), .write)
                } else if index + 1 < arguments.endIndex {
                    touch(arguments[index + 1], .write)
                }
            }
        }
    }

    /// `w file` and `e command` in a sed script.
    private mutating func judgeSedScripts(_ arguments: ArraySlice<CommandArgument>) {
        for argument in arguments {
            let rest = argument.bytes.drop { $0.isDigit || "$,!".utf8.contains($0) }
            if rest.starts(with: "e ".utf8) { guessLine(Array(rest.dropFirst(2))) }
        }
        for argument in arguments where argument.bytes.contains(UInt8(ascii: "w")) {
            let pieces = argument.bytes.split(separator: 0x20)
            guard pieces.count > 1, pieces[pieces.count - 2].last == UInt8(ascii: "w") else { continue }
            touch(CommandArgument(Array(pieces[pieces.count - 1])), .write)
        }
    }

    private mutating func judgeDisk(_ name: String, _ arguments: ArraySlice<CommandArgument>) {
        add(.device, 30, .ask, "\(name) works on disks or memory")
        if name == "dd" {
            for argument in arguments where argument.text.begins("of=") {
                touch(CommandArgument(Array(argument.bytes[3...])), .write)
            }
            for argument in arguments where argument.text.begins("if=") {
                touch(CommandArgument(Array(argument.bytes[3...])), .read)
            }
            return
        }
        let looks = arguments.contains {
            ["-l", "--list", "-p", "--print", "print", "list", "info", "status", "-n", "--no-act"].contains($0.text)
        }
        let always =
            name.begins("mkfs") || name.begins("newfs")
            || [
                "mke2fs", "mkswap", "wipefs", "blkdiscard", "sgdisk", "fdisk", "sfdisk", "cfdisk", "gdisk", "parted",
                "badblocks", "pvremove", "vgremove", "lvremove", "sg_format", "asr",
            ].contains(name)
        let verbs: Set<String> = [
            "destroy", "labelclear", "erasedisk", "erasevolume", "zerodisk", "secureerase", "luksformat", "luksErase",
            "erase", "reformat", "partitiondisk", "format", "--zero-superblock", "--security-erase", "remove_all",
            "deletevolume",
        ]
        let destroys = arguments.contains { verbs.contains($0.text.asciiLowercased) || verbs.contains($0.text) }
        if (always && !looks && !arguments.isEmpty) || destroys {
            // A plain file that holds a file system is nobody's disk.
            let targets = operands(arguments).filter { $0.bytes.contains(UInt8(ascii: "/")) }
            let isImage =
                !destroys && (name.begins("mk") || name == "wipefs") && !targets.isEmpty
                && targets.allSatisfy { target in
                    sights(of: target.bytes).allSatisfy { $0.place == .beneathWorkspace }
                }
            add(.device, 95, isImage ? .ask : .deny, "\(name) destroys what is on a disk")
        }
    }
}

extension CommandArgument {
    /// `host:path`, `user@host:path`, `scheme://…`.
    var isRemote: Bool {
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return false }
        return !bytes[..<colon].contains(UInt8(ascii: "/"))
    }
}
