import HITLCore
import Testing

@Suite struct `A URL` {
    @Test(arguments: [
        ("https://example.com/x", "example.com", HostClass.name), ("HTTPS://EXAMPLE.com:8443/x", "example.com", .name),
        ("http://127.0.0.1:4096/x", "127.0.0.1", .loopback), ("http://localhost/", "localhost", .loopback),
        ("http://a.b.localhost./", "a.b.localhost", .loopback), ("http://2852039166/", "169.254.169.254", .metadata),
        ("http://0xA9.0xFE.0xA9.0xFE/", "169.254.169.254", .metadata),
        ("http://0251.0376.0251.0376/", "169.254.169.254", .metadata),
        ("http://169.254.43518/", "169.254.169.254", .metadata), ("http://127.1/", "127.0.0.1", .loopback),
        ("http://0/", "0.0.0.0", .loopback), ("http://017700000001/", "127.0.0.1", .loopback),
        ("http://0x7f000001", "127.0.0.1", .loopback),
        ("http://[::1]/", "::1", .loopback), ("http://[::ffff:169.254.169.254]/", "::ffff:169.254.169.254", .metadata),
        ("http://[::ffff:a9fe:a9fe]/", "::ffff:a9fe:a9fe", .metadata),
        ("http://[fd00:ec2::254]/", "fd00:ec2::254", .metadata),
        ("http://[64:ff9b::10.0.0.1]/", "64:ff9b::10.0.0.1", .privateNetwork),
        ("http://[fe80::1%25eth0]/", "fe80::1", .linkLocal),
        ("http://[2001:db8::1]:80/", "2001:db8::1", .publicAddress),
        ("http://[2002:7f00:1::]/", "2002:7f00:1::", .loopback),
        ("http://metadata.google.internal/", "metadata.google.internal", .metadata),
        ("http://192.168.0.1/", "192.168.0.1", .privateNetwork),
        ("http://intranet/", "intranet", .privateNetwork), ("http://printer.local/", "printer.local", .privateNetwork),
        ("http://127.0.0.1.nip.io/", "127.0.0.1.nip.io", .privateNetwork),
        ("http://\u{FF11}\u{FF12}\u{FF17}.0.0.1/", "127.0.0.1", .loopback),
        ("http://\u{2460}\u{2461}\u{2466}\u{3002}0\u{FF0E}0.1/", "127.0.0.1", .loopback),
        ("http://%6c%6fcalhost/", "localhost", .loopback),
        ("http:\\\\localhost\\x", "localhost", .loopback), ("http:/localhost", "localhost", .loopback),
        ("http:localhost", "localhost", .loopback),
        ("ht\ntp://lo\tcalhost/", "localhost", .loopback), ("  http://localhost  ", "localhost", .loopback),
        ("http://a@b@localhost/", "localhost", .loopback), ("http://example.com#@localhost/", "example.com", .name),
        ("http://example.com\\@localhost/", "example.com", .name),
        ("https://docs.python.org@attacker.example/", "attacker.example", .name),
        ("//localhost/x", "localhost", .loopback), ("http://100.100.100.200/", "100.100.100.200", .metadata),
        ("http://999.1.1.1/", "999.1.1.1", .special), ("http://0.0.0.0:80/", "0.0.0.0", .loopback),
    ])
    func `leads where the most lenient reader would go`(_ url: String, _ host: String, _ hostClass: HostClass) {
        let analysis = URLAnalysis(url)
        #expect(analysis.host == host && analysis.hostClass == hostClass, "\(analysis)")
    }

