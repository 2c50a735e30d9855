import HITLCore
import HITLPlatform
import HITLServer
import HITLTestSupport
import Testing

/// `docs/formats/desk-protocol.md`, section 2.
@Suite struct `The key of a desk` {
    private static let key = DeskKey(Array(0..<32))
    private static let parameters =
        #"{"tool":"t","id":"a","challenge":"00112233445566778899aabbccddeeff","args":{}}"#
    private static let proof = "b704f474e9cf7a5119bcabc71421e1c2176412f854e5636badc9e572c3a56ecc"

    private static func proves(_ answer: String, _ parameters: String = parameters) throws -> Bool? {
        let answer = try #require(try JSONValue(parsing: answer).object)
        return key?.proves(answer, to: try JSONValue(parsing: parameters))
    }

    @Test func `proves its answer to its question, in whatever order their members stand`() throws {
        #expect(try Self.proves(#"{"decision":"allowed","proof":"\#(Self.proof)","arguments":{}}"#) == true)
    }

    @Test func `proves no other answer, no other question and nothing without a proof`() throws {
        let whole = #"{"arguments":{},"decision":"allowed","proof":"\#(Self.proof)"}"#
        for other in [
            #"{"arguments":{"a":1},"decision":"allowed","proof":"\#(Self.proof)"}"#,
            #"{"arguments":{},"decision":"approved","proof":"\#(Self.proof)"}"#,
            #"{"arguments":{},"decision":"allowed","more":null,"proof":"\#(Self.proof)"}"#,
            #"{"arguments":{},"decision":"allowed"}"#, #"{"arguments":{},"decision":"allowed","proof":""}"#,
            #"{"arguments":{},"decision":"allowed","proof":null}"#,
        ] {
            #expect(try Self.proves(other) == false, "\(other)")
        }
        for other in [#"{"args":{},"challenge":"00112233445566778899aabbccddeef0","id":"a","tool":"t"}"#, "{}"] {
            #expect(try Self.proves(whole, other) == false, "\(other)")
        }
    }

    @Test func `is 32 bytes in a file that nobody else can read`() throws {
        let scratch = Scratch()
        #expect(DeskKey(Array(0..<31)) == nil)
        let state = scratch / "state"
        #expect(throws: DeskKey.Unusable.self) { try DeskKey.read(DeskKey.file(in: state)) }
        _ = try DeskKey.own(in: state)
        let made = try PrivateFile.read(DeskKey.file(in: state))
        #expect(made.count == 32)
        _ = try DeskKey.own(in: state)
        #expect(try PrivateFile.read(DeskKey.file(in: state)) == made)
    }
}
