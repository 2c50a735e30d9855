import Glibc
import HITLConsole
import HITLPlatform
import HITLTerminal

/// `$VISUAL` or `$EDITOR` on a private file, on the desk's own terminal.
enum Editor {
    static func argumentEditor(lending reader: any LineReader) -> ArgumentEditor? {
        guard !Lines.isScript else { return nil }
        return ArgumentEditor { text in await reader.lend { await edit(text) } }
    }

    private static func edit(_ text: String) async -> Result<String, ArgumentEditor.Failure> {
        // Set to nothing is not set, as for git.
        let command =
            ["VISUAL", "EDITOR"].compactMap { Process.environment[$0] }.first { !$0.isEmpty } ?? "vi"
        do {
            let directory = try Scratch.makeEmpty("hitl-edit")
            let path = directory + "/arguments.json"
            defer {
                unlink(path)
                rmdir(directory)
            }
            try PrivateFile.write(Array(text.utf8), to: path)
            // The editor may be several words (`code --wait`); the shell splits them as it does for git.
            let status = await onOwnThread {
                systemStatus("\(command) \(Words.quoted(path))")
            }
            guard status == 0 else { return .failure(.editor("`\(command)` ended with \(status)")) }
            return .success(String(decoding: try SmallFile.read(path, limit: 16 << 20), as: UTF8.self))
        } catch {
            return .failure(.editor("\(error)"))
        }
    }

    private static func systemStatus(_ line: String) -> Int32 {
        let status = system(line)
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }

    private static func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            WaitingThread.start { continuation.resume(returning: body()) }
        }
    }
}
