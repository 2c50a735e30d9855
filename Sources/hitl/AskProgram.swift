import HITLConsole
import HITLCore
import HITLGate

/// `hitl ask` on the command line.
enum AskProgram {
    static let program = Program(
        definition: CommandDefinition(
            "ask", .program, summary: "ask for one call from any shell or script, and run it once it is approved",
            discussion: """
                Blocks until somebody at the desk has decided. With a COMMAND, this process runs it once it is approved, in \
                its own directory, environment and streams, exactly as it was shown: the command line, the executable and \
                the files that it names are looked at before, shown, and compared again right before it runs. What comes of \
                it is told to the desk; where that is gone, to the next one, if there is one within --timeout, or a minute.

                With a COMMAND the exit code is the command's own, and 125 where it did not run. Without one it is 0 \
                approved, 3 rejected, 4 expired or withdrawn, 5 refused by policy, 6 no desk, 75 not decided yet.
                """,
            positionals: [.init("TOOL", .text, doc: "what the call is called: deploy, sendEmail")],
            options: [
                .init("arg", "KEY=VALUE", .assignment, repeats: true, doc: "an argument; the value is a string"),
                .init("args", "JSON", .json, doc: "all arguments as one JSON object"),
                .init("reason", "TEXT", doc: "why, in the requester's words"),
                .init("confidence", "N", doc: "from 0 to 1"),
                .init("timeout", "D", .duration, doc: "how long to wait for a decision"),
                .init("async", doc: "print the request's number and id, and do not wait (exit code 75)"),
                .init("wait-for-desk", "D", .duration, doc: "wait so long for a desk where none is running"),
                .socket,
                .init("json", doc: "print one JSON document about the decision"),
            ],
            rest: .init("COMMAND", .command, .any, doc: "the program and its arguments"),
            examples: [
                .init("hitl ask deploy --arg env=prod -- ./deploy.sh", "runs only when approved"),
                .init("hitl ask dropTable --arg table=users && psql -c 'drop table users'", "only asks"),
                .init("hitl ask --async report --arg month=10", "asks and goes on; see hitl wait"),
            ]),
        status: run)

    private static func run(_ arguments: Arguments) throws(UsageError) -> Int32 {
        let place: Place
        switch Place.find() {
        case .failure(let failure): return failure.report().rawValue
        case .success(let found): place = found
        }
        var options = AskOptions(
            tool: arguments.positionals[0], desk: place.desk(arguments.text("socket")))
        options.arguments = try AskOptions.arguments(json: arguments.text("args"), pairs: arguments.texts("arg"))
        options.reason = arguments.text("reason")
        options.confidence = try arguments.text("confidence").map { text throws(UsageError) in
            try AskOptions.confidence(text)
        }
        options.timeout = try arguments.duration("timeout")
        options.isAsync = arguments.has("async")
        options.json = arguments.has("json")
        options.waitForDesk = try arguments.duration("wait-for-desk")
        options.command = arguments.rest ?? []
        if arguments.rest?.isEmpty == true { throw .missing(argument: "-- COMMAND", command: "hitl ask") }
        try options.check()
        return ask(options)
    }
}

/// `hitl wait` on the command line.
enum WaitProgram {
    static let program = Program(
        definition: CommandDefinition(
            "wait", .program, summary: "block until a request that was asked with --async is decided",
            discussion: "The exit code says how: 0 approved, 3 rejected, 4 expired or withdrawn, 75 not decided yet.",
            positionals: [.init("ID", .request, doc: "the request's number or id")],
            options: [
                .init("timeout", "D", .duration, doc: "wait no longer than this"),
                .socket,
                .init("json", doc: "print one JSON document about the decision"),
            ],
            examples: [.init("hitl wait 7 --timeout 10m", "at most ten minutes for request 7")]),
        status: run)

    private static func run(_ arguments: Arguments) throws(UsageError) -> Int32 {
        guard let name = RequestName(arguments.positionals[0]) else {
            throw .badValue(arguments.positionals[0], of: "ID", expected: "the number or id of a request")
        }
        let place: Place
        switch Place.find() {
        case .failure(let failure): return failure.report().rawValue
        case .success(let found): place = found
        }
        var options = WaitOptions(
            request: arguments.positionals[0], desk: place.desk(arguments.text("socket")),
            recorded: { recorded(name, at: place) })
        options.timeout = try arguments.duration("timeout")
        options.json = arguments.has("json")
        return wait(options)
    }

    private static func recorded(_ name: RequestName, at place: Place) -> RequestHistory? {
        guard case .success(let desk) = ReadingDesk.open(place), let number = try? desk.number(of: name) else {
            return nil
        }
        return try? desk.records.events.history(of: .request(number))
    }
}
