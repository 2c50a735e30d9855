import HITLCore
import HITLGate
import HITLPlatform

/// Files that the agent has this desk read and write: the desk's own tools, behind the gate.
extension ACPAgent {
    private static let mostPieces = 64

    func readText(_ parameters: JSONObject, _ session: ACPSession?, _ link: Link, _ reply: RPCReply) async {
        guard let session, let path = parameters["path"]?.string else {
            return reply.fail(.invalidParameters("`sessionId` and `path` are needed"))
        }
        guard let part = LinePart(parameters) else {
            return reply.fail(.invalidParameters("`line` and `limit` are whole numbers"))
        }
        var text: [UInt8] = []
        var offset = 0
        for _ in 0..<Self.mostPieces {
            let arguments = JSONObject(
                [.init("path", .string(path))] + (offset > 0 ? [.init("offset", .integer(offset))] : []))
            let outcome: Outcome
            switch await propose("readFile", arguments, session, link) {
            case .refused(let notice): return reply.fail(notice.rpcError)
            case .ended(let ended, _, _): outcome = ended
            }
            guard outcome.status == .succeeded, let result = outcome.result?.object else {
                return reply.fail(outcome.rpcError(of: "readFile"))
            }
            guard let piece = result["text"]?.string else {
                return reply.fail(RPCError(code: -32603, message: "`\(path)` is no UTF-8 text"))
            }
            text += Array(piece.utf8)
            guard let next = result["nextOffset"]?.integer, !part.isWhole(text) else {
                return reply.succeed(["content": .string(part.of(text))])
            }
            offset = Int(next)
        }
        reply.fail(RPCError(code: -32603, message: "`\(path)` is too large to be read as text"))
    }

    func writeText(_ parameters: JSONObject, _ session: ACPSession?, _ link: Link, _ reply: RPCReply) async {
        guard let session, let path = parameters["path"]?.string, let content = parameters["content"]?.string else {
            return reply.fail(.invalidParameters("`sessionId`, `path` and `content` are needed"))
        }
        let arguments = JSONObject([.init("path", .string(path)), .init("content", .string(content))])
        switch await propose("writeFile", arguments, session, link) {
        case .refused(let notice): reply.fail(notice.rpcError)
        case .ended(let outcome, _, _) where outcome.status != .succeeded:
            reply.fail(outcome.rpcError(of: "writeFile"))
        case .ended(_, _, let edit):
            reply.succeed(.members(["_meta": edit.map { ["hitl": $0.json] }]))
        }
    }

    private func propose(
        _ tool: String, _ arguments: JSONObject, _ session: ACPSession, _ link: Link
    ) async -> CallAnswer {
        let strand = link.context.activity.begin(session.lineage)
        let opened = Locked<Int64?>(nil)
        let answer = await link.context.propose(
            Proposal(tool: tool, arguments: arguments, lineage: session.lineage), on: strand,
            opened: { number in
                opened.withLock { $0 = number }
                session.waits(for: number)
            })
        session.waitsNoMore(for: opened.withLock { $0 })
        strand.end()
        switch answer {
        case .ended(_, _, let edit?): session.remember(edit.sentence)
        case .refused where Task.isCancelled: state.withLock { $0.withdrawnAtEnd += 1 }
        case .ended, .refused: break
        }
        return answer
    }
}

/// Lines of a text, from 1: `{"line": 10, "limit": 20}`.
struct LinePart: Equatable {
    private let start: Int
    private let count: Int?

    init?(_ parameters: JSONObject) {
        func number(_ name: String) -> Int?? {
            switch parameters[name] {
            case nil, .null?: return .some(nil)
            case .number(let number)?:
                guard let integer = number.integer, (0...Int64(UInt32.max)).contains(integer) else { return nil }
                return .some(Int(integer))
            default: return nil
            }
        }
        guard let line = number("line"), let limit = number("limit") else { return nil }
        start = max(0, (line ?? 1) - 1)
        count = limit
    }

    private func ends(_ text: [UInt8]) -> [Int] {
        text.indices.filter { text[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
    }

    /// Whether more of the file would change nothing.
    func isWhole(_ text: [UInt8]) -> Bool { count.map { ends(text).count >= start + $0 } ?? false }

    func of(_ text: [UInt8]) -> String {
        let ends = ends(text)
        guard start <= ends.count else { return "" }
        let from = start == 0 ? 0 : ends[start - 1]
        let to = count.flatMap { $0 == 0 ? from : start + $0 <= ends.count ? ends[start + $0 - 1] : nil } ?? text.count
        return String(decoding: text[from..<to], as: UTF8.self)
    }
}

extension RefusalNotice {
    /// In the one form in which a client of the protocol can refuse to act.
    var rpcError: RPCError {
        switch refusal {
        case .withdrawn: RPCError(code: -32800, message: sentence, data: json)
        case .denied, .rejected, .expired, .superseded, .tooManyPending, .ledgerUnavailable, .alreadyStarted, .idInUse,
            .deskClosing:
            RPCError(code: -32001, message: sentence, data: json)
        }
    }
}

extension Outcome {
    func rpcError(of tool: String) -> RPCError {
        let why = summary ?? "no reason is known"
        return RPCError(
            code: -32603,
            message: status == .unknown ? "Nobody knows whether `\(tool)` happened: \(why)" : "`\(tool)` failed: \(why)"
        )
    }
}
