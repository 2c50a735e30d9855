import Glibc
import HITLAgents
import HITLCore
import HITLGate

/// A small workbench whose effects are real: files of one directory, programs, and messages as files.
///
/// It checks its caller: a call that it did not prepare, or that was changed since, is not carried out.
struct RealWorkbench: Workbench {
    let directory: String
    let outbox: String

    let tools = [
        "readFile", "listFiles", "searchFiles", "writeFile", "editFile", "deleteFile", "moveFile", "executeCommand",
        "executeCode", "httpRequest", "sendEmail",
    ]

    func prepare(tool: String, arguments: JSONObject, origin: Origin, claims: Claims) async -> ToolCall {
        var facts = Facts()
        switch tool {
        case "writeFile": facts.preview = "+" + (arguments["content"]?.string ?? "")
        case "sendEmail": facts.preview = "Subject: \(arguments["subject"]?.string ?? "")\n\n\(arguments["body"]?.string ?? "")"
        case "executeCommand", "executeCode":
            let argv = arguments["argv"]?.array?.compactMap(\.string) ?? ["sh"]
            facts.command = Facts.Command(argv: argv, executable: "/usr/bin/\(argv[0])")
        default: break
        }
        return ToolCall(
            tool: tool, kind: kind(tool), arguments: arguments, origin: origin, directory: directory, claims: claims,
            performer: .desk, facts: facts)
    }

    private func kind(_ tool: String) -> ToolKind {
        switch tool {
        case "readFile", "listFiles": .read
        case "writeFile", "editFile": .edit
        case "deleteFile": .delete
        case "moveFile": .move
        case "executeCommand", "executeCode": .execute
        default: .other
        }
    }

    func changes(since call: ToolCall) async -> [String] {
        let now = await prepare(tool: call.tool, arguments: call.arguments, origin: call.origin, claims: call.claims)
        return now.facts == call.facts ? [] : ["the facts are not those that were shown"]
    }

    func run(_ permit: consuming Permit, until stop: StopSignal) async -> Outcome {
        let call = permit.call
        return await run(permit, as: call, until: stop)
    }

    func run(_ permit: consuming Permit, as call: ToolCall, until stop: StopSignal) async -> Outcome {
        func text(_ name: String) -> String { call.arguments[name]?.string ?? "" }
        switch call.tool {
        case "writeFile": return write(text("content"), to: path(text("path")))
        case "editFile":
            let old = readFile(path(text("path"))) ?? ""
            guard let place = old.range(of: text("oldText")) else { return failed("the text does not occur") }
            return write(old.replacingCharacters(in: place, with: text("newText")), to: path(text("path")))
        case "deleteFile": return unlink(path(text("path"))) == 0 ? done("deleted \(text("path"))") : failed(reason)
        case "moveFile":
            makeParents(of: path(text("to")))
            return rename(path(text("from")), path(text("to"))) == 0 ? done("moved") : failed(reason)
        case "listFiles": return list(text("path"))
        case "executeCommand":
            return execute(call.arguments["argv"]?.array?.compactMap(\.string) ?? ["sh", "-c", text("command")])
        case "executeCode": return execute(["sh", "-c", text("code")])
        case "sendEmail": return write(call.facts.preview ?? "", to: outbox + "/1.eml")
        default: return failed("no such tool: \(call.tool)")
        }
    }

    private func path(_ given: String) -> String { given.utf8.first == UInt8(ascii: "/") ? given : directory + "/" + given }
    private var reason: String { String(cString: strerror(errno)) }
    private func failed(_ summary: String) -> Outcome { Outcome(status: .failed, summary: summary) }
    private func done(_ summary: String, _ result: JSONValue? = nil) -> Outcome {
        Outcome(status: .succeeded, summary: summary, result: result)
    }

    private func makeParents(of path: String) {
        var parent = ""
        for component in path.split(separator: "/").dropLast() {
            parent += "/" + component
            mkdir(parent, 0o755)
        }
    }

    private func write(_ content: String, to path: String) -> Outcome {
        makeParents(of: path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        guard descriptor >= 0 else { return failed(reason) }
        defer { close(descriptor) }
        let bytes = Array(content.utf8)
        return Glibc.write(descriptor, bytes, bytes.count) == bytes.count ? done("written") : failed(reason)
    }

    private func list(_ given: String) -> Outcome {
        guard let stream = opendir(path(given)) else { return failed(reason) }
        defer { closedir(stream) }
        var entries: [(String, String)] = []
        while let entry = readdir(stream) {
            let kind = entry.pointee.d_type == UInt8(DT_DIR) ? "directory" : "file"
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { entries.append((name, kind)) }
        }
        let sorted = entries.sorted { Array($0.0.utf8).lexicographicallyPrecedes(Array($1.0.utf8)) }
        return done(
            "\(sorted.count) entries",
            ["entries": .array(sorted.map { ["path": .string($0), "kind": .string($1)] }), "isWhole": true])
    }

    /// Short programs only: it blocks.
    private func execute(_ argv: [String]) -> Outcome {
        var pipes: [Int32] = [-1, -1]
        guard pipe(&pipes) == 0 else { return failed(reason) }
        for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(pipes[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
        var arguments: [UnsafeMutablePointer<CChar>?] = (["/usr/bin/env", "-C", directory] + argv).map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let problem = posix_spawn(&process, "/usr/bin/env", &actions, nil, &arguments, environ)
        close(pipes[1])
        guard problem == 0 else { return failed(String(cString: strerror(problem))) }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(pipes[0], &buffer, buffer.count)
            guard count > 0 else { break }
            output += buffer[..<count]
        }
        var status: Int32 = 0
        waitpid(process, &status, 0)
        let result: JSONValue = ["exitCode": .integer(Int(status >> 8)), "stdout": .string(String(decoding: output, as: UTF8.self))]
        return status == 0
            ? done("`\(argv[0])` ended with exit code 0", result)
            : Outcome(status: .failed, summary: "`\(argv[0])` ended with exit code \(status >> 8)", result: result)
    }
}

extension String {
    func range(of text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].utf8.starts(with: text.utf8) {
                return start..<utf8.index(start, offsetBy: text.utf8.count)
            }
            start = index(after: start)
        }
        return nil
    }

    func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
        String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
    }
}
