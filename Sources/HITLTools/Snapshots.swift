import Glibc
import HITLCore
import HITLPlatform

/// What would undo a call, kept before it runs: the tool and the arguments of the compensating call.
///
/// One private file for each call, beside the ledger: it holds contents of files, which have no business in a record.
struct Snapshots {
    /// Nil where nothing is to be kept.
    let directory: String?

    /// The compensating call of a call that is about to run; nil where there is none.
    ///
    ///     writeFile, editFile over a file    writeFile with what it held and its permissions
    ///     writeFile where there was none     deleteFile
    ///     deleteFile of a file               writeFile with what it held and its permissions
    ///     moveFile                           moveFile back
    ///     deletion of a directory, commands  nothing
    static func compensation(for call: ToolCall, in workspace: Workspace, limits: ToolLimits) throws(Obstacle)
        -> JSONObject?
    {
        switch call.tool {
        case "writeFile", "editFile", "deleteFile":
            guard let path = call.arguments["path"]?.string else { return nil }
            let relative = try workspace.relative(path, shownIn: call)
            // A directory, or a link, is not put back: there is nothing that holds all of it.
            switch try workspace.state(of: relative, limit: limits.editBytes) {
            case .absent?, .file?: return try restoring(relative, FileImage.of(relative, in: workspace, limits: limits))
            case .directory?, .symbolicLink?, .unreadable?, nil: return nil
            }
        case "moveFile":
            guard let from = call.arguments["from"]?.string, let to = call.arguments["to"]?.string else { return nil }
            return form(
                "moveFile",
                [
                    "from": .string(try workspace.relative(to, shownIn: call)),
                    "to": .string(try workspace.relative(from, shownIn: call)),
                ])
        default: return nil
        }
    }

    private static func restoring(_ path: String, _ image: FileImage) -> JSONObject? {
        switch (image.state, image.bytes) {
        case (.absent, _): form("deleteFile", ["path": .string(path)])
        case (.file, let bytes?):
            form(
                "writeFile",
                .members([
                    "path": .string(path), "content": content(bytes).text, "contentBase64": content(bytes).base64,
                    "mode": (image.permissions?.text).map(JSONValue.string),
                ]))
        case (.file, nil), (.directory, _), (.symbolicLink, _), (.unreadable, _): nil
        }
    }

    private static func content(_ bytes: [UInt8]) -> (text: JSONValue?, base64: JSONValue?) {
        if let text = String(validating: bytes, as: UTF8.self) { return (.string(text), nil) }
        return (nil, .string(Base64.encode(bytes)))
    }

    private static func form(_ tool: String, _ arguments: JSONValue) -> JSONObject? {
        JSONValue.members(["arguments": arguments, "tool": .string(tool)]).object
    }

    func keep(_ compensation: JSONObject?, for subject: Subject) throws(FileError) {
        guard let directory, let compensation else { return }
        try PrivateDirectory.prepare(directory)
        try PrivateFile.write(JSONValue.object(compensation).canonical, to: path(of: subject, in: directory))
    }

    /// What was kept for a call; nil where nothing was, or where it cannot be read.
    func compensation(of subject: Subject) -> (tool: String, arguments: JSONObject)? {
        guard let directory, let bytes = try? PrivateFile.read(path(of: subject, in: directory), limit: 64 << 20),
            let kept = (try? JSONValue(parsing: bytes))?.object, let tool = kept["tool"]?.string,
            let arguments = kept["arguments"]?.object
        else { return nil }
        return (tool, arguments)
    }

    func remove(_ subject: Subject) {
        guard let directory else { return }
        unlink(path(of: subject, in: directory))
    }

    private func path(of subject: Subject, in directory: String) -> String { "\(directory)/\(subject).json" }
}
