import Glibc
import HITLAgents
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLPlatform
import HITLServer
import HITLTerminal
import HITLTools

/// `hitl hook install` and `uninstall`: an agent's settings file with our hook in it, or without.
struct HookInstallation {
    let agent: HookAgent
    let isRemoval: Bool
    let arguments: Arguments
    private let seconds: Int64

    init(agent: HookAgent, isRemoval: Bool, arguments: Arguments) throws(UsageError) {
        self.agent = agent
        self.isRemoval = isRemoval
        self.arguments = arguments
        guard let patience = try arguments.duration("timeout") else {
            seconds = HookSettings.longest
            return
        }
        guard !isRemoval else { throw .unknownOption("--timeout", command: "hitl hook uninstall", nearest: nil) }
        guard (1000...HookSettings.longest * 1000).contains(patience.count) else {
            throw .badValue(
                arguments.text("timeout") ?? "", of: "--timeout", expected: "1s to \(HookSettings.longest)s")
        }
        // Agents count whole seconds. Rounded down, so that nobody waits longer than was said.
        seconds = patience.count / 1000
    }

    func run() -> ExitCode {
        do { return try change() } catch {
            return Failure(.failed, "\(error)").report()
        }
    }

    private struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    private func change() throws -> ExitCode {
        let path = try file()
        let former: [UInt8]?
        do throws(FileError) { former = try SmallFile.read(path) } catch {
            guard case .notFound = error.reason else { throw error }
            former = nil
        }
        if isRemoval, former == nil {
            return say("There is no `\(DisplayText(untrusted: path))`; nothing was changed.")
        }
        let settings = HookSettings(
            agent: agent, program: try program(), socket: try socket(), deskKey: try deskKey(), seconds: seconds)
        let new: [UInt8]
        do throws(HookSettings.Flaw) {
            new = isRemoval ? try settings.uninstalled(from: former ?? []) : try settings.installed(in: former)
        } catch {
            throw Problem(
                description: "`\(path)` was not changed: \(error). Add this to it by hand, under `hooks`:\n"
                    + settings.group.printable)
        }
        guard new != former else {
            let state: DisplayText = isRemoval ? "has no hook of this kind" : "is so already"
            return say("`\(DisplayText(untrusted: path))` \(state); nothing was changed.")
        }
        guard arguments.has("write") else {
            Output.standard(String(decoding: new, as: UTF8.self))
            return say("This is what `\(DisplayText(untrusted: path))` would be. --write puts it there.")
        }
        let kept = try write(new, over: former, to: path)
        let difference = DisplayText.block(
            untrusted: UnifiedDiff.text(from: former, to: new, name: path))
        Output.standard(StyledText(difference, indent: 0).rendered(for: Output.presentation(of: 1)))
        _ = say("`\(DisplayText(untrusted: path))` is written.")
        if let kept { _ = say("The former file is `\(DisplayText(untrusted: kept))`.") }
        if agent == .codex, !isRemoval {
            _ = say("Codex passes over a hook that is new or was changed until you trust it: run /hooks in Codex.")
        }
        return .done
    }

    private func say(_ text: StyledText) -> ExitCode {
        Output.complaint(text)
        return .done
    }

    // MARK: Where

    private func file() throws -> String {
        let path: String
        if let file = arguments.text("file") {
            path = file
        } else if arguments.has("project") {
            path = (Process.directory ?? ".") + "/" + HookSettings.file(of: agent)
        } else {
            let place = HookSettings.place(of: agent)
            path =
                AgentHome(try Account.current()).directory(named: place.variable, otherwise: place.directory) + "/"
                + place.name
        }
        // A link stays a link: what it points to is changed.
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Where this operator's desk listens, written down so that an agent's environment cannot lead elsewhere.
    private func socket() throws -> String {
        let path: String
        if let socket = arguments.text("socket") {
            path = socket
        } else {
            let place = try Place.find().get()
            path = place.socketPath()
        }
        return absolute(path)
    }

    /// Taking a hook out needs no key.
    private func deskKey() throws -> String {
        isRemoval ? "" : try DeskKey.file(arguments, try Account.current())
    }

    private func absolute(_ path: String) -> String {
        path.utf8.first == UInt8(ascii: "/") ? path : (Process.directory ?? "") + "/" + path
    }

    private func program() throws -> String {
        let process = try ProcessTree.identity(of: ThisProcess.pid)
        return String(decoding: try ProcessTree.executablePath(of: process), as: UTF8.self)
    }

    // MARK: Writing

    /// - Returns: where the former file is kept.
    private func write(_ bytes: [UInt8], over former: [UInt8]?, to path: String) throws -> String? {
        let directory = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? "."
        if mkdir(directory, 0o755) != 0, errno != EEXIST {
            throw Problem(description: "`\(directory)` cannot be made: \(SystemError.reason(errno)).")
        }
        var mode: mode_t = 0o644
        var kept: String?
        if let former {
            var facts = stat()
            if stat(path, &facts) == 0 { mode = facts.st_mode & 0o7777 }
            let name = backup(of: path)
            try put(former, at: name, mode)
            kept = name
        }
        try put(bytes, at: path, mode)
        return kept
    }

    private func put(_ bytes: [UInt8], at path: String, _ mode: mode_t) throws {
        try PrivateFile.write(bytes, to: path)
        guard chmod(path, mode) == 0 else {
            throw Problem(description: "The mode of `\(path)` cannot be set: \(SystemError.reason(errno)).")
        }
    }

    /// Not one that was kept before: the oldest is the one from before all changes.
    private func backup(of path: String) -> String {
        let first = path + ".before-hitl"
        if access(first, F_OK) != 0 { return first }
        var number = 2
        while access("\(first).\(number)", F_OK) == 0 { number += 1 }
        return "\(first).\(number)"
    }
}
