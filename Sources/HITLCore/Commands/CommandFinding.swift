extension Finding {
    /// What the harm of a command is about; the names are those of risk factors.
    enum CommandFactor: String, CaseIterable {
        case fileDeletion = "file_deletion", fileModification = "file_modification"
        case systemCommand = "system_command", systemPath = "system_path", wholeTree = "whole_tree", device
        case recursion, breadth, privilege, credentials, irreversible, deployment, obfuscation, persistence
        case networkEgress = "network_egress", internalAddress = "internal_address", remoteShell = "remote_shell"
        case remoteExecution = "remote_execution", databaseModification = "database_modification", databaseRead =
            "database_read"
        case selfModification = "self_modification", versionControl = "version_control", environment
        case processControl = "process_control", background, resources, money
        case unknownProgram = "unknown_program", unknownOption = "unknown_option"
        case notAnalysable = "not_analysable", runsCode = "runs_code"
        case empty
    }

    init(_ factor: CommandFactor, _ weight: Int, _ effect: Effect?, _ words: String) {
        self.init(factor: factor.rawValue, weight: weight, effect: effect, words: words)
    }

    /// Agent text for a finding's words: short, printable ASCII, all else as `\xNN`.
    static func quoting(_ bytes: some Collection<UInt8>) -> String {
        var text = "`"
        for byte in bytes.prefix(60) {
            if byte < 0x20 || byte >= 0x7F || byte == UInt8(ascii: "`") || byte == UInt8(ascii: "\\") {
                let digits = String(byte, radix: 16, uppercase: true)
                text += "\\x" + (digits.utf8.count == 1 ? "0" : "") + digits
            } else {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return text + (bytes.count > 60 ? "...`" : "`")
    }
}
