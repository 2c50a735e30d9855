import HITLCore
import HITLPlatform
import HITLTestSupport
import Testing

@testable import HITLServer

@Suite(.oneAtATime) struct `The documented protocol` {
    struct Exchange: Sendable, CustomTestStringConvertible {
        let title: String
        let steps: [JSONObject]
        var testDescription: String { title }

        init?(_ line: JSONObject) {
            guard let title = line["title"]?.string, let steps = line["steps"]?.array?.compactMap(\.object) else {
                return nil
            }
            self.title = title
            self.steps = steps
        }
    }

    static let exchanges = Vectors.lines("desk-protocol.jsonl").compactMap(Exchange.init)

    @Test func `has its vectors`() { #expect(Self.exchanges.count == 8) }

    @Test(arguments: exchanges) func `is what the desk speaks`(_ exchange: Exchange) async throws {
        let desk = try await TestDesk(digest: { _ in CallDigest("the digest") })
        var clients: [String: TestClient] = [:]
        for step in exchange.steps {
            let who = try #require(step["who"]?.string)
            let client: TestClient
            if let known = clients[who] { client = known } else { client = try await desk.client() }
            clients[who] = client
            if let message = step["sends"] { try await client.send(line: message.canonicalText) }
            if let text = step["sendsText"]?.string { try await client.send(line: text) }
            if let expected = step["hears"] {
                let heard = try await client.text()
                #expect(heard == expected.canonicalText)
            }
        }
        await desk.close()
    }

    @Test func `names every kind of error with its code`() throws {
        guard case .refused(_, let notJSON) = Line(Array("x".utf8)) else { throw DeskError.cutOff }
        let closed = DeskError.Closed(number: 1, status: .expired, at: nil)
        let all: [DeskError] = [
            notJSON, .notARequest(""), .unknownMethod(""), .parameters(method: "", ""),
            .unknownMember(method: "", ""), .lineTooLong(limit: 1), .cutOff, .tooManyConnections(limit: 1),
            .tooManyAtOnce(limit: 1), .otherUser(uid: 1), .unknownRequester(""), .idInUse(""), .keyInUse,
            .tooManyPending(limit: 1), .alreadyStarted, .noPermit(""), .ledgerUnavailable(""), .notSigned(""),
            .deskClosing,
            .mayNotDecide(.gone), .tooManyAttempts, .unknownRequest(""), .alreadyClosed(closed), .ownRequest,
            .notEligible(""), .reasonRequired(.approve),
            .digestMismatch(shown: CallDigest(""), current: CallDigest("")),
            .editingForbidden, .notRunning, .noCommands,
        ]
        let page = Vectors.text("../desk-protocol.md").split(separator: "\n")
        for error in all {
            #expect(
                page.contains { $0.hasPrefix("| \(error.code) |") && $0.contains("`\(error.kind)`") }, "\(error.kind)")
        }
    }
}
