/// One walk over the arguments of one call.
struct ArgumentReader {
    private let call: ToolCall
    private let surroundings: PathSurroundings
    private let nature: ToolNature
    private(set) var findings: [Finding] = []
    private(set) var reversibility = Reversibility.readOnly
    private(set) var commands: [ArgumentAnalysis.Command] = []
    private(set) var secrets: Set<SecretKind> = []
    private(set) var paths: [CallPath] = []
    private var roles: [ArgumentRole: Int] = [:]
    private var isRecursive = false

    init(_ call: ToolCall, _ surroundings: PathSurroundings) {
        self.call = call
        self.surroundings = surroundings
        nature = ToolNature(call)
    }

    mutating func read() {
        isRecursive = Self.isTrue(call.arguments["recursive"]) || Self.isTrue(call.arguments["recurse"])
        readName()
        readNature()
        walk(.object(call.arguments), name: "", depth: 0)
        if nature.acts.contains(.run), !nature.isDatabase, commands.isEmpty {
            note("system_command", 25, .ask, "the tool runs a command that its arguments do not say")
            lower(to: .irreversible)
        }
        readFacts()
        readCombination()
    }

    private mutating func note(_ factor: String, _ weight: Int, _ effect: Effect?, _ words: String) {
        findings.merge(Finding(factor: factor, weight: weight, effect: effect, words: words))
    }

    private mutating func note(_ further: [Finding]) { for finding in further { findings.merge(finding) } }

    private mutating func lower(to class: Reversibility) { reversibility = min(reversibility, `class`) }

    // MARK: The tool

    private mutating func readName() {
        let name = Array(call.tool.utf8)
        if name.isEmpty { return note("not_analysable", 50, .deny, "the call names no tool") }
        let isPlain = name.allSatisfy { (0x21...0x7E).contains($0) }
        guard !isPlain else { return }
        let isForeign = name.contains { $0 >= 0x80 }
        note(
            "deception", 50, .ask,
            isForeign
                ? "the tool's name has characters outside ASCII, which can look like those of another tool"
                : "the tool's name has blanks or control characters, so that it is not the tool it seems to be")
    }

    private mutating func readNature() {
        for act in ToolNature.Act.allCases where nature.acts.contains(act) {
            switch act {
            case .read: break
            case .write:
                note("file_modification", 20, .ask, "the tool changes something")
                lower(to: .reversible)
            case .remove:
                note("file_deletion", 30, .ask, "the tool deletes something")
                lower(to: .irreversible)
            case .move:
                note("file_move", 20, .ask, "the tool moves something")
                lower(to: .reversible)
            // Judged by the commands themselves, once they are found.
            case .run: break
            case .request:
                note("network_egress", 25, .ask, "the tool sends a request over the network")
                lower(to: .irreversible)
            case .send:
                note("message_sent", 25, .ask, "the tool sends something to people")
                lower(to: .irreversible)
            case .pay:
                note("money", 30, .ask, "the tool moves money")
                lower(to: .compensable)
            case .deploy:
                note("deployment", 25, .ask, "the tool changes what is in operation")
                lower(to: .compensable)
            case .grant:
                note("privilege", 25, .ask, "the tool changes accounts or rights")
                lower(to: .compensable)
            case .decide:
                note("regulated_decision", 40, .ask, "the tool makes a decision about a person that the law looks at")
                lower(to: .irreversible)
            }
        }
        if call.kind == .other, !nature.isDatabase, nature.acts.allSatisfy({ $0 == .read }) {
            note("unclassified_effect", 20, .ask, "no table says what this tool does")
            lower(to: .irreversible)
        } else if call.kind == .other, call.tool.utf8.starts(with: "mcp__".utf8) {
            // Whatever its name and arguments look like, the server does with them what it likes.
            note("unclassified_effect", 20, .ask, "a server's tool, and nothing proves what that server does")
        }
        if isRecursive, nature.acts.contains(.remove) || nature.acts.contains(.move) {
            note("recursive", 25, .ask, "everything beneath goes with it")
        }
    }

    // MARK: The walk

