import HITLConfiguration
import HITLConsole
import HITLCore
import HITLPlatform
import HITLTerminal

/// `hitl policy import`: rules of other programs as a policy of ours, on standard output.
struct ImportProgram {
    enum Origin: String, CaseIterable { case claude, codex }

    let origin: Origin
    let path: String
    let json: Bool

    func run() -> ExitCode {
        let bytes: [UInt8]
        do { bytes = try TextSource.read(path) } catch {
            return Failure(.usage, "`\(path)` cannot be read: \(SystemError.reason(error.number))").report()
        }
        let home: String
        do { home = try Process.home ?? Account.current().home } catch {
            return Failure(.failed, "\(error)").report()
        }
        let policy: ImportedPolicy
        switch origin {
        case .claude:
            do throws(ClaudePermissions.Failure) {
                policy = try ClaudePermissions.read(bytes, file: TrustedFiles.realPath(path), home: home)
            } catch {
                return Failure(.failed, "`\(path)` are no permission settings: \(error)").report()
            }
        case .codex: policy = CodexRules.read(bytes)
        }
        // What is printed is what the loader takes: it is asked first.
        if let fault = policy.faults(paths: Paths(environment: Process.environment, home: home)).first {
            return Failure(.failed, "`\(path)` cannot be imported: \(fault)").report()
        }
        if json {
            Output.standard(policy.json.printable + "\n")
            return .done
        }
        Output.standard(policy.yaml(from: path))
        let left = policy.remarks.count
        Output.error(
            "\(policy.rules.count) rules; \(left) \(left == 1 ? "entry was" : "entries were") not carried over\n")
        return .done
    }
}
