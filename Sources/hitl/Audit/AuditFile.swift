import Glibc
import HITLConsole
import HITLLedger
import HITLPlatform

/// Files that people hand to `hitl audit`, and that it hands to them.
enum AuditFile {
    /// Larger than any proof: its entry is at most 64 MB, in base64.
    private static let largest = 96 << 20

    static func read(_ path: String) -> Result<[UInt8], Failure> {
        do throws(FileError) { return .success(try SmallFile.read(path, limit: largest)) } catch {
            return .failure(Failure(.failed, "\(error)"))
        }
    }

    static func checkpoint(_ bytes: [UInt8], in path: String) -> Result<SignedCheckpoint, Failure> {
        do throws(NoteError) { return .success(try SignedCheckpoint(bytes)) } catch {
            return .failure(Failure(.failed, "`\(path)` \(error)."))
        }
    }

    /// To a file, 0600 where it is made; to standard output for nil and `-`.
    static func write(_ text: String, to path: String?) -> Failure? {
        guard let path, path != "-" else {
            // Another log chose its name, and the form of a note leaves it a lot of freedom.
            let isPlain = text.unicodeScalars.allSatisfy { $0 == "\n" || $0 == "—" || (0x20...0x7E).contains($0.value) }
            guard isPlain || isatty(1) != 1 else {
                return Failure(.failed, "It has characters that no terminal should be sent. Write it to a file.")
            }
            Output.standard(text)
            return nil
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            return Failure(.failed, "`\(path)` cannot be written: \(SystemError(errno, "open")).")
        }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno != EINTR {
                let error = SystemError(errno, "write")
                close(descriptor)
                return Failure(.failed, "`\(path)` cannot be written: \(error).")
            }
            rest = rest.dropFirst(max(written, 0))
        }
        guard close(descriptor) == 0 else {
            return Failure(.failed, "`\(path)` cannot be written: \(SystemError(errno, "close")).")
        }
        return nil
    }
}

/// `--key`.
enum AuditKeys {
    static func read(_ arguments: Arguments) throws(UsageError) -> [NoteVerifier] {
        var keys: [NoteVerifier] = []
        for text in arguments.texts("key") {
            guard let key = NoteVerifier(text) else {
                throw .badValue(text, of: "--key", expected: "a key as `hitl audit checkpoint` prints it")
            }
            keys.append(key)
        }
        return keys
    }
}