    private mutating func walk(_ value: JSONValue, name: String, depth: Int) {
        // The parser allows no deeper nesting.
        guard depth <= JSONValue.greatestDepth else {
            return note("not_analysable", 20, .ask, "the arguments are nested too deep")
        }
        let role = name.isEmpty ? nil : ArgumentRole.of(name, tool: nature)
        if let role { readRole(role, name, value, isTop: depth == 1) }
        if depth == 1, !name.isEmpty {
            readCompany(name, role, value)
            readForeignAct(name, value)
        }
        switch value {
        case .null, .bool: break
        case .number(let number): readSecrets(number.lexeme, name, role)
        case .string(let text): readText(text, name, role)
        case .array(let elements):
            // An element has the role of its list, which has been read with it.
            for element in elements {
                if case .string(let text) = element {
                    readText(text, name, role)
                } else {
                    walk(element, name: "", depth: depth + 1)
                }
            }
        case .object(let object):
            for member in object.members {
                let secretName = object.secretName(of: member, beneath: name)
                if !secretName.utf8.elementsEqual(member.name.utf8) { readNested(member.value, secretName) }
                readText(member.name, "", nil)
                if LookAlike.isIn(member.name.utf8) {
                    note("deception", 30, .ask, "the name of an argument has letters that look like others")
                }
                walk(member.value, name: member.name, depth: depth + 1)
            }
        }
    }

    /// What stands beside a command may change what runs: `env`, `stdin`, `shell`, `user`.
    private mutating func readCompany(_ name: String, _ role: ArgumentRole?, _ value: JSONValue) {
        guard nature.runsCommands, !nature.isDatabase, value != .null, value != .bool(false), value != "" else {
            return
        }
        switch role {
        case .command, .narration, .timeout, .background, .demand, .breadth: return
        case .path where Self.directories.contains(ToolName.joined(name)): return
        case nil where Self.idle.contains(ToolName.joined(name)): return
        default:
            note(
                "not_analysable", 15, .ask,
                "the argument `\(Self.quoted(name))` may change what the command does")
        }
    }

    private static let directories: Set<String> = ["cwd", "workdir", "workingdirectory", "dir", "directory", "dirpath"]
    /// How long is waited for output, and how much of it is wanted.
    private static let idle: Set<String> = [
        "yieldtimems", "maxoutputtokens", "maxoutputlength", "maxoutputchars", "outputlimit",
    ]

    /// A tool that reads has nothing to write: what is handed to it for that says that it is not what it is called.
    private mutating func readForeignAct(_ name: String, _ value: JSONValue) {
        guard nature.kind == .read || nature.kind == .search, value != .null, value != .bool(false), value != "" else {
            return
        }
        let words = ToolName.words(of: name)
        guard words.contains(where: Self.actsOfOthers.contains) || Self.outputs.contains(ToolName.joined(name)) else {
            return
        }
        note(
            "unclassified_effect", 20, .ask,
            "the argument `\(Self.quoted(name))` is none of a tool that reads")
        lower(to: .reversible)
    }

    private static let actsOfOthers: Set<String> = [
        "write", "save", "append", "delete", "remove", "overwrite", "upload", "exec", "execute", "shell", "send",
    ]
    private static let outputs: Set<String> = [
        "output", "outfile", "outputfile", "outputpath", "outputdir", "content", "contents", "newcontent", "data",
    ]

    private mutating func readText(_ text: String, _ name: String, _ role: ArgumentRole?) {
        if HiddenText.isIn(text.utf8) {
            note("deception", 30, .ask, "an argument holds characters that are not visible or that rewrite the screen")
        }
        readSecrets(text, name, role)
    }

    /// What is named by something beside or above it.
    private mutating func readNested(_ value: JSONValue, _ name: String) {
        switch value {
        case .string(let text): readSecrets(text, name, nil)
        case .number(let number): readSecrets(number.lexeme, name, nil)
        case .null, .bool, .array, .object: break
        }
    }

    private mutating func readSecrets(_ text: String, _ name: String, _ role: ArgumentRole?) {
        for match in SecretScanner.scan(text, named: name) {
            secrets.insert(match.kind)
            switch match.kind.severity {
            case .secret:
                note(
                    "credentials", nature.goesOut ? 50 : 40, .ask,
                    "an argument holds a secret: \(match.kind.words)"
                        + (nature.goesOut ? ", and would leave this machine" : "")
                )
            case .personal:
                // Somebody has to be written to; nine digits alone may be any number.
                if match.kind == .emailAddress, role == .recipient || role == .hiddenRecipient { continue }
                let isSure = match.kind.identifies && match.range.count > 9
                note(
                    "user_data", isSure ? 25 : 15, isSure ? .ask : nil,
                    "an argument holds personal data: \(match.kind.words)")
            }
        }
    }