    @Test(arguments: [
        "https://a@example.com/", "http://2130706433/", "http://127.1/", "http://%65xample.com/",
        "http://ex\u{AD}ample.com/",
        "https://exa\u{200B}mple.com", "http:\\\\example.com", "https://example.com/\r\nX: 1",
        "https://xn--pple-43d.com/",
        "https://\u{430}pple.com/", "http://[::ffff:8.8.8.8]/", "https://example.com\u{202E}/x",
    ])
    func `deceives where it is mended`(_ url: String) {
        #expect(
            URLAnalysis(url).findings.contains { $0.factor == "deception" && $0.effect != nil }, "\(URLAnalysis(url))")
    }

    @Test func `shows both forms of a name with letters outside ASCII`() {
        #expect(URLAnalysis("https://xn--pple-43d.com/").shownHost == "xn--pple-43d.com (\u{430}pple.com)")
        #expect(URLAnalysis("https://\u{430}pple.com/").shownHost == "\u{430}pple.com (xn--pple-43d.com)")
        for (name, code) in [
            ("bücher", "xn--bcher-kva"), ("münchen", "xn--mnchen-3ya"), ("例え", "xn--r8jz45g"), ("ü", "xn--tda"),
        ] {
            #expect(Punycode.encoded(Array(name.unicodeScalars)) == code)
            #expect(Punycode.decoded(code.utf8) == name)
        }
        #expect(Punycode.decoded("xn--\u{7F}".utf8) == nil && Punycode.decoded("xn--999999999".utf8) == nil)
    }

    @Test(arguments: [
        "file:///etc/passwd", "gopher://127.0.0.1:6379/_FLUSHALL", "dict://x/", "FILE:/etc/passwd", "jar:http://x!/",
        "javascript:alert(1)",
        "http://169.254.169.254/latest/", "http://metadata/computeMetadata", "php://filter",
    ])
    func `of a refused kind is refused`(_ url: String) {
        #expect(URLAnalysis(url).findings.contains { $0.effect == .deny }, "\(URLAnalysis(url).findings)")
    }

    @Test(arguments: [
        ("https://example.com/redirect?to=http://169.254.169.254/", "internal_network"),
        ("https://a.com/?u=https%3A%2F%2Flocalhost%2F", "internal_network"),
        ("https://a.com/?u=https%253A%252F%252F10.0.0.1", "internal_network"),
        ("https://a.com/?u=//127.0.0.1/x", "internal_network"),
        ("https://web.archive.org/web/https://example.com/", "redirection"),
    ])
    func `may hold another to which it leads`(_ url: String, _ factor: String) {
        #expect(
            URLAnalysis(url).findings.contains { $0.factor == factor && $0.effect == .ask },
            "\(URLAnalysis(url).findings)")
    }

    @Test func `is compared label by label`() {
        let url = URLAnalysis("https://api.Example.com./x")
        #expect(
            url.isWithin("example.com") && url.isWithin("API.example.com") && !url.isWithin("ample.com")
                && !url.isWithin(""))
        #expect(!URLAnalysis("https://modelcontextprotocol.io.example.com/x").isWithin("modelcontextprotocol.io"))
        #expect(!URLAnalysis("https://evilexample.com").isWithin("example.com"))
    }

    @Test(arguments: [
        "https://example.com/a?b=c&d=%20#e", "http://sub.domain.co.uk:8080/", "https://8.8.8.8/x",
        "wss://example.org/s",
    ])
    func `that is plain has no doubts`(_ url: String) {
        let analysis = URLAnalysis(url)
        #expect(analysis.doubts == [] && !analysis.isInternal)
        #expect(analysis.findings.map(\.factor).first == "network_egress")
    }

    @Test(arguments: [
        "1:2:3:4:5:6:7:8", "::", "1::", "::8", "1::3:4:5:6:7:8", "fe80::1", "::1.2.3.4", "1:2:3:4:5:6:1.2.3.4",
        "1:2:3:4:5:6:7::",
    ])
    func `may hold an address of version 6`(_ text: String) { #expect(IPv6Address(text.utf8) != nil) }

    @Test(arguments: [
        "", ":", ":::", "1", "1:2", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "1:2:3:4:5:6:7:1.2.3.4",
        "::1.2.3", "::01.2.3.4", "1:",
        "1:2:3:4:5:6:7:8::", "::1:", "1:2:3:4:5:6:7:",
    ])
    func `holds no address where it is malformed`(_ text: String) { #expect(IPv6Address(text.utf8) == nil) }
}
