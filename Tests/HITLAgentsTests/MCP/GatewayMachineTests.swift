import HITLCore
import HITLPlatform
import Testing

@testable import HITLAgents

/// A gateway with a clock that moves when told, and a file of pins in memory.
private struct GatewayStage {
    var gateway: Gateway
    var now: UInt64 = 1_000_000_000_000
    let file: Locked<Result<ToolPins, PinStore.Failure>>

    init(patience: Milliseconds? = nil, methods: [String] = [], desk: Bool = true) {
        let file = Locked<Result<ToolPins, PinStore.Failure>>(.success(ToolPins(server: "t", command: ["t"])))
        self.file = file
        let store = PinStore(
            load: { file.withLock { $0 } },
            save: { pins in
                file.withLock { file in
                    guard case .success = file else { return .failure(.init("full")) }
                    file = .success(pins)
                    return .success(())
                }
            })
        gateway = Gateway(
            .init(
                server: "t", directory: "/w", patience: patience, methods: methods, pins: store,
                newKey: { "a key of the test" }))
        if desk { #expect(gateway.deskIsBack() == []) }
    }

    mutating func client(_ line: String) -> [String] { words(gateway.client(Array(line.utf8), now: now)) }
    mutating func server(_ line: String) -> [String] { words(gateway.server(Array(line.utf8))) }
    mutating func desk(_ line: String) -> [String] { words(gateway.desk(Array(line.utf8), now: now)) }
    mutating func later(_ duration: Milliseconds) -> [String] {
        now += UInt64(duration.count) * 1_000_000
        return words(gateway.tick(now))
    }

    mutating func call(_ id: Int, _ arguments: String = "{}", meta: String = "{}") -> [String] {
        client(
            #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"echo","arguments":\#(arguments),"_meta":\#(meta)}}"#
        )
    }

    mutating func opens(_ number: Int, as request: Int) -> [String] {
        desk(#"{"jsonrpc":"2.0","method":"opened","params":{"id":"c\#(number)","number":\#(request)}}"#)
    }

    mutating func approves(_ number: Int, _ arguments: String = "{}", as request: Int = 7) -> [String] {
        desk(
            #"{"id":\#(number),"jsonrpc":"2.0","result":{"arguments":\#(arguments),"decision":"approved","id":"c\#(number)","number":\#(request),"reviewer":"alice"}}"#
        )
    }

    func words(_ steps: [Gateway.Step]) -> [String] {
        steps.map { step in
            switch step {
            case .toClient(let line): "client " + String(decoding: line, as: UTF8.self)
            case .toServer(let line): "server " + String(decoding: line, as: UTF8.self)
            case .toDesk(let line), .toDeskSoon(let line): "desk " + String(decoding: line, as: UTF8.self)
            case .reachDesk: "reach desk"
            case .note(let text): "note " + text
            }
        }
    }

    static func list(_ description: String) -> String {
        #"{"id":"l","jsonrpc":"2.0","result":{"tools":[{"name":"echo","description":"\#(description)"}]}}"#
    }

    mutating func sees(_ list: String) -> [String] {
        _ = client(#"{"jsonrpc":"2.0","id":"l","method":"tools/list"}"#)
        return server(list)
    }
}

private func contains(_ steps: [String], _ text: String) -> Bool { steps.contains { $0.contains(text) } }

@Suite struct `What a gateway does` {
    @Test func `asks at the desk for exactly what was sent, for the agent above it`() {
        var stage = GatewayStage()
        _ = stage.client(#"{"id":0,"method":"initialize","params":{"clientInfo":{"name":"codex"}}}"#)
        #expect(
            stage.call(1, #"{"n":1.50}"#) == [
                #"desk {"id":1,"jsonrpc":"2.0","method":"ask","params":{"agent":"codex","args":{"n":1.50},"directory":"/w","#
                    + #""id":"c1","key":"a key of the test","performer":"requester","session":"mcp t","tool":"t:echo","via":"gateway"}}"#
            ])
    }

    @Test func `tells the desk what the server's answer was`() {
        for (answer, outcome) in [
            (#"{"id":1,"result":{"content":[]}}"#, #""status":"succeeded","summary":"the server answered""#),
            (
                #"{"id":1,"result":{"isError" : true}}"#,
                #""status":"failed","summary":"the tool answered with an error""#
            ),
            (#"{"id":1,"error":{"code":1}}"#, #""status":"failed","summary":"the server answered with an error""#),
            (
                #"{"result":{"resultType":"input_required"},"id":1}"#,
                #""status":"unknown","summary":"the server asked for more input""#
            ),
            (
                #"{"id":1,"result":{"resultType":"input_required","inputRequests":{"k":{"method":"elicitation/create","#
                    + #""params":{"message":"Really?"}},"r":{"method":"roots/list"}}}}"#,
                #""status":"unknown","summary":"the server asked for more input: elicitation/create \"Really?\", roots/list""#
            ),
            (
                #"{"id":1,"result":{"task":{"taskId":"x"}}}"#,
                #""status":"unknown","summary":"it runs on as a task of the server""#
            ),
        ] {
            var stage = GatewayStage()
            _ = stage.call(1)
            #expect(stage.approves(1).count == 1)
            #expect(
                stage.server(answer) == [
                    #"desk {"id":0,"jsonrpc":"2.0","method":"outcome","params":{"id":"c1",\#(outcome)}}"#,
                    "client " + answer,
                ])
            // The next with that id answers something else.
            #expect(stage.server(answer) == ["client " + answer])
        }
    }

    @Test func `says in a modern result that it is complete`() {
        var stage = GatewayStage(desk: false)
        #expect(stage.call(1, meta: #"{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#) == ["reach desk"])
        let told = stage.words(stage.gateway.deskIsAbsent())
        #expect(told.count == 1 && told[0].hasSuffix(#""isError":true,"resultType":"complete"}}"#))
        #expect(!stage.gateway.missesDesk)
    }

    @Test func `does not let an id stand for two calls`() {
        var stage = GatewayStage()
        _ = stage.call(1, #"{"a":1}"#)
        #expect(
            stage.call(1, #"{"a":2}"#) == [
                #"client {"error":{"code":-32600,"message":"Refused by hitl and not passed on: a call with the id 1 waits "#
                    + #"already."},"id":null,"jsonrpc":"2.0"}"#
            ])
        _ = stage.approves(1, #"{"a":1}"#)
        #expect(contains(stage.call(1, #"{"a":2}"#), "waits already"))
    }

    @Test func `keeps a late approval for one call of the same arguments, and not for ever`() {
        var stage = GatewayStage(patience: .seconds(10))
        _ = stage.call(1, #"{"a":1}"#)
        _ = stage.opens(1, as: 7)
        #expect(stage.later(.seconds(9)) == [])
        #expect(contains(stage.later(.seconds(1)), "still waiting for a person's decision as request 7"))
        #expect(stage.approves(1, #"{"a":1}"#) == [])
        #expect(contains(stage.call(2, #"{"a":2}"#), #""id":2,"jsonrpc":"2.0","method":"ask""#))
        #expect(contains(stage.call(3, #"{"a":1}"#), "server "))
        #expect(contains(stage.call(4, #"{"a":1}"#), #""id":3,"jsonrpc":"2.0","method":"ask""#))

        var other = GatewayStage(patience: .seconds(10))
        _ = other.call(1)
        _ = other.later(.seconds(10))
        #expect(other.approves(1) == [])
        #expect(contains(other.later(.seconds(600)), "did not run: no call came to collect the approval"))
        #expect(contains(other.call(2), #""method":"ask""#))
    }

    @Test func `gives clients that give up after five seconds their ticket before`() {
        var stage = GatewayStage()
        _ = stage.client(#"{"id":0,"method":"initialize","params":{"clientInfo":{"name":"mcp"}}}"#)
        _ = stage.call(1)
        #expect(contains(stage.later(Milliseconds(4500)), "not executed yet"))
        _ = stage.call(2, #"{"a":1}"#, meta: #"{"progressToken":1}"#)
        #expect(!contains(stage.later(.seconds(49)), "not executed yet"))
        #expect(contains(stage.later(.seconds(1)), "not executed yet"))
    }

    @Test func `takes back what was cancelled before the desk had opened it`() {
        var stage = GatewayStage()
        _ = stage.call(1)
        #expect(
            stage.client(#"{"method":"notifications/cancelled","params":{"requestId":1}}"#) == [])
        #expect(
            stage.opens(1, as: 7) == [
                #"desk {"id":0,"jsonrpc":"2.0","method":"withdraw","params":{"id":"c1","reason":"cancelled by its client"}}"#
            ])
        // And where a rule allowed it meanwhile, it still does not run.
        _ = stage.call(2)
        _ = stage.client(#"{"method":"notifications/cancelled","params":{"requestId":2}}"#)
        #expect(
            stage.approves(2) == [
                #"desk {"id":0,"jsonrpc":"2.0","method":"outcome","params":{"id":"c2","status":"failed","#
                    + #""summary":"did not run: cancelled by its client"}}"#
            ])
    }

    @Test func `passes on a cancellation of what the server has`() {
        var stage = GatewayStage()
        _ = stage.call(1)
        _ = stage.approves(1)
        let line = #"{"method":"notifications/cancelled","params":{"requestId":1}}"#
        #expect(
            stage.client(line) == [
                "server " + line,
                #"desk {"id":0,"jsonrpc":"2.0","method":"outcome","params":{"id":"c1","status":"unknown","#
                    + #""summary":"its client cancelled it while it ran"}}"#,
            ])
        // A server that answers all the same is passed on, as it would be without a gateway.
        #expect(stage.server(#"{"id":1,"result":{}}"#) == [#"client {"id":1,"result":{}}"#])
    }

    @Test func `takes back what a batch cancels, too`() {
        var stage = GatewayStage()
        _ = stage.call(1)
        _ = stage.opens(1, as: 7)
        let batch =
            #"[{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}},"#
            + #"{"jsonrpc":"2.0","id":5,"method":"ping"}]"#
        let steps = stage.client(batch)
        #expect(steps.first == "server " + batch)
        #expect(contains(steps, #""method":"withdraw""#))
        #expect(!contains(stage.approves(1), "server "))
    }

    @Test func `ends what the operator stopped, and hears no more of it`() {
        var stage = GatewayStage()
        _ = stage.call(1)
        _ = stage.call(2)
        _ = stage.approves(1)
        let stop = #"{"jsonrpc":"2.0","method":"stop","params":{"id":"c1"}}"#
        #expect(
            stage.desk(stop) == [
                #"server {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"reason":"stopped by the operator","#
                    + #""requestId":1}}"#,
                #"client {"id":1,"jsonrpc":"2.0","result":{"content":[{"text":"Nobody knows what came of `echo`: it had "#
                    + #"been permitted, and the operator stopped it while it ran. This is a decision and no error: do not "#
                    + #"call it again; look at what it did, and ask what to do instead.","type":"text"}],"isError":true}}"#,
                #"desk {"id":0,"jsonrpc":"2.0","method":"outcome","params":{"id":"c1","status":"unknown","#
                    + #""summary":"stopped by the operator while it ran; its server was told"}}"#,
            ])
        // One answer to a call, and none that could pass for the answer to another.
        #expect(
            stage.server(#"{"id":1,"result":{}}"#) == [
                "note The server answered the call 1, which was stopped; dropped."
            ])
        #expect(contains(stage.call(1), "a call with the id 1 was stopped and may still be answered"))
        // What has ended cannot be stopped, and others go on.
        #expect(stage.desk(stop) == [])
        #expect(contains(stage.approves(2), "server "))
    }

    @Test func `hands on no answer in a batch to what waits or was stopped`() {
        var stage = GatewayStage()
        _ = stage.call(1)
        _ = stage.call(2)
        _ = stage.approves(1)
        _ = stage.desk(#"{"jsonrpc":"2.0","method":"stop","params":{"id":"c1"}}"#)
        #expect(
            stage.server(#"[{"id":1,"result":{}},{"id":2,"result":{}},{"id":3,"result":{}}]"#) == [
                "note The server answered the call 1 in a batch; dropped.",
                "note The server answered the call 2 in a batch; dropped.", #"client [{"id":3,"result":{}}]"#,
            ])
        #expect(
            stage.server(#"[{"id":2,"result":{}}]"#) == ["note The server answered the call 2 in a batch; dropped."])
        // What the server asks itself is no answer, whatever its id.
        _ = stage.approves(2)
        let asks = #"[{"id":2,"jsonrpc":"2.0","method":"roots/list"}]"#
        #expect(stage.server(asks) == ["client " + asks])
        #expect(contains(stage.server(#"{"id":2,"result":{}}"#), #""status":"succeeded""#))
    }

    @Test func `does not run what the operator stopped before it ran`() {
        let stop = #"{"jsonrpc":"2.0","method":"stop","params":{"id":"c1"}}"#
        let didNotRun =
            #"desk {"id":0,"jsonrpc":"2.0","method":"outcome","params":{"id":"c1","status":"failed","#
            + #""summary":"did not run: stopped by the operator"}}"#
        // Its approval waits for a call that collects it.
        var late = GatewayStage(patience: .seconds(10))
        _ = late.call(1)
        _ = late.opens(1, as: 7)
        _ = late.later(.seconds(10))
        #expect(late.approves(1) == [])
        #expect(late.desk(stop) == [didNotRun])
        #expect(contains(late.call(2), #""method":"ask""#))
        #expect(late.later(.seconds(600)).allSatisfy { !$0.contains("no call came") })

        // The stop overtook the permit.
        var early = GatewayStage()
        _ = early.call(1)
        #expect(contains(early.desk(stop), "the operator stopped it before it ran"))
        #expect(early.approves(1) == [didNotRun])
        #expect(contains(early.call(1), #""method":"ask""#))
    }

    @Test func `asks a desk that is back for what is open, under the same key`() {
        var stage = GatewayStage()
        let asked = stage.call(1)
        _ = stage.opens(1, as: 7)
        stage.gateway.deskIsGone()
        #expect(stage.gateway.missesDesk)
        // What a desk knew waits for its return; what none knew is refused.
        #expect(stage.gateway.deskIsAbsent() == [])
        #expect(stage.words(stage.gateway.deskIsBack()) == asked)
        #expect(contains(stage.approves(1), "server "))
    }

    @Test func `hears of a decision that the desk could not make`() {
        var stage = GatewayStage()
        _ = stage.call(1)
        #expect(
            contains(
                stage.desk(
                    #"{"id":1,"error":{"code":-32001,"data":{"kind":"tooManyPending"},"message":"This agent has 50."}}"#
                ),
                "`echo` was not executed: This agent has 50. Nobody decided on it."))
        _ = stage.call(2)
        #expect(stage.desk(#"{"id":2,"error":{"code":-32001,"data":{"kind":"deskClosing"},"message":"."}}"#) == [])
        _ = stage.call(3)
        #expect(contains(stage.desk(#"{"id":3,"result":{"decision":"yes"}}"#), "cannot be read"))
        _ = stage.call(4)
        #expect(contains(stage.desk(#"{"id":4,"result":{"decision":"approved"}}"#), "cannot be read"))
    }

    @Test func `does not ask for what is too large to be shown`() {
        var stage = GatewayStage()
        let steps = stage.call(1, #"{"a":""# + String(repeating: "x", count: 17 << 20) + #""}"#)
        #expect(contains(steps, "too large or too deep to be shown") && !contains(steps, "desk "))
    }

    @Test func `asks for what the desk can just read, and for nothing deeper`() throws {
        func nested(_ levels: Int) -> String {
            #"{"a":"# + String(repeating: "[", count: levels) + String(repeating: "]", count: levels) + "}"
        }
        var stage = GatewayStage()
        let asked = stage.call(1, nested(61))
        let line = try #require(asked.first?.dropFirst("desk ".count))
        _ = try JSONValue(parsing: Array(line.utf8))
        #expect(contains(stage.call(2, nested(62)), "too deep to be shown"))
    }

    @Test func `does not leave a call waiting that the desk could not read`() {
        var stage = GatewayStage()
        _ = stage.call(1)
        _ = stage.opens(1, as: 7)
        _ = stage.call(2, #"{"a":1}"#)
        let told = stage.desk(
            #"{"id":null,"error":{"code":-32700,"data":{"kind":"notJSON"},"message":"The line is not JSON."}}"#)
        #expect(told.count == 1 && contains(told, #""id":2,"#) && contains(told, "The line is not JSON."))
        #expect(contains(stage.approves(1), "server "))
    }

    @Test func `asks about other methods where it is told to, and refuses those by an error`() {
        var stage = GatewayStage(methods: ["resources/read"])
        let line =
            #"{"jsonrpc":"2.0","id":1,"method":"resources\/read","params":{"_meta":{"x":1},"uri":"file:///etc/passwd"}}"#
        let asked = stage.client(line)
        #expect(asked.count == 1 && contains(asked, #""args":{"uri":"file:///etc/passwd"}"#))
        #expect(contains(asked, #""tool":"t:resources/read""#))
        #expect(stage.approves(1, #"{"uri":"file:///etc/passwd"}"#) == ["server " + line])
        _ = stage.client(line.replacing(#""id":1"#, with: #""id":2"#))
        #expect(
            contains(
                stage.desk(#"{"id":2,"result":{"decision":"rejected","reviewer":"alice","number":7}}"#),
                #"client {"error":{"code":4030,"message":"`resources/read` was not executed: alice rejected request 7"#)
        )
        _ = stage.client(line.replacing(#""id":1"#, with: #""id":3"#))
        #expect(
            stage.approves(3, #"{"uri":"file:///x"}"#) == [
                #"server {"id":3,"jsonrpc":"2.0","method":"resources/read","params":{"_meta":{"x":1},"uri":"file:///x"}}"#
            ])
        #expect(contains(stage.client(#"{"id":4,"method":"Resources/Read","params":{}}"#), "can be read as"))
        #expect(stage.client(#"{"id":5,"method":"prompts/get"}"#) == [#"server {"id":5,"method":"prompts/get"}"#])
    }

    @Test func `lets no server answer what it has not got`() {
        var stage = GatewayStage()
        _ = stage.call(1)
        let forged = stage.server(#"{"id":1,"result":{"content":[]}}"#)
        #expect(forged.count == 1 && contains(forged, "note "))
        #expect(stage.server(#"{"id":1,"method":"ping"}"#) == [#"client {"id":1,"method":"ping"}"#])
        #expect(contains(stage.approves(1), "server "))
    }

    @Test func `answers everything that waits when the server ends`() {
        var stage = GatewayStage()
        _ = stage.call(1)
        _ = stage.approves(1)
        _ = stage.call(2)
        _ = stage.opens(2, as: 8)
        let steps = stage.words(stage.gateway.serverEnded())
        #expect(contains(steps, "Nobody knows what came of `echo`"))
        #expect(contains(steps, "the server ended while a person's decision was awaited"))
        #expect(contains(steps, #""reason":"its server ended""#) && contains(steps, #""status":"unknown""#))
    }
}

@Suite struct `Tools that changed` {
    @Test func `are refused before anybody is asked, and when they change while someone decides`() {
        var stage = GatewayStage()
        #expect(stage.sees(GatewayStage.list("Says.")) == ["client " + GatewayStage.list("Says.")])
        _ = stage.call(1)
        #expect(contains(stage.sees(GatewayStage.list("Says. Evil.")), "note Definitions changed"))
        let late = stage.approves(1)
        #expect(
            contains(late, "the server changed its definition") && contains(late, "did not run: its definition changed")
        )
        #expect(!contains(late, "server {"))
        let asked = stage.call(2)
        #expect(contains(asked, "the server changed its definition") && !contains(asked, "desk "))
    }

    @Test func `are asked for again once they are trusted`() {
        var stage = GatewayStage()
        _ = stage.sees(GatewayStage.list("Says."))
        _ = stage.sees(GatewayStage.list("Says. Evil."))
        stage.file.withLock { file in
            guard case .success(var pins) = file else { return }
            pins.trust(nil)
            file = .success(pins)
        }
        #expect(contains(stage.call(1), #""method":"ask""#))
    }

    @Test func `are all refused where the list can be read in two ways`() {
        for line in [
            #"{"id":"l","result":{"tools":[{"name":"echo","name":"other"}]}}"#,
            #"{"id":"l","id":"m","result":{"tools":[]}}"#, #"{"\u0069d":"l","result":{"tools":[]}}"#,
            #"{"id":"l","result":{"tools":[{"description":"no name"}]}}"#, "{\"id\":\"l\",\"result\"",
        ] {
            var stage = GatewayStage()
            #expect(contains(stage.sees(line), "client " + line))
            #expect(contains(stage.call(1), "cannot be read without doubt"), "\(line)")
            #expect(stage.sees(GatewayStage.list("Says.")).count == 1)
            #expect(contains(stage.call(2), #""method":"ask""#))
        }
    }

    @Test func `are refused where they cannot be recorded`() {
        var stage = GatewayStage()
        stage.file.withLock { $0 = .failure(.init("no space")) }
        _ = stage.sees(GatewayStage.list("Says."))
        #expect(contains(stage.call(1), "cannot be recorded"))
    }

    @Test func `are observed in the answer to a batch, too`() {
        var stage = GatewayStage()
        _ = stage.client(#"[{"id":"l","method":"tools/list"}]"#)
        _ = stage.server("[" + GatewayStage.list("Says.") + "]")
        _ = stage.sees(GatewayStage.list("Other."))
        #expect(contains(stage.call(1), "the server changed its definition"))
    }
}