    // MARK: Roles

    private mutating func readRole(_ role: ArgumentRole, _ name: String, _ value: JSONValue, isTop: Bool) {
        if isTop { roles[role, default: 0] += 1 }
        switch role {
        case .path:
            for text in value.ownTexts { readPath(text, access) }
            if case .object = value { note("not_analysable", 20, .ask, "what should be a path is none") }
            if case .bool = value { note("not_analysable", 20, .ask, "what should be a path is none") }
        case .source: for text in value.ownTexts { readPath(text, nature.acts.contains(.move) ? .removeTree : .read) }
        case .destination: for text in value.ownTexts { readPath(text, .write) }
        case .url: for text in value.ownTexts { readURL(text) }
        case .sql: readSQL(value)
        case .command: readCommand(value, isList: ToolName.joined(name).utf8.elementsEqual("commands".utf8))
        case .patch: for text in value.ownTexts { readPatch(text) }
        case .pattern: for text in value.ownTexts { readPattern(text) }
        case .recipient: readRecipients(value, isHidden: false)
        case .hiddenRecipient: readRecipients(value, isHidden: true)
        case .amount: if nature.acts.contains(.pay) { note(MoneyAmount.findings(value)) }
        case .currency: if nature.acts.contains(.pay) { note(MoneyAmount.currencyFindings(value)) }
        case .place: for text in value.ownTexts { readPlace(text) }
        case .rights: for text in value.ownTexts { readRights(text) }
        case .method: for text in value.ownTexts { readMethod(text) }
        case .narration: for text in value.ownTexts { note(Narration.findings(text)) }
        case .demand:
            note(
                "claims", 15, .ask,
                "the argument `\(Self.quoted(name))` claims or demands something of the gate; it changes nothing")
        case .background:
            if value != .bool(false), value != .null {
                note("unsupervised", 10, .ask, "the call would go on in the background")
            }
        case .timeout:
            if let number = value.milliseconds, number > 3_600_000 || number < 0 {
                note("unsupervised", 10, .ask, "the call's time limit is longer than an hour")
            }
        case .breadth:
            if Self.isTrue(value) {
                note("breadth", 15, nil, "the argument `\(Self.quoted(name))` widens what is done")
            }
        }
    }

    private var access: PathAccess { nature.access == .remove && isRecursive ? .removeTree : nature.access }

    private mutating func readPath(_ text: String, _ access: PathAccess) {
        // A tool for the web may call its URL a path or a file.
        if text.utf8.starts(with: "http://".utf8) || text.utf8.starts(with: "https://".utf8) { return readURL(text) }
        let analysis = PathAnalysis(text, in: surroundings)
        if paths.count < CallPath.most {
            let others = PathReadings.of(Array(text.utf8)).dropFirst().map { LexicalPath($0, in: surroundings) }
            paths.append(
                CallPath(given: text, from: surroundings.directory, meaning: analysis.path, or: others))
        }
        // A deletion with a name like `wipe` spares nothing.
        let isWhole = access == .remove && analysis.place == .wholeTree
        note(analysis.findings(for: isWhole ? .removeTree : access))
        guard access == .write else { return }
        let setsEnvironment = analysis.classes.contains {
            [.projectCredentials, .projectExecution, .shellStartUp, .delivery, .persistence, .repositoryHooks].contains(
                $0)
        }
        if setsEnvironment, GateVariables.areSet(in: call.arguments) {
            note(
                "self_modification", 80, .deny,
                "the file would set a variable that moves or loosens the gate or an agent's rules")
        }
    }

