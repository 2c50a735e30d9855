import Glibc
import HITLConfiguration
import HITLConsole
import HITLGate
import HITLLedger
import HITLPlatform

/// The keys that the ledger's records are sealed with, from where the configuration says.
enum SealingKeys {
    /// What a ledger needs to be read, and written where that is asked for.
    ///
    /// - Parameters:
    ///   - state: holds the desk's own key.
    ///   - ledger: of a desk that will write it: its own key is made where records are to be sealed and no key is named.
    /// - Throws: one sentence on the key that is not to be had.
    static func sealing(
        _ configuration: Configuration, state: String, writing ledger: String? = nil
    ) async throws(Failure) -> RecordSealing {
        let encrypts = configuration.encryptAuditLogs.value
        var keys: [RecordKey] = []
        for source in configuration.auditKeys.value { keys.append(try await key(source, configuration.paths)) }
        let storage: LedgerStorage = configuration.auditStorage.value == .file ? .file : .database
        if let own = try own(state, for: encrypts && keys.isEmpty ? ledger : nil, storage) { keys.append(own) }
        return RecordSealing(
            current: encrypts ? keys.first : nil, others: encrypts ? Array(keys.dropFirst()) : keys)
    }

    static func areNone(_ configuration: Configuration, state: String) -> Bool {
        !configuration.encryptAuditLogs.value && configuration.auditKeys.value.isEmpty
            && access(ownPath(state), F_OK) != 0 && errno == ENOENT
    }

    private static func ownPath(_ state: String) -> String { state + "/keys/audit" }

    /// - Parameter ledger: whose key it is to be where there is none.
    private static func own(
        _ state: String, for ledger: String?, _ storage: LedgerStorage
    ) throws(Failure) -> RecordKey? {
        let path = ownPath(state)
        do {
            if access(path, F_OK) != 0, errno == ENOENT {
                guard let ledger else { return nil }
                try checkReadable(ledger, storage)
                try PrivateDirectory.prepare(state + "/keys")
                try PrivateFile.write(RandomBytes.make(32), to: path)
            }
            return try key(in: try PrivateFile.read(path), "`\(path)`")
        } catch let failure as Failure {
            throw failure
        } catch {
            throw lost("`\(path)`", "\(error)")
        }
    }

    /// A key that was lost is not replaced in silence: where the newest record is sealed, that is said first.
    private static func checkReadable(_ path: String, _ storage: LedgerStorage) throws(Failure) {
        guard access(path, F_OK) == 0 else { return }
        do throws(LedgerError) {
            let ledger = try Ledger.openReadOnly(
                path: path, storage: storage, indexer: EventIndex.index(of:), clock: SystemClock.wallMilliseconds)
            defer { ledger.close() }
            _ = try ledger.latest(limit: 1)
        } catch {
            throw Failure(error)
        }
    }

    private static func key(_ source: String, _ paths: Paths) async throws(Failure) -> RecordKey {
        if source.utf8.starts(with: "env:".utf8) {
            let name = String(source.dropFirst(4))
            guard let text = Process.environment[name] else { throw lost("`\(name)`", "the variable is not set") }
            return try key(in: Array(text.utf8), "`\(name)`")
        }
        if source.utf8.starts(with: "command:".utf8) { return try await key(of: String(source.dropFirst(8))) }
        let path = paths.expanded(source)
        let bytes: [UInt8]
        do { bytes = try PrivateFile.read(path) } catch { throw lost("`\(path)`", "\(error)") }
        return try key(in: bytes, "`\(path)`")
    }

    /// Words, no shell: nothing in them is expanded.
    private static func key(of command: String) async throws(Failure) -> RecordKey {
        let name = "`\(command)`"
        let words = command.split(separator: " ").map(String.init)
        guard let program = words.first, program.utf8.first == UInt8(ascii: "/") else {
            throw lost(name, "the command must begin with an absolute path")
        }
        let result: ProcessResult
        do {
            var launch = Launch(program, Array(words.dropFirst()), environment: Process.environment, directory: nil)
            launch.timeLimit = .seconds(30)
            launch.grace = .zero
            result = await (try await ChildProcess.start(launch)).wait()
        } catch {
            throw lost(name, "\(error)")
        }
        guard case .exited(0) = result.ending else { throw lost(name, "the command failed") }
        return try key(in: result.output.bytes, name)
    }

    /// 32 bytes as they are, in hexadecimal digits or in Base64, with or without a line feed behind them.
    private static func key(in bytes: [UInt8], _ name: String) throws(Failure) -> RecordKey {
        if let key = RecordKey(bytes: bytes) { return key }
        let text = String(decoding: bytes.last == 0x0A ? bytes.dropLast() : bytes[...], as: UTF8.self)
        if let digest = Digest(hex: text), let key = RecordKey(bytes: digest.bytes) { return key }
        if let decoded = Base64.decode(text), let key = RecordKey(bytes: decoded) { return key }
        throw lost(name, "it is not 32 bytes, 64 hexadecimal digits or 44 letters of Base64")
    }

    private static func lost(_ name: String, _ reason: String) -> Failure {
        Failure(
            .ledger, "The ledger's key \(name) is not to be had: \(reason). Without it nothing is read or recorded.")
    }
}
