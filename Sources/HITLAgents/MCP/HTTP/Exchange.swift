/// One HTTP request of a session, and what is known of its reply.
struct Exchange {
    enum Purpose {
        /// The client's; answered by one message for each id.
        case request(ClientMessage)
        /// The client's notifications and answers, which are accepted and no more.
        case delivery(ClientMessage)
        /// Opened by us: what the server says of itself.
        case listening
        case renewal(Renewal)
        case deletion
    }

    /// How a session that the server has ended is begun anew.
    enum Renewal: Equatable {
        case initialize
        case initialized
        case list(page: Int)
    }

    enum Reply {
        case awaited
        case json([UInt8])
        case events(EventStreamReader)
        /// An error, whose body may say more.
        case refusal(ReplyHead, [UInt8])
        case ignored
    }

    let purpose: Purpose
    /// The session's id that it was sent with.
    let session: String?
    /// The ids that are not answered yet.
    var expected: [MessageID]
    var reply = Reply.awaited
    /// Continues a reply that broke off.
    var isResumption = false
    /// How often in a row that was tried for nothing.
    var failures = 0
    /// How long was waited before it was opened, where it is the server's own stream.
    var pause: UInt64 = 0
    /// Whether the reply has begun.
    var hasHead = false
    /// What a reply to `initialize` calls the session.
    var namedSession: String?
    /// When it is given up; on the driver's clock.
    var due: UInt64 = .max

    init(_ purpose: Purpose, session: String?, expected: [MessageID] = []) {
        self.purpose = purpose
        self.session = session
        self.expected = expected
    }

    var isCall: Bool {
        if case .request(let message) = purpose { message.isCall } else { false }
    }

    var isModern: Bool {
        switch purpose {
        case .request(let message), .delivery(let message): message.version != nil
        case .listening, .renewal, .deletion: false
        }
    }
}

/// A reply that broke off and is continued.
struct Resumption {
    let message: ClientMessage
    let expected: [MessageID]
    let lastID: String
    let retry: Int?
    /// How often in a row it was tried for nothing.
    let failures: Int
    let at: UInt64
}

/// The bytes of one HTTP request.
package struct HTTPOutgoing: Sendable, Equatable {
    package let bytes: [UInt8]

    init(
        _ method: String, _ endpoint: ServerEndpoint, accept: String, _ fields: [ServerEndpoint.Field],
        body: [UInt8]? = nil
    ) {
        var head = "\(method) \(endpoint.target) HTTP/1.1\r\nHost: \(endpoint.authority)\r\n"
        func add(_ field: ServerEndpoint.Field) {
            precondition(FieldText.isName(field.name) && FieldText.isValue(field.value), "a header field that is none")
            head += "\(field.name): \(field.value)\r\n"
        }
        add(.init("Accept", accept))
        add(.init("Accept-Encoding", "identity"))
        if !endpoint.fields.contains(where: { $0.name.lowercased() == "user-agent" }) {
            add(.init("User-Agent", "hitl"))
        }
        for field in endpoint.fields + fields { add(field) }
        if let body {
            add(.init("Content-Type", "application/json"))
            add(.init("Content-Length", String(body.count)))
        }
        bytes = Array((head + "\r\n").utf8) + (body ?? [])
    }
}
