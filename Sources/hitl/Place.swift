import Glibc
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLServer
import HITLTerminal

/// The operator, the machine's clocks and where things are: what every command starts from.
struct Place: Sendable {
    let account: Account
    let configuration: Configuration

    /// - Parameters:
    ///   - file: what `fileOption` says.
    ///   - workspace: whose `hitl.yaml` may make things stricter.
    static func find(
        file: String? = nil, fileOption: String = "--config", workspace: String? = nil,
        options: [ConfigurationOption] = []
    ) -> Result<Place, Failure> {
        do {
            let account = try Account.current()
            let home = Process.home ?? account.home
            let trusted = try TrustedFiles(Paths(environment: Process.environment, home: home))
            let configuration = try Configuration.load(
                ConfigurationSources(
                    environment: Process.environment, home: home, user: account.uid, file: file, fileOption: fileOption,
                    workspace: workspace.map(TrustedFiles.realPath), options: options, trustEnvironment: true,
                    isTrusted: { trusted.contains($0, $1) }))
            return .success(Place(account: account, configuration: configuration))
        } catch let error as Diagnostics {
            return .failure(Failure(error))
        } catch let error as FileError {
            return .failure(Failure(.usage, "\(error)"))
        } catch {
            return .failure(Failure(.failed, "\(error)"))
        }
    }

    /// What no call may touch, wherever it is, beside what a desk adds.
    var gateFiles: [String] {
        let paths = configuration.paths
        return [paths.state, paths.configuration] + ledgerFiles + (paths.runtime.map { [$0] } ?? []) + sinkPaths
    }

    /// The ledger and what lies beside it, its key among that.
    var ledgerFiles: [String] { LedgerFile.suffixes.map { ledgerPath + $0 } }

    var ledgerPath: String { configuration.auditPath.value }

    var storage: LedgerStorage {
        switch configuration.auditStorage.value {
        case .database: .database
        case .file: .file
        }
    }

    /// Where a desk may listen: what is named, else the runtime directory, else the state directory.
    func desk(_ option: String? = nil) -> DeskPlace {
        let paths = configuration.paths
        let path = socketPath(option)
        guard option == nil, !paths.isSocketNamed else { return .named(path) }
        let last = paths.state + "/desk.sock"
        return .usual(path == last ? [path] : [path, last])
    }

    /// Where a desk listens that is opened here.
    func socketPath(_ option: String? = nil) -> String {
        let path = configuration.paths.socket(option: option)
        guard path.utf8.first != UInt8(ascii: "/"), let directory = Process.directory else { return path }
        return directory + "/" + path
    }

    static let newID: @Sendable () -> RequestID = {
        RequestID(bits: RandomBytes.make(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// The ledger's file, for reading beside a desk or without one.
    func readLedger() -> Result<Ledger, Failure> {
        guard access(ledgerPath, F_OK) == 0 || errno != ENOENT else {
            return .failure(
                Failure(
                    .ledger, "There is no ledger at `\(ledgerPath)`: no desk has made one yet, or it was taken away."))
        }
        return sealing().flatMap { sealing in
            do throws(LedgerError) {
                return .success(
                    try Ledger.openReadOnly(
                        path: ledgerPath, storage: storage, indexer: EventIndex.index(of:),
                        clock: SystemClock.wallMilliseconds, sealing: sealing))
            } catch {
                return .failure(Failure(error))
            }
        }
    }

    /// Blocks for as long as a command takes that gives a key. Where nothing is sealed, no thread is started for it.
    func sealing() -> Result<RecordSealing, Failure> {
        guard !SealingKeys.areNone(configuration, state: configuration.paths.state) else { return .success(.none) }
        return blocking {
            do throws(Failure) {
                return .success(try await SealingKeys.sealing(configuration, state: configuration.paths.state))
            } catch {
                return .failure(error)
            }
        }
    }
}

/// Why a command could not begin, for people.
struct Failure: Error {
    let exit: ExitCode
    let message: String
    /// Whether what must be escaped in the message is: what quotes a file shows its hidden characters itself.
    private var isEscaped = false

    init(_ exit: ExitCode, _ message: String) {
        self.exit = exit
        self.message = message
    }

    /// What is wrong with a file that somebody wrote.
    init(_ diagnostics: Diagnostics) {
        self.init(.usage, diagnostics.description)
        isEscaped = true
    }

    init(_ error: LedgerError) {
        switch error {
        case .owned: self.init(.failed, error.description)
        default: self.init(.ledger, error.description)
        }
    }

    func report() -> ExitCode {
        Output.complaint(
            isEscaped
                ? StyledText(escapedLines: message) : StyledText(DisplayText.block(untrusted: message), indent: 0))
        return exit
    }
}
