import Glibc
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLServer
import HITLTerminal

/// `hitl status`, `hitl approve 3`, …: a command of the desk from another terminal. Where a desk runs it does
/// the work; without one the ledger's file can still be read.
enum DeskCommand {
    static func run(_ typed: [String]) -> ExitCode {
        // Understood here first: a slip is answered without a desk.
        if typed.contains("--help") || typed.contains("-h") { return ProgramHelp.run([typed[0]]) }
        let (words, socket): ([String], String?)
        let following: Following?
        do throws(UsageError) {
            (words, socket) = try CommandTable.forDesk(typed)
            _ = try CommandTable.desk(words, now: Clocks.system.wall())
            following = try Following(words, now: Clocks.system.wall())
            // What is followed is the ledger's file, which a socket does not tell.
            if following != nil, socket != nil { throw .contradiction("--follow", "--socket") }
        } catch {
            return Output.usage(error)
        }
        let place: Place
        // Where no desk says what is in force, it is what a loop in this directory would have.
        switch Place.find(workspace: words[0] == "config" ? Process.directory : nil) {
        case .failure(let failure): return failure.report()
        case .success(let found): place = found
        }
        if let following { return Follow.run(following, place) }
        switch ask(place.desk(socket), words) {
        case .answered(let exit, let output):
            write(output, exit)
            return exit
        case .failed(let failure): return failure.report()
        case .noDesk(let asked):
            // The ledger's file is that of the desk that is asked by itself, and says nothing of one that was named.
            guard CommandTable.changesSomething(words) || socket != nil else { return readAlone(words, place) }
            switch asked {
            case .named: return Failure(.noDesk, DeskSocket.Failure.nobodyListens(asked).description).report()
            case .usual:
                return Failure(
                    .noDesk,
                    "No desk is running, so nothing can be decided. Start one: hitl loop --enable-hitl --agent none"
                ).report()
            }
        }
    }

    private enum Answer {
        case answered(ExitCode, String)
        case noDesk(DeskPlace)
        case failed(Failure)
    }

    private static func ask(_ place: DeskPlace, _ words: [String]) -> Answer {
        let presentation = Output.presentation(of: 1)
        let style: ForwardedCommand.Style =
            switch (presentation.glyphs, presentation.colour) {
            case (.words, _): .plain
            case (.emoji, .none): .uncoloured
            case (.emoji, .ansi): .coloured
            }
        do throws(DeskClient.Failure) {
            let client = try DeskClient(connectingTo: place)
            let question = client.begin(
                "run",
                [
                    "command": .string(words[0]), "arguments": .array(words.dropFirst().map(JSONValue.string)),
                    "columns": .integer(presentation.columns ?? ForwardedCommand.endless),
                    "style": .string(style.rawValue),
                ])
            let answer = try answer(to: question, from: client)
            guard let code = answer.object?["exitCode"]?.integer, let output = answer.object?["output"]?.string else {
                throw .unreadable
            }
            return .answered(ExitCode(rawValue: Int32(truncatingIfNeeded: code)) ?? .failed, output)
        } catch .socket(.nobodyListens) {
            return .noDesk(place)
        } catch .refused(let refused) {
            return .failed(Failure(refused.exit, refused.message))
        } catch {
            return .failed(Failure(.failed, error.description))
        }
    }

    /// Nobody is left to wonder at a desk that says nothing, which may be one that Ctrl-Z stopped.
    private static func answer(to question: Int64, from client: DeskClient) throws(DeskClient.Failure) -> JSONValue {
        let patience = SystemClock.monotonicNanoseconds() + 5_000_000_000
        do throws(DeskClient.Failure) { return try client.answer(to: question, until: patience) } catch {
            guard case .socket(.timedOut) = error else { throw error }
        }
        Output.complaint(
            "The desk has not answered for 5 seconds. It may be stopped (`fg` in its terminal goes on). This waits; Ctrl-C ends it."
        )
        return try client.answer(to: question)
    }

    private static func readAlone(_ words: [String], _ place: Place) -> ExitCode {
        let desk: HITLConsole.Desk
        switch ReadingDesk.open(place) {
        case .failure(let failure): return failure.report()
        case .success(let opened): desk = opened
        }
        let presentation = Output.presentation(of: 1)
        let person = Principal(role: .person, name: place.account.name, channel: "file")
        let (exit, output) = CallingThread.run {
            await CommandTable.answer(words, in: desk, for: Operator(principal: person, presentation: presentation))
        }
        write(output, exit)
        return exit
    }

    private static func write(_ output: String, _ exit: ExitCode) {
        // Programs read a document from standard output also where it says what went wrong.
        let isDocument = output.utf8.first == UInt8(ascii: "{")
        if exit == .done || exit == .pending || isDocument { Output.standard(output) } else { Output.error(output) }
    }
}

/// A desk without a gate: the ledger's file and the configuration.
enum ReadingDesk {
    static func open(_ place: Place) -> Result<HITLConsole.Desk, Failure> {
        guard access(place.ledgerPath, F_OK) == 0 else {
            // Nothing has ever been asked: that is an empty history and no mistake.
            return make(place) {
                try Ledger.inMemory(indexer: EventIndex.index(of:), clock: SystemClock.wallMilliseconds)
            }
        }
        return place.sealing().flatMap { sealing in
            make(place) {
                try Ledger.openReadOnly(
                    path: place.ledgerPath, storage: place.storage, indexer: EventIndex.index(of:),
                    clock: SystemClock.wallMilliseconds, sealing: sealing)
            }
        }
    }

    private static func make(_ place: Place, _ open: () throws -> Ledger) -> Result<HITLConsole.Desk, Failure> {
        do {
            return .success(
                HITLConsole.Desk(
                    records: Records(try open()), gate: nil,
                    session: .init(
                        id: "", startedAt: Clocks.system.wall(), workspace: nil, ledgerPath: place.ledgerPath,
                        gated: .gated),
                    settings: Settings(place.configuration, sha256: { HITLLedger.Digest(hashing: $0).hex }),
                    clocks: Clocks.system))
        } catch let error as LedgerError {
            return .failure(Failure(error))
        } catch {
            return .failure(Failure(.failed, "\(error)"))
        }
    }
}
