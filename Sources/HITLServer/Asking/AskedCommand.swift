import HITLCore

/// The command that the requester runs itself once it may, as it described it.
struct AskedCommand {
    let facts: Facts

    private static let names = ["argv", "executable", "environment", "pins"]
    private static let mostPins = 256

    /// Nil where the call has no command.
    init?(_ ask: Parameters) throws(DeskError) {
        guard let object = try ask.members("command") else { return nil }
        let parameters = try Parameters(object, of: "ask.command", knowing: Self.names)
        let argv = try parameters.required("argv", try parameters.texts("argv"))
        guard let name = argv.first, !name.isEmpty, argv.allSatisfy({ !$0.utf8.contains(0) }) else {
            throw parameters.fault("`argv` must have a first word, and no word may hold a NUL")
        }
        let executable = try parameters.required("executable", try Self.path(parameters, "executable"))
        let environment = try (parameters.members("environment")?.members ?? []).map { member throws(DeskError) in
            switch member.value {
            case .null: Facts.EnvironmentChange(name: member.name, value: nil)
            case .string(let value): Facts.EnvironmentChange(name: member.name, value: value)
            case .bool, .number, .array, .object:
                throw parameters.fault("`environment` must hold strings, and null for what is missing")
            }
        }
        facts = Facts(
            command: .init(argv: argv, executable: executable, environment: environment),
            pins: try Self.pins(parameters))
    }

    private static func pins(_ parameters: Parameters) throws(DeskError) -> [Facts.Pin] {
        guard let value = parameters["pins"] else { return [] }
        guard case .array(let elements) = value, elements.count <= mostPins else {
            throw parameters.fault("`pins` must be an array of at most \(mostPins)")
        }
        var pins: [Facts.Pin] = []
        for element in elements {
            guard case .object(let object) = element else { throw parameters.fault("a pin must be an object") }
            let pin = try Parameters(object, of: "ask.command.pins", knowing: ["path", "sha256", "bytes"])
            pins.append(Facts.Pin(path: try pin.required("path", try path(pin, "path")), state: try state(pin)))
        }
        return pins
    }

    /// Without a digest the file was too large or not readable for its requester.
    private static func state(_ pin: Parameters) throws(DeskError) -> Facts.Pin.State {
        let bytes = try pin.required("bytes", try pin.integer("bytes", in: 0...(.max)))
        guard let sha256 = try pin.text("sha256") else { return .unreadable }
        guard sha256.utf8.count == 64,
            sha256.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { throw pin.fault("`sha256` must be 64 lower-case hexadecimal digits") }
        return .file(sha256: sha256, bytes: bytes)
    }

    static func path(_ parameters: Parameters, _ name: String) throws(DeskError) -> String? {
        guard let path = try parameters.name(name, within: 4096) else { return nil }
        guard path.utf8.first == UInt8(ascii: "/"), !path.utf8.contains(0) else {
            throw parameters.fault("`\(name)` must be an absolute path")
        }
        return path
    }
}

/// What kind of tool a name stands for that a program on the socket made up.
enum AskedTool {
    /// The words of a name can only make a tool more than *other*. That it merely reads is never believed of a name.
    ///
    /// A hook's tools are the agent's own, whose names are known: nobody can name a command `Read` and have it run.
    private static func kind(of tool: String, via way: RequesterProcess.Way) -> ToolKind {
        let known: ToolKind =
            switch way {
            case .hook: ToolCatalog.kind(of: tool)
            case .socket, .gateway: .other
            }
        guard known == .other else { return known }
        let words = ToolName.words(of: tool)
        for (kind, names) in table where words.contains(where: { word in names.contains(exactly: word) }) {
            return kind
        }
        return .other
    }

    /// The riskier of what the name says and what its requester claims. A claim that it is harmless counts for nothing.
    static func kind(of tool: String, via way: RequesterProcess.Way, claimed: ToolKind?) -> ToolKind {
        let named = kind(of: tool, via: way)
        return table.first { $0.0 == named || $0.0 == claimed }?.0 ?? named
    }

    /// The riskier first: `moveOrDelete` deletes.
    private static let table: [(ToolKind, [String])] = [
        (.delete, ["delete", "remove", "rm", "unlink", "drop", "erase", "purge", "truncate"]),
        (.execute, ["execute", "exec", "run", "command", "bash", "shell", "deploy", "install"]),
        (.fetch, ["fetch", "http", "download", "upload", "request", "curl", "post", "send", "email"]),
        (.edit, ["write", "edit", "update", "create", "append", "patch", "replace"]),
        (.move, ["move", "rename", "mv"]),
    ]
}
