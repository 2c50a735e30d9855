import HITLCore
import HITLPlatform

/// One request over HTTP, carried out by curl. `docs/decisions/0006-http-by-curl.md` says why.
struct HTTPRequest: Tool {
    private let message: HTTPMessage

    init(_ arguments: Arguments) throws(Obstacle) {
        message = try HTTPMessage(
            method: arguments.text("method") ?? "GET", url: arguments.required("url"),
            headers: arguments.textMembers("headers"), body: arguments.text("body"))
    }

    private static let argv = ["curl", "-q", "--config", "-"]

    func inspect(in place: Surroundings) async -> Inspection {
        var inspection = Inspection()
        inspection.preview = message.preview
        if let warning = message.target.hostClass.warning { inspection.warnings.append(warning) }
        if message.target.host.utf8.split(separator: UInt8(ascii: ".")).contains(where: { $0.starts(with: "xn--".utf8) }
        ) {
            inspection.warnings.append("the host's name stands for one with letters outside ASCII")
        }
        inspection.attempt { inspection throws(Obstacle) in
            let program = try PinnedProgram.look(
                for: Self.argv[0], searchPath: place.environment.path, from: "/", limits: place.limits)
            inspection.command = Facts.Command(argv: Self.argv, executable: program.executable.path)
            inspection.pin(program, calledBy: Self.argv[0])
        }
        return inspection
    }

    func run(_ errand: Errand, in place: Surroundings) async throws(Obstacle) -> Outcome {
        guard let command = errand.call.facts.command else { throw .notPrepared }
        let program = try PinnedProgram.shown(in: errand.call, place: place)
        let limits = place.limits
        let configuration = CurlConfiguration(message, time: limits.httpTime, limit: limits.httpTransferBytes)
        var guarded: [String] = []
        var run = CommandRun(
            program: program, argv: command.argv, directory: "/", input: Array(configuration.text.utf8),
            // curl keeps its own limit; this one is for a curl that hangs.
            timeLimit: Milliseconds(limits.httpTime.count + 5000))
        run.output = (head: limits.httpBytes + Self.largestHead, tail: 0)
        return outcome(try await run.result(errand, in: place, guarded: &guarded), limits)
    }

    private static let largestHead = 64 << 10

    private func outcome(_ result: ProcessResult, _ limits: ToolLimits) -> Outcome {
        let (words, remote) = Self.split(String(decoding: result.error.bytes, as: UTF8.self))
        let reply = HTTPReply(result.output.bytes)
        guard let reply, result.ending == .exited(0) || result.ending == .exited(Self.fileSizeExceeded) else {
            return failure(result, words, remote, limits)
        }
        let body = reply.body.prefix(limits.httpBytes)
        let isCut = result.output.cut > 0 || reply.body.count > body.count || result.ending != .exited(0)
        let text = isCut ? UTF8Edges.withoutCutEnd(Array(body)) : Array(body)
        var members: [JSONObject.Member] = [.init("status", .integer(reply.status))]
        members.append(.init("headers", .array(reply.headers.map { [.string($0.name), .string($0.value)] })))
        members.append(CapturedText.member("body", "bodyBase64", text[...]))
        if isCut { members.append(.init("bodyCut", true)) }
        if let remote { members.append(.init("remoteAddress", .string(remote))) }
        var summary = "\(message.target.host) answered \(reply.status)"
        if (300..<400).contains(reply.status), let location = reply.value(of: "location") {
            summary += ", which leads to `\(location)` and was not followed"
        }
        if isCut { summary += "; its body was cut at \(text.count) bytes" }
        return Outcome(
            status: reply.status < 400 ? .succeeded : .failed, summary: summary, result: .object(JSONObject(members)))
    }

    /// curl's exit code where a body is longer than `max-filesize`.
    private static let fileSizeExceeded: Int32 = 63

    /// Exit codes for what goes wrong before a request is sent: options, name, connection, TLS.
    private static let beforeSending: Set<Int32> = [
        1, 2, 3, 4, 5, 6, 7, 26, 35, 43, 48, 51, 53, 54, 58, 59, 60, 66, 77, 83, 90,
    ]

    private func failure(_ result: ProcessResult, _ words: String, _ remote: String?, _ limits: ToolLimits) -> Outcome {
        switch result.ending {
        case .exited(let code):
            let members: JSONValue = .members([
                "curlExitCode": .integer(Int(code)), "error": .string(words),
                "remoteAddress": remote.map(JSONValue.string),
            ])
            let what = words.isEmpty ? "curl ended with exit code \(code)" : words
            // A request may have arrived whose answer did not.
            let hadNoEffect = Self.beforeSending.contains(code) || ["GET", "HEAD", "OPTIONS"].contains(message.method)
            return Outcome(
                status: hadNoEffect ? .failed : .unknown,
                summary: hadNoEffect ? what : "\(what); whether the request had an effect is not known", result: members
            )
        case .signalled, .timedOut, .stopped, .lost:
            return Outcome(result, of: "curl", limit: limits.httpTime)
        }
    }

    /// curl's words, and the address that it spoke to, which `write-out` puts on the last line.
    private static func split(_ text: String) -> (words: String, remote: String?) {
        var lines = text.utf8.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
        guard let last = lines.last, last.utf8.starts(with: "remote ".utf8) else {
            return (lines.joined(separator: "\n"), nil)
        }
        lines.removeLast()
        let address = String(last.dropFirst(7))
        return (lines.joined(separator: "\n"), address.isEmpty ? nil : address)
    }
}
