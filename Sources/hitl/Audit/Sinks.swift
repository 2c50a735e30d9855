import HITLConfiguration
import HITLConsole
import HITLLedger
import HITLPlatform
import HITLTerminal

/// The sinks of a desk: `audit.sinks`.
struct Sinks: Sendable {
    private let sinks: [Sink]

    /// - Parameter post: says unasked that a sink is dead, or takes entries again.
    init(_ place: Place, of ledger: Ledger, post: @escaping @Sendable (StyledText) -> Void) throws(LedgerError) {
        let environment = [
            "HOME": place.account.home, "USER": place.account.name, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8",
        ]
        var sinks: [Sink] = []
        for target in place.sinks {
            sinks.append(
                try Sink(target, of: ledger, environment: environment) { post(Self.text($0, about: target)) })
        }
        self.sinks = sinks
    }

    func start() throws(LedgerError) {
        for sink in sinks { try sink.start() }
    }

    func stop() {
        for sink in sinks { sink.stop() }
    }

    private static func text(_ news: Sink.News, about target: SinkTarget) -> StyledText {
        let name = DisplayText(untrusted: target.name)
        return switch news {
        case .dead(let why):
            StyledText(
                "The sink `\(name)` takes nothing: \(DisplayText(untrusted: why)). It gets everything later; see hitl doctor.",
                .warning)
        case .alive: StyledText("The sink `\(name)` takes entries again.", .dim)
        case .beginsAgain:
            StyledText(
                "The sink `\(name)` was last given entries that this ledger does not have; it gets everything from the start.",
                .warning)
        }
    }
}

extension Place {
    var sinks: [SinkTarget] {
        configuration.auditSinks.value.map { sink in
            switch sink {
            case .path(let path): .path(path)
            case .command(let words): .command(words)
            }
        }
    }

    /// What an agent may not write into, as it may not into the ledger.
    var sinkPaths: [String] {
        configuration.auditSinks.value.compactMap { sink in
            switch sink {
            case .path(let path): path
            case .command: nil
            }
        }
    }

    /// How many entries of a ledger a sink has not been given.
    func lag(of target: SinkTarget, in ledger: Ledger) throws(LedgerError) -> Int64 {
        let last = try SinkCursor(path: target.cursorPath(ledger: ledger.path)).read().last
        return max(0, try ledger.head.size - (last?.size ?? 0))
    }
}
