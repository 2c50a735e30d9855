import Glibc
import HITLCore
import HITLPlatform

/// A program that is about to run: which file it is, and what the file held when it was looked at.
struct PinnedProgram {
    let executable: ResolvedExecutable
    let program: Launch.Program
    let state: Facts.Pin.State?

    /// State and identity are taken from one open file, so that nobody can show one file and have another run.
    /// Whoever writes into the very file between this and its start is not seen.
    static func look(for name: String, searchPath: String, from directory: String, limits: ToolLimits) throws(Obstacle)
        -> PinnedProgram
    {
        let executable: ResolvedExecutable
        do {
            executable = try ResolvedExecutable.resolve(name, searchPath: searchPath, from: directory)
        } catch {
            throw .executable(error, searched: searchPath)
        }
        let descriptor = open(executable.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            return PinnedProgram(executable: executable, program: executable.program, state: .unreadable)
        }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw .executable(.notExecutable(path: executable.path), searched: searchPath)
        }
        return PinnedProgram(
            executable: executable,
            program: .pinned(Array(executable.path.utf8), device: UInt64(facts.st_dev), inode: UInt64(facts.st_ino)),
            state: facts.st_size <= limits.pinnedBytes ? FileState.of(descriptor) : nil)
    }

    /// The program of the call's command, where it still is what was shown.
    static func shown(in call: ToolCall, place: Surroundings) throws(Obstacle) -> PinnedProgram {
        guard let command = call.facts.command else { throw .notPrepared }
        return try shown(command.executable, in: call, place: place)
    }

    static func shown(_ path: String, in call: ToolCall, place: Surroundings) throws(Obstacle) -> PinnedProgram {
        let program = try look(for: path, searchPath: "", from: "/", limits: place.limits)
        let pin = call.facts.pins.first { $0.path.utf8.elementsEqual(path.utf8) }
        guard pin?.state == program.state else { throw .changed("`\(path)` was changed") }
        return program
    }
}

extension Inspection {
    mutating func pin(_ program: PinnedProgram, calledBy name: String) {
        let path = program.executable.path
        let real = String(decoding: program.executable.realPath, as: UTF8.self)
        paths.append(Facts.ResolvedPath(given: name, resolved: real))
        switch program.state {
        case nil: warnings.append("`\(path)` is too large for its content to be compared before it runs")
        case .unreadable?:
            pin(path, .unreadable)
            warnings.append("`\(path)` cannot be read, so that changes to it would not be noticed")
        case let state?: pin(path, state)
        }
    }

    /// Pins the files that words of a command name, and finds those of the gate.
    mutating func pinFiles(named words: [String], from directory: String, in place: Surroundings) {
        var hasMore = false
        defer {
            if hasMore {
                warnings.append("it names more files than the \(place.limits.pinnedFiles) whose changes are noticed")
            }
        }
        for word in words {
            for name in Self.names(in: word) {
                let path: String
                do {
                    path = try ResolvedPath.resolve(name, from: directory).absolute
                } catch {
                    // Leads nowhere now; the command may change that before it uses it.
                    path = PathText.lexical(name, from: directory)
                }
                // Where a link leads is judged as if it had been written.
                if !path.utf8.elementsEqual(PathText.lexical(name, from: directory).utf8), access(path, F_OK) == 0 {
                    paths.append(Facts.ResolvedPath(given: name, resolved: path))
                }
                let touched = place.gateFiles.touched(by: path, reach: .itself)
                touch(touched)
                let below = place.gateFiles.touched(by: path, reach: .everythingBelow)
                if touched.isEmpty && !below.isEmpty {
                    warnings.append("files of the gate lie beneath `\(path)`")
                }
                guard touched.isEmpty, !isPinned(path), FileState.isRegularFile(path) else { continue }
                guard pins.count < place.limits.pinnedFiles else {
                    hasMore = true
                    continue
                }
                if let state = FileState.of(path, limit: place.limits.pinnedBytes - pinnedBytes) {
                    pin(path, state)
                } else {
                    warnings.append("`\(path)` is too large for its content to be compared before it is used")
                }
            }
        }
    }

    /// All that was read for pins. One limit holds for the sum, or a command could name one large file many times over.
    private var pinnedBytes: Int {
        pins.reduce(0) { sum, pin in
            guard case .file(_, let bytes) = pin.state else { return sum }
            return sum + Int(bytes)
        }
    }

    /// `script.sh`; `--file=script.sh` and `if=script.sh` name one too.
    private static func names(in word: String) -> [String] {
        guard !word.isEmpty else { return [] }
        let value = word.utf8.firstIndex(of: UInt8(ascii: "=")).map { String(word[word.utf8.index(after: $0)...]) }
        return [word] + (value.map { $0.isEmpty ? [] : [$0] } ?? [])
    }
}