    /// The names of the files stand in the text.
    private mutating func readPatch(_ text: String) {
        guard nature.access != .read || nature.kind == .other || nature.runsCommands else { return }
        guard PatchText.isPatch(text) else {
            if nature.kind == .edit {
                note("not_analysable", 15, .ask, "a patch that does not say which files it is for")
            }
            return
        }
        let patch = PatchText(text)
        for path in patch.written { readPath(path, .write) }
        for path in patch.removed { readPath(path, .remove) }
        roles[.path, default: 0] += 1
        if patch.isTooLong || patch.written.isEmpty && patch.removed.isEmpty {
            note("not_analysable", 20, .ask, "a patch whose files cannot all be told")
        }
    }

    /// Names of files with `*` in them: where they begin says where is looked, and how they end what for.
    private mutating func readPattern(_ text: String) {
        guard nature.access == .read else { return readPath(text, access) }
        let bytes = Array(text.utf8)
        let start = bytes.prefix { $0 != UInt8(ascii: "*") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "[") }
        let end = start.count == bytes.count ? bytes.count : start.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        // What is left out is not read.
        guard bytes.first != UInt8(ascii: "!") else { return }
        if end > 0 {
            note(PathAnalysis(String(decoding: bytes[..<end], as: UTF8.self), in: surroundings).findings(for: .read))
        }
        if text.holds("../") { note("outside_workspace", 10, .ask, "the pattern leads out of the workspace") }
        if SecretFileNames.areWanted(by: bytes) {
            note("credentials", 30, .ask, "the pattern means files in which credentials are kept")
        }
    }

    /// Where the paths lead in truth, link by link, counts beside what was written.
    private mutating func readFacts() {
        for path in call.facts.paths where !path.resolved.utf8.elementsEqual(path.given.utf8) {
            // A command's are the programs that it names.
            if nature.runsCommands, Self.isOfSystem(path.resolved) { continue }
            note(PathAnalysis(path.resolved, in: surroundings).findings(for: access))
        }
        if !call.facts.gateFiles.isEmpty {
            let isWritten = access != .read || nature.runsCommands
            note("self_modification", 80, isWritten ? .deny : .ask, "it would touch files of the gate itself")
        }
    }

    private static func isOfSystem(_ program: String) -> Bool {
        ["/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/nix/store/", "/gnu/store/"]
            .contains { program.utf8.starts(with: $0.utf8) }
    }

    private mutating func readURL(_ text: String) {
        let isFile = PathReadings.fileScheme(Array(text.utf8)) != nil
        if isFile, !nature.acts.contains(.request) {
            return note(PathAnalysis(text, in: surroundings).findings(for: access))
        }
        note(URLAnalysis(text).findings)
        lower(to: .irreversible)
    }

    private mutating func readSQL(_ value: JSONValue) {
        let texts = value.ownTexts
        if texts.isEmpty || texts.allSatisfy({ $0.utf8.allSatisfy { $0 <= 0x20 } }) {
            note("not_analysable", 20, .ask, "the statement is empty or no text")
        }
        for text in texts {
            if text.utf8.count > 8192 {
                note("not_analysable", 20, .ask, "the statement is longer than anybody reads to its end")
            }
            if text.utf8.contains(where: { $0 >= 0x80 }),
                LookAlike.isIn(text.utf8) || text.unicodeScalars.contains(where: \.looksLikeShell)
            {
                note("deception", 30, .ask, "the statement holds characters that look like others and are none")
            }
            let analysis = SQLAnalysis.of(text)
            note(analysis.findings)
            lower(to: analysis.reversibility)
        }
    }

    /// - Parameter isList: each of its elements is a command of its own, and not a word of one.
    private mutating func readCommand(_ value: JSONValue, isList: Bool) {
        switch value {
        case .array(let elements) where isList:
            for element in elements { readCommand(element, isList: false) }
        case .string(let text):
            if text.utf8.allSatisfy({ $0 <= 0x20 }) { return note("not_analysable", 50, .deny, "the command is empty") }
            commands.append(.line(text))
        case .array(let elements):
            let words = elements.compactMap(\.string)
            guard words.count == elements.count, !words.isEmpty, !words[0].isEmpty else {
                return note("not_analysable", 50, .deny, "the command is empty, or not a list of texts")
            }
            commands.append(.words(words))
        case .null, .bool, .number, .object: note("not_analysable", 50, .deny, "the command is not a text")
        }
    }

    private mutating func readRecipients(_ value: JSONValue, isHidden: Bool) {
        let texts = value.ownTexts.flatMap { text in
            text.utf8.split { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ";") }
        }
        guard nature.acts.contains(.send) || isHidden else { return }
        if isHidden, !texts.isEmpty {
            note("hidden_recipient", 15, .ask, "there are recipients that the others are not told of")
        }
        if texts.count > 10 { note("breadth", 20, .ask, "it goes to \(texts.count) recipients") }
        for text in texts where Self.isMany(Array(text)) {
            note("breadth", 25, .ask, "it goes to an address that stands for many people")
        }
    }

    /// `all@…`, `everyone`, `#general`: a list, going by its name.
    private static func isMany(_ address: [UInt8]) -> Bool {
        let local = address.prefix { $0 != UInt8(ascii: "@") }.drop { $0 == 0x20 || "<#@".utf8.contains($0) }
        let words = ToolName.words(of: String(decoding: local, as: UTF8.self))
        return words.contains {
            [
                "all", "everyone", "everybody", "staff", "team", "list", "announce", "announcements", "general",
                "company",
                "customers", "users", "subscribers", "channel", "here", "org", "members", "investors", "press",
                "newsletter",
            ].contains($0)
        }
    }

    private mutating func readPlace(_ text: String) {
        let words = ToolName.words(of: text)
        guard
            words.contains(where: { ["prod", "production", "prd", "live", "main", "master", "primary"].contains($0) })
        else { return }
        // Reading there is no reason to ask; changing there is a weight more.
        note("production", 20, nil, "it names a place in production")
    }

    private mutating func readRights(_ text: String) {
        let words = ToolName.words(of: text)
        let isHigh =
            words.contains {
                ["admin", "administrator", "root", "owner", "superuser", "sudo", "all", "write", "full", "god"]
                    .contains($0)
            }
            || text.utf8.contains(UInt8(ascii: "*"))
        note("privilege", isHigh ? 45 : 20, .ask, isHigh ? "it gives far-reaching rights" : "it changes rights")
    }

    private mutating func readMethod(_ text: String) {
        let method = Array(text.utf8)
        guard (1...16).contains(method.count), method.allSatisfy({ (0x61...0x7A).contains($0 | 0x20) }) else {
            return note("deception", 30, .ask, "the request's method is no word")
        }
        let folded = method.map { $0 & 0xDF }
        if !["GET", "HEAD", "OPTIONS"].contains(where: { folded.elementsEqual($0.utf8) }) {
            note("network_write", 15, .ask, "the request may change something where it arrives")
        }
    }

    private mutating func readCombination() {
        if roles[.command, default: 0] > 1 {
            note("not_analysable", 25, .ask, "two arguments name a command, and only the tool knows which of them runs")
        }
        if nature.runsCommands, !nature.isDatabase, roles[.command, default: 0] == 0 {
            note("not_analysable", 25, .ask, "the tool runs commands, and no argument is known to be one")
        }
        if nature.access == .remove, roles[.path, default: 0] == 0, roles[.source, default: 0] == 0 {
            note("not_analysable", 20, .ask, "what is deleted cannot be told from the arguments")
        }
        if nature.isDatabase, roles[.sql, default: 0] == 0 {
            note("not_analysable", 20, .ask, "no argument is known to be the statement")
            lower(to: .irreversible)
        }
    }

    private static func isTrue(_ value: JSONValue?) -> Bool {
        switch value {
        case .bool(let truth): truth
        case .string(let text):
            ["true", "yes", "1", "on"].contains { word in
                text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }.elementsEqual(word.utf8)
            }
        case .number(let number): number.integer != 0
        case .null, .array, .object, nil: false
        }
    }

    private static func quoted(_ name: String) -> String { String(decoding: name.utf8.prefix(64), as: UTF8.self) }
}

extension JSONValue {
    /// Its text, or those of its elements; numbers as they were written.
    fileprivate var ownTexts: [String] {
        switch self {
        case .string(let text): [text]
        case .number(let number): [number.lexeme]
        case .array(let elements): elements.compactMap(\.string)
        case .null, .bool, .object: []
        }
    }

    fileprivate var milliseconds: Double? {
        switch self {
        case .number(let number): number.double
        case .string(let text): Milliseconds(text: text).map { Double($0.count) } ?? Double(text)
        case .null, .bool, .array, .object: nil
        }
    }
}
