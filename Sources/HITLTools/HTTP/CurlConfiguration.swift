import HITLCore

/// What curl is told, on its standard input: nothing of a request stands in the list of processes, and no text of an
/// agent can become an option.
struct CurlConfiguration {
    private(set) var text = ""

    init(_ request: HTTPMessage, time: Milliseconds, limit: Int) {
        set("url", request.target.url)
        if request.method == "HEAD" { flag("head") } else { set("request", request.method) }
        for header in request.headers {
            // A header without a value ends in a semicolon, else curl would take it for one to leave out.
            set("header", header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        // Without it curl waits a second before it sends a body of more than a megabyte.
        set("header", "Expect:")
        if let body = request.body {
            // `data-raw` alone does not take a body that begins with @ for the name of a file.
            set("data-raw", body)
            if !request.has("content-type") { set("header", "Content-Type:") }
        }
        if !request.has("user-agent") { set("user-agent", "hitl") }
        set("proto", "=http,https")
        set("proto-redir", "=http,https")
        set("max-redirs", "0")
        set("noproxy", "*")
        // Brackets and braces stand for themselves, and `/../` is sent as it was shown.
        flag("globoff")
        flag("path-as-is")
        set("max-time", Self.seconds(time))
        set("max-filesize", String(limit))
        flag("silent")
        flag("show-error")
        flag("include")
        set("write-out", #"%{stderr}\nremote %{remote_ip}\n"#, isEscaped: true)
    }

    private mutating func flag(_ name: String) { text += "\(name)\n" }

    private mutating func set(_ name: String, _ value: String, isEscaped: Bool = false) {
        text += "\(name) = \"\(isEscaped ? value : Self.escaped(value))\"\n"
    }

    /// As curl reads its configuration: within quotes a backslash escapes itself, a quote, and t, n, r, v.
    private static func escaped(_ value: String) -> String {
        var bytes: [UInt8] = []
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes += Array("\\\\".utf8)
            case UInt8(ascii: "\""): bytes += Array("\\\"".utf8)
            case UInt8(ascii: "\n"): bytes += Array("\\n".utf8)
            case UInt8(ascii: "\r"): bytes += Array("\\r".utf8)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func seconds(_ time: Milliseconds) -> String {
        let fraction = String(time.count % 1000)
        return "\(time.count / 1000).\(String(repeating: "0", count: 3 - fraction.utf8.count))\(fraction)"
    }
}
