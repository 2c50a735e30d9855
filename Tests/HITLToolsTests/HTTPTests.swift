import Glibc
import HITLCore
import HITLTestSupport
import HITLTools
import Testing

@Suite(.oneAtATime) struct `A request over HTTP` {
    @Test func `is shown with everything in it, and its answer given back`() async throws {
        let bench = try await Workbench()
        mkdir(bench.root + "/home", 0o700)
        bench.write(bench.root + "/home/.curlrc", "header = \"X-Evil: from curlrc\"\n")
        let server = LoopbackServer("HTTP/1.1 201 Created\r\nContent-Type: text/plain\r\nX-A: 1\r\n\r\nhéllo")
        let call = await bench.prepare(
            "httpRequest",
            [
                "method": "POST", "url": .string(server.url + "/items/../x?a=[1]"),
                "headers": ["Content-Type": "text/plain", "X-Empty": "", "X-Quote": "a\"b\\c"],
                "body": "@/etc/passwd \"quoted\" \\ \r\n line",
            ])
        #expect(
            call.facts.preview == """
                POST \(server.url)/items/../x?a=[1]
                host 127.0.0.1, port \(server.port), not encrypted
                Content-Type: text/plain
                X-Empty: \("")
                X-Quote: a"b\\c

                @/etc/passwd "quoted" \\ \r
                 line
                """)
        #expect(call.facts.warnings == ["the host is this machine itself"])
        #expect(call.facts.command == .init(argv: ["curl", "-q", "--config", "-"], executable: "/usr/bin/curl"))
        #expect(call.kind == .fetch)
        let outcome = try await bench.run(call)
        #expect(outcome?.summary == "127.0.0.1 answered 201")
        #expect(
            outcome?.result == [
                "status": 201, "headers": [["Content-Type", "text/plain"], ["X-A", "1"]], "body": "héllo",
                "remoteAddress": "127.0.0.1",
            ])
        #expect(
            server.requests == [
                "POST /items/../x?a=[1] HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nUser-Agent: hitl\r\nAccept: */*\r\n"
                    + "Content-Type: text/plain\r\nX-Empty:\r\nX-Quote: a\"b\\c\r\nContent-Length: 31\r\n\r\n"
                    + "@/etc/passwd \"quoted\" \\ \r\n line"
            ])
    }

    @Test func `does not follow a redirect`() async throws {
        let bench = try await Workbench()
        let target = LoopbackServer("HTTP/1.1 200 OK\r\n\r\nstolen")
        let server = LoopbackServer("HTTP/1.1 302 Found\r\nLocation: \(target.url)/x\r\nContent-Length: 0\r\n\r\n")
        let outcome = try await bench.run("httpRequest", ["url": .string(server.url)])
        #expect(outcome?.summary == "127.0.0.1 answered 302, which leads to `\(target.url)/x` and was not followed")
        #expect(target.requests == [])
    }

    @Test func `reads the answer behind the ones that come before it`() async throws {
        let bench = try await Workbench()
        let server = LoopbackServer(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
        let outcome = try await bench.run("httpRequest", ["url": .string(server.url)])
        #expect(outcome?.status == .failed)
        #expect(outcome?["status"] == 404)
        #expect(outcome?["body"] == "HTTP/1.1 200 OK\r\n\r\n")
    }

    @Test func `keeps no more of an answer than it may`() async throws {
        var limits = ToolLimits()
        limits.httpBytes = 10
        let bench = try await Workbench(limits: limits)
        for head in ["", "Content-Length: 1000000\r\n"] {
            let body = String(repeating: "é", count: 500_000)
            let server = LoopbackServer("HTTP/1.1 200 OK\r\n\(head)\r\n\(body)")
            let outcome = try await bench.run("httpRequest", ["url": .string(server.url)])
            #expect(outcome?["bodyCut"] == true)
            #expect((outcome?["body"]?.string ?? "").utf8.count <= 10)
        }
    }

    @Test func `says what went wrong, and whether that may have had an effect`() async throws {
        let bench = try await Workbench()
        let refused = try await bench.run("httpRequest", ["url": "http://127.0.0.1:1/", "method": "POST", "body": "x"])
        #expect(refused?.status == .failed)
        #expect(refused?["curlExitCode"] == 7)
        let silent = LoopbackServer("")
        let lost = try await bench.run("httpRequest", ["url": .string(silent.url), "method": "POST", "body": "x"])
        #expect(lost?.status == .unknown)
        let harmless = try await bench.run("httpRequest", ["url": .string(silent.url)])
        #expect(harmless?.status == .failed)
    }

    private static let hostile: [(JSONValue, String)] = [
        (["url": "-o/tmp/x"], "only http:// and https:// can be requested, not `-o/tmp/x:`"),
        (["url": "--config=/tmp/x"], "only http:// and https:// can be requested, not `--config=/tmp/x:`"),
        (["url": "file:///etc/passwd"], "only http:// and https:// can be requested, not `file:`"),
        (["url": "gopher://x/"], "only http:// and https:// can be requested, not `gopher:`"),
        (
            ["url": "http://good.example@evil.example/"],
            "the URL holds an `@` before its path, which hides its host; put credentials into a header"
        ),
        (
            ["url": "http://a.example/\nurl = \"file:///etc/passwd\""],
            "the URL has the character 0xa, which has to be percent-encoded"
        ),
        (["url": "http://a.example/\" x"], "the URL has the character 0x22, which has to be percent-encoded"),
        (["url": "http://a.example\\@b.example/"], "the URL has the character 0x5c, which has to be percent-encoded"),
        (
            ["url": "http://exаmple.com/"],
            "the URL has characters outside ASCII; write a host in punycode (xn--…) and the rest percent-encoded"
        ),
        (["url": "http://"], "the URL names no host"),
        (["url": "http://a.example:0/"], "`0` is not a port"),
        (["url": "http://a.example:99999/"], "`99999` is not a port"),
        (["url": "http://2130706433/"], "`2130706433` is not an address in its plain form"),
        (["url": "http://0x7f.1/"], "`0x7f.1` is not an address in its plain form"),
        (["url": "http://127.1/"], "`127.1` is not an address in its plain form"),
        (["url": "http://0177.0.0.1/"], "`0177.0.0.1` is not an address in its plain form"),
        (["url": "http://[::1/"], "`[::1` is not an address in its plain form"),
        (["url": "http://[fe80::1%25eth0]/"], "`[fe80::1%25eth0]` is not an address in its plain form"),
        (["url": "http://a.example/", "method": "GET\r\nX: y"], "`GET\r\nX: y` is not a method that can be sent"),
        (["url": "http://a.example/", "method": "CONNECT"], "`CONNECT` is not a method that can be sent"),
        (
            ["url": "http://a.example/", "headers": ["X": "a\r\nY: b"]],
            "the header `X` has a control character or something outside ASCII in it"
        ),
        (["url": "http://a.example/", "headers": ["X\nY": "a"]], "`X\nY` cannot be the name of a header"),
        (
            ["url": "http://a.example/", "headers": ["@/etc/passwd": ""]],
            "`@/etc/passwd` cannot be the name of a header"
        ),
        (["url": "http://a.example/", "headers": ["hOST": "b.example"]], "the header `hOST` is set by hitl itself"),
        (
            ["url": "http://a.example/", "headers": ["Content-Length": "0"]],
            "the header `Content-Length` is set by hitl itself"
        ),
        (["url": "http://a.example/", "body": "a\u{0}b"], "the body has a NUL character in it, which cannot be sent"),
    ]

    @Test(arguments: hostile)
    func `is not sent where two programs could read it differently`(_ arguments: JSONValue, _ reason: String)
        async throws
    {
        let bench = try await Workbench()
        let call = await bench.prepare("httpRequest", arguments)
        #expect(call.facts.warnings == ["it cannot run: " + reason])
        let outcome = try await bench.run(call)
        #expect(outcome?.summary == "not executed: " + reason)
    }

    private static let hosts: [(String, String?)] = [
        ("http://example.com/", nil), ("http://93.184.216.34/", nil), ("http://[2606:2800::1]/", nil),
        ("http://LOCALHOST/", "the host is this machine itself"),
        ("http://x.localhost./", "the host is this machine itself"),
        ("http://127.8.9.1/", "the host is this machine itself"),
        ("http://0.0.0.0/", "the host is this machine itself"),
        ("http://[::1]/", "the host is this machine itself"),
        ("http://[::ffff:127.0.0.1]/", "the host is this machine itself"),
        ("http://10.0.0.1/", "the host lies in a private network"),
        ("http://172.31.0.1/", "the host lies in a private network"),
        ("http://192.168.1.1/", "the host lies in a private network"),
        ("http://[fd12::1]/", "the host lies in a private network"),
        ("http://[64:ff9b::10.0.0.1]/", "the host lies in a private network"),
        ("http://169.254.1.1/", "the host is a neighbour on the local link"),
        ("http://[fe80::1]/", "the host is a neighbour on the local link"),
        (
            "http://169.254.169.254/",
            "the host is the cloud's metadata service, which hands out credentials of this machine"
        ),
        (
            "http://metadata.google.internal/",
            "the host is the cloud's metadata service, which hands out credentials of this machine"
        ),
        (
            "http://[::ffff:169.254.169.254]/",
            "the host is the cloud's metadata service, which hands out credentials of this machine"
        ),
        ("http://224.0.0.1/", "the host is an address for special purposes"),
        ("https://xn--80ak6aa92e.com/", "the host's name stands for one with letters outside ASCII"),
    ]

    @Test(arguments: hosts)
    func `says where its host is`(_ url: String, _ warning: String?) async throws {
        let bench = try await Workbench()
        let call = await bench.prepare("httpRequest", ["url": .string(url)])
        #expect(call.facts.warnings == (warning.map { [$0] } ?? []))
    }

    @Test func `has a body of 48 KiB, however much of it has to be escaped, and no longer one`() async throws {
        let bench = try await Workbench()
        let server = LoopbackServer("HTTP/1.1 204 No Content\r\n\r\n")
        let body = String(repeating: "\"\\\n\"", count: 12 << 10)
        let outcome = try await bench.run(
            "httpRequest", ["url": .string(server.url), "method": "PUT", "body": .string(body)])
        #expect(outcome?["status"] == 204)
        #expect(server.requests.first?.hasSuffix("\r\n\r\n" + body) == true)
        let longer = try await bench.run(
            "httpRequest", ["url": .string(server.url), "method": "PUT", "body": .string(body + "x")])
        #expect(longer?.summary == "not executed: the body has 49153 bytes; at most 49152 can be sent")
    }

    @Test func `does not take an answer that announces more than may be transferred`() async throws {
        var limits = ToolLimits()
        limits.httpTransferBytes = 1000
        let bench = try await Workbench(limits: limits)
        let server = LoopbackServer("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        let outcome = try await bench.run("httpRequest", ["url": .string(server.url)])
        #expect(outcome?.status == .failed)
        #expect(outcome?["curlExitCode"] == 63)
    }

    @Test func `ends at its time limit`() async throws {
        var limits = ToolLimits()
        limits.httpTime = Milliseconds(200)
        let bench = try await Workbench(limits: limits)
        let server = LoopbackServer("HTTP/1.1 200 OK\r\n\r\nbeginning", staysOpen: true)
        let outcome = try await bench.run("httpRequest", ["url": .string(server.url)])
        #expect(outcome?.status == .failed)
        #expect(outcome?["curlExitCode"] == 28)
    }
}
